import GRDB

/// How a file gets from any version to the present one. Append-only: what has been released is never edited, because files
/// that went through it exist.
enum Migrations {
    private typealias Migration = (Database) throws -> Void

    /// The first makes version 1 of an empty file.
    private static var all: [Migration] {
        [
            createSchema, createCalls, addLimits, createKeyLifecycle, createApprovals, createIssuers, createAccounts,
            createCheckpoints, addSecretUse, createSwitches, createQuarantine, createCredentials,
            addTokenSignature, createAuditExport, createAuditTrim, createRestoreFence, codeAuditRecords,
            createDataKeyLifecycle, createTenantDeletion, indexRevokedTokens, indexClaims, createUsedTokens,
            packClaims,
        ]
    }

    /// The version this program writes.
    static var head: Int { all.count }

    /// Each step and its version number are one transaction, so that a crash between two leaves a version that exists.
    static func run(on db: Database, to target: Int = head) throws {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        for (index, migrate) in all.prefix(target).enumerated().dropFirst(version) {
            try db.inTransaction(.immediate) {
                try migrate(db)
                try db.execute(sql: "PRAGMA user_version = \(index + 1)")
                return .commit
            }
        }
    }
}
