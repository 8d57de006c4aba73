import HTTPTypes
import HallpassCrypto
import StrictJSON
import Testing

@testable import HallpassHTTP

struct OAuthRoutesTests {
    private static func exchange(_ changes: [String: String?] = [:], subject: String = #"{"sub":"alice"}"#) -> String {
        var parameters: [String: String] = [
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token_type": "urn:ietf:params:oauth:token-type:unsigned_json",
            "subject_token": Base64URL.encode(Array(subject.utf8)),
            "audience": "crm-mcp", "environment": "prod", "tool": "add_note",
        ]
        for (name, value) in changes { parameters[name] = value }
        return parameters.map { "\($0.key)=\($0.value.replacing("+", with: "%2B"))" }.joined(separator: "&")
    }

    @Test func `a token is exchanged as RFC 8693 has it`() async throws {
        try await TestServer.run { server in
            let reply = try await server.post(
                "/oauth/token", as: try server.fixture.acme("gateway"),
                form: Self.exchange([
                    "arguments": #"{"a":1}"#, "expires_in": "30", "txn": "t-1", "scope": "notes:write",
                ]))
            #expect(reply.status == 200, "\(reply.text)")
            #expect(reply.headers[.cacheControl] == "no-store")
            let body = try reply.json()
            #expect(body["token_type"]?.stringValue == "Bearer")
            #expect(body["expires_in"]?.integerValue == 30)
            #expect(body["issued_token_type"]?.stringValue == "urn:ietf:params:oauth:token-type:access_token")
        }
    }

    @Test func `audience takes a connector's resource as well as its name`() async throws {
        try await TestServer.run { server in
            for changes in [
                ["audience": "https://crm.acme.example/mcp"],
                ["audience": nil, "resource": "https://crm.acme.example/mcp"],
            ] as [[String: String?]] {
                let reply = try await server.post(
                    "/oauth/token", as: try server.fixture.acme("gateway"), form: Self.exchange(changes))
                #expect(reply.status == 200, "\(reply.text)")
            }
        }
    }

    @Test(
        arguments: [
            (["grant_type": "password"], 400, "unsupported_grant_type", "invalid_request"),
            (["grant_type": nil], 400, "invalid_request", "invalid_request"),
            (
                ["subject_token_type": "urn:ietf:params:oauth:token-type:jwt"], 401, "invalid_request",
                "actor_not_proven"
            ), (["subject_token": "e30"], 400, "invalid_request", "invalid_request"),
            (["subject_token": "!"], 400, "invalid_request", "invalid_request"),
            (["actor_token": "e30"], 400, "invalid_request", "invalid_request"),
            (["audience": "no-such"], 400, "invalid_target", "unknown_connector"),
            (["environment": "no-such"], 400, "invalid_target", "unknown_environment"),
            (["tool": "no_such"], 400, "invalid_request", "unknown_tool"),
            (["tool": "delete_contact"], 403, "access_denied", "tool_not_allowed"),
            (["scope": "contacts:write"], 403, "invalid_scope", "insufficient_scope"),
            (["requested_token_type": "jwt"], 400, "invalid_request", "invalid_request"),
            (["arguments": "[1]"], 400, "invalid_request", "invalid_request"),
            (["arguments": #"{"a":1,"a":2}"#], 400, "invalid_request", "invalid_request"),
            (["expires_in": "1.5"], 400, "invalid_request", "invalid_request"),
            (["expires_in": "-1"], 400, "invalid_request", "invalid_request"),
            (["resource": "https://crm.acme.example/mcp"], 400, "invalid_request", "invalid_request"),
            (["audience": nil], 400, "invalid_request", "invalid_request"),
        ] as [([String: String?], Int, String, String)])
    func `a refusal speaks OAuth and ours at once`(
        changes: [String: String?], status: Int, error: String, code: String
    ) async throws {
        try await TestServer.run { server in
            let reply = try await server.post(
                "/oauth/token", as: try server.fixture.acme("gateway"), form: Self.exchange(changes))
            #expect(reply.status == status, "\(reply.text)")
            #expect(try reply.text("error") == error)
            #expect(try reply.text("code") == code)
            #expect(!(try reply.text("error_description")).isEmpty)
            try expectErrorShape(reply, "\(reply.text)")
        }
    }

    @Test func `introspection says what a token is and does not use it`() async throws {
        try await TestServer.run { server in
            let token = try await Flow.mintedToken(server)
            let server1 = try server.fixture.acme("crm-server")
            for _ in 0..<2 {
                let body = try await server.post(
                    "/oauth/introspect", as: server1, form: "token=\(token)&token_type_hint=access_token"
                ).json()
                #expect(body["active"]?.boolValue == true)
                #expect(body["username"] == body["sub"])
                #expect(body["iss"]?.stringValue == "https://broker.example")
                #expect(
                    body["authorization_details"] == [
                        [
                            "type": "mcp_tool_call", "locations": ["https://crm.acme.example/mcp"],
                            "connector": "crm-mcp",
                            "environment": "prod", "actions": ["add_note"],
                        ]
                    ])
            }
            #expect(try await Flow.verify(token, server).text("decision") == "execute")
            let other = try await server.post(
                "/oauth/introspect", as: try server.fixture.acme("billing-server"), form: "token=\(token)")
            #expect(other.text == #"{"active":false}"#)
        }
    }

    @Test func `a revoked token is inactive at once, and revoking it again changes nothing`() async throws {
        try await TestServer.run { server in
            let token = try await Flow.mintedToken(server)
            let gateway = try server.fixture.acme("gateway")
            for _ in 0..<2 {
                let reply = try await server.post("/oauth/revoke", as: gateway, form: "token=\(token)")
                #expect(reply.status == 200)
                #expect(reply.text == "{}")
            }
            #expect(try await Flow.verify(token, server).code() == "token_revoked")
        }
    }

    @Test func `the metadata names the routes under the issuer`() async throws {
        try await TestServer.run { server in
            let body = try await server.ask(.get, "/.well-known/oauth-authorization-server").json()
            #expect(body["issuer"]?.stringValue == "https://broker.example")
            #expect(body["token_endpoint"]?.stringValue == "https://broker.example/oauth/token")
            #expect(body["response_types_supported"] == [])
        }
    }
}
