import HallpassCrypto
import Synchronization

/// What the last `Authorization` header of a connection said, so that one that is shown again need not be taken apart and hashed
/// again. Whether what it says is good is asked each time.
///
/// The header is kept for as long as its connection lasts.
final class CredentialMemory: Sendable {
    private struct Header {
        let bytes: [UInt8]
        let presented: ClientCredentials.Presented
    }

    private let last = Mutex<Header?>(nil)

    func presented(
        in header: String, otherwise read: (String) -> ClientCredentials.Presented
    ) -> ClientCredentials.Presented {
        let bytes = Array(header.utf8)
        // Behind a proxy the one before may have been somebody else's.
        if let last = last.withLock({ $0 }), ConstantTime.equals(last.bytes, bytes) { return last.presented }
        let presented = read(header)
        last.withLock { $0 = Header(bytes: bytes, presented: presented) }
        return presented
    }
}
