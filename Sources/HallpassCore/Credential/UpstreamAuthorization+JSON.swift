package import StrictJSON

extension UpstreamAuthorization {
    /// `{"token_endpoint","revocation_endpoint"?,"client_id","client_authentication","resource"?}`
    package var json: JSONObject {
        var object = JSONObject()
        object["token_endpoint"] = .string(tokenEndpoint.text)
        object["revocation_endpoint"] = revocationEndpoint.map { .string($0.text) }
        object["client_id"] = .string(clientID)
        object["client_authentication"] = .string(clientAuthentication.rawValue)
        object["resource"] = resource.map { .string($0) }
        return object
    }

    /// Reads ``json``; `client_authentication` is HTTP Basic unless it says otherwise.
    package init?(reading reader: JSONObjectReader) {
        let tokenEndpoint = reader.requiredString("token_endpoint", orElse: OutboundURL.rule, OutboundURL.init)
        let revocationEndpoint = reader.optionalString(
            "revocation_endpoint", orElse: OutboundURL.rule, OutboundURL.init)
        let clientID = reader.requiredString("client_id", orElse: Self.clientIDRule, Self.visible)
        let authentication = reader.optionalChoice("client_authentication", ClientAuthentication.self)
        let resource = reader.optionalString("resource", orElse: Self.clientIDRule, Self.visible)
        guard let tokenEndpoint, let clientID else { return nil }
        self.init(
            tokenEndpoint: tokenEndpoint, revocationEndpoint: revocationEndpoint, clientID: clientID,
            clientAuthentication: authentication ?? .basic, resource: resource)
    }

    private static var clientIDRule: String { "must be 1 to \(Limits.resourceBytes) printable ASCII characters" }

    private static func visible(_ text: String) -> String? {
        (1...Limits.resourceBytes).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
            ? text : nil
    }
}
