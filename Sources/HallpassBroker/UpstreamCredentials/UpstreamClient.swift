import AsyncHTTPClient
import HallpassCore
import HallpassCrypto
import NIOCore
import NIOHTTP1

/// The way to providers' token endpoints and to the operator's webhook: no redirects, bounded answers, one deadline for each exchange.
package final class UpstreamClient: Sendable {
    struct Answer: Sendable {
        let status: Int
        let body: [UInt8]
        /// `Retry-After`, where it is a number.
        let retryAfterSeconds: Int64?
    }

    private let http: HTTPClient
    private let timeout: Duration
    /// Between the attempts of a revocation, and of keeping a new refresh token.
    let pause: @Sendable (Duration) async -> Void

    /// - Parameter pause: waits; tests bring one that does not.
    package init(
        timeout: Duration = .seconds(Limits.upstreamRequestSeconds),
        // A pause that is cut short by the process's end changes nothing.
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.timeout = timeout
        self.pause = pause
        // A redirect would carry the secret to wherever it points.
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit {
        // Nothing is under way any more, and how the connections close changes nothing.
        http.shutdown { _ in }
    }

    /// One form, as the client that the authorization names.
    func post(
        _ form: [(name: String, value: String)], to url: UpstreamURL, as authorization: UpstreamAuthorization,
        secret: SecretBytes?
    ) async throws(UpstreamFailure) -> Answer {
        var request = HTTPClientRequest(url: url.text)
        request.method = .POST
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        request.headers.add(name: "User-Agent", value: "hallpass")
        var form = form
        let secret = secret.map(CredentialSecret.text)
        switch (authorization.clientAuthentication, secret) {
        case (.basic, let secret?):
            // Both parts are escaped before they are joined. Source: RFC 6749 section 2.3.1.
            let pair = "\(FormText.escape(authorization.clientID)):\(FormText.escape(secret))"
            request.headers.add(name: "Authorization", value: "Basic \(Base64.encode(Array(pair.utf8)))")
        case (.post, let secret?): form += [("client_id", authorization.clientID), ("client_secret", secret)]
        case (.none, _), (_, nil): form.append(("client_id", authorization.clientID))
        }
        request.body = .bytes(ByteBuffer(string: FormText.encode(form)))
        return try await send(request)
    }

    /// Any body, under the headers that say what it is.
    func post(
        _ body: [UInt8], _ headers: [(name: String, value: String)], to url: UpstreamURL
    ) async throws(UpstreamFailure) -> Answer {
        var request = HTTPClientRequest(url: url.text)
        request.method = .POST
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.headers.add(name: "User-Agent", value: "hallpass")
        request.body = .bytes(ByteBuffer(bytes: body))
        return try await send(request)
    }

    private func send(_ request: HTTPClientRequest) async throws(UpstreamFailure) -> Answer {
        do {
            // The library's own deadline ends with the head of an answer.
            return try await withThrowingTaskGroup(of: Answer.self) { [http, timeout] group in
                group.addTask {
                    let response = try await http.execute(request, deadline: .distantFuture)
                    let body = try await response.body.collect(upTo: Limits.upstreamAnswerBytes)
                    return Answer(
                        status: Int(response.status.code), body: Array(body.readableBytesView),
                        retryAfterSeconds: response.headers.first(name: "Retry-After").flatMap { Int64($0) })
                }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    throw UpstreamFailure.timeout
                }
                defer { group.cancelAll() }
                guard let answer = try await group.next() else { throw UpstreamFailure.timeout }
                return answer
            }
        } catch let failure as UpstreamFailure {
            throw failure
        } catch is NIOTooManyBytesError {
            throw .badAnswer
        } catch {
            throw .unreachable
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
