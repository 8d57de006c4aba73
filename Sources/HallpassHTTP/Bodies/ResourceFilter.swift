import HallpassCore
import StrictJSON

/// What narrows a list of resources: `?q=`, of deployments and grants `connector` and `environment`, of grants `subject`.
struct ResourceFilter {
    private let namePart: String?
    private let connector: ConnectorID?
    private let environment: EnvironmentID?
    private let subject: GrantSubject?

    init(reading reader: JSONObjectReader, of kind: ResourceKind) {
        namePart = reader.optionalString("q", lengthBytes: 0...Limits.subjectBytes)
        let namesDeployment = kind == .deployment || kind == .grant
        connector =
            namesDeployment ? reader.optional("connector", rule: ConnectorID.rule, ConnectorID.init) : nil
        environment =
            namesDeployment ? reader.optional("environment", rule: EnvironmentID.rule, EnvironmentID.init) : nil
        subject = kind == .grant ? reader.optional("subject", rule: GrantSubject.rule, GrantSubject.init) : nil
    }

    func admits(_ resource: RegistryResource) -> Bool {
        guard namePart.map(resource.key.name.contains) ?? true else { return false }
        return switch resource {
        case .deployment(let deployment): admits(deployment.id)
        case .grant(let grant): admits(grant.deployment) && (subject.map { $0 == grant.subject } ?? true)
        case .tenant, .environment, .connector, .client, .issuer: true
        }
    }

    private func admits(_ deployment: DeploymentID) -> Bool {
        (connector.map { $0 == deployment.connector } ?? true)
            && (environment.map { $0 == deployment.environment } ?? true)
    }
}
