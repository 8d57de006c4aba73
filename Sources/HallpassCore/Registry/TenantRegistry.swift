/// Everything registered in one tenant, as of one revision.
package struct TenantRegistry: Hashable, Sendable {
    package var tenant: Tenant
    /// Counts accepted changes; 0 before the first.
    package var revision: Int64
    package var environments: [EnvironmentID: Environment] = [:]
    package var connectors: [ConnectorID: Connector] = [:]
    package var deployments: [DeploymentID: Deployment] = [:]
    package var grants: [GrantID: Grant] = [:]
    package var clients: [ClientID: Client] = [:]
    package var issuers: [IssuerID: Issuer] = [:]

    package init(tenant: Tenant, revision: Int64 = 0) {
        self.tenant = tenant
        self.revision = revision
    }

    /// Adds or replaces.
    package mutating func put(_ resource: RegistryResource) {
        switch resource {
        case .tenant(let tenant): self.tenant = tenant
        case .environment(let environment): environments[environment.id] = environment
        case .connector(let connector): connectors[connector.id] = connector
        case .deployment(let deployment): deployments[deployment.id] = deployment
        case .grant(let grant): grants[grant.id] = grant
        case .client(let client): clients[client.id] = client
        case .issuer(let issuer): issuers[issuer.id] = issuer
        }
    }

    /// Removes what has this key; the tenant itself stays.
    package mutating func remove(_ key: ResourceKey) {
        switch key.kind {
        case .tenant: break
        case .environment: if let id = EnvironmentID(key.name) { environments[id] = nil }
        case .connector: if let id = ConnectorID(key.name) { connectors[id] = nil }
        case .deployment: if let id = DeploymentID(key.name) { deployments[id] = nil }
        case .grant: if let id = GrantID(key.name) { grants[id] = nil }
        case .client: if let id = ClientID(key.name) { clients[id] = nil }
        case .issuer: if let id = IssuerID(key.name) { issuers[id] = nil }
        }
    }

    package func resource(_ key: ResourceKey) -> RegistryResource? {
        switch key.kind {
        case .tenant: key.name == tenant.id.rawValue ? .tenant(tenant) : nil
        case .environment: EnvironmentID(key.name).flatMap { environments[$0] }.map(RegistryResource.environment)
        case .connector: ConnectorID(key.name).flatMap { connectors[$0] }.map(RegistryResource.connector)
        case .deployment: DeploymentID(key.name).flatMap { deployments[$0] }.map(RegistryResource.deployment)
        case .grant: GrantID(key.name).flatMap { grants[$0] }.map(RegistryResource.grant)
        case .client: ClientID(key.name).flatMap { clients[$0] }.map(RegistryResource.client)
        case .issuer: IssuerID(key.name).flatMap { issuers[$0] }.map(RegistryResource.issuer)
        }
    }

    /// All of one kind, by name.
    package func resources(_ kind: ResourceKind) -> [RegistryResource] {
        let found: [RegistryResource] =
            switch kind {
            case .tenant: [.tenant(tenant)]
            case .environment: environments.values.map(RegistryResource.environment)
            case .connector: connectors.values.map(RegistryResource.connector)
            case .deployment: deployments.values.map(RegistryResource.deployment)
            case .grant: grants.values.map(RegistryResource.grant)
            case .client: clients.values.map(RegistryResource.client)
            case .issuer: issuers.values.map(RegistryResource.issuer)
            }
        return found.sorted { $0.key < $1.key }
    }

    /// Everything, in order of dependence.
    package var resources: [RegistryResource] { ResourceKind.allCases.flatMap(resources) }
}
