/// One tenant as decisions see it: immutable, indexed, complete. Whoever holds one sees one moment.
package struct TenantSnapshot: Sendable {
    package let registry: TenantRegistry
    package let keys: KeyRing
    package private(set) var revocations: RevocationCutoffs
    package private(set) var disabled: DisabledThings
    /// Those that are registered with their issuer; published ones are fetched.
    package let issuerKeys: [IssuerID: VerificationKeys]
    package let quarantine: Quarantine
    let connectorsByResource: [ResourceURI: ConnectorID]
    let issuersByURL: [ResourceURI: Issuer]
    let grantsByDeployment: [DeploymentID: DeploymentGrants]
    let contracts: Contracts
    private var toolLists: ToolLists

    package init(
        registry: TenantRegistry, keys: KeyRing, revocations: RevocationCutoffs,
        issuerKeys: [IssuerID: VerificationKeys] = [:], disabled: DisabledThings = DisabledThings(),
        quarantine: Quarantine = Quarantine()
    ) {
        self.registry = registry
        self.keys = keys
        self.revocations = revocations
        self.disabled = disabled
        self.issuerKeys = issuerKeys
        issuersByURL = Dictionary(
            registry.issuers.values.map { ($0.url, $0) }, uniquingKeysWith: { first, _ in first })
        self.quarantine = quarantine
        connectorsByResource = Dictionary(
            registry.connectors.values.map { ($0.resource, $0.id) }, uniquingKeysWith: { first, _ in first })
        grantsByDeployment = DeploymentGrants.all(registry.grants.values)
        contracts = Contracts(registry)
        toolLists = ToolLists()
    }

    /// The same registry and keys, with one cutoff more.
    package func revoking(_ cutoff: RevocationCutoff) -> TenantSnapshot {
        var copy = self
        copy.revocations.add(cutoff)
        return copy
    }

    /// The same registry and keys, with one thing more switched off.
    package func disabling(_ thing: DisabledThing) -> TenantSnapshot {
        var copy = self
        copy.disabled.insert(thing)
        copy.toolLists = ToolLists()
        return copy
    }

    /// The same registry and keys, with that thing on.
    package func enabling(_ thing: DisabledThing) -> TenantSnapshot {
        var copy = self
        copy.disabled.remove(thing)
        copy.toolLists = ToolLists()
        return copy
    }

    /// What a model may know of a deployment's tools.
    ///
    /// - Throws: ``HallpassError/unknownEnvironment``, ``HallpassError/unknownConnector``.
    package func tools(of id: DeploymentID) throws(HallpassError) -> ToolList {
        guard let connector = registry.connectors[id.connector] else { throw .unknownConnector }
        guard registry.environments[id.environment] != nil else { throw .unknownEnvironment }
        guard let deployment = registry.deployments[id] else { throw .unknownConnector }
        return toolLists.list(connector, deployment, quarantine) { tool in
            do throws(Refusal) {
                try disabled.check(tenant: registry.tenant.id, deployment: id, client: nil, actor: nil, tool: tool)
                return false
            } catch {
                return true
            }
        }
    }
}
