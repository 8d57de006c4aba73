import HTTPTypes
import HallpassCore
import HallpassCrypto
import StrictJSON
import Testing

@testable import HallpassHTTP

struct AuthenticationTests {
    @Test func `every route but the public ones is 401 without credentials, and says so in the platform's audit`()
        async throws
    {
        try await TestServer.run { server in
            let examples = RouteExample.audited(server).filter { $0.route.audience != .strangers }
            #expect(examples.count > 35)
            for example in examples {
                let before = try await server.fixture.auditCount()
                let body: [UInt8]? = example.isForm ? Array("token=a".utf8) : example.isJSON ? Array("{}".utf8) : nil
                let headers: HTTPFields =
                    example.isForm ? [.contentType: "application/x-www-form-urlencoded"] : [.contentType: "text/plain"]
                let reply = try await server.ask(example.route.method, example.path(), headers: headers, body: body)
                let place: Comment = "\(example.testDescription): \(reply.text)"
                #expect(reply.status == 401, place)
                try expectErrorShape(reply, place)
                #expect(try reply.code() == "invalid_client", place)
                #expect(try await server.fixture.auditCount() == before + 1, place)
                let record = try await server.fixture.lastRecord(of: "platform")
                #expect(record["event"]?.stringValue == example.route.event?.rawValue, place)
                #expect(record["client_id"] == nil, place)
            }
        }
    }

    @Test func `the public routes ask nobody for credentials`() async throws {
        try await TestServer.run { server in
            let open = server.application.routeTable.routes.filter { $0.event == nil }
            #expect(
                open.map(\.template).sorted() == [
                    "/.well-known/oauth-authorization-server", "/healthz", "/metrics", "/openapi.json", "/readyz",
                ])
            for route in open {
                let reply = try await server.ask(.get, route.template)
                #expect(reply.status == 200, "\(route.template)")
            }
        }
    }

    @Test func `a client is known by Basic and by its secret as a bearer`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            for header in [admin.basic, admin.bearer, admin.basic.replacing("Basic", with: "bAsIc")] {
                let reply = try await server.ask(.get, "/v1/tenants", headers: [.authorization: header])
                #expect(reply.status == 200, "\(reply.text)")
            }
        }
    }

    @Test func `Basic decodes both parts as a form does`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            let escaped = admin.secret.replacing("_", with: "%5F")
            let header = "Basic \(Base64.encode(Array("%61dmin:\(escaped)".utf8)))"
            #expect(try await server.ask(.get, "/v1/tenants", headers: [.authorization: header]).status == 200)
        }
    }

    @Test(arguments: [
        "Basic", "Basic ", "Basic !!!!", "Basic YWRtaW4=", "Digest abc", "Bearer", "Bearer hp_",
        "Bearer hp_admin_short",
        "Basic %zz",
    ])
    func `what is no credentials at all is 401`(header: String) async throws {
        try await TestServer.run { server in
            let reply = try await server.ask(.get, "/v1/tenants", headers: [.authorization: header])
            #expect(reply.status == 401)
            #expect(!reply.text.contains("admin"))
        }
    }

    @Test func `a secret that is wrong is recorded with whom it was claimed for, and nothing more`() async throws {
        try await TestServer.run { server in
            let wrong = TestBroker.Credentials(id: "admin", secret: "hp_admin_" + String(repeating: "A", count: 43))
            for header in [wrong.basic, wrong.bearer] {
                let reply = try await server.ask(.get, "/v1/tenants", headers: [.authorization: header])
                #expect(reply.status == 401)
                let record = try await server.fixture.lastRecord(of: "platform")
                #expect(record["target"]?.stringValue == "client admin")
                #expect(record["client_id"] == nil)
                #expect(record["code"]?.stringValue == "invalid_client")
            }
        }
    }

    @Test func `a good secret under another client's name is 401`() async throws {
        try await TestServer.run { server in
            let secret = try server.fixture.acme("admin").secret
            let client = TestBroker.Credentials(id: "viewer", secret: secret)
            #expect(try await server.ask(.get, "/v1/tenants", as: client).status == 401)
        }
    }

    @Test func `the OAuth routes take Basic or the form, and not both`() async throws {
        try await TestServer.run { server in
            let client = try server.fixture.acme("crm-server")
            let secret = client.secret
            let inForm = "token=a&client_id=crm-server&client_secret=\(secret)"
            #expect(try await server.post("/oauth/introspect", as: nil, form: inForm).status == 200)
            #expect(try await server.post("/oauth/introspect", as: client, form: "token=a").status == 200)
            #expect(
                try await server.post("/oauth/introspect", as: client, form: "token=a&client_id=crm-server").status
                    == 200)
            let both = try await server.post("/oauth/introspect", as: client, form: inForm)
            #expect(both.status == 400)
            #expect(try both.text("error") == "invalid_request")
            let other = try await server.post("/oauth/introspect", as: client, form: "token=a&client_id=admin")
            #expect(other.status == 400)
            let halves = try await server.post("/oauth/introspect", as: nil, form: "token=a&client_id=crm-server")
            #expect(halves.status == 401)
            #expect(try halves.text("error") == "invalid_client")
        }
    }

    @Test func `when nothing can be recorded a refusal says that instead`() async throws {
        try await TestServer.run { server in
            await server.fixture.stopLedger()
            let reply = try await server.ask(.get, "/v1/tenants")
            #expect(reply.status == 503)
            try expectErrorShape(reply, "\(reply.text)")
            #expect(try await server.ask(.get, "/readyz").status == 503)
            #expect(try await server.ask(.get, "/healthz").status == 200)
        }
    }
}
