import NIOCore

/// Writes an answer that goes on, each piece when the one before it has left.
struct StreamWriter: Sendable {
    let channel: any Channel
    /// How its end is told from a connection that broke; HTTP/1.0 does not know it. Source: RFC 9112 section 7.1.
    let isChunked: Bool

    /// - Throws: what the connection throws.
    func write(_ bytes: [UInt8]) async throws {
        // A chunk of nothing would be the last one.
        guard !bytes.isEmpty else { return }
        try await channel.writeAndFlush(isChunked ? Self.chunk(bytes) : ByteBuffer(bytes: bytes)).get()
    }

    private static func chunk(_ bytes: [UInt8]) -> ByteBuffer {
        var chunk = ByteBuffer()
        chunk.reserveCapacity(bytes.count + 16)
        chunk.writeString("\(String(bytes.count, radix: 16))\r\n")
        chunk.writeBytes(bytes)
        chunk.writeString("\r\n")
        return chunk
    }

    /// The chunk that says that it is over.
    static let lastChunk = ByteBuffer(string: "0\r\n\r\n")
}
