/// What names a resource, directly or through another, and so cannot stay as it is when the resource goes.
///
/// An environment and a connector are used by deployments; a deployment by grants and by the clients that own it.
struct RegistryDependents {
    private let deployments: [DeploymentID]
    private let grants: [Grant]
    private let clients: [OwningClient]

    private struct OwningClient {
        let client: Client
        let remaining: Set<DeploymentID>
    }

    init(of key: ResourceKey, in registry: TenantRegistry) {
        let gone: Set<DeploymentID> = Set(registry.deployments.keys.filter { key.isNamed(by: $0) })
        deployments = gone.filter { key.kind != .deployment || $0.text != key.name }.sorted()
        grants = registry.grants.values.filter { gone.contains($0.deployment) }.sorted { $0.id < $1.id }
        clients = registry.clients.values.sorted { $0.id < $1.id }.compactMap { client in
            guard case .mcpServer(let owned) = client.kind, !owned.isDisjoint(with: gone) else { return nil }
            return OwningClient(client: client, remaining: owned.subtracting(gone))
        }
    }

    var isEmpty: Bool { deployments.isEmpty && grants.isEmpty && clients.isEmpty }

    var keys: Set<ResourceKey> { Set(orderedKeys) }

    /// In order of dependence, such as `deployment crm-mcp@prod`; past 20 only how many more there are.
    var names: [String] {
        let shown = orderedKeys.prefix(Self.shownCount).map(\.text)
        let hiddenCount = orderedKeys.count - shown.count
        return hiddenCount > 0 ? shown + ["\(hiddenCount) more"] : shown
    }

    /// Removes all of them; a client that owns other deployments too keeps those.
    func remove(from registry: inout TenantRegistry) {
        for owner in clients {
            let client = owner.client
            registry.clients[client.id] =
                owner.remaining.isEmpty
                ? nil
                : Client(id: client.id, kind: .mcpServer(deployments: owner.remaining), description: client.description)
        }
        for grant in grants { registry.grants[grant.id] = nil }
        for id in deployments { registry.deployments[id] = nil }
    }

    private var orderedKeys: [ResourceKey] {
        deployments.map { ResourceKey(kind: .deployment, name: $0.text) }
            + grants.map { RegistryResource.grant($0).key } + clients.map { RegistryResource.client($0.client).key }
    }

    private static let shownCount = 20
}

extension ResourceKey {
    fileprivate func isNamed(by deployment: DeploymentID) -> Bool {
        switch kind {
        case .environment: deployment.environment.rawValue == name
        case .connector: deployment.connector.rawValue == name
        case .deployment: deployment.text == name
        case .tenant, .grant, .client, .issuer: false
        }
    }
}
