import GRDB
import HallpassCore
import HallpassCrypto

/// Extends the tenants' chains; remembers where each ends, and which were closed with their tenant.
final class AuditTable {
    private let insert: LedgerStatement
    private let selectHead: LedgerStatement
    private let selectClosed: Statement
    private var heads: [TenantID: AuditHead] = [:]
    /// `nil` until it is read.
    private var closed: Set<TenantID>?

    init(_ db: Database) throws {
        insert = try LedgerStatement(
            db, "INSERT INTO audit_record (tenant_id, sequence, time_ms, hash, record) VALUES (?, ?, ?, ?, ?)")
        selectHead = try LedgerStatement(db, Self.headSQL)
        selectClosed = try db.makeStatement(sql: "SELECT tenant_id FROM deleted_tenant")
    }

    /// - Returns: where the chain ends now.
    /// - Throws: ``HallpassError/notFound`` for the chain of a deleted tenant: whatever a request that was under way still
    ///   wanted to do there is undone with its record. All that such a chain still says is that it was trimmed.
    @discardableResult
    func append(_ record: RecordDraft, of tenant: TenantID) throws -> AuditHead {
        let draft = record.draft
        guard try draft.event == .auditTrim || !closedChains().contains(tenant) else { throw HallpassError.notFound }
        let head = draft.head(after: try head(of: tenant))
        try insert.run(tenant.rawValue, head.sequence, draft.timeMilliseconds, head.hash, record.coded)
        heads[tenant] = head
        return head
    }

    /// After a rollback, or where chains were closed: the database knows how they stand now.
    func forget() {
        heads.removeAll()
        closed = nil
    }

    private func closedChains() throws -> Set<TenantID> {
        if let closed { return closed }
        let found = Set(try Row.fetchAll(selectClosed).map { try $0.value(at: 0, TenantID.init) })
        closed = found
        return found
    }

    private func head(of tenant: TenantID) throws -> AuditHead {
        if let head = heads[tenant] { return head }
        return try selectHead.first(tenant.rawValue) { row in
            AuditHead(sequence: row.integer(at: 0), hash: try row.digest(at: 1))
        } ?? .empty
    }

    static let headSQL = """
        SELECT sequence, hash FROM audit_record WHERE tenant_id = ? ORDER BY sequence DESC LIMIT 1
        """

    static func head(_ row: Row) throws -> AuditHead {
        AuditHead(sequence: try row.decode(Int64.self, atIndex: 0), hash: try row.digest(at: 1))
    }
}

extension AuditTable {
    /// In all chains, those included that were trimmed away at their beginnings. Looks at the end of each chain only.
    static func recordCount(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(db, sql: "\(holders) SELECT coalesce(sum(\(last("sequence"))), 0) FROM holder") ?? 0
    }

    /// Unix seconds; `nil` where nothing is recorded.
    static func lastTimeSeconds(_ db: Database) throws -> Int64? {
        try Int64.fetchOne(db, sql: "\(holders) SELECT max(\(last("time_ms"))) FROM holder").map { $0 / 1_000 }
    }

    /// Where every chain ends, by tenant.
    static func heads(_ db: Database) throws -> [(tenant: TenantID, head: AuditHead)] {
        try Row.fetchAll(
            db,
            sql: """
                \(holders) SELECT tenant_id, \(last("sequence")), \(last("hash")) FROM holder
                WHERE tenant_id IS NOT NULL ORDER BY tenant_id
                """
        ).map { row in
            (
                tenant: try row.value(at: 0, TenantID.init),
                head: AuditHead(sequence: try row.decode(atIndex: 1), hash: try row.digest(at: 2))
            )
        }
    }

    /// The tenants that have a chain, and a last row of none.
    private static let holders = """
        WITH RECURSIVE holder (tenant_id) AS (
            SELECT min(tenant_id) FROM audit_record
            UNION ALL
            SELECT (SELECT min(tenant_id) FROM audit_record WHERE audit_record.tenant_id > holder.tenant_id)
            FROM holder WHERE holder.tenant_id IS NOT NULL)
        """

    private static func last(_ column: String) -> String {
        """
        (SELECT \(column) FROM audit_record WHERE audit_record.tenant_id = holder.tenant_id ORDER BY sequence DESC LIMIT 1)
        """
    }
}
