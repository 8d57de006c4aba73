/// What a server reaches its own backend with, for one call. It prints nothing of it.
public enum UpstreamCredential: Hashable, Sendable {
    /// An access token for the scopes of the call, or fewer. `expiresAt`: Unix seconds; `nil` where the provider does not say,
    /// and then it is not to be kept.
    case bearer(String, scopes: [String], expiresAt: Int?)
    case apiKey(String)

    init?(_ answer: JSON) {
        guard let value = answer["value"]?.string, !value.isEmpty else { return nil }
        switch answer["type"]?.string {
        case "bearer":
            guard let scope = answer["scope"]?.string else { return nil }
            self = .bearer(
                value, scopes: scope.split(separator: " ").map(String.init), expiresAt: answer["expires_at"]?.int)
        case "api_key": self = .apiKey(value)
        default: return nil
        }
    }
}

extension UpstreamCredential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Not what it is.
    public var description: String { "<redacted>" }
    /// Not what it is.
    public var debugDescription: String { description }
    /// Nothing, so that a dump does not show what it is.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension PermittedCall {
    /// Fetches what this server reaches its backend with, for this call. It is given once, while the lease runs.
    ///
    /// - Throws: ``Refusal`` where there is none, or none now; let it out of the body of ``HallpassClient/guarded(tool:token:arguments:idempotencyKey:environment:_:)``, and the model is told.
    public func credential() async throws(Refusal) -> UpstreamCredential {
        let answer: BrokerConnection.Answer
        do {
            answer = try await connection.post("/v1/calls/\(id)/credential", [:])
        } catch {
            throw .unavailable(requestID: nil)
        }
        if answer.status == 200, let credential = answer.body.flatMap(UpstreamCredential.init) { return credential }
        // What is wrong with this server's own credentials is not for a model.
        if ![401, 403].contains(answer.status) || answer.body?["error"]?["code"]?.string == "disabled",
            let refusal = answer.body?["error"].flatMap(Refusal.init)
        {
            throw refusal
        }
        throw .unavailable(requestID: answer.requestID)
    }
}
