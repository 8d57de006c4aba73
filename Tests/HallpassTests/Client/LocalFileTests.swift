import ArgumentParser
import Foundation
import StrictJSON
import Testing

@testable import hallpass

struct LocalFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [0o600, 0o400, 0o700])
    func `a secret that only its owner reads is read`(mode: Int) throws {
        let file = try folder.write("s", "x", mode: mode)
        #expect(try LocalFile.readSecret(file) == [0x78])
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o602, 0o644, 0o601])
    func `a secret that others reach is refused with the way out`(mode: Int) throws {
        let file = try folder.write("s", "x", mode: mode)
        let failure = #expect(throws: CommandFailure.self) { try LocalFile.readSecret(file) }
        #expect(failure?.next == "chmod 600 \(file)")
        #expect(failure?.exitCode == .localFile)
    }

    @Test(arguments: [(9, true), (10, true), (11, false)])
    func `a file is read up to its limit`(count: Int, isRead: Bool) throws {
        let file = try folder.write("f", String(repeating: "x", count: count))
        #expect(isRead == ((try? LocalFile.read(file, limitBytes: 10)) != nil))
    }

    @Test func `secrets are added to those the file holds and seen by their owner only`() throws {
        let path = "\(folder.path)/secrets.json"
        try SecretsFile(path).add(JSONObject())
        #expect(!LocalFile.exists(path))
        try SecretsFile(path).add(object(["gw": "one", "crm": "two"]))
        try SecretsFile(path).add(object(["gw": "three"]))
        #expect(try JSONParser.parse(LocalFile.readSecret(path)) == ["gw": "three", "crm": "two"])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["secrets.json"])
    }

    @Test func `a file that holds something else is not written over`() throws {
        let path = try folder.write("notes.txt", "remember")
        #expect(throws: CommandFailure.self) { try SecretsFile(path) }
        #expect(throws: CommandFailure.self) { try SecretsFile("\(folder.path)/no/such/folder.json") }
        #expect(try LocalFile.read(path, limitBytes: 100) == Array("remember".utf8))
    }

    private func object(_ value: JSONValue) -> JSONObject { value.objectValue ?? JSONObject() }
}
