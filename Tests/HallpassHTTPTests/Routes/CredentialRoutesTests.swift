import HTTPTypes
import HallpassCore
import StrictJSON
import Testing

@testable import HallpassHTTP

struct CredentialRoutesTests {
    private static let all = "/v1/tenants/acme/credentials"
    private static let secret = "sk-verysecret"

    private static let key: JSONValue = [
        "kind": "api_key", "connector": "billing-mcp", "environment": "prod", "secret": ["api_key": .string(secret)],
    ]

    private func admin(_ server: TestServer, _ method: HTTPRequest.Method, _ path: String, _ body: JSONValue? = nil)
        async throws -> Reply
    {
        try await server.ask(method, path, as: try server.fixture.acme("admin"), json: body)
    }

    private func billingCall(_ server: TestServer) async throws -> String {
        let token = try await server.ask(
            .post, "/v1/call-tokens", as: try server.fixture.acme("gateway"),
            json: [
                "actor": ["sub": "bob", "groups": ["finance"]], "connector": "billing-mcp", "environment": "prod",
                "tool": "issue_refund",
            ]
        ).text("access_token")
        return try await server.ask(
            .post, "/v1/verify", as: try server.fixture.acme("billing-server"),
            json: ["token": .string(token), "tool": "issue_refund", "arguments": [:], "idempotency_key": "k"]
        ).text("call_id")
    }

    @Test func `a key is registered, given once to the server of a call, and shown to nobody else`() async throws {
        try await TestServer.run { server in
            let created = try await admin(server, .put, "\(Self.all)/billing", Self.key)
            #expect(created.status == 201)
            #expect(try created.json()["version"] == 1)
            #expect(try created.json()["revocable_at_provider"] == false)
            #expect(try await admin(server, .put, "\(Self.all)/billing", Self.key).status == 200)
            let call = try await billingCall(server)
            let asker = try server.fixture.acme("billing-server")
            let issued = try await server.ask(.post, "/v1/calls/\(call)/credential", as: asker)
            #expect(issued.status == 200)
            #expect(issued.headers[.cacheControl] == "no-store")
            #expect(try issued.json() == (["type": "api_key", "value": .string(Self.secret)] as JSONValue).objectValue)
            let again = try await server.ask(.post, "/v1/calls/\(call)/credential", as: asker)
            #expect(again.status == 409)
            #expect(try again.code() == "credential_already_issued")
            let rest = [
                try await admin(server, .get, Self.all), try await admin(server, .get, "\(Self.all)/billing"),
                try await admin(server, .post, "\(Self.all)/billing/test", [:]),
                try await admin(server, .post, "\(Self.all)/billing/disable"),
                try await admin(server, .post, "\(Self.all)/billing/enable"),
                try await admin(
                    server, .post, "\(Self.all)/billing/rotate", ["secret": ["api_key": .string(Self.secret)]]),
                try await admin(server, .post, "\(Self.all)/billing/revoke", ["reason": "leaked"]),
            ]
            #expect(rest.map(\.status) == [200, 200, 200, 200, 200, 200, 200])
            #expect(try rest[6].json()["provider_revocation"] == "not_possible")
            for reply in rest { #expect(!reply.text.contains(Self.secret)) }
            for line in server.log.lines { #expect(!line.contains(Self.secret)) }
        }
    }

    @Test(
        arguments: [
            ([:], ["/connector", "/environment", "/kind", "/secret"]),
            (
                ["kind": "api_key", "connector": "billing-mcp", "environment": "prod", "secret": [:]],
                ["/secret/api_key"]
            ),
            (
                [
                    "kind": "api_key", "connector": "billing-mcp", "environment": "prod",
                    "secret": ["api_key": "a\nb", "extra": 1],
                ], ["/secret/api_key", "/secret/extra"]
            ),
            (
                [
                    "kind": "oauth_client_credentials", "connector": "crm-mcp", "environment": "prod",
                    "secret": ["client_secret": "s"],
                ], ["/authorization"]
            ),
            (
                [
                    "kind": "oauth_client_credentials", "connector": "crm-mcp", "environment": "prod",
                    "authorization": ["token_endpoint": "http://login.example/token"],
                    "secret": ["client_secret": "s"],
                ], ["/authorization/client_id", "/authorization/token_endpoint"]
            ),
        ] as [(JSONValue, [String])])
    func `all that is wrong with a credential is said at once, and nothing of it repeated`(
        body: JSONValue, paths: [String]
    ) async throws {
        try await TestServer.run { server in
            let reply = try await admin(server, .put, "\(Self.all)/billing", body)
            #expect(reply.status == 400)
            let details = try required(try reply.error()["details"]?.arrayValue)
            #expect(Set(details.compactMap { $0.objectValue?["path"]?.stringValue }) == Set(paths))
        }
    }

    @Test func `a list is paged by name`() async throws {
        try await TestServer.run { server in
            for (name, person) in [("a", "ann"), ("b", "bob"), ("c", "cat")] {
                var body = try required(Self.key.objectValue)
                body["sub"] = .string(person)
                #expect(try await admin(server, .put, "\(Self.all)/\(name)", .object(body)).status == 201)
            }
            let first = try await admin(server, .get, "\(Self.all)?limit=2").json()
            let cursor = try required(first["next_cursor"]?.stringValue)
            let second = try await admin(server, .get, "\(Self.all)?limit=2&cursor=\(cursor)").json()
            let names = [first, second].flatMap { $0["items"]?.arrayValue ?? [] }.map { $0.objectValue?["name"] }
            #expect(names == ["a", "b", "c"])
            #expect(second["next_cursor"] == nil)
        }
    }

    @Test func `whoever has not the role security learns of none`() async throws {
        try await TestServer.run { server in
            let viewer = try server.fixture.acme("viewer")
            #expect(try await server.ask(.get, Self.all, as: viewer).status == 403)
            #expect(try await server.ask(.put, "\(Self.all)/x", as: viewer, json: Self.key).status == 403)
            #expect(try await server.ask(.get, Self.all, as: try server.fixture.globex("admin")).status == 404)
        }
    }
}
