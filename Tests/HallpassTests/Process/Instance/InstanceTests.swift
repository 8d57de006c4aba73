import Foundation
import HallpassBroker
import HallpassCore
import HallpassStorage
import Logging
import Testing

@testable import hallpass

struct InstanceTests {
    private let folder: TemporaryFolder
    private let instance: Instance

    init() throws {
        folder = try TemporaryFolder()
        instance = Instance(folder: "\(folder.path)/var")
    }

    private static let url = "http://127.0.0.1:8080"

    /// A whole instance, stopped again when the body returns.
    private func withEngine<Value>(_ body: (Engine) async throws -> Value) async throws -> Value {
        let engine = try await Engine.start(
            keys: KeyFile(path: instance.keyFile).custody, database: instance.database, mode: .existing,
            issuer: Self.url, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let value = try await body(engine)
        try await engine.stop()
        return value
    }

    @Test func `everything that is made is its owner's alone`() async throws {
        try await instance.create(url: Self.url)
        #expect(try Mode.of(instance.folder) == 0o700)
        for file in try FileManager.default.contentsOfDirectory(atPath: instance.folder) {
            #expect(try Mode.of("\(instance.folder)/\(file)") == 0o600, "\(file)")
        }
        #expect(Set(instance.existing) == Set(instance.files))
    }

    @Test func `the first client comes in with its secret and may do everything`() async throws {
        try await instance.create(url: Self.url)
        let file = try #require(try AdminFile.read(instance.adminFile))
        #expect(file.credentials.id == "platform-admin")
        #expect(file.server.text == Self.url)
        let text = try String(contentsOfFile: instance.adminFile, encoding: .utf8)
        let secret = try #require(text.split(separator: "\"").first { $0.hasPrefix("hp_") })
        try await withEngine { engine in
            let client = try engine.broker.authenticate(
                id: "platform-admin", secret: ClientSecret.digest(of: String(secret)))
            let admin = try engine.broker.admin(client, of: .platform)
            #expect(admin.permissions == Set(Permission.allCases))
        }
    }

    @Test func `a first client is made once`() async throws {
        try await instance.create(url: Self.url)
        try await withEngine { engine in
            let another = try #require(ClientID("another-admin"))
            await #expect(throws: HallpassError.revisionConflict) {
                try await engine.broker.bootstrap(admin: another, CallContext(requestID: "r", address: nil))
            }
        }
    }

    @Test func `making it is on record`() async throws {
        try await instance.create(url: Self.url)
        let counts = try HallpassDatabase.inspect(path: instance.database).rowCounts
        #expect(counts.first { $0.table == "audit_record" }?.count == 2)
        #expect(counts.first { $0.table == "tenant" }?.count == 1)
        #expect(counts.first { $0.table == "invitation" }?.count == 1)
    }

    @Test(arguments: ["kek", "hallpass.sqlite", "admin.json"])
    func `where one file is there already nothing is made or changed`(name: String) async throws {
        try folder.write("var/\(name)", "old")
        let failure = await #expect(throws: CommandFailure.self) { try await instance.create(url: Self.url) }
        #expect(failure?.message == "\(instance.folder)/\(name) is there already, so nothing was made.")
        #expect(failure?.exitCode == .localFile)
        #expect(try FileManager.default.contentsOfDirectory(atPath: instance.folder) == [name])
        #expect(try String(contentsOfFile: "\(instance.folder)/\(name)", encoding: .utf8) == "old")
    }

    @Test func `what was made before a failure is removed`() async throws {
        let instance = Instance(folder: "\(folder.path)/var", database: "\(folder.path)/none/hallpass.sqlite")
        await #expect(throws: CommandFailure.self) { try await instance.create(url: Self.url) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: instance.folder).isEmpty)
    }

    @Test func `another key does not open it`() async throws {
        try await instance.create(url: Self.url)
        try folder.write("var/kek", String(repeating: "x", count: 32))
        let failure = await #expect(throws: CommandFailure.self) { try await withEngine { _ in } }
        #expect(failure?.message == "The signing root of tenant platform does not open with this key file.")
        // It was let go of: another start does not find it locked.
        let again = await #expect(throws: CommandFailure.self) { try await withEngine { _ in } }
        #expect(again?.message == failure?.message)
    }

    @Test func `a database that a server has open is refused with its process`() async throws {
        try await instance.create(url: Self.url)
        try await withEngine { _ in
            let failure = await #expect(throws: CommandFailure.self) { try await withEngine { _ in } }
            #expect(failure?.message == "\(instance.database) is in use by process \(getpid()).")
            #expect(failure?.next == "ps -p \(getpid())")
        }
    }

    @Test func `a database that is not there is refused`() async throws {
        try await instance.create(url: Self.url)
        unlink(instance.database)
        let failure = await #expect(throws: CommandFailure.self) { try await withEngine { _ in } }
        #expect(failure?.message == "There is no database at \(instance.database).")
        #expect(failure?.next == "hallpass init")
    }
}
