import Foundation
import HallpassCrypto

/// Where the key encryption key lies, and how it is read: 32 bytes that nobody but their owner may see.
struct KeyFile: Hashable, Sendable {
    static let defaultPath = "var/kek"
    static let byteCount = 32
    /// As `LoadCredential=hallpass-kek:…` in a systemd unit names it.
    static let credentialName = "hallpass-kek"

    let path: String
    private let guardian: Guardian

    /// Who keeps others away from the file.
    private enum Guardian: Hashable {
        /// Its mode: it belongs to this process's user, and nobody else may do anything with it.
        case mode
        /// The service manager, which grants access by a list that shows in the mode as the group's.
        case serviceManager
    }

    /// A file named by the operator.
    init(path: String) {
        self.path = path
        guardian = .mode
    }

    /// A key of the same keeping, under the same name with a word after it.
    func beside(_ word: String) -> KeyFile { KeyFile(path: "\(path)\(guardian == .mode ? "." : "-")\(word)", guardian) }

    private init(path: String, _ guardian: Guardian) {
        self.path = path
        self.guardian = guardian
    }

    /// What was named; else the service manager's credential, if there is one; else the default file.
    ///
    /// - Parameter environment: `CREDENTIALS_DIRECTORY` is what is looked at. Source: systemd.exec(5), "Credentials".
    init(named path: String?, environment: [String: String]) {
        let credential = environment["CREDENTIALS_DIRECTORY"].map { "\($0)/\(Self.credentialName)" }
        if path == nil, let credential, access(credential, F_OK) == 0 {
            self.path = credential
            guardian = .serviceManager
        } else {
            self.path = path ?? Self.defaultPath
            guardian = .mode
        }
    }

    /// Looks at the opened file and never at the path again, so that what was checked is what is read.
    func read() throws(CommandFailure) -> SecretBytes {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw cannotOpen(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw cannotOpen(errno) }
        try check(status)
        return try SecretBytes(count: Self.byteCount) { (target) throws(CommandFailure) in
            guard Foundation.read(descriptor, target.baseAddress, target.count) == target.count else {
                throw CommandFailure.localFile("The key file \(path) could not be read.", next: "ls -l \(path)")
            }
        }
    }

    private func check(_ status: stat) throws(CommandFailure) {
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw CommandFailure.localFile(
                "The key file \(path) is not a regular file.", next: "name a file: --kek-file FILE")
        }
        switch guardian {
        case .mode:
            guard status.st_uid == geteuid() else {
                throw CommandFailure.localFile(
                    "The key file \(path) belongs to another user.", next: "chown \(geteuid()) \(path)")
            }
            guard status.st_mode & 0o077 == 0 else {
                throw CommandFailure.localFile(
                    "The key file \(path) can be read or written by others (mode \(status.octalMode)).",
                    next: "chmod 600 \(path)")
            }
        case .serviceManager:
            guard status.st_mode & 0o007 == 0 else {
                throw CommandFailure.localFile(
                    "The credential \(path) can be read by everyone (mode \(status.octalMode)).",
                    next: "pass it with LoadCredential= in the unit")
            }
        }
        guard status.st_size == Self.byteCount else {
            throw CommandFailure.localFile(
                "The key file \(path) has \(status.st_size) bytes and must have exactly \(Self.byteCount).",
                next: "put back the file that hallpass init made; the database opens with no other")
        }
    }

    private func cannotOpen(_ code: Int32) -> CommandFailure {
        switch code {
        case ENOENT, ENOTDIR:
            CommandFailure.localFile(
                "The key file \(path) is not there.", next: "hallpass init, or name it: --kek-file FILE")
        case EACCES, EPERM:
            CommandFailure.localFile(
                "The key file \(path) may not be read by user \(geteuid()).",
                next: "ls -l \(path), and run hallpass as its owner")
        default:
            CommandFailure.localFile(
                "The key file \(path) cannot be opened: \(String(cString: strerror(code)).lowercased()).",
                next: "ls -l \(path)")
        }
    }
}

extension stat {
    /// `0644`
    fileprivate var octalMode: String {
        let digits = String(st_mode & 0o7777, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
