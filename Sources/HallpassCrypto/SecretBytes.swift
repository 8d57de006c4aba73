internal import COpenSSL

/// Bytes nobody may see: held in one allocation that is overwritten when the last reference goes.
///
/// It prints and reflects as `<redacted>` and is neither `Equatable` nor `Codable`, so that no log line, test failure or
/// encoder shows the content by accident. Whoever copies the lent bytes into an array owns a copy that is not erased.
@safe
package final class SecretBytes: Sendable {
    // Written only before the initialiser returns.
    private nonisolated(unsafe) let storage: UnsafeMutableRawBufferPointer

    /// Fills `count` zero bytes through `body`; when it throws, `deinit` erases what it wrote.
    @safe
    package init<E: Error>(
        count: Int, initializingWith body: (UnsafeMutableRawBufferPointer) throws(E) -> Void
    ) throws(E) {
        unsafe storage = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        unsafe storage.initializeMemory(as: UInt8.self, repeating: 0)
        try unsafe body(storage)
    }

    /// Copies `bytes`. The caller's array stays as it is, unerased.
    package convenience init(copying bytes: [UInt8]) {
        self.init(count: bytes.count) { target in unsafe target.copyBytes(from: bytes) }
    }

    deinit {
        unsafe OPENSSL_cleanse(storage.baseAddress, storage.count)
        unsafe storage.deallocate()
    }

    /// Fresh random bytes, for keys and client secrets.
    package static func random(count: Int) throws(CryptoError) -> SecretBytes {
        guard count >= 0 else { throw .invalidLength(input: "random bytes", count: count) }
        return try SecretBytes(count: count) { (target) throws(CryptoError) in
            try unsafe RandomBytes.fillWithSecret(target)
        }
    }

    package var count: Int { unsafe storage.count }

    /// Lends the bytes for the length of `body`.
    @safe
    package func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try unsafe body(UnsafeRawBufferPointer(storage))
    }

    /// Whether both hold the same bytes, in a time that depends on the lengths only.
    package func constantTimeEquals(_ other: SecretBytes) -> Bool {
        unsafe ConstantTime.equals(UnsafeRawBufferPointer(storage), UnsafeRawBufferPointer(other.storage))
    }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
