import Foundation
import Testing

@testable import hallpass

struct PrivateFileTests {
    private let folder: TemporaryFolder
    private var path: String { "\(folder.path)/file" }

    init() throws { folder = try TemporaryFolder() }

    private func content() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test func `a new file is its owner's alone and holds what it was given`() throws {
        try PrivateFile.create(path, with: Array("text".utf8))
        #expect(try Mode.of(path) == 0o600)
        #expect(try content() == "text")
    }

    @Test func `a file that is there is not written over`() throws {
        try folder.write("file", "old", mode: 0o644)
        let failure = #expect(throws: CommandFailure.self) { try PrivateFile.create(path, with: Array("new".utf8)) }
        #expect(failure?.message == "\(path) cannot be written: file exists.")
        #expect(try content() == "old")
        #expect(try Mode.of(path) == 0o644)
    }

    /// Whoever can write to the folder could otherwise choose what is written over.
    @Test func `a link is not followed`() throws {
        #expect(symlink("\(folder.path)/target", path) == 0)
        #expect(throws: CommandFailure.self) { try PrivateFile.create(path, with: Array("new".utf8)) }
        #expect(!LocalFile.exists("\(folder.path)/target"))
    }

    @Test func `replacing leaves one file, whole and private`() throws {
        try folder.write("file", "old", mode: 0o644)
        try PrivateFile.replace(path, with: Array("new".utf8))
        #expect(try content() == "new")
        #expect(try Mode.of(path) == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
    }

    @Test func `a new folder is its owner's alone, and one that is there stays as it is`() throws {
        try PrivateFile.createFolder(path)
        #expect(try Mode.of(path) == 0o700)
        #expect(chmod(path, 0o755) == 0)
        try PrivateFile.createFolder(path)
        #expect(try Mode.of(path) == 0o755)
    }

    @Test func `a file where the folder should be is refused`() throws {
        try folder.write("file", "")
        let failure = #expect(throws: CommandFailure.self) { try PrivateFile.createFolder(path) }
        #expect(failure?.message == "\(path) cannot be written: not a directory.")
    }
}

enum Mode {
    /// The permission bits of a file.
    static func of(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }
}
