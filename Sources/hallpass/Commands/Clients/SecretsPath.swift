import ArgumentParser
import Foundation
import HallpassCore
import StrictJSON

/// Whose secrets are meant.
struct SecretHolder: ParsableArguments {
    @Argument(help: "The client.") var name: String

    func validate() throws {
        guard ClientID(name) != nil else { throw ValidationError("A client's name \(ClientID.rule).") }
    }
}

/// Where the secrets of one client are.
struct SecretsPath {
    private let segments: [String]

    init(_ holder: SecretHolder, tenant: TenantID) {
        segments = ["v1", "tenants", tenant.rawValue, "clients", holder.name, "secrets"]
    }

    var get: APIRequest { APIRequest(method: .get, path: segments) }

    func post(_ body: JSONValue) -> APIRequest { APIRequest(method: .post, path: segments, body: .json(body)) }

    func delete(_ secret: String) -> APIRequest { APIRequest(method: .delete, path: segments + [secret]) }
}

/// The file that takes one secret, readable by its owner only.
struct SecretFile {
    let path: String

    /// Looks whether the file can be written before anything is asked for that could not be kept.
    init(_ path: String) throws {
        self.path = path
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard access(folder, W_OK | X_OK) == 0 else {
            throw CommandFailure.localFile("\(path) cannot be written.", next: "ls -ld \(folder)")
        }
    }

    func write(_ secret: String) throws { try PrivateFile.replace(path, with: Array("\(secret)\n".utf8)) }
}
