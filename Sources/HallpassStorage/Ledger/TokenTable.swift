import GRDB
import HallpassCore

/// The tokens that were issued, and what became of each.
final class TokenTable {
    /// Which rows are of tokens that were neither used nor revoked, for SQLite to tell.
    static let isUnspent = "token.state = \(State.issued.rawValue) AND NOT \(StoredToken.isUsedSQL)"

    private enum State: Int64 {
        case issued = 0
        case revoked = 2
    }

    private let insert: LedgerStatement
    private let select: LedgerStatement
    private let selectWithUse: LedgerStatement
    private let insertUsed: LedgerStatement
    private let deleteUsed: LedgerStatement
    private let setRevoked: LedgerStatement

    init(_ db: Database) throws {
        insert = try LedgerStatement(
            db,
            """
            INSERT INTO token (tenant_id, sequence, token_id, kind, state, expires_at, connector_id, environment_id,
                client_id, subject, groups, approval, txn, agents, signature)
            VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        let one = "FROM token WHERE tenant_id = ? AND sequence = ?"
        select = try LedgerStatement(db, "SELECT \(StoredToken.columns), NULL \(one)")
        selectWithUse = try LedgerStatement(db, "SELECT \(StoredToken.columns), \(StoredToken.isUsedSQL) \(one)")
        insertUsed = try LedgerStatement(db, "INSERT OR IGNORE INTO used_token (tenant_id, sequence) VALUES (?, ?)")
        deleteUsed = try LedgerStatement(db, "DELETE FROM used_token WHERE tenant_id = ? AND sequence = ?")
        setRevoked = try LedgerStatement(
            db, "UPDATE token SET state = \(State.revoked.rawValue) WHERE tenant_id = ? AND sequence = ?")
    }

    /// - Parameter approval: the number of the one it was minted on.
    func insert(_ row: TokenRow, approval: Int64? = nil) throws {
        try insert.run(
            row.tenant.rawValue, row.sequence, row.id.bytes, row.kind == .call ? Int64(0) : 1, row.expiresAt,
            row.deployment.connector.rawValue, row.deployment.environment.rawValue, row.client.rawValue,
            row.subject.rawValue, row.groups.isEmpty ? nil : JSONColumn.text(row.groups.map(\.rawValue)),
            approval, row.transaction?.rawValue, row.agents.map(JSONColumn.text), StoredToken.kept(row.signature))
    }

    /// Takes the one use of a token that is for one; of any other only looks whether it may be used.
    ///
    /// Taken before the last thing is asked, which hardly ever refuses: to look for an earlier use first is to search twice for
    /// the same place.
    ///
    /// - Parameter cutoffs: of the tenant, as far as this process has made them.
    /// - Returns: why it may not be used; then nothing is taken.
    func take(_ use: TokenUse, cutoffs: RevocationCutoffs?) throws -> Refusal? {
        let found = try find(use.token, of: use.tenant, use.consumes ? select : selectWithUse)
        guard let token = found else { return Refusal(.ledger, .tokenNotIssued) }
        if let cutoffs, cutoffs.revokes(sequence: use.token.sequence, names: use.names) {
            return Refusal(.revoked, .tokenRevoked)
        }
        switch State(rawValue: token.state) {
        case .issued: break
        case .revoked: return Refusal(.revoked, .tokenRevoked)
        case nil: throw DamagedRow(column: "token.state")
        }
        let isFree =
            use.consumes ? try insertUsed.run(use.tenant.rawValue, use.token.sequence) == 1 : token.isUsed == false
        guard isFree else { return Refusal(.ledger, .tokenAlreadyUsed) }
        guard let refusal = use.refusal(try token.backing()) else { return nil }
        try giveBack(use)
        return refusal
    }

    /// Undoes what was taken for a use that is not to be.
    func giveBack(_ use: TokenUse) throws {
        guard use.consumes else { return }
        let count = try deleteUsed.run(use.tenant.rawValue, use.token.sequence)
        assert(count == 1, "a use given back that was not taken")
    }

    /// - Returns: whether the token was good until now. One that has expired may have been swept away, and is no forgery.
    func revoke(_ shown: ShownToken, of tenant: TenantID, nowSeconds: Int64) throws -> Result<Bool, Refusal> {
        guard let token = try find(shown, of: tenant, selectWithUse) else {
            return nowSeconds < shown.expiresAt ? .failure(Refusal(.ledger, .tokenNotIssued)) : .success(false)
        }
        guard token.state == State.issued.rawValue, token.isUsed == false else { return .success(false) }
        try setRevoked.run(tenant.rawValue, shown.sequence)
        return .success(nowSeconds < token.expiresAt)
    }

    /// - Returns: `nil` where this token was not issued, whatever else has its number.
    private func find(
        _ shown: ShownToken, of tenant: TenantID, _ select: LedgerStatement
    ) throws -> StoredToken? {
        try select.first(tenant.rawValue, shown.sequence) { row in StoredToken(row, if: shown.signature) } ?? nil
    }
}

/// The numbers that tokens and cutoffs share.
enum LedgerSequence {
    /// The highest that is on record: of a token, of a cutoff, or noted when tokens were swept away.
    static func last(in db: Database) throws -> Int64 {
        try Int64.fetchOne(
            db,
            sql: """
                SELECT max(
                    (SELECT last_sequence FROM ledger_state),
                    coalesce((SELECT max(cutoff) FROM revocation), 0),
                    coalesce((SELECT max(sequence) FROM approval), 0),
                    coalesce((\(last(of: "token"))), 0), coalesce((\(last(of: "call"))), 0))
                """) ?? 0
    }

    /// One look at the end of each tenant's rows, instead of one at every row: with 1.25 million calls a start took 0.15 s
    /// less.
    private static func last(of table: String) -> String {
        """
        WITH RECURSIVE holder (tenant_id) AS (
            SELECT min(tenant_id) FROM \(table)
            UNION ALL
            SELECT (SELECT min(tenant_id) FROM \(table) AS other WHERE other.tenant_id > holder.tenant_id)
            FROM holder WHERE holder.tenant_id IS NOT NULL)
        SELECT max((SELECT max(sequence) FROM \(table) AS own WHERE own.tenant_id = holder.tenant_id)) FROM holder
        """
    }

    /// Keeps the numbers from being given twice once the tokens that had them are gone.
    static func note(_ sequence: Int64, _ db: Database) throws {
        try db.run(
            "UPDATE ledger_state SET last_sequence = ?1 WHERE last_sequence < ?1", [sequence])
    }
}
