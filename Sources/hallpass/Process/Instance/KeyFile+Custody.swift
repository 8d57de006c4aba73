import Foundation
import HallpassBroker
import HallpassCrypto
import NIOPosix

/// A new key lies beside the key file under the name `kek.next` until everything is sealed under it; then it takes the key
/// file's name, and what was the key is `kek.previous`, which opens backups from before.
extension KeyFile {
    var next: KeyFile { beside("next") }
    var previous: KeyFile { beside("previous") }

    /// Newest first.
    func readAll() throws(CommandFailure) -> [SecretBytes] {
        var keys = [try read()]
        if LocalFile.exists(next.path) { keys.insert(try next.read(), at: 0) }
        if LocalFile.exists(previous.path) { keys.append(try previous.read()) }
        return keys
    }

    /// Makes `kek.next` where there is none.
    ///
    /// - Returns: whether one was made; `false` where one lies there from a change that was interrupted.
    func createNext() throws -> Bool {
        guard !LocalFile.exists(next.path) else { return false }
        let key = try SecretBytes.random(count: Self.byteCount)
        try key.withUnsafeBytes { bytes throws(CommandFailure) in try PrivateFile.create(next.path, with: bytes) }
        return true
    }

    /// At no moment is there no key file: the old one has its second name before the new one takes its first.
    func promoteNext() throws(CommandFailure) {
        guard LocalFile.exists(next.path) else { return }
        let draft = "\(previous.path).new"
        // Left by an earlier attempt, if at all.
        unlink(draft)
        guard link(path, draft) == 0, rename(draft, previous.path) == 0, rename(next.path, path) == 0 else {
            throw CommandFailure.localFile(
                "\(next.path) cannot take the place of \(path): \(String(cString: strerror(errno)).lowercased()).",
                next: "ls -l \(path)*, then hallpass keys rotate-kek once more")
        }
    }

    var custody: KeyCustody {
        KeyCustody(
            read: { try await NIOThreadPool.singleton.runIfActive { try readAll() } },
            settle: { try await NIOThreadPool.singleton.runIfActive { try promoteNext() } })
    }
}
