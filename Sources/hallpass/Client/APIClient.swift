import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import StrictJSON

/// The command line's way to a running server: one connection, no redirects, bounded answers.
///
/// Certificates are verified as the library does it; there is no switch to turn that off.
struct APIClient: Sendable {
    let settings: ClientSettings
    private let http: HTTPClient

    /// Runs `body` with a client that is shut down afterwards, however it ends.
    static func with<Value>(
        _ settings: ClientSettings, _ body: (APIClient) async throws -> Value
    ) async throws -> Value {
        // A redirect would carry the secret to wherever it points.
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = HTTPClient.Configuration.Timeout(
            connect: .seconds(ClientLimits.connectSeconds), read: .seconds(ClientLimits.requestSeconds))
        configuration.httpVersion = .http1Only
        // Whoever waits at a terminal is told at once that nobody is there.
        configuration.connectionPool.retryConnectionEstablishment = false
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(APIClient(settings: settings, http: http)))
        } catch {
            result = .failure(error)
        }
        // What was asked is answered by now; a connection that does not close cleanly changes nothing.
        try? await http.shutdown()
        return try result.get()
    }

    /// - Throws: ``APIError`` where the server refused, else ``CommandFailure``.
    func send(_ request: APIRequest) async throws -> JSONObject {
        let status: Int
        let body: ByteBuffer
        do {
            let response = try await http.execute(
                request.made(for: settings), timeout: .seconds(ClientLimits.requestSeconds))
            status = Int(response.status.code)
            body = try await response.body.collect(upTo: ClientLimits.answerBytes)
        } catch {
            throw TransportTrouble.failure(error, server: settings.server)
        }
        return try APIAnswer.read(status: status, body: Array(body.readableBytesView), from: settings.server)
    }

    /// Every item of a list, page after page.
    ///
    /// - Parameter isPaged: whether the list takes `limit` and `cursor`.
    func all(_ request: APIRequest, isPaged: Bool = true) async throws -> [JSONValue] {
        var items: [JSONValue] = []
        var request = request
        let query = request.query + (isPaged ? [("limit", String(ClientLimits.pageRows))] : [])
        request.query = query
        var seen: Set<String> = []
        while true {
            let page = try await send(request)
            guard let found = page["items"]?.arrayValue else {
                throw CommandFailure.badAnswer("The server's list has no items.")
            }
            items += found
            guard let cursor = page["next_cursor"]?.stringValue else { return items }
            // A cursor that comes back would go round forever.
            guard seen.insert(cursor).inserted else {
                throw CommandFailure.badAnswer("The server's list does not end.")
            }
            request.query = query + [("cursor", cursor)]
        }
    }
}
