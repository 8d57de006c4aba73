import Foundation
import Synchronization

/// The mark of the one process that may write, kept for as long as the database is open.
///
/// An advisory `flock` on a file of its own beside the database: SQLite's locks come and go with its transactions, and two
/// processes that take turns would be two writers and two checkpointers. The kernel lets go of it when the process ends,
/// however it ends. The file stays; removing it would let two processes each lock a file of that name.
final class DatabaseLock: Sendable {
    private let descriptor: Mutex<Int32?>

    private init(descriptor: Int32) { self.descriptor = Mutex(descriptor) }

    deinit { release() }

    static func path(of database: String) -> String { database + ".lock" }

    /// - Throws: ``DatabaseOpeningError/locked(path:processID:)``.
    static func take(for database: String) throws(DatabaseOpeningError) -> DatabaseLock {
        let descriptor = open(path(of: database), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .unusable(path: path(of: database), reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = holder(descriptor)
            close(descriptor)
            throw .locked(path: database, processID: holder)
        }
        let text = Array("\(getpid())\n".utf8)
        // Only a help for whoever reads it: the lock is held whether or not the number could be written.
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
        return DatabaseLock(descriptor: descriptor)
    }

    /// Whether a process holds the lock now, and which.
    static func isTaken(for database: String) -> (taken: Bool, processID: Int32?) {
        let descriptor = open(path(of: database), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return (false, nil) }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return (false, nil) }
        return (true, holder(descriptor))
    }

    func release() {
        descriptor.withLock { descriptor in
            if let open = descriptor { close(open) }
            descriptor = nil
        }
    }

    private static func holder(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
