import HallpassCore

/// A token on its way through a file or a pipe.
enum TokenText {
    /// - Parameter path: a file, or `-`; white space around the token is dropped.
    static func read(_ path: String) throws -> String {
        let bytes = try LocalFile.read(path, limitBytes: ClientLimits.smallFileBytes)
        let name = path == "-" ? "Standard input" : path
        let text = try LocalFile.text(bytes, of: name).trimmingASCIIWhitespace()
        guard !text.isEmpty else {
            throw CommandFailure.localFile("\(name) holds no token.", next: "hallpass token mint --help")
        }
        return text
    }
}
