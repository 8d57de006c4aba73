import HallpassCore
package import NIOCore
package import StrictJSON

/// A conversation with an MCP server over streamable HTTP that asks for its tools and for nothing else, whoever carries it.
///
/// Whatever the server says, it ends: in bytes, in pages and in tools; that it ends in time is for whoever carries it. Source: Model
/// Context Protocol 2025-11-25, "Lifecycle", "Transports" and "Tools".
package struct ToolsConversation {
    /// Carries one message, and feeds what comes back to the message's reader.
    package typealias Carry = (ToolsMessage) async throws -> ToolsAnswer

    private static let version = "2025-11-25"
    private static let knownVersions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]

    /// Shown as a bearer token; `nil` where the server asks for none.
    private let token: String?
    private let carry: Carry
    /// What the handshake settled.
    private var sessionID: String?
    private var settledVersion: String?
    private var requests: Int64 = 0
    private var bytesLeft = Limits.toolAnswerBytes

    package init(token: String?, carry: @escaping Carry) {
        self.token = token
        self.carry = carry
    }

    /// Every tool, page after page, as the server describes it; each has a name.
    ///
    /// - Throws: ``ToolsFailure``, and what the carrier throws.
    package mutating func tools() async throws -> [JSONObject] {
        let hello = try await ask(
            "initialize",
            [
                "protocolVersion": .string(Self.version), "capabilities": [:],
                "clientInfo": ["name": "hallpass", "version": .string(ProductVersion.hallpass)],
            ])
        guard let version = hello["protocolVersion"]?.stringValue, Self.knownVersions.contains(version) else {
            throw ToolsFailure.unknownVersion
        }
        settledVersion = version
        _ = try await say(["jsonrpc": "2.0", "method": "notifications/initialized"], id: nil)
        var tools: [JSONObject] = []
        var cursors: Set<String> = []
        var parameters = JSONObject()
        for _ in 0..<Limits.toolPages {
            let page = try await ask("tools/list", .object(parameters))
            guard let found = page["tools"]?.arrayValue else { throw ToolsFailure.noTools }
            tools += try found.map(Self.tool)
            guard tools.count <= Limits.toolsPerConnector else { throw ToolsFailure.tooManyTools }
            guard let cursor = page["nextCursor"]?.stringValue else { return tools }
            // A cursor that comes back would go round for ever.
            guard cursors.insert(cursor).inserted else { throw ToolsFailure.circle }
            parameters["cursor"] = .string(cursor)
        }
        throw ToolsFailure.tooManyPages
    }

    private static func tool(_ value: JSONValue) throws -> JSONObject {
        guard let tool = value.objectValue, tool["name"]?.stringValue?.isEmpty == false else {
            throw ToolsFailure.badTool
        }
        return tool
    }

    private mutating func ask(_ method: String, _ parameters: JSONValue) async throws -> JSONObject {
        requests += 1
        return try await say(
            ["jsonrpc": "2.0", "id": .integer(requests), "method": .string(method), "params": parameters], id: requests)
    }

    private mutating func say(_ content: JSONValue, id: Int64?) async throws -> JSONObject {
        var headers = [
            ("Accept", "application/json, text/event-stream"), ("Content-Type", "application/json"),
        ]
        if let settledVersion { headers.append(("MCP-Protocol-Version", settledVersion)) }
        if let sessionID { headers.append(("Mcp-Session-Id", sessionID)) }
        if let token { headers.append(("Authorization", "Bearer \(token)")) }
        let answer = try await carry(
            ToolsMessage(body: content.serialized(), headers: headers, id: id, limitBytes: bytesLeft))
        bytesLeft -= answer.receivedBytes
        sessionID = answer.sessionID ?? sessionID
        return answer.result
    }
}

