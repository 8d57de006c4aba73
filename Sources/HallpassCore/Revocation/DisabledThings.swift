import StrictJSON

/// One thing that is switched off, or could be.
package struct DisabledThing: Hashable, Sendable {
    package let kind: HallpassError.Disableable
    /// A deployment is `connector@environment`, a tool `connector/tool`, an actor its subject.
    package let id: String

    /// - Returns: `nil` for an `id` that no such thing can have.
    package init?(_ kind: HallpassError.Disableable, id: String) {
        let isWellFormed =
            switch kind {
            case .tenant: TenantID(id) != nil
            case .environment: EnvironmentID(id) != nil
            case .connector: ConnectorID(id) != nil
            case .deployment: DeploymentID(id) != nil
            case .client: ClientID(id) != nil
            case .actor: Subject(id) != nil
            case .tool: Self.tool(id) != nil
            }
        guard isWellFormed else { return nil }
        self.kind = kind
        self.id = id
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.kind == right.kind && left.id.hasSameBytes(as: right.id)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        id.hashBytes(into: &hasher)
    }

    /// `connector crm-mcp`
    package var text: String { "\(kind.rawValue) \(id)" }

    /// Whether the tenant has such a thing. Actors are not registered, so anyone may be one.
    package func exists(in registry: TenantRegistry) -> Bool {
        switch kind {
        case .tenant: registry.tenant.id.rawValue == id
        case .environment: EnvironmentID(id).map { registry.environments[$0] != nil } ?? false
        case .connector: ConnectorID(id).map { registry.connectors[$0] != nil } ?? false
        case .deployment: DeploymentID(id).map { registry.deployments[$0] != nil } ?? false
        case .client: ClientID(id).map { registry.clients[$0] != nil } ?? false
        case .actor: true
        case .tool: Self.tool(id).map { registry.connectors[$0.0]?.tool($0.1) != nil } ?? false
        }
    }

    /// What ends the tokens that are out when this is switched off. A tool has none of its own: one session token runs many.
    package var revocation: RevocationDimension? {
        switch kind {
        case .tenant: .tenant
        case .environment: .environment
        case .connector: .connector
        case .deployment: .deployment
        case .client: .client
        case .actor: .actor
        case .tool: nil
        }
    }

    private static func tool(_ id: String) -> (ConnectorID, ToolName)? {
        // An identifier has no slash, so the first one ends it.
        let parts = id.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let connector = ConnectorID(String(parts[0])), let tool = ToolName(String(parts[1]))
        else { return nil }
        return (connector, tool)
    }
}

/// What is switched off in one tenant.
package struct DisabledThings: Hashable, Sendable {
    private var names: [HallpassError.Disableable: Set<ExactString>] = [:]

    package init(_ things: some Sequence<DisabledThing> = []) {
        for thing in things { insert(thing) }
    }

    package mutating func insert(_ thing: DisabledThing) {
        names[thing.kind, default: []].insert(ExactString(thing.id))
    }

    package mutating func remove(_ thing: DisabledThing) {
        names[thing.kind]?.remove(ExactString(thing.id))
        if names[thing.kind]?.isEmpty == true { names[thing.kind] = nil }
    }

    package func contains(_ thing: DisabledThing) -> Bool { contains(thing.kind, thing.id) }

    package func contains(_ kind: HallpassError.Disableable, _ id: String) -> Bool {
        names[kind]?.contains(ExactString(id)) ?? false
    }

    /// By kind and name.
    package var all: [DisabledThing] {
        names.flatMap { kind, names in names.compactMap { DisabledThing(kind, id: $0.text) } }
            .sorted { ($0.kind.rawValue, $0.id) < ($1.kind.rawValue, $1.id) }
    }

    /// Whether anything that a call touches is off; the widest speaks first.
    ///
    /// - Parameters:
    ///   - client: who minted the token; `nil` at mint, where the client was asked for as it came in.
    ///   - actor: `nil` where it is asked about whoever may come.
    ///   - tool: `nil` where none runs.
    func check(
        tenant: TenantID, deployment: DeploymentID, client: ClientID?, actor: Subject?, tool: ToolName?
    ) throws(Refusal) {
        guard !names.isEmpty else { return }
        let touched: [(kind: HallpassError.Disableable, id: String?)] = [
            (.tenant, tenant.rawValue), (.environment, deployment.environment.rawValue),
            (.connector, deployment.connector.rawValue), (.deployment, deployment.text), (.client, client?.rawValue),
            (.actor, actor?.rawValue), (.tool, tool.map { "\(deployment.connector)/\($0.rawValue)" }),
        ]
        for (kind, id) in touched {
            if let id, contains(kind, id) { throw Refusal(.enabled, .disabled(kind)) }
        }
    }
}
