/// One thing in a tenant's registry.
package enum RegistryResource: Hashable, Sendable {
    case tenant(Tenant)
    case environment(Environment)
    case connector(Connector)
    case deployment(Deployment)
    case grant(Grant)
    case client(Client)
    case issuer(Issuer)

    package var key: ResourceKey {
        switch self {
        case .tenant(let tenant): ResourceKey(kind: .tenant, name: tenant.id.rawValue)
        case .environment(let environment): ResourceKey(kind: .environment, name: environment.id.rawValue)
        case .connector(let connector): ResourceKey(kind: .connector, name: connector.id.rawValue)
        case .deployment(let deployment): ResourceKey(kind: .deployment, name: deployment.id.text)
        case .grant(let grant): ResourceKey(kind: .grant, name: grant.id.rawValue)
        case .client(let client): ResourceKey(kind: .client, name: client.id.rawValue)
        case .issuer(let issuer): ResourceKey(kind: .issuer, name: issuer.id.rawValue)
        }
    }
}

/// The kinds of document; the raw value is what `kind` says in a file.
///
/// The order is the order of dependence: what stands later may name what stands earlier.
package enum ResourceKind: String, Hashable, Sendable, CaseIterable, Comparable {
    case tenant = "Tenant"
    case environment = "Environment"
    case connector = "Connector"
    case deployment = "Deployment"
    case grant = "Grant"
    case client = "Client"
    case issuer = "Issuer"

    /// The collection's name in a path of the admin API.
    package var collection: String { "\(rawValue.lowercased())s" }

    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .tenant: 0
        case .environment: 1
        case .connector: 2
        case .deployment: 3
        case .grant: 4
        case .client: 5
        case .issuer: 6
        }
    }
}

/// Names one resource within its tenant; a deployment's name is `connector@environment`.
package struct ResourceKey: Hashable, Sendable, Comparable {
    package let kind: ResourceKind
    package let name: String

    package init(kind: ResourceKind, name: String) {
        self.kind = kind
        self.name = name
    }

    /// `connector crm-mcp`
    package var text: String { "\(kind.rawValue.lowercased()) \(name)" }

    package static func < (left: Self, right: Self) -> Bool { (left.kind, left.name) < (right.kind, right.name) }
}
