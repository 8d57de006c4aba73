/// One deployment with what a decision about a call there needs besides, found at once.
///
/// A class, because every decision has one and hands it on, and to copy its parts is to count each of theirs.
package final class RegisteredDeployment: Sendable {
    package let deployment: Deployment
    let connector: Connector
    let grants: DeploymentGrants

    private init(_ deployment: Deployment, of connector: Connector, grants: DeploymentGrants) {
        self.deployment = deployment
        self.connector = connector
        self.grants = grants
    }

    /// - Returns: a tenant's; none of a connector that is not registered.
    static func all(in registry: TenantRegistry) -> [DeploymentID: RegisteredDeployment] {
        let grants = DeploymentGrants.all(registry.grants.values)
        var all: [DeploymentID: RegisteredDeployment] = [:]
        all.reserveCapacity(registry.deployments.count)
        for (id, deployment) in registry.deployments {
            guard let connector = registry.connectors[id.connector] else { continue }
            all[id] = RegisteredDeployment(deployment, of: connector, grants: grants[id] ?? DeploymentGrants())
        }
        return all
    }
}
