import HallpassCore
import ScriptedServer
import Testing

@testable import HallpassBroker

struct WebhookTests {
    private static let secretText = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    private func post(
        _ script: ScriptedServer.Script, timeout: Duration = .seconds(30), secrets: [String] = [Self.secretText]
    ) async throws -> (request: String, failure: DeliveryFailure?) {
        try await ScriptedServer.run([script]) { server in
            let url = try #require(OutboundURL("http://127.0.0.1:\(server.port)/audit"))
            let webhook = Webhook(url: url, timeout: timeout, clock: Clock { 1_614_265_330_000 })
            let secrets = secrets.compactMap(WebhookSecret.init)
            do throws(DeliveryFailure) {
                try await webhook.post(Array("{}\n".utf8), contentType: "application/x-ndjson", secrets: secrets)
                return (server.requests.first ?? "", nil)
            } catch {
                return (server.requests.first ?? "", error)
            }
        }
    }

    /// Source: the example that implementations of Standard Webhooks share.
    @Test func `the signature is that of Standard Webhooks`() throws {
        let secret = try #require(WebhookSecret(Self.secretText))
        let signature = try secret.signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test(arguments: [
        ("", false), ("whsec_", false), ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", false),
        ("whsec_" + String(repeating: "A", count: 28) + "AA==", false),
        ("whsec_" + String(repeating: "A", count: 32), true),
        ("whsec_" + String(repeating: "A", count: 84) + "AA==", true),
        ("whsec_" + String(repeating: "A", count: 84) + "AAA=", false), (Self.secretText + "!", false),
    ])
    func `a secret is 24 to 64 bytes in base64 behind its prefix`(text: String, isAccepted: Bool) {
        #expect((WebhookSecret(text) != nil) == isAccepted)
    }

    @Test(arguments: [
        (1, "\n"), (2, "\n"), (2, "\r\n\r\n"),
    ])
    func `a file holds one secret, or two while one replaces the other`(count: Int, separator: String) {
        let text = Array(repeating: Self.secretText, count: count).joined(separator: separator)
        #expect(WebhookSecret.list(text + separator)?.count == count)
    }

    @Test(arguments: [
        "", "\n", "x", Self.secretText + "\nx", "\(Self.secretText)\n\(Self.secretText)\n\(Self.secretText)",
    ])
    func `a file with anything else holds none`(text: String) {
        #expect(WebhookSecret.list(text) == nil)
    }

    @Test func `a delivery says what it is, when it was made, and who signed it`() async throws {
        let (request, failure) = try await post(.status(204), secrets: [Self.secretText, Self.secretText])
        #expect(failure == nil)
        #expect(request.hasPrefix("POST /audit HTTP/1.1\r\n"))
        #expect(request.hasSuffix("\r\n\r\n{}\n"))
        #expect(request.contains("Content-Type: application/x-ndjson\r\n"))
        #expect(request.contains("Webhook-Timestamp: 1614265330\r\n"))
        let id = try #require(request.firstMatch(of: /Webhook-Id: ([A-Za-z0-9_-]{43})/)?.1)
        let secret = try #require(WebhookSecret(Self.secretText))
        let signature = try secret.signature(id: String(id), timestamp: 1_614_265_330, body: Array("{}\n".utf8))
        #expect(request.contains("Webhook-Signature: \(signature) \(signature)\r\n"))
        #expect(!request.contains("whsec_"))
    }

    @Test(arguments: [200, 201, 202, 204])
    func `any status of 2xx is a yes`(status: Int) async throws {
        #expect(try await post(.status(status)).failure == nil)
    }

    @Test(arguments: [301, 302, 307, 308, 400, 401, 404, 410, 413, 429, 500, 503])
    func `any other status is a failure and a redirect is not followed`(status: Int) async throws {
        let script = ScriptedServer.Script(status: status, headers: ["Location: http://127.0.0.1:1/"])
        #expect(try await post(script).failure == DeliveryFailure("it answered \(status)"))
    }

    @Test(arguments: [("7", 7), ("soon", 0), ("Sat, 21 Nov 2026 12:00:00 GMT", 0)] as [(String, Int64)])
    func `a receiver says how long it wants to be left alone`(text: String, seconds: Int64) async throws {
        let script = ScriptedServer.Script(status: 429, headers: ["Retry-After: \(text)"])
        #expect(try await post(script).failure == DeliveryFailure("it answered 429", retryAfterSeconds: seconds))
    }

    @Test func `a receiver that goes away, is silent or talks without end is a failure`() async throws {
        #expect(try await post(.cut).failure == DeliveryFailure("it cannot be reached"))
        let silent = try await post(.silence, timeout: .milliseconds(50))
        #expect(silent.failure == DeliveryFailure("it did not answer in time"))
        let endless = ScriptedServer.Script(body: String(repeating: "x", count: Limits.upstreamAnswerBytes + 1))
        #expect(try await post(endless).failure == DeliveryFailure("its answer is too large"))
    }
}
