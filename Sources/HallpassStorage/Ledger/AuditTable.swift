import Foundation
import GRDB
import HallpassCore
import HallpassCrypto

/// Extends the tenants' chains; remembers where each ends.
final class AuditTable {
    private let insert: Statement
    private let selectHead: Statement
    private var heads: [TenantID: AuditHead] = [:]

    init(_ db: Database) throws {
        insert = try db.makeStatement(
            sql: "INSERT INTO audit_record (tenant_id, sequence, time_ms, hash, record) VALUES (?, ?, ?, ?, ?)")
        selectHead = try db.makeStatement(sql: Self.headSQL)
    }

    func append(_ entry: AuditEntry, of tenant: TenantID) throws {
        let record = AuditRecord(entry, of: tenant, after: try head(of: tenant))
        let place = AuditRecordCoding.Place(
            tenant: tenant, sequence: record.sequence, timeMilliseconds: entry.timeMilliseconds)
        try insert.execute(arguments: [
            tenant.rawValue, record.sequence, entry.timeMilliseconds, Data(record.hash.bytes),
            Data(AuditRecordCoding.encode(record.canonical, at: place)),
        ])
        heads[tenant] = record.head
    }

    /// After a rollback: the database knows where the chains end now.
    func forgetHeads() { heads.removeAll() }

    private func head(of tenant: TenantID) throws -> AuditHead {
        if let head = heads[tenant] { return head }
        guard let row = try Row.fetchOne(selectHead, arguments: [tenant.rawValue]) else { return .empty }
        return try Self.head(row)
    }

    static let headSQL = """
        SELECT sequence, hash FROM audit_record WHERE tenant_id = ? ORDER BY sequence DESC LIMIT 1
        """

    static func head(_ row: Row) throws -> AuditHead {
        AuditHead(sequence: try row.decode(Int64.self, atIndex: 0), hash: try row.digest(at: 1))
    }
}
