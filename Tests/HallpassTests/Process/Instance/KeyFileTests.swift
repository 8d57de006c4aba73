import Foundation
import HallpassCrypto
import Testing

@testable import hallpass

struct KeyFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func key(_ count: Int = KeyFile.byteCount, mode: Int = 0o600) throws -> String {
        try folder.write("kek", String(repeating: "k", count: count), mode: mode)
    }

    private func failure(_ path: String) -> CommandFailure? {
        #expect(throws: CommandFailure.self) { try KeyFile(path: path).read() }
    }

    @Test(arguments: [0o600, 0o400])
    func `32 bytes that only their owner sees are the key`(mode: Int) throws {
        let key = try KeyFile(path: key(mode: mode)).read()
        #expect(key.withUnsafeBytes { $0.elementsEqual([UInt8](repeating: UInt8(ascii: "k"), count: 32)) })
    }

    @Test(arguments: [0, 31, 33])
    func `a file of another size is refused`(count: Int) throws {
        let path = try key(count)
        let failure = failure(path)
        #expect(failure?.message == "The key file \(path) has \(count) bytes and must have exactly 32.")
        #expect(failure?.next == "put back the file that hallpass init made; the database opens with no other")
        #expect(failure?.exitCode == .localFile)
    }

    @Test(arguments: [0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o644, 0o666, 0o777])
    func `a file that others may do anything with is refused`(mode: Int) throws {
        let path = try key(mode: mode)
        let failure = failure(path)
        #expect(
            failure?.message
                == "The key file \(path) can be read or written by others (mode 0\(String(mode, radix: 8))).")
        #expect(failure?.next == "chmod 600 \(path)")
    }

    @Test func `a file that is not there is refused`() throws {
        let failure = failure("\(folder.path)/none")
        #expect(failure?.message == "The key file \(folder.path)/none is not there.")
        #expect(failure?.next == "hallpass init, or name it: --kek-file FILE")
    }

    @Test func `a folder is refused`() throws {
        #expect(failure(folder.path)?.message == "The key file \(folder.path) is not a regular file.")
    }

    /// Opened to be read as any file is, it would wait for a writer for ever.
    @Test func `a pipe is refused without waiting`() throws {
        let path = "\(folder.path)/pipe"
        #expect(mkfifo(path, 0o600) == 0)
        #expect(failure(path)?.message == "The key file \(path) is not a regular file.")
    }

    @Test func `a link to a good file is followed`() throws {
        let link = "\(folder.path)/link"
        #expect(symlink(try key(), link) == 0)
        #expect(throws: Never.self) { try KeyFile(path: link).read() }
    }

    @Test func `the service manager's credential is taken where nothing is named`() throws {
        try folder.write("hallpass-kek", String(repeating: "c", count: 32), mode: 0o440)
        let environment = ["CREDENTIALS_DIRECTORY": folder.path]
        #expect(KeyFile(named: nil, environment: environment).path == "\(folder.path)/hallpass-kek")
        #expect(KeyFile(named: "other", environment: environment).path == "other")
        #expect(KeyFile(named: nil, environment: [:]).path == "var/kek")
        #expect(KeyFile(named: nil, environment: ["CREDENTIALS_DIRECTORY": "/none"]).path == "var/kek")
        #expect(throws: Never.self) { try KeyFile(named: nil, environment: environment).read() }
    }

    @Test(arguments: [(0o440, true), (0o444, false), (0o441, false), (0o442, false)])
    func `a credential is refused only where everyone reads it`(mode: Int, isRead: Bool) throws {
        try folder.write("hallpass-kek", String(repeating: "c", count: 32), mode: mode)
        let file = KeyFile(named: nil, environment: ["CREDENTIALS_DIRECTORY": folder.path])
        #expect(((try? file.read()) != nil) == isRead)
    }
}
