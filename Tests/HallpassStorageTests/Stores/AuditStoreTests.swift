import HallpassCore
import HallpassCrypto
import Testing

@testable import HallpassStorage

struct AuditStoreTests {
    @Test(arguments: [
        (
            """
            UPDATE audit_record SET record = CAST(replace(CAST(record AS TEXT), 'bob', 'eve') AS BLOB) WHERE sequence = 3
            """,
            AuditChain.Break.hashMismatch(sequence: 3)
        ),
        ("UPDATE audit_record SET hash = zeroblob(32) WHERE sequence = 2", .hashMismatch(sequence: 2)),
        ("UPDATE audit_record SET time_ms = time_ms + 1 WHERE sequence = 2", .hashMismatch(sequence: 2)),
        ("UPDATE audit_record SET record = x'01' WHERE sequence = 2", .hashMismatch(sequence: 2)),
        ("DELETE FROM audit_record WHERE sequence = 4", .outOfSequence(expected: 4, found: 5)),
        ("UPDATE audit_record SET tenant_id = 'globex' WHERE sequence = 1", .outOfSequence(expected: 1, found: 2)),
        (
            """
            UPDATE audit_record SET sequence = 99 WHERE sequence = 2; UPDATE audit_record SET sequence = 2 WHERE sequence = 3;
            UPDATE audit_record SET sequence = 3 WHERE sequence = 99
            """, .hashMismatch(sequence: 2)
        ),
    ])
    func `a change behind our back is found`(sql: String, expected: AuditChain.Break) async throws {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { storage in
            for name in ["alice", "bob", "bob", "carol", "dave"] {
                try await storage.record { $0.subject = Subject(name) }
            }
            let found = try await storage.chainBreak(Fixture.acme)
            #expect(found == nil)
        }
        try Storage.tamper(folder, sql)
        let storage = try Storage(folder: folder)
        var chain = AuditChain(tenant: Fixture.acme)
        var found: AuditChain.Break?
        for record in try await storage.audit.records(Fixture.acme, limit: 10) {
            found = chain.append(record)
            if found != nil { break }
        }
        #expect(found == expected)
        try await storage.close()
    }

    @Test func `each filter finds its records and no others`() async throws {
        try await Storage.with { storage in
            let token = try #require(TokenID(bytes: [UInt8](repeating: 7, count: 16)))
            let changes: [@Sendable (inout AuditEntry) -> Void] = [
                { $0.subject = Subject("alice") },
                // Only looks like alice's: the name stands in a nested member, and quoted in a reason.
                { entry in
                    entry.act = Subject("alice").map { ActorChain($0) }
                    entry.reason = #""sub":"alice""#
                },
                { $0.client = ClientID("gateway") }, { $0.connector = ConnectorID("crm-mcp") },
                { $0.tool = ToolName("add_note") }, { $0.requestID = "r-6" }, { $0.tokenID = token },
                { $0.transaction = TransactionID("t-8") }, { $0 = $0.refused(Refusal(.time, .tokenExpired)) },
                { $0.event = .mint },
            ]
            for change in changes { try await storage.record(change) }
            var queries: [(AuditQuery, [Int64])] = []
            func expect(_ sequences: [Int64], _ narrow: (inout AuditQuery) -> Void) {
                var query = AuditQuery()
                narrow(&query)
                queries.append((query, sequences))
            }
            expect([1]) { $0.subject = Subject("alice") }
            expect([3]) { $0.client = ClientID("gateway") }
            // Begins with it, and is another.
            expect([]) { $0.subject = Subject("alic") }
            expect([4]) { $0.connector = ConnectorID("crm-mcp") }
            expect([5]) { $0.tool = ToolName("add_note") }
            expect([6]) { $0.requestID = "r-6" }
            expect([7]) { $0.tokenID = token }
            expect([8]) { $0.transaction = TransactionID("t-8") }
            expect([9]) { $0.code = "token_expired" }
            expect([9]) { $0.decision = .deny }
            expect([10]) { $0.event = .mint }
            expect([]) {
                $0.event = .mint; $0.decision = .deny
            }
            expect(Array((1...10).reversed())) { _ in }
            for (query, sequences) in queries {
                let found = try await storage.audit.list(Fixture.acme, query).records
                #expect(found.map(\.sequence) == sequences)
                let elsewhere = try await storage.audit.list(Fixture.globex, query)
                #expect(elsewhere.records.isEmpty)
                #expect(elsewhere.next == nil)
            }
        }
    }

    @Test func `lists are newest first, bounded by time, and paged`() async throws {
        try await Storage.with { storage in
            for second: Int64 in 1...5 { try await storage.record { $0.timeMilliseconds = second * 1_000 } }
            var query = AuditQuery(limit: 2)
            let first = try await storage.audit.list(Fixture.acme, query)
            query.before = first.next
            let second = try await storage.audit.list(Fixture.acme, query)
            query.before = second.next
            let third = try await storage.audit.list(Fixture.acme, query)
            #expect(first.records.map(\.sequence) == [5, 4])
            #expect(second.records.map(\.sequence) == [3, 2])
            #expect(third.records.map(\.sequence) == [1])
            #expect(third.next == nil)
            var bounded = AuditQuery()
            bounded.since = 2_000
            bounded.until = 4_000
            let between = try await storage.audit.list(Fixture.acme, bounded)
            #expect(between.records.map(\.sequence) == [3, 2])
        }
    }

    /// As whoever has the file could leave it: the trim stands, and what follows it is gone.
    @Test func `of a trimmed chain whose end was cut off nothing is left to count`() async throws {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { storage in
            for _ in 0..<3 { try await storage.record { _ in } }
        }
        try Storage.tamper(
            folder,
            """
            INSERT INTO audit_trim VALUES ('acme', 3, zeroblob(32), 0, zeroblob(64), 0);
            DELETE FROM audit_record WHERE tenant_id = 'acme'
            """)
        try await Storage.with(folder: folder) { storage in
            let places = try await storage.audit.places(Fixture.acme)
            #expect(places.isEmpty)
        }
    }

    @Test func `a search looks at a stretch of the chain at a time, and says where to look on`() async throws {
        try await Storage.with { storage in
            for number in 1...7 { try await storage.record { $0.requestID = "r-\(number)" } }
            var query = AuditQuery(reach: 3)
            query.requestID = "r-2"
            var stretches: [[Int64]] = []
            repeat {
                let page = try await storage.audit.list(Fixture.acme, query)
                stretches.append(page.records.map(\.sequence))
                query.before = page.next
            } while query.before != nil
            #expect(stretches == [[], [2], []])
        }
    }

    @Test func `records come in the order of the chain, and the head is where it ends`() async throws {
        try await Storage.with { storage in
            let empty = try await storage.audit.head(Fixture.acme)
            #expect(empty == .empty)
            for _ in 0..<5 { try await storage.record { _ in } }
            let records = try await storage.audit.records(Fixture.acme, after: 1, limit: 3)
            let head = try await storage.audit.head(Fixture.acme)
            #expect(records.map(\.sequence) == [2, 3, 4])
            #expect(head.sequence == 5)
        }
    }
}

extension Storage {
    /// Commits one record for the first tenant.
    fileprivate func record(_ change: @escaping @Sendable (inout AuditEntry) -> Void) async throws {
        let entry = LedgerEntry(tenant: Fixture.acme, action: .record, nowSeconds: Fixture.now) { _ in
            var entry = Fixture.auditEntry(.verify)
            change(&entry)
            return entry
        }
        _ = try await ledger.submit(entry)
    }
}
