internal import COpenSSL
internal import Synchronization

/// Bytes from libcrypto's generator, which the operating system seeds.
package enum RandomBytes {
    /// For what becomes public: nonces, token ids, salts. A secret comes from ``SecretBytes/random(count:)``.
    ///
    /// - Throws: ``CryptoError/openSSL(operation:reason:)`` when the generator is not seeded or failed.
    package static func generate(count: Int) throws(CryptoError) -> [UInt8] {
        guard let length = Int32(exactly: count), length >= 0 else {
            throw .invalidLength(input: "random bytes", count: count)
        }
        guard count <= RandomStock.mostBytes else { return try draw(length) }
        return try stock.withLock { (stock) throws(CryptoError) in try stock.take(count) }
    }

    private static let stock = Mutex(RandomStock())

    fileprivate static func draw(_ length: Int32) throws(CryptoError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(length))
        try unsafe CryptoError.check(RAND_bytes(&bytes, length), "RAND_bytes")
        return bytes
    }

    /// Fills `target` from the generator that is kept apart for secrets, so that a flaw that shows one generator's
    /// state through public values shows nothing of this one's. Source: OpenSSL 3.0 RAND_bytes(3).
    static func fillWithSecret(_ target: UnsafeMutableRawBufferPointer) throws(CryptoError) {
        guard let length = Int32(exactly: target.count) else {
            throw .invalidLength(input: "random bytes", count: target.count)
        }
        let start = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        try unsafe CryptoError.check(RAND_priv_bytes(start, length), "RAND_priv_bytes")
    }
}

/// Random bytes drawn ahead: an id of 16 took 7.4 thousand instructions, nearly all of them the generator's, which costs as much
/// for 16 bytes as for some hundred.
private struct RandomStock {
    /// What is taken at once; more is drawn for itself.
    static let mostBytes = 32
    private static let drawnBytes: Int32 = 512

    private var bytes: [UInt8] = []

    mutating func take(_ count: Int) throws(CryptoError) -> [UInt8] {
        if bytes.count < count { bytes = try RandomBytes.draw(Self.drawnBytes) }
        let taken = Array(bytes.suffix(count))
        // Nobody is to find here what somebody has.
        for index in bytes.indices.suffix(count) { bytes[index] = 0 }
        bytes.removeLast(count)
        return taken
    }
}
