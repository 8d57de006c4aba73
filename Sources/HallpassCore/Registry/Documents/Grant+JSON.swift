import StrictJSON

/// `{kind, id, subject, connector, environment, scopes, tools?, expires_at?, constraints?}`
extension Grant {
    init?(reading reader: JSONObjectReader) {
        let id: GrantID? = reader.requiredIdentifier("id")
        let subject = reader.requiredString("subject", orElse: GrantSubject.rule, GrantSubject.init)
        let connector: ConnectorID? = reader.requiredIdentifier("connector")
        let environment: EnvironmentID? = reader.requiredIdentifier("environment")
        let scopes = reader.requiredScopes("scopes")
        // An empty list could be meant as "none" or as "all"; it is neither.
        let tools = reader.optionalToolNames("tools", count: 1...Limits.toolsPerConnector)
        let expiresAt = reader.optionalString(
            "expires_at", orElse: "must be an RFC 3339 time in UTC, such as 2026-11-21T03:04:05Z", RFC3339.seconds)
        let constraints = reader.optionalConstraints("constraints") ?? []
        guard let id, let subject, let connector, let environment, let scopes else { return nil }
        self.init(
            id: id, subject: subject, deployment: DeploymentID(connector: connector, environment: environment),
            scopes: scopes, tools: tools, expiresAt: expiresAt, constraints: constraints)
    }

    func write(to object: inout JSONObject) {
        object["id"] = .string(id.rawValue)
        object["subject"] = .string(subject.text)
        object["connector"] = .string(deployment.connector.rawValue)
        object["environment"] = .string(deployment.environment.rawValue)
        object["scopes"] = JSONValue(names: scopes.scopes.map(\.rawValue))
        object["tools"] = tools.map { JSONValue(names: $0.sorted().map(\.rawValue)) }
        object["expires_at"] = expiresAt.map { .string(RFC3339.text(seconds: $0)) }
        object["constraints"] = .array(constraints.map(\.json))
    }
}