/// One message on its way to a server.
package struct ToolsMessage: Sendable {
    package let body: [UInt8]
    package let headers: [(name: String, value: String)]
    /// `nil` for a notification, of whose answer nothing is read.
    fileprivate let id: Int64?
    fileprivate let limitBytes: Int

    fileprivate init(body: [UInt8], headers: [(String, String)], id: Int64?, limitBytes: Int) {
        self.body = body
        self.headers = headers.map { (name: $0.0, value: $0.1) }
        self.id = id
        self.limitBytes = limitBytes
    }

    /// What came of it, read no further than that: a server may keep its stream open behind the answer.
    ///
    /// - Parameters:
    ///   - header: the first field of that name.
    ///   - body: what comes after the head.
    /// - Throws: ``ToolsFailure``, and what the connection throws.
    package func answer<Body: AsyncSequence & Sendable>(
        status: Int, header: (String) -> String?, body: Body
    ) async throws -> ToolsAnswer where Body.Element == ByteBuffer {
        var reader = try reader(status: status, header: header)
        if !reader.isComplete {
            for try await chunk in body {
                try reader.take(chunk.readableBytesView)
                if reader.isComplete { break }
            }
        }
        return try reader.answer()
    }

    private func reader(status: Int, header: (String) -> String?) throws(ToolsFailure) -> ToolsAnswerReader {
        switch status {
        case 200..<300: break
        case 401, 403: throw .unauthorized
        case 300..<400: throw .redirect
        default: throw .status(status)
        }
        let sessionID = header("Mcp-Session-Id")
        if let sessionID, !sessionID.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) || sessionID.utf8.count > 1_024 {
            throw .badSessionID
        }
        let type = header("Content-Type")?.lowercased() ?? ""
        let isStream = type.hasPrefix("text/event-stream")
        guard id == nil || isStream || type.hasPrefix("application/json") else { throw .notMCP }
        return ToolsAnswerReader(id: id, isStream: isStream, sessionID: sessionID, limitBytes: limitBytes)
    }
}

/// What came of a message.
package struct ToolsAnswer: Sendable {
    fileprivate let result: JSONObject
    fileprivate let sessionID: String?
    fileprivate let receivedBytes: Int
}

/// Takes an answer as it comes: the message that answers the request is the body itself, or the first such event of a stream.
private struct ToolsAnswerReader {
    private let id: Int64?
    private let isStream: Bool
    private let sessionID: String?
    private let limitBytes: Int
    private var events = ServerSentEvents()
    private var body: [UInt8] = []
    private var receivedBytes = 0
    private var result: JSONObject?

    init(id: Int64?, isStream: Bool, sessionID: String?, limitBytes: Int) {
        self.id = id
        self.isStream = isStream
        self.sessionID = sessionID
        self.limitBytes = limitBytes
    }

    /// Whether there is nothing more to wait for.
    var isComplete: Bool { id == nil || result != nil }

    mutating func take(_ bytes: some Sequence<UInt8>) throws(ToolsFailure) {
        guard !isComplete else { return }
        let bytes = Array(bytes)
        receivedBytes += bytes.count
        guard receivedBytes <= limitBytes else { throw .tooLarge }
        guard isStream else {
            body += bytes
            return
        }
        for event in events.take(bytes) where result == nil { result = try Self.result(in: event, to: id) }
    }

    /// To be called where it is complete, or where no more comes.
    func answer() throws(ToolsFailure) -> ToolsAnswer {
        var result = result
        if id == nil { result = JSONObject() }
        if result == nil, !isStream { result = try Self.result(in: body, to: id) }
        guard let result else { throw .noAnswer }
        return ToolsAnswer(result: result, sessionID: sessionID, receivedBytes: receivedBytes)
    }

    /// - Returns: `nil` for a message that is about something else.
    private static func result(in bytes: [UInt8], to id: Int64?) throws(ToolsFailure) -> JSONObject? {
        let message: JSONObject?
        do {
            message = try JSONParser.parse(bytes, limits: JSONLimits(depth: Limits.jsonDepth)).objectValue
        } catch {
            throw .notJSON
        }
        guard let message, let id, message["id"]?.integerValue == id, message["method"] == nil else { return nil }
        if let result = message["result"]?.objectValue { return result }
        throw .refused
    }
}
