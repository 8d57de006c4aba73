import HallpassCrypto

/// Names one request in its answer, the log and the audit; never taken from the request, so that nobody can make two
/// requests share one.
package enum RequestID {
    /// 127 random bits, 22 characters of base64url.
    ///
    /// The first bit is 0, so that it never begins with `-`: people copy it from an error to a command line.
    package static func make() -> String {
        // libcrypto's are drawn ahead: two calls of the system fewer for each request.
        var bytes = (try? RandomBytes.generate(count: byteCount)) ?? SystemRandomNumberGenerator.bytes(byteCount)
        bytes[0] &= 0x7F
        return Base64URL.encode(bytes)
    }

    private static let byteCount = 16
}

extension SystemRandomNumberGenerator {
    /// For where libcrypto has none: a request must have its id, to say so.
    fileprivate static func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in generator.next() }
    }
}
