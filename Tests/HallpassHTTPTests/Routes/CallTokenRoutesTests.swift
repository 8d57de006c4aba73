import HTTPTypes
import HallpassCore
import StrictJSON
import Testing

@testable import HallpassHTTP

struct CallTokenRoutesTests {
    @Test func `a minted token is executed once`() async throws {
        try await TestServer.run { server in
            let minted = try await server.ask(
                .post, "/v1/call-tokens", as: try server.fixture.acme("gateway"), json: Flow.mintAddNote)
            #expect(minted.status == 200)
            let body = try minted.json()
            #expect(
                body.members.map(\.name) == [
                    "access_token", "issued_token_type", "token_type", "expires_in", "scope", "jti",
                ])
            #expect(body["expires_in"]?.integerValue == 60)
            #expect(body["scope"]?.stringValue == "notes:write")
            let token = try minted.text("access_token")
            let first = try await Flow.verify(token, server)
            #expect(first.status == 200)
            let leave = try first.json()
            #expect(leave["decision"]?.stringValue == "execute")
            #expect(leave["actor"] == ["sub": "alice", "act": ["sub": "gateway"]])
            #expect(leave["lease_seconds"]?.integerValue == 300)
            let second = try await Flow.verify(token, server)
            #expect(second.status == 200)
            #expect(try second.text("decision") == "deny")
            #expect(try second.code() == "token_already_used")
            #expect(try second.error()["request_id"]?.stringValue == second.headers[.requestID])
        }
    }

    @Test(
        arguments: [
            (["tool": "delete_contact"], 403, "tool_not_allowed"), (["tool": "no_such_tool"], 400, "unknown_tool"),
            (["connector": "no-such"], 400, "unknown_connector"),
            (["environment": "no-such"], 400, "unknown_environment"),
            (["actor": ["sub": "bob"]], 403, "actor_not_granted"),
            (["scope": "contacts:write"], 403, "insufficient_scope"),
            (["tool": "bad name"], 400, "invalid_request"), (["expires_in": 0], 400, "invalid_request"),
            (["expires_in": 3_601], 400, "invalid_request"), (["scope": "a  b"], 400, "invalid_request"),
            (["agent": ["sub": "a", "x": 1]], 400, "invalid_request"), (["agent": .null], 400, "invalid_request"),
            (["resource": "https://crm.acme.example/mcp"], 400, "invalid_request"),
            (["arguments_sha256": "short"], 400, "invalid_request"), (["actor": ["sub": ""]], 400, "invalid_request"),
            (["actor": ["sub": "alice", "groups": ["a", "a"]]], 400, "invalid_request"),
        ] as [(JSONValue, Int, String)])
    func `what is not to be minted is refused with its own code`(
        change: JSONValue, status: Int, code: String
    ) async throws {
        var request = try required(Flow.mintAddNote.objectValue)
        for member in try required(change.objectValue) { request[member.name] = member.value }
        let asked = JSONValue.object(request)
        try await TestServer.run { server in
            let reply = try await server.ask(
                .post, "/v1/call-tokens", as: try server.fixture.acme("gateway"), json: asked)
            #expect(reply.status == status, "\(reply.text)")
            #expect(try reply.code() == code)
            try expectErrorShape(reply, "\(reply.text)")
        }
    }

    @Test func `a batch answers item by item in order`() async throws {
        try await TestServer.run { server in
            let session: JSONValue = [
                "actor": ["sub": "erin", "groups": ["finance"]], "environment": "prod",
                "resource": "https://billing.acme.example/mcp",
            ]
            let reply = try await server.ask(
                .post, "/v1/call-tokens/batch", as: try server.fixture.acme("gateway"),
                json: ["items": .array([Flow.mintAddNote, "nonsense", session])])
            #expect(reply.status == 200)
            let items = try required(try reply.json()["items"]?.arrayValue).compactMap(\.objectValue)
            #expect(items.map { $0["ok"]?.boolValue } == [true, false, true])
            let error = try required(items[1]["error"]?.objectValue)
            #expect(error["request_id"]?.stringValue == reply.headers[.requestID])
            #expect(error["details"]?.arrayValue?.first?.objectValue?["path"]?.stringValue == "/items/1")
            #expect(items[2]["expires_in"]?.integerValue == 300)
        }
    }

    @Test(arguments: [(0, 400), (1, 200), (64, 200), (65, 400)])
    func `a batch has 1 to 64 items`(count: Int, status: Int) async throws {
        try await TestServer.run { server in
            let items = JSONValue.array(Array(repeating: Flow.mintAddNote, count: count))
            let reply = try await server.ask(
                .post, "/v1/call-tokens/batch", as: try server.fixture.acme("gateway"), json: ["items": items])
            #expect(reply.status == status)
        }
    }

    @Test func `two idempotency keys that differ are an error, two that agree are one`() async throws {
        try await TestServer.run { server in
            let client = try server.fixture.acme("crm-server")
            for (outer, inner, status) in [("a", "b", 400), ("a", "a", 200), ("", "", 400)] {
                let reply = try await server.ask(
                    .post, "/v1/verify", as: client,
                    json: [
                        "token": "x", "tool": "add_note", "idempotency_key": .string(outer),
                        "arguments": ["idempotency_key": .string(inner)],
                    ])
                #expect(reply.status == status, "\(outer) \(inner) \(reply.text)")
            }
        }
    }

    @Test func `arguments are bound to the token they were minted with`() async throws {
        try await TestServer.run { server in
            var request = try required(Flow.mintAddNote.objectValue)
            request["arguments"] = ["a": 1]
            let token = try await Flow.mintedToken(server, .object(request))
            #expect(try await Flow.verify(token, server).code() == "arguments_mismatch")
        }
    }

    @Test func `a verification too late is refused, to the second`() async throws {
        try await TestServer.run { server in
            for (seconds, code) in [(59, nil), (60, "token_expired")] as [(Int64, String?)] {
                let token = try await Flow.mintedToken(server)
                server.fixture.clock.advance(seconds: seconds)
                let reply = try await Flow.verify(token, server)
                let found = try reply.json()["error"]?.objectValue?["code"]?.stringValue
                #expect(found == code)
            }
        }
    }

    @Test func `a call past a limit is refused at mint as 429, at verify as a decision, both with the time to wait`()
        async throws
    {
        try await TestServer.run { server in
            let card: JSONValue = [
                "server": "crm-mcp", "environment": "prod", "tools_allow": ["find_contact", "add_note"],
                "auth": ["mode": "oauth", "scopes": ["contacts:read", "notes:write"], "token_ttl_seconds": 3600],
                "limits": ["tools": ["add_note": ["calls": 1, "seconds": 30]]],
            ]
            let put = try await server.ask(
                .put, "/v1/tenants/acme/deployments/crm-mcp@prod", as: try server.fixture.acme("admin"), json: card)
            #expect(put.status == 200, "\(put.text)")
            let first = try await Flow.mintedToken(server)
            let second = try await Flow.mintedToken(server)
            #expect(try await Flow.verify(first, server).text("decision") == "execute")
            server.fixture.clock.advance(seconds: 1)

            let denied = try await Flow.verify(second, server)
            #expect(denied.status == 200)
            #expect(try denied.code() == "rate_limited")
            #expect(try denied.error()["retry_after_seconds"]?.integerValue == 29)
            let refused = try await server.ask(
                .post, "/v1/call-tokens", as: try server.fixture.acme("gateway"), json: Flow.mintAddNote)
            #expect(refused.status == 429)
            #expect(refused.headers[.retryAfter] == "29")
            try expectErrorShape(refused, "\(refused.text)")

            server.fixture.clock.advance(seconds: 29)
            #expect(try await Flow.verify(second, server).text("decision") == "execute")
        }
    }
}
