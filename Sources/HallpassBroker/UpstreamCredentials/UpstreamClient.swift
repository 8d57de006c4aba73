import HallpassCore
import HallpassCrypto

/// The way to providers' token endpoints: bounded answers, one deadline for each exchange.
package struct UpstreamClient: Sendable {
    private let client: OutboundClient
    private let timeout: Duration
    /// Between the attempts of a revocation, and of keeping a new refresh token.
    let pause: @Sendable (Duration) async -> Void

    /// - Parameter pause: waits; tests bring one that does not.
    package init(
        _ client: OutboundClient = OutboundClient(), timeout: Duration = .seconds(Limits.upstreamRequestSeconds),
        // A pause that is cut short by the process's end changes nothing.
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.client = client
        self.timeout = timeout
        self.pause = pause
    }

    /// One form, as the client that the authorization names.
    func post(
        _ form: [(name: String, value: String)], to url: OutboundURL, as authorization: UpstreamAuthorization,
        secret: SecretBytes?
    ) async throws(UpstreamFailure) -> OutboundClient.Answer {
        var form = form
        var headers: [(name: String, value: String)] = [
            ("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded"),
        ]
        let secret = secret.map(CredentialSecret.text)
        switch (authorization.clientAuthentication, secret) {
        case (.basic, let secret?):
            // Both parts are escaped before they are joined. Source: RFC 6749 section 2.3.1.
            let pair = "\(FormText.escape(authorization.clientID)):\(FormText.escape(secret))"
            headers.append(("Authorization", "Basic \(Base64.encode(Array(pair.utf8)))"))
        case (.post, let secret?): form += [("client_id", authorization.clientID), ("client_secret", secret)]
        case (.none, _), (_, nil): form.append(("client_id", authorization.clientID))
        }
        do throws(OutboundClient.Failure) {
            return try await client.send(
                OutboundClient.Request(
                    method: .post, url: url, headers: headers, body: Array(FormText.encode(form).utf8),
                    timeout: timeout, answerBytes: Limits.upstreamAnswerBytes))
        } catch {
            throw UpstreamFailure(error)
        }
    }
}

extension UpstreamFailure {
    fileprivate init(_ failure: OutboundClient.Failure) {
        self =
            switch failure {
            case .unresolved, .unreachable: .unreachable
            case .privateAddress: .privateAddress
            case .tooSlow: .timeout
            case .tooLarge: .badAnswer
            }
    }
}

/// `application/x-www-form-urlencoded`.
enum FormText {
    static func encode(_ fields: [(name: String, value: String)]) -> String {
        fields.map { "\(escape($0.name))=\(escape($0.value))" }.joined(separator: "&")
    }

    /// Everything but letters, digits and `-._~` as `%XX`, which every reader of forms undoes.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            switch byte {
            case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2D, 0x2E, 0x5F, 0x7E:
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                escaped += byte < 0x10 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return escaped
    }
}
