internal import COpenSSL

extension Array where Element == UInt8 {
    /// Lends the bytes for the length of `body`. Unlike the standard library's `withUnsafeBytes` it keeps the type of
    /// what `body` throws.
    @safe
    func withLentBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try unsafe withUnsafeBufferPointer { (bytes) throws(E) in try unsafe body(UnsafeRawBufferPointer(bytes)) }
    }
}

extension copenssl_bytes {
    /// For the shims; good only as long as `buffer` is.
    @unsafe
    init(_ buffer: UnsafeRawBufferPointer) {
        unsafe self.init(start: buffer.baseAddress, count: buffer.count)
    }
}
