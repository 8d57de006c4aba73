import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import StrictJSON

/// Asks the demo's server as one client after another, and keeps of each answer what the command line's own client drops:
/// the status and the request id, by which the audit finds it.
struct DemoClient: Sendable {
    struct Answer: Sendable {
        let status: Int
        let requestID: String
        let body: JSONObject

        /// The refusal's code, where it is one; a denial of `/v1/verify` is.
        var code: String? { body["error"]?.objectValue?["code"]?.stringValue }
    }

    let server: ServerAddress
    private let http: HTTPClient

    static func with<Value: Sendable>(
        _ server: ServerAddress, _ body: (DemoClient) async throws -> Value
    ) async throws -> Value {
        let http = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: HTTPClient.Configuration(redirectConfiguration: .disallow))
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(DemoClient(server: server, http: http)))
        } catch {
            result = .failure(error)
        }
        // What was asked is answered by now; a connection that does not close cleanly changes nothing.
        try? await http.shutdown()
        return try result.get()
    }

    func send(_ request: APIRequest, as client: ClientCredentials) async throws -> Answer {
        let response: HTTPClientResponse
        let bytes: [UInt8]
        do {
            let settings = ClientSettings(server: server, credentials: client)
            response = try await http.execute(
                request.made(for: settings), timeout: .seconds(ClientLimits.requestSeconds))
            bytes = Array(try await response.body.collect(upTo: ClientLimits.answerBytes).readableBytesView)
        } catch {
            throw TransportTrouble.failure(error, server: server)
        }
        guard let requestID = response.headers.first(name: "X-Request-Id"),
            // Which rule of JSON broke does not matter: what answers is not this server. 204 has no body.
            let body = response.status == .noContent ? JSONObject() : try? JSONParser.parse(bytes).objectValue
        else { throw CommandFailure.badAnswer("What answers at \(server) is not this server.") }
        return Answer(status: Int(response.status.code), requestID: requestID, body: body)
    }

    /// What has to succeed for the story to be told at all.
    ///
    /// - Throws: ``APIError`` where the server refused.
    func require(_ request: APIRequest, as client: ClientCredentials) async throws -> JSONObject {
        let answer = try await send(request, as: client)
        if let error = APIError(answer.body, status: answer.status) { throw error }
        return answer.body
    }
}

extension ClientSettings {
    fileprivate init(server: ServerAddress, credentials: ClientCredentials) {
        self.server = server
        self.credentials = credentials
        tenant = nil
    }
}
