import GRDB
package import HallpassCore
import StrictJSON

enum QuarantineTable {
    static let columns = "connector_id, tool, observed, observed_at, reported_by, settled_at"

    static func put(_ row: QuarantinedTool, of tenant: TenantID, _ db: Database) throws {
        try db.run(
            """
            INSERT INTO tool_quarantine (tenant_id, \(columns)) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET observed = excluded.observed, observed_at = excluded.observed_at,
                reported_by = excluded.reported_by, settled_at = excluded.settled_at
            """,
            [
                tenant.rawValue, row.connector.rawValue, row.observed.name.rawValue, JSONColumn.text(row.observed.json),
                row.observedAt, row.reportedBy, row.settledAt,
            ])
    }

    static func remove(_ row: QuarantinedTool, of tenant: TenantID, _ db: Database) throws {
        try db.run(
            "DELETE FROM tool_quarantine WHERE tenant_id = ? AND connector_id = ? AND tool = ?",
            [tenant.rawValue, row.connector.rawValue, row.observed.name.rawValue])
    }

    /// Column 0 is the tenant.
    static func row(_ row: Row) throws -> QuarantinedTool {
        let name = try row.value(at: 2, ToolName.init)
        let observed = try RegistryHistory.parse(try row.decode(atIndex: 3)).objectValue
        return QuarantinedTool(
            connector: try row.value(at: 1, ConnectorID.init),
            observed: ToolDefinition(
                name: name, description: observed?["description"]?.stringValue,
                inputSchema: observed?["input_schema"]?.objectValue),
            observedAt: try row.decode(atIndex: 4), reportedBy: try row.decode(atIndex: 5),
            settledAt: try row.decode(atIndex: 6))
    }
}

extension RegistryStore {
    /// Puts tools into quarantine, or notes what has become of those that are in it, with the records of it.
    package func quarantine(
        _ rows: [QuarantinedTool], of tenant: TenantID, audit: [AuditEntry]
    ) async throws(HallpassError) {
        try await ledger.transact { transaction in
            for row in rows { try QuarantineTable.put(row, of: tenant, transaction.db) }
            for entry in audit { try transaction.record(entry, of: tenant) }
        }
    }

    /// Lifts quarantines that no change of the registry lifts.
    package func release(
        _ rows: [QuarantinedTool], of tenant: TenantID, audit: [AuditEntry]
    ) async throws(HallpassError) {
        try await ledger.transact { transaction in
            for row in rows { try QuarantineTable.remove(row, of: tenant, transaction.db) }
            for entry in audit { try transaction.record(entry, of: tenant) }
        }
    }
}
