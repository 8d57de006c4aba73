import Foundation
import GRDB
import Testing

@testable import HallpassStorage

struct DatabaseOpeningErrorTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func expectRefusal(_ error: DatabaseOpeningError, mode: HallpassDatabase.Mode = .existing) {
        #expect(throws: error) { try HallpassDatabase.open(path: folder.database, mode: mode) }
    }

    private func makeDatabase() throws { try HallpassDatabase.open(path: folder.database, mode: .create).close() }

    @Test func `a missing file is refused, and not made`() {
        expectRefusal(.missing(path: folder.database))
        #expect(!FileManager.default.fileExists(atPath: folder.database))
    }

    @Test(arguments: [HallpassDatabase.Mode.existing, .create])
    func `a file that is no database is refused and left alone`(mode: HallpassDatabase.Mode) throws {
        let text = String(repeating: "These are somebody's notes.\n", count: 100)
        try text.write(toFile: folder.database, atomically: true, encoding: .utf8)
        expectRefusal(.notOurs(path: folder.database), mode: mode)
        #expect(try String(contentsOfFile: folder.database, encoding: .utf8) == text)
    }

    @Test(arguments: [HallpassDatabase.Mode.existing, .create])
    func `another program's database is refused and left alone`(mode: HallpassDatabase.Mode) throws {
        try Storage.tamper(folder, "CREATE TABLE bookmark (url TEXT)")
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.database))
        expectRefusal(.notOurs(path: folder.database), mode: mode)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.database)) == before)
    }

    @Test func `an empty file is only good for creating`() throws {
        try Data().write(to: URL(fileURLWithPath: folder.database))
        expectRefusal(.notOurs(path: folder.database))
        try makeDatabase()
    }

    @Test func `a schema one version newer is refused, today's is not`() throws {
        try makeDatabase()
        try Storage.tamper(folder, "PRAGMA user_version = \(Migrations.head + 1)")
        expectRefusal(
            .newerVersion(path: folder.database, found: Migrations.head + 1, known: Migrations.head), mode: .create)
        try Storage.tamper(folder, "PRAGMA user_version = \(Migrations.head)")
        try makeDatabase()
    }

    @Test func `a file that may not be written is refused, even for root`() throws {
        try makeDatabase()
        try folder.setMode(0o400, of: folder.database)
        expectRefusal(.readOnly(path: folder.database))
    }

    @Test func `a folder that may not be written is refused, even for root`() throws {
        try makeDatabase()
        try folder.setMode(0o500, of: folder.path)
        expectRefusal(.folderNotWritable(folder: folder.path))
        try folder.setMode(0o700, of: folder.path)
    }

    @Test func `a folder that is not there is refused`() {
        let path = folder.path + "/nowhere/hallpass.db"
        #expect(throws: DatabaseOpeningError.folderNotWritable(folder: folder.path + "/nowhere")) {
            try HallpassDatabase.open(path: path, mode: .create)
        }
    }

    @Test func `a damaged file is refused`() throws {
        try makeDatabase()
        let file = try #require(FileHandle(forUpdatingAtPath: folder.database))
        // The list of tables, right after the header that says whose file it is.
        try file.seek(toOffset: 100)
        try file.write(contentsOf: Data(repeating: 0xA5, count: 3_996))
        try file.close()
        expectRefusal(.corrupt(path: folder.database))
    }

    @Test func `every refusal is one sentence and a command`() {
        let path = "/var/lib/hall pass/it's.db"
        let errors: [DatabaseOpeningError] = [
            .missing(path: path), .notOurs(path: path), .newerVersion(path: path, found: 9, known: 1),
            .locked(path: path, processID: 7), .locked(path: path, processID: nil), .readOnly(path: path),
            .folderNotWritable(folder: path), .corrupt(path: path), .unusable(path: path, reason: "disk I/O error"),
        ]
        for error in errors {
            #expect(error.message.hasSuffix("."))
            #expect(!error.message.dropLast().contains(". "))
            #expect(!error.hint.isEmpty)
        }
        #expect(DatabaseOpeningError.readOnly(path: path).hint == #"chmod u+w '/var/lib/hall pass/it'\''s.db'"#)
        #expect(DatabaseOpeningError.readOnly(path: "/a/b.db").hint == "chmod u+w /a/b.db")
    }
}
