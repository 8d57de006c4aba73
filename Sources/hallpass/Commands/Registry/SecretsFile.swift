import Foundation
import StrictJSON

/// The file that takes the secrets of new clients: `{"client-id":"hp_…"}`, readable by its owner only.
struct SecretsFile {
    private let path: String
    private let held: JSONObject

    /// Looks whether the file can be written before anything is asked for that could not be kept.
    ///
    /// Secrets that it holds already stay in it: they are shown once and could not be had again.
    init(_ path: String) throws {
        self.path = path
        held = LocalFile.exists(path) ? try Self.read(path) : JSONObject()
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard access(folder, W_OK | X_OK) == 0 else {
            throw CommandFailure.localFile("\(path) cannot be written.", next: "ls -ld \(folder)")
        }
    }

    private static func read(_ path: String) throws -> JSONObject {
        let bytes = try LocalFile.readSecret(path)
        // Which rule of JSON broke does not matter: it is not a file of ours, and is left alone.
        guard let object = (try? JSONParser.parse(bytes))?.objectValue else {
            throw CommandFailure.localFile(
                "\(path) is something else than a file of secrets.", next: "name another file")
        }
        return object
    }

    /// Puts the new secrets beside the old ones, in one step: readers see the one file or the other.
    func add(_ secrets: JSONObject) throws {
        guard !secrets.isEmpty else { return }
        var all = held
        for secret in secrets { all[secret.name] = secret.value }
        try PrivateFile.replace(path, with: Array("\(JSONValue.object(all).prettyPrinted())\n".utf8))
    }
}
