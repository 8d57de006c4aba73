import HTTPTypes
import StrictJSON
import Testing

@testable import HallpassHTTP

/// Nothing crosses tenants, not even that something is there.
struct TenantIsolationTests {
    @Test func `a foreign tenant and one that never was are answered alike on every route`() async throws {
        try await TestServer.run { server in
            let examples = RouteExample.all(server).filter(\.isOfTenant)
            #expect(examples.count > 25)
            for example in examples {
                let stranger = try server.fixture.globex("admin")
                let body: JSONValue? = example.isJSON ? [:] : nil
                let there = try await server.ask(
                    example.route.method, example.path(tenant: "acme"), as: stranger, json: body)
                let nowhere = try await server.ask(
                    example.route.method, example.path(tenant: "no-such-tenant"), as: stranger, json: body)
                let place: Comment = "\(example.testDescription): \(there.text)"
                #expect(there.status == 404, place)
                #expect(nowhere.status == 404, place)
                #expect(try Self.comparable(there) == Self.comparable(nowhere), place)
                #expect(there.headers.map(\.name) == nowhere.headers.map(\.name), place)
            }
        }
    }

    @Test func `a client of one tenant reaches none of another's resources by its own paths`() async throws {
        try await TestServer.run { server in
            let stranger = try server.fixture.globex("admin")
            let tenants = try await server.ask(.get, "/v1/tenants", as: stranger)
            #expect(!tenants.text.contains("acme"))
            let audit = try await server.ask(.get, "/v1/tenants/globex/audit?limit=500", as: stranger)
            #expect(audit.status == 200)
            #expect(!audit.text.contains("acme"))
        }
    }

    @Test func `a token of one tenant is nothing to the servers of another`() async throws {
        try await TestServer.run { server in
            let minted = try await server.ask(
                .post, "/v1/call-tokens", as: try server.fixture.acme("gateway"), json: Flow.mintAddNote)
            let token = try minted.text("access_token")
            let verified = try await server.ask(
                .post, "/v1/verify", as: try server.fixture.globex("crm-server"),
                json: ["token": .string(token), "tool": "add_note", "arguments": [:]])
            #expect(verified.status == 200)
            #expect(try verified.code() == "unknown_key")
            let peek = try await server.post(
                "/oauth/introspect", as: try server.fixture.globex("crm-server"), form: "token=\(token)")
            #expect(peek.text == #"{"active":false}"#)
            let revoked = try await server.post(
                "/oauth/revoke", as: try server.fixture.globex("gateway"), form: "token=\(token)")
            #expect(revoked.text == "{}")
            let own = try await Flow.verify(token, server)
            #expect(try own.text("decision") == "execute")
        }
    }

    @Test func `a platform admin manages every tenant and reads no tenant's audit`() async throws {
        try await TestServer.run { server in
            let admin = server.fixture.platformAdmin
            for (path, status) in [("acme/clients", 200), ("acme/audit", 403), ("no-such-tenant/clients", 404)] {
                let reply = try await server.ask(.get, "/v1/tenants/\(path)", as: admin)
                #expect(reply.status == status, "\(path)")
            }
        }
    }

    /// The body without the one thing that differs between any two answers.
    private static func comparable(_ reply: Reply) throws -> JSONValue {
        var body = try reply.json()
        var error = try reply.error()
        error["request_id"] = nil
        body["error"] = .object(error)
        return .object(body)
    }
}
