import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import StrictJSON

/// The command line's way to a running MCP server over streamable HTTP: it asks for the tools and for nothing else.
///
/// Whatever the server does, this ends: in bytes, in pages and in time. Source: Model Context Protocol 2025-11-25, "Lifecycle",
/// "Transports" and "Tools".
struct MCPServer: Sendable {
    let address: ServerAddress
    /// Shown as a bearer token; `nil` where the server asks for none.
    let token: String?

    private static let version = "2025-11-25"
    private static let knownVersions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]

    /// Every tool, page after page, as the server describes it.
    func tools() async throws -> [JSONValue] {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = HTTPClient.Configuration.Timeout(
            connect: .seconds(ClientLimits.connectSeconds), read: .seconds(MCPLimits.silenceSeconds))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<[JSONValue], any Error>
        do {
            result = .success(try await withinTime { try await list(over: http) })
        } catch {
            result = .failure(error)
        }
        // What was asked is answered by now; a connection that does not close cleanly changes nothing.
        try? await http.shutdown()
        return try result.get()
    }

    /// A server that sends a byte now and then would else keep this waiting for good.
    private func withinTime<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value
    {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: .seconds(MCPLimits.totalSeconds))
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else {
                throw CommandFailure.noServer("\(address) does not come to an end.", next: "check the MCP server")
            }
            return value
        }
    }

    private func list(over http: HTTPClient) async throws -> [JSONValue] {
        var session = Session()
        let greeting: JSONValue = [
            "protocolVersion": .string(Self.version), "capabilities": [:],
            "clientInfo": ["name": "hallpass", "version": .string(ProductVersion.hallpass)],
        ]
        let hello = try await ask("initialize", greeting, &session, http)
        guard let version = hello["protocolVersion"]?.stringValue, Self.knownVersions.contains(version) else {
            throw strange("speaks no version of the protocol that is known here")
        }
        session.version = version
        try await notify("notifications/initialized", session, http)
        var tools: [JSONValue] = []
        var cursors: Set<String> = []
        var parameters = JSONObject()
        for _ in 0..<MCPLimits.pages {
            let page = try await ask("tools/list", .object(parameters), &session, http)
            guard let found = page["tools"]?.arrayValue else { throw strange("lists no tools") }
            tools += found
            guard tools.count <= MCPLimits.tools else { throw strange("lists more than \(MCPLimits.tools) tools") }
            guard let cursor = page["nextCursor"]?.stringValue else { return tools }
            // A cursor that comes back would go round for ever.
            guard cursors.insert(cursor).inserted else { throw strange("lists its tools in a circle") }
            parameters["cursor"] = .string(cursor)
        }
        throw strange("lists its tools on more than \(MCPLimits.pages) pages")
    }

    /// What the handshake settled.
    private struct Session {
        var id: String?
        var version: String?
        var requests: Int64 = 0
    }

    private func ask(
        _ method: String, _ parameters: JSONValue, _ session: inout Session, _ http: HTTPClient
    ) async throws -> JSONObject {
        session.requests += 1
        let id = session.requests
        let message: JSONValue = [
            "jsonrpc": "2.0", "id": .integer(id), "method": .string(method), "params": parameters,
        ]
        let response = try await send(message, session, http)
        if let given = response.headers.first(name: "Mcp-Session-Id") {
            guard given.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), given.utf8.count <= 1_024 else {
                throw strange("gives a session id that is none")
            }
            session.id = given
        }
        return try await answer(in: response, to: id)
    }

    private func notify(_ method: String, _ session: Session, _ http: HTTPClient) async throws {
        _ = try await send(["jsonrpc": "2.0", "method": .string(method)], session, http)
    }

    private func send(_ message: JSONValue, _ session: Session, _ http: HTTPClient) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: address.text)
        request.method = .POST
        request.headers.add(name: "Accept", value: "application/json, text/event-stream")
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "hallpass")
        if let version = session.version { request.headers.add(name: "MCP-Protocol-Version", value: version) }
        if let id = session.id { request.headers.add(name: "Mcp-Session-Id", value: id) }
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        request.body = .bytes(ByteBuffer(bytes: message.serialized()))
        let response: HTTPClientResponse
        do {
            response = try await http.execute(request, timeout: .seconds(MCPLimits.silenceSeconds))
        } catch {
            throw trouble(error)
        }
        switch response.status.code {
        case 200..<300: return response
        case 401, 403:
            throw strange("wants to know who asks", next: "add --token-file FILE with a bearer token for it")
        case 300..<400: throw strange("sends its callers elsewhere", next: "name the address itself")
        default: throw strange("answers with status \(response.status.code), and is no MCP endpoint")
        }
    }

    /// The message that answers a request: the body itself, or the first such event of a stream.
    private func answer(in response: HTTPClientResponse, to id: Int64) async throws -> JSONObject {
        let type = response.headers.first(name: "Content-Type")?.lowercased() ?? ""
        let isStream = type.hasPrefix("text/event-stream")
        guard isStream || type.hasPrefix("application/json") else {
            throw strange("answers with something else than MCP")
        }
        var events = EventStream()
        var body: [UInt8] = []
        var received = 0
        do {
            for try await chunk in response.body {
                received += chunk.readableBytes
                guard received <= MCPLimits.answerBytes else {
                    throw strange("answers with more than \(MCPLimits.answerBytes) bytes")
                }
                guard isStream else {
                    body += chunk.readableBytesView
                    continue
                }
                for event in events.take(Array(chunk.readableBytesView)) {
                    if let result = try result(in: event, to: id) { return result }
                }
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw trouble(error)
        }
        guard !isStream, let result = try result(in: body, to: id) else {
            throw strange("does not answer what it was asked")
        }
        return result
    }

    /// - Returns: `nil` for a message that is about something else.
    private func result(in bytes: [UInt8], to id: Int64) throws -> JSONObject? {
        let message: JSONObject?
        do {
            message = try JSONParser.parse(bytes, limits: JSONLimits(depth: ClientLimits.answerDepth)).objectValue
        } catch {
            throw strange("answers with something else than JSON")
        }
        guard let message, message["id"]?.integerValue == id, message["method"] == nil else { return nil }
        if let result = message["result"]?.objectValue { return result }
        throw strange("refuses what it was asked")
    }

    private func strange(_ what: String, next: String = "check the address and the server") -> CommandFailure {
        .badAnswer("What is at \(address) \(what).", next: next)
    }

    private func trouble(_ error: any Error) -> any Error {
        let failure = TransportTrouble.failure(error, server: address)
        guard var found = failure as? CommandFailure else { return failure }
        found.next = "check the address, and that the MCP server runs"
        return found
    }
}

/// What one look at an MCP server may cost.
enum MCPLimits {
    /// The whole conversation.
    static let totalSeconds: Int64 = 60
    /// Nothing arrives for so long: nobody is there any more.
    static let silenceSeconds: Int64 = 15
    /// One answer: a thousand tools with schemas of some kilobytes.
    static let answerBytes = 8 * 1024 * 1024
    static let pages = 200
    /// As many as one connector may have.
    static let tools = 1_000
}
