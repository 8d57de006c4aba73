import HallpassCrypto

/// Names one request in its answer, the log and the audit; never taken from the request, so that nobody can make two
/// requests share one.
package enum RequestID {
    /// 127 random bits, 22 characters of base64url.
    ///
    /// The first bit is 0, so that it never begins with `-`: people copy it from an error to a command line.
    package static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        for word in [generator.next() as UInt64, generator.next() as UInt64] {
            for shift in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        bytes[0] &= 0x7F
        return Base64URL.encode(bytes)
    }
}
