import GRDB
package import HallpassCore
import StrictJSON

/// Every accepted change, as the document that each resource became.
enum RegistryHistory {
    static func insert(_ commit: RegistryCommit, revision: Int64, _ db: Database) throws {
        try db.run(
            "INSERT INTO revision (tenant_id, number, time_ms, author, summary) VALUES (?, ?, ?, ?, ?)",
            [
                commit.tenant.rawValue, revision, commit.timeMilliseconds, commit.author, commit.summary,
            ])
        for change in commit.changes {
            try db.run(
                """
                INSERT INTO registry_change (tenant_id, kind, name, revision, document) VALUES (?, ?, ?, ?, ?)
                """,
                [
                    commit.tenant.rawValue, change.key.kind.rawValue, change.key.name, revision,
                    change.after.map { JSONColumn.text($0.json) },
                ])
        }
    }

    /// Reads back what was valid when it was stored.
    static func parse(_ text: String) throws -> JSONValue {
        try JSONParser.parse(Array(text.utf8), limits: JSONLimits(depth: JSONLimits.depthMaximum))
    }
}

extension RegistryStore {
    /// - Parameter before: a revision; absent for the newest.
    /// - Returns: newest first.
    package func revisions(
        _ tenant: TenantID, before: Int64? = nil, limit: Int
    ) async throws -> [RevisionSummary] {
        try await database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT number, time_ms, author, summary, (
                        SELECT count(*) FROM registry_change
                        WHERE registry_change.tenant_id = revision.tenant_id AND registry_change.revision = number)
                    FROM revision WHERE tenant_id = ? AND number < ? ORDER BY number DESC LIMIT ?
                    """,
                arguments: [tenant.rawValue, before ?? .max, limit]
            ).map { row in
                RevisionSummary(
                    number: try row.decode(atIndex: 0), timeMilliseconds: try row.decode(atIndex: 1),
                    author: try row.decode(atIndex: 2), summary: try row.decode(atIndex: 3),
                    changeCount: try row.decode(atIndex: 4))
            }
        }
    }

    /// The registry as it was, put together from the documents.
    ///
    /// - Returns: `nil` where there was no such revision.
    package func registry(_ tenant: TenantID, asOf revision: Int64) async throws -> TenantRegistry? {
        try await database.read { db in
            let exists = try Bool.fetchOne(
                db, sql: "SELECT 1 FROM revision WHERE tenant_id = ? AND number = ?",
                arguments: [tenant.rawValue, revision])
            guard exists != nil else { return nil }
            var registry = TenantRegistry(tenant: Tenant(id: tenant), revision: revision)
            let documents = try String.fetchCursor(
                db,
                sql: """
                    SELECT document FROM registry_change AS change
                    WHERE tenant_id = ?1 AND document IS NOT NULL AND revision = (
                        SELECT max(revision) FROM registry_change AS earlier
                        WHERE earlier.tenant_id = ?1 AND earlier.kind = change.kind AND earlier.name = change.name
                            AND earlier.revision <= ?2)
                    """,
                arguments: [tenant.rawValue, revision])
            while let document = try documents.next() {
                registry.put(try RegistryResource.read(RegistryHistory.parse(document)))
            }
            return registry
        }
    }
}
