import HTTPTypes
import HallpassCore
import Hummingbird
import HummingbirdCore
import NIOCore

/// The request's body could not be received: the peer went away, broke HTTP's own rules or took too long.
struct BodyStreamError: Error {}

/// Reads a body once, never further than it is told to.
struct BodyReader {
    private var iterator: RequestBody.AsyncIterator
    /// `nil` where the sender did not say.
    let declaredBytes: Int?
    private let awaitsContinue: Bool
    private var receivedBytes = 0
    private var isAtEnd: Bool
    private var isBroken = false

    init(_ request: Request) {
        iterator = request.body.makeAsyncIterator()
        let declared = request.headers[.contentLength].flatMap { Int($0) }
        declaredBytes = declared
        awaitsContinue = request.headers.contains(.expect)
        isAtEnd = request.headers[.transferEncoding] == nil && (declared ?? 0) == 0
    }

    /// The whole body.
    ///
    /// - Throws: ``HallpassError/payloadTooLarge(limitBytes:)``, of a body that says how long it is before any of it is
    ///   read; ``BodyStreamError``.
    mutating func readAll(limitBytes: Int) async throws -> [UInt8] {
        if let declaredBytes, declaredBytes > limitBytes { throw HallpassError.payloadTooLarge(limitBytes: limitBytes) }
        var bytes: [UInt8] = []
        if let declaredBytes { bytes.reserveCapacity(declaredBytes) }
        while let chunk = try await next() {
            guard bytes.count + chunk.readableBytes <= limitBytes else {
                throw HallpassError.payloadTooLarge(limitBytes: limitBytes)
            }
            bytes.append(contentsOf: chunk.readableBytesView)
        }
        return bytes
    }

    /// Takes what is left of a body that nobody wants.
    ///
    /// A sender that is answered while it still sends may never see the answer; one that never stops must not be
    /// listened to for ever.
    ///
    /// - Returns: whether the connection can be used again.
    mutating func discardRest() async -> Bool {
        if isBroken { return false }
        if isAtEnd { return true }
        if awaitsContinue { return false }
        if let declaredBytes, declaredBytes > WireLimits.discardedBodyBytes { return false }
        do {
            while try await next() != nil {
                if receivedBytes > WireLimits.discardedBodyBytes { return false }
            }
            return true
        } catch {
            return false
        }
    }

    private mutating func next() async throws(BodyStreamError) -> ByteBuffer? {
        if isBroken { throw BodyStreamError() }
        if isAtEnd { return nil }
        do {
            guard let chunk = try await iterator.next() else {
                isAtEnd = true
                return nil
            }
            receivedBytes += chunk.readableBytes
            return chunk
        } catch {
            isBroken = true
            throw BodyStreamError()
        }
    }
}
