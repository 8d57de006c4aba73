internal import COpenSSL

/// The libcrypto that this process runs with, which may be a later one than it was built with.
package enum CryptoLibrary {
    /// `3.0.19`
    package static var version: String {
        guard let text = unsafe OpenSSL_version(OPENSSL_VERSION_STRING) else { return "unknown" }
        return unsafe String(cString: text)
    }
}
