import HallpassCore
import NIOCore
import ScriptedServer
import StrictJSON
import Testing

@testable import HallpassBroker

/// The broker asks a server that answers as it was told.
struct FetchToolsTests {
    private typealias Script = ScriptedServer.Script

    private static let hello = answer(
        1, #"{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"x","version":"1"}}"#)

    private static func answer(_ id: Int, _ result: String, headers: [String] = []) -> Script {
        Script(
            body: #"{"jsonrpc":"2.0","id":\#(id),"result":\#(result)}"#,
            headers: ["Content-Type: application/json"] + headers)
    }

    private static func page(_ id: Int, _ tools: String, next: String? = nil) -> Script {
        answer(id, #"{"tools":\#(tools)\#(next.map { #","nextCursor":"\#($0)""# } ?? "")}"#)
    }

    /// What becomes of a server that answers so, and what it was asked. On a machine that is busy with other tests an answer may take
    /// long, and that is not what is looked at.
    private func fetch(
        _ scripts: [Script], token: String? = nil, timeout: Duration = .seconds(600)
    ) async throws -> (result: Result<[JSONObject], ToolsFailure>, requests: [String]) {
        try await ScriptedServer.run(scripts) { server in
            let url = try #require(OutboundURL("http://127.0.0.1:\(server.port)/mcp"))
            let result = await ToolServers(timeout: timeout).tools(at: url, token: token.flatMap { BearerToken($0) })
            return (result, server.requests)
        }
    }

    private func failure(_ scripts: [Script], timeout: Duration = .seconds(600)) async throws -> ToolsFailure? {
        guard case .failure(let failure) = try await fetch(scripts, timeout: timeout).result else { return nil }
        return failure
    }

    /// The same without a network: what becomes of answers that are these, one after the other.
    private func conversation(_ scripts: [Script]) async throws -> ToolsFailure? {
        var left = scripts[...]
        var conversation = ToolsConversation(token: nil) { message in
            guard let script = left.popFirst() else { throw ToolsFailure.unreachable }
            let body = AsyncStream { continuation in
                continuation.yield(ByteBuffer(string: script.body))
                continuation.finish()
            }
            return try await message.answer(
                status: script.status,
                header: { name in
                    script.headers.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
                },
                body: body)
        }
        do {
            _ = try await conversation.tools()
            return nil
        } catch let failure as ToolsFailure {
            return failure
        }
    }

    @Test func `every page is asked for, in one session, with the token`() async throws {
        let hello = Self.answer(1, #"{"protocolVersion":"2025-06-18"}"#, headers: ["Mcp-Session-Id: s-1"])
        let scripts = [
            hello, .status(202), Self.page(2, #"[{"name":"a","inputSchema":{},"title":"A"}]"#, next: "more"),
            Script(
                body: ": ping\n\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"x\"}\n\n"
                    + "data: {\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"tools\":[{\"name\":\"b\"}]}}\n\n",
                headers: ["Content-Type: text/event-stream"]),
        ]
        let (result, requests) = try await fetch(scripts, token: "t0ken")
        #expect(try result.get().map { $0["name"] } == ["a", "b"])
        #expect(requests.count == 4)
        #expect(requests.allSatisfy { $0.contains("Authorization: Bearer t0ken\r\n") })
        #expect(requests.dropFirst().allSatisfy { $0.contains("Mcp-Session-Id: s-1\r\n") })
        #expect(requests.dropFirst().allSatisfy { $0.contains("MCP-Protocol-Version: 2025-06-18\r\n") })
        #expect(requests[3].contains(#""params":{"cursor":"more"}"#))
    }

    static let strange: [(scripts: [ScriptedServer.Script], failure: ToolsFailure)] = [
        ([.init(body: "<html>", headers: ["Content-Type: text/html"])], .notMCP),
        ([.init(body: "<html>", headers: ["Content-Type: application/json"])], .notJSON),
        ([.init(body: "{}", headers: ["Content-Type: application/json"])], .noAnswer),
        ([.init(body: "data: {}\n\n", headers: ["Content-Type: text/event-stream"])], .noAnswer),
        ([.status(500)], .status(500)), ([.status(404)], .status(404)), ([.status(401)], .unauthorized),
        ([.status(403)], .unauthorized),
        ([.init(status: 307, headers: ["Location: http://169.254.169.254/"])], .redirect),
        (
            [
                .init(
                    body: String(repeating: " ", count: Limits.toolAnswerBytes + 1),
                    headers: ["Content-Type: application/json"])
            ], .tooLarge
        ),
        ([answer(1, #"{"protocolVersion":"1999-01-01"}"#)], .unknownVersion),
        ([answer(1, "{}", headers: ["Mcp-Session-Id: a b"])], .badSessionID),
        ([.init(body: #"{"id":1,"error":{"code":1}}"#, headers: ["Content-Type: application/json"])], .refused),
        ([hello, .status(202), answer(2, #"{"tools":3}"#)], .noTools),
        ([hello, .status(202), answer(2, "{}")], .noTools),
        ([hello, .status(202), page(2, "[3]")], .badTool), ([hello, .status(202), page(2, "[{}]")], .badTool),
        ([hello, .status(202), page(2, #"[{"name":""}]"#)], .badTool),
        ([hello, .status(202), page(2, "[]", next: "a"), page(3, "[]", next: "a")], .circle),
        (
            [hello, .status(202)]
                + (2...(Limits.toolPages + 1)).map { page($0, "[]", next: "\($0)") }, .tooManyPages
        ),
        (
            [
                hello, .status(202),
                page(2, "[\(Array(repeating: #"{"name":"a"}"#, count: 1_001).joined(separator: ","))]"),
            ], .tooManyTools
        ),
    ]

    @Test(arguments: strange.indices)
    func `what is no list of tools is told as what it is, and nobody goes elsewhere`(index: Int) async throws {
        let (scripts, expected) = Self.strange[index]
        let found = try await conversation(scripts)
        #expect(found == expected)
    }

    /// Together: a server that gives a little each time gives no more in all.
    @Test func `all answers together have one bound`() async throws {
        let filler = String(repeating: " ", count: Limits.toolAnswerBytes / 2)
        let pages = (2...3).map { Self.page($0, "[\(filler)]", next: "\($0)") }
        let found = try await conversation([Self.hello, .status(202)] + pages)
        #expect(found == .tooLarge)
    }

    @Test func `a connection that breaks is told`() async throws {
        #expect(try await failure([.cut]) == .unreachable)
    }

    /// Half of the time is for the connection, which may take seconds while all other tests begin.
    @Test(arguments: [ScriptedServer.Script.silence, .stall])
    func `who does not come to an end is not waited for`(script: ScriptedServer.Script) async throws {
        // What is no JSON is no MCP at once, however slowly it goes on.
        var late = script
        late.headers = ["Content-Type: application/json"]
        #expect(try await failure([late], timeout: .seconds(8)) == .tooSlow)
        late.headers = ["Content-Type: text/event-stream"]
        let result = try await failure([Self.hello, .status(202), late], timeout: .seconds(8))
        #expect(result == .tooSlow)
    }

    @Test(arguments: ["https://10.0.0.1/mcp", "https://169.254.169.254/latest", "https://[fd00::1]/mcp"])
    func `nobody is asked in a network that is not everybody's`(address: String) async throws {
        let url = try #require(OutboundURL(address))
        let result = await ToolServers().tools(at: url, token: BearerToken("t0ken"))
        #expect(throws: ToolsFailure.privateAddress) { try result.get() }
    }

    @Test func `whoever asks is on record with where and how many, and never with the token`() async throws {
        try await BrokerFixture.run { fixture in
            let scripts = [
                Self.hello, .status(202), Self.page(2, #"[{"name":"a","title":"not looked at"},{"name":"b"}]"#),
                .status(500),
            ]
            try await ScriptedServer.run(scripts) { server in
                let url = try #require(OutboundURL("http://127.0.0.1:\(server.port)/mcp"))
                let admin = try fixture.admin(as: "ops")
                let token = BearerToken("a-token-of-the-server")
                let found = try await fixture.broker.fetchTools(at: url, token: token, by: admin, fixture.context())
                #expect(try found.get().map { $0["title"] } == [nil, nil])
                let none = try await fixture.broker.fetchTools(at: url, token: token, by: admin, fixture.context())
                guard case .failure(let refusal) = none else { return #expect(Bool(false), "it succeeded") }
                #expect(refusal.error.details.map(\.rule) == ["mcp_status"])
                let records = try await fixture.audit().suffix(2)
                #expect(records.map { $0["event"] } == ["tools_fetch", "tools_fetch"])
                #expect(records.map { $0["target"] } == Array(repeating: .string("mcp \(url.text)"), count: 2))
                #expect(records.map { $0["decision"] } == ["allow", "deny"])
                #expect(records.first?["count"] == 2)
                #expect(!records.contains { "\($0)".contains("a-token-of-the-server") })
                #expect(!"\(String(describing: token))".contains("a-token"))
            }
        }
    }

    @Test func `a viewer asks nobody, and only so many are asked at once`() async throws {
        try await BrokerFixture.run { fixture in
            let url = try #require(OutboundURL("http://127.0.0.1:1/mcp"))
            let viewer = try fixture.admin(as: "looker")
            await #expect(throws: HallpassError.self) {
                _ = try await fixture.broker.fetchTools(at: url, token: nil, by: viewer, fixture.context())
            }
            let admin = try fixture.admin(as: "ops")
            for _ in 0..<Limits.toolFetchesPerTenant {
                #expect(fixture.broker.toolFetches.take("somebody", of: "acme"))
            }
            let error = await #expect(throws: HallpassError.self) {
                _ = try await fixture.broker.fetchTools(at: url, token: nil, by: admin, fixture.context())
            }
            #expect(error?.code == .limitReached)
            fixture.broker.toolFetches.leave("somebody", of: "acme")
            _ = try await fixture.broker.fetchTools(at: url, token: nil, by: admin, fixture.context())
            #expect(fixture.broker.toolFetches.taken == Limits.toolFetchesPerTenant - 1)
        }
    }
}
