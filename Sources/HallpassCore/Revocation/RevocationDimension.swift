/// What a cutoff can name. Source: the protocol, "Introspect, revoke, metadata".
package enum RevocationDimension: String, Hashable, Sendable, CaseIterable {
    /// One token, by its `jti`.
    case token
    /// The caller's transaction id.
    case txn
    case actor
    /// Anyone in the `act` chain.
    case agent
    /// The client that minted.
    case client
    case connector
    case environment
    /// `connector@environment`
    case deployment
    /// What one key signed, by its `kid`.
    case key
    case tenant

    /// Whether something in this dimension can be called so; whether there is such a thing is another question.
    package func canName(_ id: String) -> Bool {
        switch self {
        case .token: TokenID(id) != nil
        case .txn: TransactionID(id) != nil
        case .actor, .agent: Subject(id) != nil
        case .client: ClientID(id) != nil
        case .connector: ConnectorID(id) != nil
        case .environment: EnvironmentID(id) != nil
        case .deployment: DeploymentID(id) != nil
        case .key: KeyID(id) != nil
        case .tenant: TenantID(id) != nil
        }
    }
}

extension VerifiedToken {
    /// What a cutoff may call this token by: one name in most dimensions, one for each link of its `act` chain, and none for
    /// a `txn` that it does not have.
    package func names(in dimension: RevocationDimension) -> [String] {
        switch dimension {
        case .token: [claims.id.text]
        case .txn: claims.transaction.map { [$0.rawValue] } ?? []
        case .actor: [claims.subject.rawValue]
        case .agent: claims.act.subjects.map(\.rawValue)
        case .client: [claims.client.rawValue]
        case .connector: [claims.deployment.connector.rawValue]
        case .environment: [claims.deployment.environment.rawValue]
        case .deployment: [claims.deployment.text]
        case .key: [key.text]
        case .tenant: [claims.tenant.rawValue]
        }
    }
}
