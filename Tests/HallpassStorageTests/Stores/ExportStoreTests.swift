import HallpassCore
import Testing

@testable import HallpassStorage

struct ExportStoreTests {
    private static let file = ExportDestination(.file, "/var/log/audit.jsonl")
    private static let webhook = ExportDestination(.webhook, "https://siem.example/audit")

    private func record(_ count: Int, of tenant: TenantID, in storage: Storage) async throws {
        for _ in 0..<count { _ = try await storage.ledger.submit(Fixture.entry(.record, tenant: tenant)) }
    }

    private func backlog(
        _ storage: Storage, of destination: ExportDestination = file
    ) async throws -> [TenantID: ClosedRange<Int64>] {
        let store = ExportStore(database: storage.database, ledger: storage.ledger)
        let backlog = try await store.backlog(of: destination)
        #expect(backlog.map(\.tenant) == backlog.map(\.tenant).sorted())
        #expect(backlog.allSatisfy { $0.oldestMilliseconds == Fixture.now * 1_000 })
        return Dictionary(uniqueKeysWithValues: backlog.map { ($0.tenant, $0.sequences) })
    }

    @Test func `a destination lacks what was not delivered to it, tenant by tenant`() async throws {
        try await Storage.with { storage in
            let store = ExportStore(database: storage.database, ledger: storage.ledger)
            #expect(try await backlog(storage).isEmpty)
            try await record(3, of: Fixture.acme, in: storage)
            try await record(2, of: Fixture.globex, in: storage)
            #expect(try await backlog(storage) == [Fixture.acme: 1...3, Fixture.globex: 1...2])
            try await store.noteDelivered([Fixture.acme: 2, Fixture.globex: 2], to: Self.file)
            #expect(try await backlog(storage) == [Fixture.acme: 3...3])
            #expect(try await backlog(storage, of: Self.webhook) == [Fixture.acme: 1...3, Fixture.globex: 1...2])
        }
    }

    @Test func `what was delivered stays so when an older delivery is noted late`() async throws {
        try await Storage.with { storage in
            let store = ExportStore(database: storage.database, ledger: storage.ledger)
            try await record(3, of: Fixture.acme, in: storage)
            try await store.noteDelivered([Fixture.acme: 3], to: Self.file)
            try await store.noteDelivered([Fixture.acme: 1], to: Self.file)
            #expect(try await backlog(storage).isEmpty)
        }
    }

    @Test func `how a destination stands is read from the file beside the server`() async throws {
        try await Storage.with { storage in
            let store = ExportStore(database: storage.database, ledger: storage.ledger)
            try await record(2, of: Fixture.acme, in: storage)
            let trouble = ExportTrouble(reason: "it answered 500", since: Fixture.now)
            try await store.note(ExportTrouble(reason: "it cannot be reached", since: 1), at: Self.webhook)
            try await store.note(trouble, at: Self.webhook)
            var found = try HallpassDatabase.inspectExport(path: storage.folder.database, to: Self.webhook)
            #expect(found.backlog.map(\.count) == [2])
            #expect(found.trouble == trouble)
            #expect(try HallpassDatabase.inspectExport(path: storage.folder.database, to: Self.file).trouble == nil)
            try await store.note(nil, at: Self.webhook)
            found = try HallpassDatabase.inspectExport(path: storage.folder.database, to: Self.webhook)
            #expect(found.trouble == nil)
        }
    }
}
