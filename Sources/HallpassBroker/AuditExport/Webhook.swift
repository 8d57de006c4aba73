package import HallpassCore
import HallpassCrypto

/// Where the operator wants the audit posted to, signed.
package struct Webhook: Sendable {
    package let url: UpstreamURL
    private let client: UpstreamClient
    private let clock: Clock

    package init(
        url: UpstreamURL, client: UpstreamClient = UpstreamClient(timeout: .seconds(Limits.exportRequestSeconds)),
        clock: Clock = .system
    ) {
        self.url = url
        self.client = client
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
        let answer: UpstreamClient.Answer
        do {
            answer = try await client.post(body, headers, to: url)
        } catch .timeout {
            throw DeliveryFailure("it did not answer in time")
        } catch .badAnswer {
            throw DeliveryFailure("its answer is too large")
        } catch {
            throw DeliveryFailure("it cannot be reached")
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
