import Foundation

/// Files and folders for their owner alone.
///
/// The mode is set as the file comes into being, before anything is in it; and only ``replace(_:with:)`` writes where
/// something is already.
enum PrivateFile {
    /// Makes a file of mode 0600 with these bytes, on disk when this returns.
    ///
    /// - Throws: ``CommandFailure`` where there is a file of that name, or none can be made; then none has been.
    static func create(_ path: String, with bytes: UnsafeRawBufferPointer) throws(CommandFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw unwritable(path, errno) }
        defer { close(descriptor) }
        do throws(CommandFailure) {
            // The process's mask can only have taken bits away; this puts the owner's back.
            guard fchmod(descriptor, 0o600) == 0 else { throw unwritable(path, errno) }
            try write(bytes, to: descriptor, path)
            guard fsync(descriptor) == 0 else { throw unwritable(path, errno) }
        } catch {
            // Half a file would be taken for a whole one the next time.
            unlink(path)
            throw error
        }
    }

    static func create(_ path: String, with bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try create(path, with: $0) }
    }

    /// Writes beside the file and renames, so that it is whole or as it was.
    static func replace(_ path: String, with bytes: [UInt8]) throws {
        let draft = "\(path).\(getpid()).new"
        try create(draft, with: bytes)
        guard rename(draft, path) == 0 else {
            let failure = unwritable(path, errno)
            unlink(draft)
            throw failure
        }
    }

    /// Makes a folder of mode 0700 where there is none; one that is there stays as it is.
    static func createFolder(_ path: String) throws(CommandFailure) {
        if mkdir(path, 0o700) == 0 { return }
        let code = errno
        var status = stat()
        guard code == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw unwritable(path, code == EEXIST ? ENOTDIR : code)
        }
    }

    private static func write(
        _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String
    ) throws(CommandFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw unwritable(path, errno) }
            rest = rest.dropFirst(count)
        }
    }

    private static func unwritable(_ path: String, _ code: Int32) -> CommandFailure {
        .localFile(
            "\(path) cannot be written: \(String(cString: strerror(code)).lowercased()).", next: "ls -ld \(path)")
    }
}
