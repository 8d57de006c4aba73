import StrictJSON

/// `{kind, id, type, description?}` and, by type, `assert_actors?`, `deployments` or `roles`.
extension Client {
    init?(reading reader: JSONObjectReader) {
        let id: ClientID? = reader.requiredIdentifier("id")
        let description = reader.optionalFreeText("description")
        let type = reader.requiredChoice("type", ClientType.self)
        let kind = type.flatMap { $0.readKind(reader) }
        for owner in ClientType.allCases where owner != type {
            guard reader.optionalValue(owner.ownField) != nil, type != nil else { continue }
            reader.refuse(
                at: reader.pointer.appending(owner.ownField), rule: "type",
                message: "is a field of clients whose type is \(owner.rawValue)")
        }
        guard let id, let kind else { return nil }
        self.init(id: id, kind: kind, description: description)
    }

    func write(to object: inout JSONObject) {
        object["id"] = .string(id.rawValue)
        object["type"] = .string(kind.name)
        object["description"] = description.map(JSONValue.string)
        switch kind {
        case .gateway(let assertsActors):
            object["assert_actors"] = .bool(assertsActors)
        case .mcpServer(let deployments):
            object["deployments"] = JSONValue(names: deployments.sorted().map(\.text))
        case .automation(let roles):
            object["roles"] = JSONValue(names: roles.map(\.rawValue).sorted())
        }
    }
}

/// The word for a client's kind, and the one field that only this kind has.
private enum ClientType: String, CaseIterable {
    case gateway
    case mcpServer = "mcp_server"
    case automation

    var ownField: String {
        switch self {
        case .gateway: "assert_actors"
        case .mcpServer: "deployments"
        case .automation: "roles"
        }
    }

    func readKind(_ reader: JSONObjectReader) -> Client.Kind? {
        switch self {
        case .gateway:
            .gateway(assertsActors: reader.optionalBool(ownField) ?? false)
        case .mcpServer:
            reader.requiredSet(
                ownField, count: 1...Limits.deploymentsPerClient, rule: DeploymentID.rule, DeploymentID.init
            ).map(Client.Kind.mcpServer)
        case .automation:
            reader.requiredRoles(ownField).map(Client.Kind.automation)
        }
    }
}
