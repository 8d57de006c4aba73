import GRDB
package import HallpassCore

/// Records that a destination has not been given yet.
package struct ExportBacklog: Hashable, Sendable {
    package let tenant: TenantID
    /// The first that it lacks, and the last.
    package let sequences: ClosedRange<Int64>
    /// Of the first, milliseconds since 1970.
    package let oldestMilliseconds: Int64

    package var count: Int64 { sequences.upperBound - sequences.lowerBound + 1 }
}

/// What keeps a destination from being given anything, and since when.
package struct ExportTrouble: Hashable, Sendable {
    /// One clause, such as `it answered 500`.
    package let reason: String
    /// Unix seconds.
    package let since: Int64

    package init(reason: String, since: Int64) {
        self.reason = reason
        self.since = since
    }
}

/// How far the tenants' audit has been copied to each destination.
package struct ExportStore: Sendable {
    private let database: HallpassDatabase
    private let ledger: Ledger

    package init(database: HallpassDatabase, ledger: Ledger) {
        self.database = database
        self.ledger = ledger
    }

    /// What a destination lacks, by tenant in the order of their names; those that lack nothing are left out.
    package func backlog(of destination: ExportDestination) async throws -> [ExportBacklog] {
        try await database.read { try Self.backlog(of: destination, in: $0) }
    }

    /// The last record of a tenant that every one of these has; `nil` where there are none.
    package func delivered(_ tenant: TenantID, to destinations: [ExportDestination]) async throws -> Int64? {
        try await database.read { db in
            try destinations.map { destination in
                try Int64.fetchOne(
                    db, sql: "SELECT sequence FROM audit_export WHERE tenant_id = ? AND destination = ?",
                    arguments: [tenant.rawValue, destination.name]) ?? 0
            }.min()
        }
    }

    /// Remembers the last record of each tenant that a destination has now.
    package func noteDelivered(
        _ last: [TenantID: Int64], to destination: ExportDestination
    ) async throws(HallpassError) {
        try await ledger.transact { transaction in
            for (tenant, sequence) in last {
                try transaction.db.run(
                    """
                    INSERT INTO audit_export (tenant_id, destination, sequence) VALUES (?, ?, ?)
                    ON CONFLICT DO UPDATE SET sequence = max(sequence, excluded.sequence)
                    """,
                    [tenant.rawValue, destination.name, sequence])
            }
        }
    }

    /// - Parameter trouble: `nil` when it is over.
    package func note(_ trouble: ExportTrouble?, at destination: ExportDestination) async throws(HallpassError) {
        try await ledger.transact { transaction in
            try transaction.db.run("DELETE FROM audit_export_trouble WHERE destination = ?", [destination.name])
            guard let trouble else { return }
            try transaction.db.run(
                "INSERT INTO audit_export_trouble (destination, reason, since) VALUES (?, ?, ?)",
                [destination.name, trouble.reason, trouble.since])
        }
    }

    /// One jump in the index for each tenant, however many records they have.
    static func backlog(of destination: ExportDestination, in db: Database) throws -> [ExportBacklog] {
        try Row.fetchAll(
            db,
            sql: """
                WITH RECURSIVE chain(tenant_id) AS (
                    SELECT min(tenant_id) FROM audit_record
                    UNION ALL
                    SELECT (SELECT min(tenant_id) FROM audit_record WHERE tenant_id > chain.tenant_id) FROM chain
                    WHERE chain.tenant_id IS NOT NULL
                )
                SELECT chain.tenant_id, record.sequence, record.time_ms,
                    (SELECT max(sequence) FROM audit_record WHERE tenant_id = chain.tenant_id)
                FROM chain JOIN audit_record AS record ON record.tenant_id = chain.tenant_id AND record.sequence = (
                    SELECT min(sequence) FROM audit_record WHERE tenant_id = chain.tenant_id AND sequence > max(
                        coalesce((SELECT sequence FROM audit_export
                            WHERE tenant_id = chain.tenant_id AND destination = ?), 0),
                        coalesce((SELECT sequence FROM audit_trim WHERE tenant_id = chain.tenant_id), 0)))
                ORDER BY chain.tenant_id
                """,
            arguments: [destination.name]
        ).map { row in
            let first = try row.decode(Int64.self, atIndex: 1)
            return ExportBacklog(
                tenant: try row.value(at: 0, TenantID.init),
                sequences: first...max(first, try row.decode(Int64.self, atIndex: 3)),
                oldestMilliseconds: try row.decode(atIndex: 2))
        }
    }
}
