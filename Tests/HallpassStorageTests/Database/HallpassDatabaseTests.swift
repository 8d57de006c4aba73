import Foundation
import GRDB
import Testing

@testable import HallpassStorage

struct HallpassDatabaseTests {
    /// The first is the one that durability hangs on: GRDB sets NORMAL as it opens, and under that a power failure may take
    /// back what was acknowledged.
    @Test(arguments: [
        "synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "5000", "cell_size_check": "1",
        "secure_delete": "1", "journal_size_limit": "67108864", "application_id": "1212238924",
        "user_version": "\(Migrations.head)",
    ])
    func `the writing connection is set up as it must be`(pragma: String, value: String) async throws {
        try await Storage.with { storage in
            let found = try await storage.database.pool.writeWithoutTransaction { db in
                try String.fetchOne(db, sql: "PRAGMA \(pragma)")
            }
            #expect(found == value)
        }
    }

    @Test func `a reading connection cannot write and distrusts the schema`() async throws {
        try await Storage.with { storage in
            let trust = try await storage.database.read { try Int.fetchOne($0, sql: "PRAGMA trusted_schema") }
            #expect(trust == 0)
            let error = await #expect(throws: DatabaseError.self) {
                try await storage.database.read { try $0.execute(sql: "DELETE FROM token") }
            }
            #expect(error?.resultCode == .SQLITE_READONLY)
        }
    }

    @Test func `only the owner may read the database, its log and its lock`() async throws {
        try await Storage.with { storage in
            _ = try await storage.ledger.submit(Fixture.entry(.record))
            for name in ["hallpass.db", "hallpass.db-wal", "hallpass.db-shm", "hallpass.db.lock"] {
                #expect(try storage.folder.mode(name) == 0o600, "\(name)")
            }
        }
    }

    @Test func `a file that others may read is taken back`() async throws {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { _ in }
        try folder.setMode(0o644, of: folder.database)
        try await Storage.with(folder: folder) { _ in }
        #expect(try folder.mode("hallpass.db") == 0o600)
    }

    @Test func `a second opening is refused until the first has closed`() async throws {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { _ in
            #expect(throws: DatabaseOpeningError.locked(path: folder.database, processID: getpid())) {
                try HallpassDatabase.open(path: folder.database)
            }
        }
        try HallpassDatabase.open(path: folder.database).close()
    }

    @Test func `closing takes everything into the one file`() async throws {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { storage in
            _ = try await storage.ledger.submit(Fixture.entry(.record))
        }
        #expect(!FileManager.default.fileExists(atPath: folder.database + "-wal"))
        try await Storage.with(folder: folder) { storage in
            let count = try await storage.audit.count(Fixture.acme)
            #expect(count == 1)
        }
    }

    @Test func `creating twice keeps what is there`() async throws {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { try await $0.ledger.issue(Fixture.token($0.ledger)) }
        try await Storage.with(folder: folder) { storage in
            let count = try await storage.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM token") }
            #expect(count == 1)
        }
    }
}
