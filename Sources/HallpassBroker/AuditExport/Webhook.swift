package import HallpassCore
import HallpassCrypto

/// Where the operator wants the audit posted to, signed.
package struct Webhook: Sendable {
    package let url: OutboundURL
    private let client: OutboundClient
    private let timeout: Duration
    private let clock: Clock

    package init(
        url: OutboundURL, client: OutboundClient = OutboundClient(),
        timeout: Duration = .seconds(Limits.exportRequestSeconds), clock: Clock = .system
    ) {
        self.url = url
        self.client = client
        self.timeout = timeout
        self.clock = clock
    }

    /// Posts a body, once.
    ///
    /// The same body has the same id whenever it is posted; the timestamp is this moment's, so that a receiver can refuse
    /// what somebody recorded and plays again.
    ///
    /// - Parameter secrets: one, or two while one replaces the other.
    /// - Throws: ``DeliveryFailure`` unless it was answered with a status of 2xx.
    package func post(
        _ body: [UInt8], contentType: String, secrets: [WebhookSecret]
    ) async throws(DeliveryFailure) {
        let timestamp = clock.nowSeconds
        let id = Base64URL.encode(SHA256.hash(body))
        let signatures: [String]
        do {
            signatures = try secrets.map { try $0.signature(id: id, timestamp: timestamp, body: body) }
        } catch {
            throw DeliveryFailure("it could not be signed")
        }
        let headers = [
            ("Content-Type", contentType), ("Webhook-Id", id), ("Webhook-Timestamp", String(timestamp)),
            ("Webhook-Signature", signatures.joined(separator: " ")),
        ]
        let request = OutboundClient.Request(
            method: .post, url: url, isOperators: true, headers: headers, body: body, timeout: timeout,
            answerBytes: Limits.upstreamAnswerBytes)
        let answer: OutboundClient.Answer
        do throws(OutboundClient.Failure) {
            answer = try await client.send(request)
        } catch {
            throw DeliveryFailure(error.clause)
        }
        guard (200..<300).contains(answer.status) else {
            throw DeliveryFailure("it answered \(answer.status)", retryAfterSeconds: answer.retryAfterSeconds ?? 0)
        }
    }
}

/// Why something did not get to a destination.
package struct DeliveryFailure: Error, Hashable, Sendable {
    /// One clause about the destination, such as `it answered 500`.
    package let reason: String
    /// How long it asked to be left alone.
    package let retryAfterSeconds: Int64

    package init(_ reason: String, retryAfterSeconds: Int64 = 0) {
        self.reason = reason
        self.retryAfterSeconds = retryAfterSeconds
    }
}

extension OutboundClient.Failure {
    fileprivate var clause: String {
        switch self {
        case .tooSlow: "it did not answer in time"
        case .tooLarge: "its answer is too large"
        case .unresolved, .unreachable, .privateAddress: "it cannot be reached"
        }
    }
}
