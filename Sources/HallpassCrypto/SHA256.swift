internal import COpenSSL

/// SHA-256 of bytes that are all there. Source: FIPS 180-4 section 6.2.
///
/// Hashing has no failure a caller could handle: ``CryptoSelfTest`` has shown at start that the algorithm is there, and
/// what remains is exhausted memory, where Swift's own allocations trap too. So this traps rather than throws.
package enum SHA256 {
    package static func hash(_ bytes: [UInt8]) -> SHA256Digest {
        bytes.withLentBytes { buffer in unsafe hash(buffer) }
    }

    package static func hash(_ buffer: UnsafeRawBufferPointer) -> SHA256Digest {
        var stream = SHA256Stream()
        unsafe stream.update(buffer)
        return stream.finalize()
    }
}

/// SHA-256 of parts given one after another, so that nobody has to copy them together first.
///
/// ```swift
/// var stream = SHA256Stream()
/// stream.update(0x00)
/// stream.update(previous)
/// stream.update(record)
/// let hash = stream.finalize()
/// ```
@safe
package struct SHA256Stream: ~Copyable {
    // A context per stream, not a pool of them: making one was measured at 50 of 440 ns for 500 bytes, about what the
    // pool's lock would cost.
    private let context: OpaquePointer

    package init() {
        // Which step failed does not matter: without SHA-256 there is nothing to go on with.
        guard let algorithms = try? Algorithms.loaded(),
            let context = unsafe EVP_MD_CTX_new(),
            unsafe EVP_DigestInit_ex2(context, algorithms.sha256, nil) == 1
        else { preconditionFailure("libcrypto cannot start SHA-256") }
        unsafe self.context = context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    package mutating func update(_ buffer: UnsafeRawBufferPointer) {
        let status = unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count)
        precondition(status == 1, "libcrypto cannot go on with SHA-256")
    }

    package mutating func update(_ bytes: [UInt8]) {
        bytes.withLentBytes { buffer in unsafe update(buffer) }
    }

    package mutating func update(_ digest: SHA256Digest) {
        digest.withUnsafeBytes { buffer in unsafe update(buffer) }
    }

    package mutating func update(_ byte: UInt8) {
        unsafe withUnsafeBytes(of: byte) { buffer in unsafe update(buffer) }
    }

    package consuming func finalize() -> SHA256Digest {
        SHA256Digest { target in
            let status = unsafe EVP_DigestFinal_ex(context, target.baseAddress, nil)
            precondition(status == 1, "libcrypto cannot finish SHA-256")
        }
    }
}
