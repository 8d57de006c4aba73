import Foundation
import HallpassCrypto
import Testing

@testable import hallpass

struct KeyFileCustodyTests {
    private let folder: TemporaryFolder
    private let file: KeyFile

    init() throws {
        folder = try TemporaryFolder()
        file = KeyFile(path: try folder.write("kek", String(repeating: "a", count: 32), mode: 0o600))
    }

    /// The first byte of each key, newest first.
    private func keys() throws -> String {
        String(decoding: try file.readAll().map { $0.withUnsafeBytes { $0[0] } }, as: UTF8.self)
    }

    @Test func `the next key is read before the key, and the previous one after it`() throws {
        #expect(try keys() == "a")
        _ = try folder.write("kek.next", String(repeating: "b", count: 32), mode: 0o600)
        #expect(try keys() == "ba")
        _ = try folder.write("kek.previous", String(repeating: "z", count: 32), mode: 0o600)
        #expect(try keys() == "baz")
    }

    @Test func `the next key takes the key's name, and the key that of the previous one`() throws {
        _ = try folder.write("kek.next", String(repeating: "b", count: 32), mode: 0o600)
        _ = try folder.write("kek.previous", String(repeating: "z", count: 32), mode: 0o600)
        try file.promoteNext()
        #expect(try keys() == "ba")
        #expect(!LocalFile.exists(file.next.path))
        try file.promoteNext()
        #expect(try keys() == "ba")
    }

    /// What a crash between the two renames leaves behind.
    @Test func `a change that stopped half-way is finished by asking again`() throws {
        _ = try folder.write("kek.next", String(repeating: "b", count: 32), mode: 0o600)
        _ = try folder.write("kek.previous.new", String(repeating: "a", count: 32), mode: 0o600)
        try file.promoteNext()
        #expect(try keys() == "ba")
        #expect(!LocalFile.exists("\(file.previous.path).new"))
    }

    @Test func `a next key is made once, for its owner alone`() throws {
        #expect(try file.createNext())
        #expect(try Mode.of(file.next.path) == 0o600)
        let made = try keys()
        #expect(try file.createNext() == false)
        #expect(try keys() == made)
    }

    @Test func `a next key that others may read is refused`() throws {
        _ = try folder.write("kek.next", String(repeating: "b", count: 32), mode: 0o644)
        #expect(throws: CommandFailure.self) { try file.readAll() }
    }
}
