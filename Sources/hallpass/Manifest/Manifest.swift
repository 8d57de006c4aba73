import HallpassCore
import StrictJSON

/// The documents of one `apply`, in the order they are sent, each with where it came from.
struct Manifest: Sendable {
    struct Document: Sendable {
        let value: JSONValue
        /// As the caller named it or its folder.
        let file: String
        let source: SourceMap
    }

    let documents: [Document]

    /// Reads files, and folders with all that is in them.
    ///
    /// - Throws: everything that is wrong with any of the files, as one ``CommandFailure``.
    static func read(_ paths: [String]) throws -> Manifest {
        var documents: [Document] = []
        var details: [CommandFailure.Detail] = []
        let files = try ManifestFiles.find(paths)
        for file in files {
            let bytes = try LocalFile.read(file, limitBytes: Limits.applyBodyBytes)
            do {
                documents += try ManifestFile.documents(of: bytes, file: file)
            } catch {
                details.append(error.detail(in: file))
            }
        }
        guard details.isEmpty else {
            var failure = CommandFailure.localFile(
                details.count == 1
                    ? "A manifest is not valid; nothing was sent." : "Some manifests are not valid; nothing was sent.")
            failure.next = "correct these places and apply again"
            failure.details = details
            throw failure
        }
        guard !documents.isEmpty else {
            throw CommandFailure.localFile(
                "No document stands in \(paths.joined(separator: ", ")).",
                next: "name files or folders with *.json, *.yaml or *.yml")
        }
        return Manifest(documents: documents)
    }
}
