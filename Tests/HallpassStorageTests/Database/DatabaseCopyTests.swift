import Foundation
import GRDB
import HallpassCore
import Synchronization
import Testing

@testable import HallpassStorage

struct DatabaseCopyTests {
    private func backUp(
        _ folder: ScratchFolder, to name: String = "copy.db", overwriting: Bool = false
    ) throws(DatabaseCopyError) -> DatabaseCopy {
        try HallpassDatabase.backUp(
            path: folder.database, to: folder.path + "/" + name, overwriting: overwriting, nowSeconds: Fixture.now)
    }

    private func query<Value: DatabaseValueConvertible>(_ path: String, _ sql: String) throws -> Value? {
        let queue = try HallpassDatabase.inspectionQueue(path)
        return try queue.read { try Value.fetchOne($0, sql: sql) }
    }

    @Test func `a copy is one file for its owner only, says that it is one, and tells where its chains end`()
        async throws
    {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { storage in
            for _ in 1...3 { _ = try await storage.ledger.submit(Fixture.entry(.record)) }
            _ = try await storage.ledger.submit(Fixture.entry(.record, tenant: Fixture.globex))
            let copy = try backUp(folder)
            #expect(copy.heads.map(\.tenant) == [Fixture.acme, Fixture.globex])
            let heads = [try await storage.audit.head(Fixture.acme), try await storage.audit.head(Fixture.globex)]
            #expect(copy.heads.map(\.head) == heads)
            #expect(copy.schemaVersion == Migrations.head)
        }
        #expect(try folder.mode("copy.db") == 0o600)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.filter { $0.hasPrefix("copy") } == ["copy.db"])
        let path = folder.path + "/copy.db"
        #expect(try query(path, "PRAGMA journal_mode") == "delete")
        #expect(try query(path, "SELECT fence FROM ledger_state") == "copy")
        #expect(try query(path, "SELECT copied_at FROM ledger_state") == Fixture.now)
        #expect(try query(folder.database, "SELECT fence FROM ledger_state") == String?.none)
    }

    /// Whoever writes goes on writing; what the copy has of it is whole up to one moment.
    @Test func `a copy taken while others write is of one moment`() async throws {
        try await Storage.with { storage in
            let written = Atomic(0)
            let isDone = Atomic(false)
            async let writing: Void = {
                while !isDone.load(ordering: .acquiring) {
                    _ = try await storage.ledger.submit(Fixture.entry(.record))
                    written.add(1, ordering: .releasing)
                }
            }()
            for number in 1...3 {
                let before = written.load(ordering: .acquiring)
                while written.load(ordering: .acquiring) <= before { await Task.yield() }
                let copy = try backUp(storage.folder, to: "copy\(number).db")
                let chain = try HallpassDatabase.inspectAudit(
                    path: storage.folder.path + "/copy\(number).db", tenant: Fixture.acme, after: 0, limit: 1_000_000)
                var walk = AuditChain(tenant: Fixture.acme)
                #expect(chain.records.allSatisfy { walk.append($0) == nil })
                #expect(walk.head == copy.heads.first?.head)
            }
            isDone.store(true, ordering: .releasing)
            try await writing
        }
    }

    @Test func `a copy is written over another only where that is asked for`() async throws {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { storage in
            _ = try backUp(folder)
            _ = try await storage.ledger.submit(Fixture.entry(.record))
            #expect(throws: DatabaseCopyError.targetExists(path: folder.path + "/copy.db")) { try backUp(folder) }
            #expect(try query(folder.path + "/copy.db", "SELECT count(*) FROM audit_record") == 0)
            _ = try backUp(folder, overwriting: true)
            #expect(try query(folder.path + "/copy.db", "SELECT count(*) FROM audit_record") == 1)
        }
    }

    @Test func `what another attempt left half-written is no obstacle, and two at once are told apart`() async throws {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { _ in
            let draft = folder.path + "/copy.db.partial"
            try Data("half a copy".utf8).write(to: URL(fileURLWithPath: draft))
            try Data("half a journal".utf8).write(to: URL(fileURLWithPath: draft + "-journal"))
            do {
                let other = try DraftFile(for: folder.path + "/copy.db")
                #expect(throws: DatabaseCopyError.targetInUse(path: draft)) { try backUp(folder) }
                withExtendedLifetime(other) {}
            }
            _ = try backUp(folder)
            #expect(!FileManager.default.fileExists(atPath: draft))
        }
    }

    @Test func `nothing is copied from a file that is missing, not ours, newer or damaged`() async throws {
        let folder = try ScratchFolder()
        #expect(throws: DatabaseCopyError.database(.missing(path: folder.database))) { try backUp(folder) }
        try Data("not a database, but long enough to look at".utf8).write(to: URL(fileURLWithPath: folder.database))
        #expect(throws: DatabaseCopyError.database(.notOurs(path: folder.database))) { try backUp(folder) }
        try FileManager.default.removeItem(atPath: folder.database)
        try await Storage.with(folder: folder) { _ in }
        #expect(throws: DatabaseCopyError.sameFile(path: folder.database)) {
            try HallpassDatabase.backUp(
                path: folder.database, to: folder.database, overwriting: true, nowSeconds: Fixture.now)
        }
        try Storage.tamper(
            folder, "PRAGMA ignore_check_constraints = ON; UPDATE ledger_state SET last_sequence = -1")
        #expect {
            try backUp(folder)
        } throws: { error in
            guard case DatabaseCopyError.unsound = error else { return false }
            return true
        }
        try Storage.tamper(folder, "PRAGMA user_version = 9999")
        let newer = DatabaseOpeningError.newerVersion(path: folder.database, found: 9999, known: Migrations.head)
        #expect(throws: DatabaseCopyError.database(newer)) { try backUp(folder) }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/copy.db"))
    }

    @Test func `a folder that cannot be written is said`() async throws {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { _ in
            #expect(
                throws: DatabaseCopyError.targetUnusable(
                    path: folder.path + "/none/copy.db.partial", reason: "no such file or directory")
            ) { try backUp(folder, to: "none/copy.db") }
        }
    }
}
