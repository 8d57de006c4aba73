internal import COpenSSL

/// Why a cryptographic operation gave no result. No case carries key, plaintext or digest bytes.
package enum CryptoError: Error, Hashable, Sendable {
    /// libcrypto refused `operation`, the name of its function. `reason` is the reason code of the oldest error on the
    /// thread's queue (`openssl errstr` explains it), or 0 when the queue was empty.
    case openSSL(operation: String, reason: UInt)

    /// The tag does not fit key, nonce, associated data and ciphertext; which of them differs cannot be known.
    case authenticationFailed

    /// `input`, the name of a parameter, has `count` bytes, which the algorithm does not take.
    case invalidLength(input: String, count: Int)
}

extension CryptoError {
    /// Empties this thread's error queue and keeps the reason code of its oldest entry.
    ///
    /// The queue belongs to the thread, and a task may change threads at any `await`: call this in the same synchronous
    /// function as the call that failed.
    static func draining(after operation: String) -> CryptoError {
        let code = ERR_get_error()
        ERR_clear_error()
        return .openSSL(operation: operation, reason: UInt(ERR_GET_REASON(code)))
    }

    /// Throws unless `status` is 1, libcrypto's one value for success: 0, -1 and -2 all mean failure.
    static func check(_ status: Int32, _ operation: StaticString) throws(CryptoError) {
        guard status == 1 else { throw draining(after: operation.description) }
    }
}
