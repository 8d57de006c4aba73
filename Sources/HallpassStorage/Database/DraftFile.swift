import Foundation

/// A file that is written under another name and takes its own once it is whole and on disk.
///
/// What an earlier process left half-written is written over; two that are at it at once are told apart by a lock, which the
/// kernel lets go of however a process ends.
final class DraftFile {
    let path: String
    private let target: String
    private let descriptor: Int32
    private var isPublished = false

    /// Makes an empty file of mode 0600.
    init(for target: String) throws(DatabaseCopyError) {
        self.target = target
        path = target + ".partial"
        descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.unusable(path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .targetInUse(path: path)
        }
        // A journal that was left beside it would be played back into the new one.
        for companion in companions where companion != path { unlink(companion) }
        guard fchmod(descriptor, 0o600) == 0, ftruncate(descriptor, 0) == 0 else {
            let failure = Self.unusable(path)
            close(descriptor)
            throw failure
        }
    }

    deinit {
        if !isPublished { for companion in companions { unlink(companion) } }
        close(descriptor)
    }

    /// With what SQLite may leave beside it.
    private var companions: [String] { DatabaseFile.companions(of: path) + [path + "-journal"] }

    /// Takes the place of whatever has the name.
    func publish() throws(DatabaseCopyError) {
        guard fsync(descriptor) == 0, rename(path, target) == 0 else { throw Self.unusable(target) }
        isPublished = true
        guard DatabaseFile(path: target).syncFolder() else { throw Self.unusable(target) }
    }

    private static func unusable(_ path: String) -> DatabaseCopyError {
        .targetUnusable(path: path, reason: String(cString: strerror(errno)).lowercased())
    }
}
