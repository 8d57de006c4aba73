import Foundation
import GRDB
import HallpassCore
import Testing

@testable import HallpassStorage

struct DatabaseRestoreTests {
    private func backUp(_ folder: ScratchFolder) throws {
        _ = try HallpassDatabase.backUp(
            path: folder.database, to: folder.path + "/copy.db", overwriting: true, nowSeconds: Fixture.now)
    }

    private func restore(
        _ folder: ScratchFolder, from name: String = "copy.db", checkKeys: ([SealedTenantKey]) throws -> Void = { _ in }
    ) throws -> RestoredDatabase {
        try HallpassDatabase.restore(
            from: folder.path + "/" + name, to: folder.database, nowSeconds: Fixture.now + 60, checkKeys: checkKeys)
    }

    private func fence(_ folder: ScratchFolder) async throws -> RestoreFence? {
        let database = try HallpassDatabase.open(path: folder.database)
        let fence = try await database.restoreFence()
        try database.close()
        return fence
    }

    @Test func `the copy takes the database's place, and what was there stays beside it`() async throws {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { storage in
            _ = try await storage.ledger.submit(Fixture.entry(.record))
            try backUp(folder)
            _ = try await storage.ledger.submit(Fixture.entry(.record, event: .verify))
            _ = try await storage.ledger.revoke(.actor, "alice")
        }
        let restored = try restore(folder)
        #expect(restored.copiedAt == Fixture.now)
        #expect(
            restored.undone == [
                UndoneEvents(tenant: Fixture.acme, event: "revoke", count: 1),
                UndoneEvents(tenant: Fixture.acme, event: "verify", count: 1),
            ])
        let replaced = try #require(restored.replaced)
        #expect(replaced == folder.database + ".replaced-2026-11-20T231415Z")
        let before = try HallpassDatabase.inspectAudit(path: replaced, tenant: Fixture.acme, after: 0, limit: 10)
        #expect(before.records.count == 3)
        try await Storage.with(folder: folder) { storage in
            let head = try await storage.audit.head(Fixture.acme)
            #expect(head.sequence == 1)
            let fence = try await storage.database.restoreFence()
            #expect(fence == RestoreFence(cause: .copy, copiedAt: Fixture.now))
        }
    }

    /// Root can read a key file that is root's; the server is somebody else.
    @Test(.enabled(if: geteuid() == 0)) func `restored by root, the database belongs to the owner of its folder`()
        async throws
    {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { _ in try backUp(folder) }
        try FileManager.default.removeItem(atPath: DatabaseLock.path(of: folder.database))
        #expect(chown(folder.path, 4_711, 4_712) == 0)
        _ = try restore(folder)
        for path in [folder.database, DatabaseLock.path(of: folder.database)] {
            var status = stat()
            let isRead = stat(path, &status) == 0
            #expect(isRead && status.st_uid == 4_711 && status.st_gid == 4_712)
        }
    }

    /// The log of a server that was killed belongs to the database that was there; left in place it would be played into the
    /// copy.
    @Test func `a log that was not taken in yet goes with its database`() async throws {
        let folder = try ScratchFolder()
        let killed = try ScratchFolder()
        try await Storage.with(folder: folder) { storage in
            _ = try await storage.ledger.submit(Fixture.entry(.record))
            try backUp(folder)
            _ = try await storage.ledger.submit(Fixture.entry(.record))
            for suffix in ["", "-wal", ".mark"] where FileManager.default.fileExists(atPath: folder.database + suffix) {
                try FileManager.default.copyItem(atPath: folder.database + suffix, toPath: killed.database + suffix)
            }
        }
        try FileManager.default.copyItem(atPath: folder.path + "/copy.db", toPath: killed.path + "/copy.db")
        let replaced = try #require(try restore(killed).replaced)
        #expect(FileManager.default.fileExists(atPath: replaced + "-wal"))
        let before = try HallpassDatabase.inspectAudit(path: replaced, tenant: Fixture.acme, after: 0, limit: 10)
        #expect(before.records.count == 2)
        let after = try HallpassDatabase.inspectAudit(path: killed.database, tenant: Fixture.acme, after: 0, limit: 10)
        #expect(after.records.count == 1)
    }

    @Test func `a copy made by other means, also of an earlier version, is brought up to date and known for a copy`()
        async throws
    {
        let folder = try ScratchFolder()
        let old = try DatabaseQueue(path: folder.path + "/copy.db")
        try await old.writeWithoutTransaction { try Migrations.run(on: $0, to: 12) }
        try old.close()
        let restored = try restore(folder)
        #expect(restored.replaced == nil && restored.copiedAt == nil)
        #expect(try await fence(folder)?.cause == .copy)
    }

    @Test func `nothing is touched where a server runs, or the copy is newer, damaged, not ours or not for this key`()
        async throws
    {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { storage in
            try backUp(folder)
            let inUse = DatabaseOpeningError.locked(path: folder.database, processID: getpid())
            #expect(throws: DatabaseCopyError.database(inUse)) { try restore(folder) }
        }
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.database))
        #expect(throws: UnexpectedOutcome.self) { try restore(folder) { _ in throw UnexpectedOutcome() } }
        #expect(throws: DatabaseCopyError.sameFile(path: folder.database)) { try restore(folder, from: "hallpass.db") }
        let missing = DatabaseOpeningError.missing(path: folder.path + "/none.db")
        #expect(throws: DatabaseCopyError.database(missing)) { try restore(folder, from: "none.db") }

        let copy = URL(fileURLWithPath: folder.path + "/copy.db")
        let whole = try Data(contentsOf: copy)
        try whole.prefix(whole.count / 2).write(to: copy)
        #expect(throws: DatabaseCopyError.self) { try restore(folder) }
        try Data(whole.prefix(10)).write(to: copy)
        #expect(throws: DatabaseCopyError.database(.notOurs(path: copy.path))) { try restore(folder) }
        try whole.write(to: copy)
        let queue = try DatabaseQueue(path: copy.path)
        try await queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 9999") }
        try queue.close()
        let newer = DatabaseOpeningError.newerVersion(path: copy.path, found: 9999, known: Migrations.head)
        #expect(throws: DatabaseCopyError.database(newer)) { try restore(folder) }

        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.database)) == before)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!names.contains { $0.contains(".replaced-") || $0.hasSuffix(".partial") })
        #expect(try await fence(folder) == nil)
    }
}
