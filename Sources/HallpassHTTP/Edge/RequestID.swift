import HallpassCrypto

/// Names one request in its answer, the log and the audit; never taken from the request, so that nobody can make two
/// requests share one.
enum RequestID {
    /// 128 random bits, 22 characters of base64url.
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        for word in [generator.next() as UInt64, generator.next() as UInt64] {
            for shift in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return Base64URL.encode(bytes)
    }
}
