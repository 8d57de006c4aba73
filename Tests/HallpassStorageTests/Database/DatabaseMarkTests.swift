import Foundation
import GRDB
import HallpassCore
import Testing

@testable import HallpassStorage

struct DatabaseMarkTests {
    private func reopen(_ folder: ScratchFolder) async throws -> RestoreFence.Cause? {
        let database = try HallpassDatabase.open(path: folder.database)
        let fence = try await database.restoreFence()
        try database.close()
        return fence?.cause
    }

    private func replace(_ folder: ScratchFolder, by name: String) throws {
        try FileManager.default.removeItem(atPath: folder.database)
        try FileManager.default.copyItem(atPath: folder.path + "/" + name, toPath: folder.database)
    }

    @Test func `a database that goes on where it was is no copy, however it was closed`() async throws {
        let folder = try ScratchFolder()
        for _ in 1...3 {
            try await Storage.with(folder: folder) { _ = try await $0.ledger.submit(Fixture.entry(.record)) }
            #expect(try await reopen(folder) == nil)
        }
        // As a crash leaves it: the mark is from before the last records.
        let mark = try #require(DatabaseMark.read(of: folder.database))
        try await Storage.with(folder: folder) { _ = try await $0.ledger.submit(Fixture.entry(.record)) }
        try mark.write(of: folder.database)
        #expect(try await reopen(folder) == nil)
    }

    @Test func `an older state that was put back by hand is known by its mark, and stays known`() async throws {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { _ = try await $0.ledger.submit(Fixture.entry(.record)) }
        try FileManager.default.copyItem(atPath: folder.database, toPath: folder.path + "/by-hand.db")
        try await Storage.with(folder: folder) { _ = try await $0.ledger.submit(Fixture.entry(.record)) }
        try replace(folder, by: "by-hand.db")
        #expect(try await reopen(folder) == .older)
        #expect(try await reopen(folder) == .older)
    }

    @Test func `a database without its mark, or with another's, is a copy`() async throws {
        let folder = try ScratchFolder()
        let other = try ScratchFolder()
        try await Storage.with(folder: folder) { _ = try await $0.ledger.submit(Fixture.entry(.record)) }
        try await Storage.with(folder: other) { _ = try await $0.ledger.submit(Fixture.entry(.record)) }
        let mark = try #require(DatabaseMark.read(of: other.database))
        try mark.write(of: folder.database)
        #expect(try await reopen(folder) == .foreign)
        try FileManager.default.removeItem(atPath: DatabaseMark.path(of: other.database))
        #expect(try await reopen(other) == .unmarked)
    }

    @Test(arguments: ["", "hallpass-mark-1", "hallpass-mark-1 AAAA 1", "hallpass-mark-2 AAAAAAAAAAAAAAAAAAAAAA 1"])
    func `a mark that is none counts as missing`(text: String) async throws {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { _ in }
        try Data(text.utf8).write(to: URL(fileURLWithPath: DatabaseMark.path(of: folder.database)))
        #expect(try await reopen(folder) == .unmarked)
    }

    @Test func `a database from before there were marks goes on, but not beside a mark`() async throws {
        let folder = try ScratchFolder()
        let queue = try DatabaseQueue(path: folder.database)
        try await queue.writeWithoutTransaction { try Migrations.run(on: $0, to: 12) }
        try queue.close()
        try FileManager.default.copyItem(atPath: folder.database, toPath: folder.path + "/by-hand.db")
        #expect(try await reopen(folder) == nil)
        #expect(try await reopen(folder) == nil)
        try replace(folder, by: "by-hand.db")
        #expect(try await reopen(folder) == .foreign)
    }

    /// In the time that a copy does not know of, numbers were given.
    @Test func `numbers go on far above those of a copy`() async throws {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { try await $0.ledger.issue(Fixture.token($0.ledger)) }
        try FileManager.default.removeItem(atPath: DatabaseMark.path(of: folder.database))
        let storage = try Storage(folder: folder)
        #expect(storage.ledger.nextSequence() > Limits.restoreSequenceGap)
        try await storage.close()
    }
}
