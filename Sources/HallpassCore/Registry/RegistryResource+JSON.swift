package import StrictJSON

/// A resource's document: what a file of `hallpass apply` and the body of a `PUT` hold.
///
/// Source: the protocol, "The registry document".
extension RegistryResource {
    /// Reads one document; the connector card is the one form that may leave out its `kind`.
    ///
    /// - Parameter pointer: where the document stands in what its author wrote; paths of violations start there.
    /// - Throws: everything that is wrong with the document by itself. What it names elsewhere is for
    ///   ``RegistryValidation`` to find.
    package static func read(
        _ document: JSONValue, at pointer: JSONPointer = .root
    ) throws(JSONViolations) -> RegistryResource {
        try JSONObjectReader.decode(document, at: pointer) { reader in
            guard let kind = readKind(reader) else {
                // Which fields there should be is unknown, so none of them is called unknown.
                for member in reader.object { _ = reader.optionalValue(member.name) }
                return nil
            }
            return switch kind {
            case .tenant: Tenant(reading: reader).map(RegistryResource.tenant)
            case .environment: Environment(reading: reader).map(RegistryResource.environment)
            case .connector: Connector(reading: reader).map(RegistryResource.connector)
            case .deployment: Deployment(reading: reader).map(RegistryResource.deployment)
            case .grant: Grant(reading: reader).map(RegistryResource.grant)
            case .client: Client(reading: reader).map(RegistryResource.client)
            case .issuer: Issuer(reading: reader).map(RegistryResource.issuer)
            }
        }
    }

    /// Reads every document, so that one attempt shows what is wrong with all of them.
    package static func readAll(_ documents: [JSONValue]) throws(RegistryViolations) -> [RegistryResource] {
        var resources: [RegistryResource] = []
        var found: [RegistryViolation] = []
        for (index, document) in documents.enumerated() {
            do {
                resources.append(try read(document))
            } catch {
                found += error.violations.map { RegistryViolation(key: nil, document: index, violation: $0) }
            }
            if found.count >= RegistryViolations.countMaximum { break }
        }
        guard found.isEmpty else { throw RegistryViolations(found) }
        return resources
    }

    /// The document in full: every default written out, lists of names sorted. ``read(_:at:)`` gives the resource back.
    package var json: JSONValue {
        var object = JSONObject()
        object["kind"] = .string(key.kind.rawValue)
        switch self {
        case .tenant(let tenant): tenant.write(to: &object)
        case .environment(let environment): environment.write(to: &object)
        case .connector(let connector): connector.write(to: &object)
        case .deployment(let deployment): deployment.write(to: &object)
        case .grant(let grant): grant.write(to: &object)
        case .client(let client): client.write(to: &object)
        case .issuer(let issuer): issuer.write(to: &object)
        }
        return .object(object)
    }

    private static func readKind(_ reader: JSONObjectReader) -> ResourceKind? {
        guard !reader.object.contains("kind") else { return reader.requiredChoice("kind", ResourceKind.self) }
        if reader.object.contains("server") { return .deployment }
        reader.refuse(
            "kind", rule: "required", message: "is required in every document but a connector card, which has a server")
        return nil
    }
}
