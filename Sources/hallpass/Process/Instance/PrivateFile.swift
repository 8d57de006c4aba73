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

    /// Adds these bytes to the end of a file, on disk when this returns; a file that is not there is made, of mode 0600.
    static func append(_ path: String, _ bytes: [UInt8]) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw unwritable(path, errno) }
        defer { close(descriptor) }
        let isNew = lseek(descriptor, 0, SEEK_END) == 0
        try bytes.withUnsafeBytes { try write($0, to: descriptor, path) }
        guard fsync(descriptor) == 0 else { throw unwritable(path, errno) }
        if isNew { try keepName(path) }
    }

    /// Has the folder on disk, without which a new file would be there and have no name after a power failure.
    private static func keepName(_ path: String) throws(CommandFailure) {
        let descriptor = open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { throw unwritable(path, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw unwritable(path, errno) }
    }

    /// Takes away what a crash left of a last line: all after the last line break.
    static func dropTornLine(_ path: String) throws {
        guard let handle = FileHandle(forUpdatingAtPath: path) else { throw unwritable(path, errno) }
        defer {
            // What was cut off is cut off by then.
            try? handle.close()
        }
        var end = try handle.seekToEnd()
        let whole = end
        while end > 0 {
            let start = end > 65_536 ? end - 65_536 : 0
            try handle.seek(toOffset: start)
            let tail = [UInt8](try handle.read(upToCount: Int(end - start)) ?? Data())
            if let line = tail.lastIndex(of: UInt8(ascii: "\n")) {
                end = start + UInt64(line) + 1
                break
            }
            end = start
        }
        if end < whole { try handle.truncate(atOffset: end) }
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
