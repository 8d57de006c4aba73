import Foundation
import HallpassBroker
import HallpassCore
import HallpassCrypto
import HallpassStorage
import Logging
import StrictJSON

/// The files that make one broker: its key, its database, and the first client's credentials.
struct Instance: Hashable, Sendable {
    static let adminClient = "platform-admin"

    let folder: String
    let keyFile: String
    let database: String
    let adminFile: String

    init(folder: String, keyFile: String? = nil, database: String? = nil) {
        self.folder = folder
        self.keyFile = keyFile ?? "\(folder)/kek"
        self.database = database ?? "\(folder)/hallpass.sqlite"
        adminFile = "\(folder)/admin.json"
    }

    /// The files that are there already.
    var existing: [String] { files.filter(LocalFile.exists) }

    var files: [String] { [keyFile, database, adminFile] }

    /// Makes all of them, or none: what was made before something failed is removed again.
    ///
    /// - Parameter url: where the server will be reached, for the admin file and the link.
    /// - Returns: the one-time link for the first person.
    /// - Throws: ``CommandFailure`` where one of them is there already, and it is left as it is.
    @discardableResult
    func create(url: String) async throws -> OneTimeLink {
        if let file = existing.first {
            throw CommandFailure.localFile(
                "\(file) is there already, so nothing was made.",
                next: "hallpass serve, or choose another place: --data-dir DIR")
        }
        try PrivateFile.createFolder(folder)
        var made: [String] = []
        do {
            let key = try SecretBytes.random(count: KeyFile.byteCount)
            try key.withUnsafeBytes { bytes throws(CommandFailure) in try PrivateFile.create(keyFile, with: bytes) }
            made.append(keyFile)
            let (secret, link) = try await bootstrap(issuer: url)
            made += ["", "-wal", "-shm", ".lock", ".mark"].map { database + $0 }
            let admin: JSONValue = [
                "client_id": .string(Self.adminClient), "client_secret": .string(secret.text), "url": .string(url),
            ]
            try PrivateFile.create(adminFile, with: Array("\(admin.prettyPrinted())\n".utf8))
            return link
        } catch {
            // Never what somebody else made meanwhile.
            for file in made { unlink(file) }
            throw error
        }
    }

    private func bootstrap(issuer: String) async throws -> (ClientSecret, OneTimeLink) {
        // Nobody listens yet; what goes wrong here is thrown.
        let logger = Logger(label: "hallpass") { _ in SwiftLogNoOpLogHandler() }
        let engine = try await Engine.start(
            keys: KeyFile(path: keyFile).custody, database: database, mode: .create, issuer: issuer, logger: logger)
        let result: Result<(ClientSecret, OneTimeLink), any Error>
        do {
            guard let client = ClientID(Self.adminClient) else { preconditionFailure("a literal identifier") }
            let context = CallContext.ofServer()
            let secret = try await engine.broker.bootstrap(admin: client, context)
            result = .success((secret, try await engine.broker.inviteFirstAdmin(context)))
        } catch {
            result = .failure(error)
        }
        try await engine.stop()
        do {
            return try result.get()
        } catch let error as HallpassError {
            throw CommandFailure.localFile(error.message, next: "hallpass doctor --database \(database)")
        }
    }
}
