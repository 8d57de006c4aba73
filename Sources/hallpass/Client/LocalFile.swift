import Foundation

/// Files of whoever typed the command. What is wrong with one is said with its path and the way out.
enum LocalFile {
    /// - Parameter path: `-` is standard input.
    static func read(_ path: String, limitBytes: Int) throws -> [UInt8] {
        guard path != "-" else { return try readAll(STDIN_FILENO, "Standard input", limitBytes) }
        return try reading(path) { try readAll($0, path, limitBytes) }
    }

    /// A file that holds a secret: refused where anyone but its owner may read or change it.
    ///
    /// Pipes, as the shell makes for `<(…)`, have no others to keep out.
    static func readSecret(_ path: String) throws -> [UInt8] {
        guard path != "-" else { return try read(path, limitBytes: ClientLimits.smallFileBytes) }
        return try reading(path) { descriptor in
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw unreadable(path) }
            let isRegular = status.st_mode & S_IFMT == S_IFREG
            guard !isRegular || status.st_mode & 0o077 == 0 else {
                throw CommandFailure.localFile(
                    "\(path) holds a secret and others can read it.", next: "chmod 600 \(path)")
            }
            return try readAll(descriptor, path, ClientLimits.smallFileBytes)
        }
    }

    static func text(_ bytes: [UInt8], of path: String) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure.localFile("\(path) is not UTF-8 text.")
        }
        return text
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static func reading<Value>(_ path: String, _ body: (Int32) throws -> Value) throws -> Value {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path) }
        defer { close(descriptor) }
        return try body(descriptor)
    }

    private static func readAll(_ descriptor: Int32, _ name: String, _ limitBytes: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = Foundation.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(name) }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limitBytes else {
                throw CommandFailure.localFile("\(name) is over the limit of \(limitBytes) bytes.")
            }
        }
    }

    private static func unreadable(_ path: String) -> CommandFailure {
        let reason = String(cString: strerror(errno)).lowercased()
        return .localFile("\(path) cannot be read: \(reason).", next: "ls -l \(path)")
    }
}
