import Foundation
import Testing

@testable import HallpassStorage

struct DatabaseInspectionTests {
    @Test func `a running database can be examined, and says whose it is`() async throws {
        try await Storage.with { storage in
            for _ in 0..<3 { _ = try await storage.ledger.submit(Fixture.entry(.record)) }
            let report = try HallpassDatabase.inspect(path: storage.folder.database)
            #expect(report.isInUse)
            #expect(report.processID == getpid())
            #expect(report.schemaVersion == Migrations.head)
            #expect(report.integrityProblems.isEmpty)
            #expect(report.danglingReferences.isEmpty)
            #expect(report.rowCounts.first { $0.table == "audit_record" }?.count == 3)
            #expect(report.databaseBytes + report.logBytes > 0)
        }
    }

    @Test func `an idle database is not in use, and stays free while it is examined`() async throws {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { _ in }
        #expect(try !HallpassDatabase.inspect(path: folder.database).isInUse)
        try await Storage.with(folder: folder) { _ in }
    }

    @Test func `dangling references are counted`() async throws {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { _ in }
        try Storage.tamper(folder, "INSERT INTO environment VALUES ('nobody', 'prod', 0, NULL)")
        #expect(try HallpassDatabase.inspect(path: folder.database).danglingReferences == ["environment: 1"])
    }

    @Test func `keys that would not be found are counted, and a copy finds them`() async throws {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { _ in }
        try Storage.tamper(
            folder,
            """
            INSERT INTO call (tenant_id, sequence, nonce, client_id, claim, arguments_digest, lease_expires_at,
                expires_at, token_sequence, scope)
            VALUES ('acme', 7, zeroblob(8), 'crm', zeroblob(32), zeroblob(32), 1, 1, 1, '');
            UPDATE ledger_state SET claims_indexed_to = 7;
            """)
        #expect(try HallpassDatabase.inspect(path: folder.database).lostKeyCount == 1)
        let copy = folder.database + ".copy"
        _ = try HallpassDatabase.backUp(path: folder.database, to: copy, overwriting: false, nowSeconds: Fixture.now)
        #expect(try HallpassDatabase.inspect(path: copy).lostKeyCount == 0)
    }

    @Test func `a missing file and another program's file are refused`() throws {
        let folder = try ScratchFolder()
        #expect(throws: DatabaseOpeningError.missing(path: folder.database)) {
            try HallpassDatabase.inspect(path: folder.database)
        }
        try Storage.tamper(folder, "CREATE TABLE bookmark (url TEXT)")
        #expect(throws: DatabaseOpeningError.notOurs(path: folder.database)) {
            try HallpassDatabase.inspect(path: folder.database)
        }
    }
}
