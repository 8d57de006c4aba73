/// One tenant as decisions see it: immutable, indexed, complete. Whoever holds one sees one moment.
///
/// A class, because every request holds one and hands it on, and to copy a value is to count each of its parts.
package final class TenantSnapshot: Sendable {
    package let registry: TenantRegistry
    package let keys: KeyRing
    package let revocations: RevocationCutoffs
    package let disabled: DisabledThings
    /// Those that are registered with their issuer; published ones are fetched.
    package let issuerKeys: [IssuerID: VerificationKeys]
    package let quarantine: Quarantine
    let connectorsByResource: [ResourceURI: ConnectorID]
    let issuersByURL: [ResourceURI: Issuer]
    let deployments: [DeploymentID: RegisteredDeployment]
    let contracts: Contracts
    private let toolLists: ToolLists

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
        deployments = RegisteredDeployment.all(in: registry)
        contracts = Contracts(registry)
        toolLists = ToolLists()
    }

    private init(
        _ other: TenantSnapshot, revocations: RevocationCutoffs, disabled: DisabledThings, toolLists: ToolLists
    ) {
        registry = other.registry
        keys = other.keys
        self.revocations = revocations
        self.disabled = disabled
        issuerKeys = other.issuerKeys
        quarantine = other.quarantine
        connectorsByResource = other.connectorsByResource
        issuersByURL = other.issuersByURL
        deployments = other.deployments
        contracts = other.contracts
        self.toolLists = toolLists
    }

    /// The same registry and keys, with one cutoff more.
    package func revoking(_ cutoff: RevocationCutoff) -> TenantSnapshot {
        var revocations = revocations
        revocations.add(cutoff)
        return TenantSnapshot(self, revocations: revocations, disabled: disabled, toolLists: toolLists)
    }

    /// The same registry and keys, with one thing more switched off.
    package func disabling(_ thing: DisabledThing) -> TenantSnapshot {
        switching { $0.insert(thing) }
    }

    /// The same registry and keys, with that thing on.
    package func enabling(_ thing: DisabledThing) -> TenantSnapshot {
        switching { $0.remove(thing) }
    }

    private func switching(_ change: (inout DisabledThings) -> Void) -> TenantSnapshot {
        var disabled = disabled
        change(&disabled)
        return TenantSnapshot(self, revocations: revocations, disabled: disabled, toolLists: ToolLists())
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
