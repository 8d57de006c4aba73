import StrictJSON

/// The connector card: `{kind?, server, auth: {mode, scopes, token_ttl_seconds, session_scopes?}, environment, tools_allow?,
/// constraints?, idempotency?: {retention_seconds?, lease_seconds?}, limits?: {deployment?, actor?, tools?},
/// approval?: {tools?, expires_in_seconds?}}`
extension Deployment {
    init?(reading reader: JSONObjectReader) {
        let connector: ConnectorID? = reader.requiredIdentifier("server")
        let environment: EnvironmentID? = reader.requiredIdentifier("environment")
        let auth = reader.requiredObject("auth", DeploymentAuth.init(reading:))
        let allowedTools = reader.optionalToolNames("tools_allow", count: 0...Limits.toolsPerConnector)
        let constraints = reader.optionalConstraints("constraints") ?? []
        let times = reader.optionalObject("idempotency") { reader in
            (
                retention: reader.optionalInteger("retention_seconds", in: Limits.idempotencyRetentionSeconds),
                lease: reader.optionalInteger("lease_seconds", in: Limits.leaseSeconds)
            )
        }
        let limits = reader.optionalCallLimits("limits")
        let approval = reader.optionalObject("approval", DeploymentApproval.init(reading:))
        guard let connector, let environment, let auth else { return nil }
        self.init(
            id: DeploymentID(connector: connector, environment: environment), authMode: auth.mode, scopes: auth.scopes,
            tokenLifetimeSeconds: auth.tokenLifetimeSeconds, sessionScopes: auth.sessionScopes,
            allowedTools: allowedTools, constraints: constraints,
            idempotencyRetentionSeconds: times?.retention ?? Limits.idempotencyRetentionDefaultSeconds,
            leaseSeconds: times?.lease ?? Limits.leaseDefaultSeconds, limits: limits,
            approval: approval ?? DeploymentApproval())
    }

    func write(to object: inout JSONObject) {
        object["server"] = .string(id.connector.rawValue)
        object["auth"] = [
            "mode": .string(authMode.rawValue),
            "scopes": JSONValue(names: scopes.scopes.map(\.rawValue)),
            "token_ttl_seconds": .integer(tokenLifetimeSeconds),
            "session_scopes": JSONValue(names: sessionScopes.scopes.map(\.rawValue)),
        ]
        object["environment"] = .string(id.environment.rawValue)
        object["tools_allow"] = allowedTools.map { JSONValue(names: $0.sorted().map(\.rawValue)) }
        object["constraints"] = .array(constraints.map(\.json))
        object["idempotency"] = [
            "retention_seconds": .integer(idempotencyRetentionSeconds), "lease_seconds": .integer(leaseSeconds),
        ]
        object["limits"] = limits?.json
        object["approval"] = [
            "tools": JSONValue(names: approval.tools.sorted().map(\.rawValue)),
            "expires_in_seconds": .integer(approval.lifetimeSeconds),
        ]
    }
}

extension DeploymentApproval {
    fileprivate init(reading reader: JSONObjectReader) {
        let tools = reader.optionalToolNames("tools", count: 0...Limits.toolsPerConnector)
        let lifetime = reader.optionalInteger("expires_in_seconds", in: Limits.approvalLifetimeSeconds)
        self.init(tools: tools ?? [], lifetimeSeconds: lifetime ?? Limits.approvalLifetimeDefaultSeconds)
    }
}

private struct DeploymentAuth {
    let mode: AuthMode
    let scopes: ScopeSet
    let tokenLifetimeSeconds: Int64
    let sessionScopes: ScopeSet

    init?(reading reader: JSONObjectReader) {
        let mode = reader.requiredChoice("mode", AuthMode.self)
        let scopes = reader.requiredScopes("scopes")
        let tokenLifetimeSeconds = reader.requiredInteger("token_ttl_seconds", in: Limits.tokenLifetimeSeconds)
        let sessionScopes = reader.optionalScopes("session_scopes")
        guard let mode, let scopes, let tokenLifetimeSeconds else { return nil }
        self.mode = mode
        self.scopes = scopes
        self.tokenLifetimeSeconds = tokenLifetimeSeconds
        self.sessionScopes = sessionScopes ?? .empty
    }
}
