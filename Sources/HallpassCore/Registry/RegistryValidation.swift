import StrictJSON

/// Whether what the resources of a tenant say about one another holds. Each alone was checked when its document was read.
package enum RegistryValidation {
    /// - Returns: what is wrong, in order of dependence and then of name; at most ``RegistryViolations/countMaximum``.
    package static func violations(in registry: TenantRegistry) -> [RegistryViolation] {
        var validator = RegistryValidator(registry)
        validator.checkConnectors()
        validator.checkDeployments()
        validator.checkGrants()
        validator.checkClients()
        validator.checkIssuers()
        return validator.found
    }
}

private struct RegistryValidator {
    private(set) var found: [RegistryViolation] = []

    private let registry: TenantRegistry
    /// By name, because an allow-list of a thousand tools against a connector of a thousand is looked up a thousand times.
    private let tools: [ConnectorID: [ToolName: Tool]]

    init(_ registry: TenantRegistry) {
        self.registry = registry
        tools = registry.connectors.mapValues { connector in
            Dictionary(connector.tools.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    private mutating func refuse(_ resource: RegistryResource, _ path: String, rule: String, _ message: String) {
        guard !isFull else { return }
        let violation = JSONViolation(path: path, rule: rule, message: message)
        found.append(RegistryViolation(key: resource.key, violation: violation))
    }

    private var isFull: Bool { found.count >= RegistryViolations.countMaximum }

    /// Looks for the nearest name only where there is room to tell it, because that is not free.
    private func hint(for name: String, among candidates: some Sequence<String>) -> String {
        isFull ? "" : NearestName.hint(for: name, among: candidates)
    }

    mutating func checkConnectors() {
        let connectors = registry.connectors.values.sorted { $0.id < $1.id }
        let byResource = Dictionary(grouping: connectors, by: \.resource)
        for connector in connectors {
            guard let other = byResource[connector.resource]?.first(where: { $0.id != connector.id }) else { continue }
            refuse(.connector(connector), "/resource", rule: "unique", "is the resource of connector \(other.id) too")
        }
    }

    mutating func checkDeployments() {
        for deployment in registry.deployments.values.sorted(by: { $0.id < $1.id }) {
            let resource = RegistryResource.deployment(deployment)
            checkConnectorExists(deployment.id, resource, at: "/server")
            checkEnvironmentExists(deployment.id, resource, at: "/environment")
            checkAllowList(deployment)
            checkToolsExist(
                Set(deployment.constraints.map(\.tool)), of: deployment.id.connector, resource, at: "/constraints")
            checkToolsExist(
                Set((deployment.limits?.tools ?? [:]).keys), of: deployment.id.connector, resource, at: "/limits/tools")
            checkToolsExist(deployment.approval.tools, of: deployment.id.connector, resource, at: "/approval/tools")
            let beyond = deployment.sessionScopes.subtracting(deployment.scopes)
            if !beyond.isEmpty {
                refuse(
                    resource, "/auth/session_scopes", rule: "scope",
                    "has \(beyond.spaceSeparated), which auth.scopes does not have")
            }
        }
    }

    mutating func checkGrants() {
        for grant in registry.grants.values.sorted(by: { $0.id < $1.id }) {
            let resource = RegistryResource.grant(grant)
            guard let deployment = registry.deployments[grant.deployment] else {
                checkConnectorExists(grant.deployment, resource, at: "/connector")
                checkEnvironmentExists(grant.deployment, resource, at: "/environment")
                checkIsDeployed(grant)
                continue
            }
            let beyond = grant.scopes.subtracting(deployment.scopes)
            if !beyond.isEmpty {
                refuse(
                    resource, "/scopes", rule: "scope",
                    "has \(beyond.spaceSeparated), which deployment \(deployment.id.text) does not have")
            }
            checkToolsExist(grant.tools ?? [], of: grant.deployment.connector, resource, at: "/tools")
            checkToolsExist(
                Set(grant.constraints.map(\.tool)), of: grant.deployment.connector, resource, at: "/constraints")
        }
    }

    mutating func checkClients() {
        for client in registry.clients.values.sorted(by: { $0.id < $1.id }) {
            let resource = RegistryResource.client(client)
            switch client.kind {
            case .gateway: continue
            case .mcpServer(let deployments):
                for id in deployments.sorted() where registry.deployments[id] == nil {
                    refuse(
                        resource, "/deployments", rule: "reference",
                        "has \(id.text), which is not a deployment of this tenant"
                            + hint(for: id.text, among: registry.deployments.keys.map(\.text)))
                }
            case .automation(let roles):
                guard roles.contains(.platformAdmin), registry.tenant.id != .platform else { continue }
                refuse(
                    resource, "/roles", rule: "role",
                    "has platform_admin, which only clients of tenant \(TenantID.platform) may have")
            }
        }
    }
}

extension RegistryValidator {
    /// A token says by its `iss` alone whose it is.
    fileprivate mutating func checkIssuers() {
        let issuers = registry.issuers.values.sorted { $0.id < $1.id }
        let byURL = Dictionary(grouping: issuers, by: \.url)
        for issuer in issuers {
            guard let other = byURL[issuer.url]?.first(where: { $0.id != issuer.id }) else { continue }
            refuse(.issuer(issuer), "/issuer", rule: "unique", "is the issuer of issuer \(other.id) too")
        }
    }
}

/// What several kinds of document name.
extension RegistryValidator {
    private mutating func checkConnectorExists(_ id: DeploymentID, _ resource: RegistryResource, at path: String) {
        guard registry.connectors[id.connector] == nil else { return }
        refuse(
            resource, path, rule: "reference",
            "is \(id.connector), which is not a connector of this tenant"
                + hint(for: id.connector.rawValue, among: registry.connectors.keys.map(\.rawValue)))
    }

    private mutating func checkEnvironmentExists(_ id: DeploymentID, _ resource: RegistryResource, at path: String) {
        guard registry.environments[id.environment] == nil else { return }
        refuse(
            resource, path, rule: "reference",
            "is \(id.environment), which is not an environment of this tenant"
                + hint(for: id.environment.rawValue, among: registry.environments.keys.map(\.rawValue)))
    }

    private mutating func checkIsDeployed(_ grant: Grant) {
        let id = grant.deployment
        guard registry.connectors[id.connector] != nil, registry.environments[id.environment] != nil else { return }
        let places = registry.deployments.keys.filter { $0.connector == id.connector }.sorted().map(
            \.environment.rawValue)
        refuse(
            .grant(grant), "/environment", rule: "reference",
            "is \(id.environment), where connector \(id.connector) is not deployed"
                + (places.isEmpty ? "" : "; it is in \(places.joined(separator: ", "))"))
    }

    private mutating func checkToolsExist(
        _ names: Set<ToolName>, of connector: ConnectorID, _ resource: RegistryResource, at path: String
    ) {
        guard let tools = tools[connector] else { return }
        for name in names.sorted() where tools[name] == nil {
            refuse(
                resource, path, rule: "reference",
                "has \(name.rawValue), which is not a tool of connector \(connector)"
                    + hint(for: name.rawValue, among: tools.keys.map(\.rawValue)))
        }
    }

    /// A tool that is listed but whose scopes are out of reach could never be called, which nobody means.
    private mutating func checkAllowList(_ deployment: Deployment) {
        let allowed = deployment.allowedTools ?? []
        checkToolsExist(allowed, of: deployment.id.connector, .deployment(deployment), at: "/tools_allow")
        for name in allowed.sorted() {
            guard let tool = tools[deployment.id.connector]?[name] else { continue }
            let missing = tool.scopes.subtracting(deployment.scopes)
            guard !missing.isEmpty else { continue }
            refuse(
                .deployment(deployment), "/tools_allow", rule: "scope",
                "has \(name.rawValue), which needs \(missing.spaceSeparated), and auth.scopes does not have it")
        }
    }
}
