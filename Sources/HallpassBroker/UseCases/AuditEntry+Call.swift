import HallpassCore

extension AuditEntry {
    /// What was asked for, before anything of it is known to hold.
    mutating func describe(_ command: MintCommand) {
        if case .connector(let id) = command.target { connector = id }
        environment = command.environment
        tool = command.tool
        scope = command.scope
        transaction = command.transaction
    }

    /// What a token says: when it was minted here, or when its signature was found good.
    mutating func describe(_ claims: TokenClaims) {
        subject = claims.subject
        act = claims.act
        connector = claims.deployment.connector
        environment = claims.deployment.environment
        tool = claims.tool
        scope = claims.scope
        argumentsDigest = claims.argumentsDigest
        tokenID = claims.id
        tokenKind = claims.kind
        transaction = claims.transaction
    }
}
