import HTTPTypes
import HallpassCore
import NIOCore

/// Reads a body once, never further than it is told to.
final class BodyReader {
    private let body: IncomingBody
    /// `nil` where the sender did not say.
    let declaredBytes: Int?
    private let awaitsContinue: Bool
    private var bytes: [UInt8] = []
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
    func readAll(limitBytes: Int) async throws -> [UInt8] {
        if let declaredBytes, declaredBytes > limitBytes { throw HallpassError.payloadTooLarge(limitBytes: limitBytes) }
        while true {
            if let bytes = try readArrived(limitBytes) { return bytes }
            await body.wait()
        }
    }

    /// - Returns: `nil` where there is more to come.
    private func readArrived(_ limitBytes: Int) throws -> [UInt8]? {
        while true {
            switch body.take() {
            case .bytes(let chunk):
                receivedBytes += chunk.readableBytes
                guard receivedBytes <= limitBytes else { throw HallpassError.payloadTooLarge(limitBytes: limitBytes) }
                if bytes.isEmpty { bytes.reserveCapacity(max(declaredBytes ?? 0, chunk.readableBytes)) }
                bytes.append(contentsOf: chunk.readableBytesView)
            case .later: return nil
            case .end:
                // Kept no longer than whoever asked for it does.
                defer { bytes = [] }
                return bytes
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
    func discardRest() async -> Bool {
        while true {
            if let canContinue = discardArrived() { return canContinue }
            await body.wait()
        }
    }

    /// - Returns: `nil` where there is more to come.
    private func discardArrived() -> Bool? {
        while true {
            switch body.take() {
            case .bytes(let chunk):
                receivedBytes += chunk.readableBytes
                if receivedBytes > WireLimits.discardedBodyBytes { return false }
            case .later:
                if awaitsContinue { return false }
                if let declaredBytes, declaredBytes > WireLimits.discardedBodyBytes { return false }
                return nil
            case .end: return true
            case .broken: return false
            }
        }
    }
}
