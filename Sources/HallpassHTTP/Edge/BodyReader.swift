import HTTPTypes
import HallpassCore
import NIOCore

/// Reads a body once, never further than it is told to.
struct BodyReader {
    private let body: IncomingBody
    /// `nil` where the sender did not say.
    let declaredBytes: Int?
    private let awaitsContinue: Bool
    private var receivedBytes = 0

    init(_ request: IncomingRequest) {
        body = request.body
        declaredBytes = request.headers[.contentLength].flatMap { Int($0) }
        awaitsContinue = request.headers.contains(.expect)
    }

    /// The whole body.
    ///
    /// - Throws: ``HallpassError/payloadTooLarge(limitBytes:)``, of a body that says how long it is before any of it is
    ///   read; ``BodyStreamError``.
    mutating func readAll(limitBytes: Int) async throws -> [UInt8] {
        if let declaredBytes, declaredBytes > limitBytes { throw HallpassError.payloadTooLarge(limitBytes: limitBytes) }
        var bytes: [UInt8] = []
        if let declaredBytes { bytes.reserveCapacity(declaredBytes) }
        while true {
            switch body.take() {
            case .bytes(let chunk):
                receivedBytes += chunk.readableBytes
                guard bytes.count + chunk.readableBytes <= limitBytes else {
                    throw HallpassError.payloadTooLarge(limitBytes: limitBytes)
                }
                bytes.append(contentsOf: chunk.readableBytesView)
            case .later: await body.wait()
            case .end: return bytes
            case .broken: throw BodyStreamError()
            }
        }
    }

    /// Takes what is left of a body that nobody wants.
    ///
    /// A sender that is answered while it still sends may never see the answer; one that never stops must not be
    /// listened to for ever.
    ///
    /// - Returns: whether the connection can be used again.
    mutating func discardRest() async -> Bool {
        while true {
            switch body.take() {
            case .bytes(let chunk):
                receivedBytes += chunk.readableBytes
                if receivedBytes > WireLimits.discardedBodyBytes { return false }
            case .later:
                if awaitsContinue { return false }
                if let declaredBytes, declaredBytes > WireLimits.discardedBodyBytes { return false }
                await body.wait()
            case .end: return true
            case .broken: return false
            }
        }
    }
}
