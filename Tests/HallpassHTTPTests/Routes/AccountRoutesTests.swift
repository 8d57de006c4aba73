import HTTPTypes
import HallpassCore
import StrictJSON
import Testing

@testable import HallpassHTTP

struct AccountRoutesTests {
    private static let vera = "/v1/tenants/acme/admins/vera"

    @Test func `an account is made, shown, changed and listed`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            let made = try await server.ask(
                .put, Self.vera, as: admin,
                json: ["roles": ["viewer"], "subject": "vera@example.com", "display_name": "Vera"])
            #expect(made.status == 201)
            let account = try required(try made.json()["account"]?.objectValue)
            #expect(account["has_password"] == false)
            #expect(account["subject"] == "vera@example.com")
            let shown = try await server.ask(.get, Self.vera, as: admin)
            #expect(try shown.json() == account)
            let changed = try await server.ask(.put, Self.vera, as: admin, json: ["roles": ["auditor", "security"]])
            #expect(changed.status == 200)
            #expect(try changed.json()["account"]?.objectValue?["subject"] == nil)
            let record = try await server.fixture.lastRecord(of: "acme")
            #expect(record["event"] == "admin_change")
            #expect(record["target"] == "admin vera roles auditor security")
            _ = try await server.ask(.put, "/v1/tenants/acme/admins/walt", as: admin, json: ["roles": ["viewer"]])
            let first = try await server.ask(.get, "/v1/tenants/acme/admins?limit=1", as: admin)
            #expect(try first.json()["items"]?.arrayValue?.count == 1)
            let cursor = try first.text("next_cursor")
            let second = try await server.ask(.get, "/v1/tenants/acme/admins?limit=1&cursor=\(cursor)", as: admin)
            #expect(try second.json()["items"]?.arrayValue?.first?.objectValue?["username"] == "walt")
            #expect(try second.json()["next_cursor"] == nil)
        }
    }

    @Test(arguments: [
        "{}", #"{"roles": []}"#, #"{"roles": ["king"]}"#, #"{"roles": ["viewer"], "password": "x"}"#,
        #"{"roles": ["platform_admin"]}"#, #"{"roles": ["viewer"], "subject": ""}"#,
    ])
    func `an account that is none is refused`(body: String) async throws {
        try await TestServer.run { server in
            let reply = try await server.ask(
                .put, Self.vera, as: server.fixture.platformAdmin, json: try JSONParser.parse(Array(body.utf8)))
            #expect(reply.status == 400, "\(reply.text)")
        }
    }

    @Test func `an invitation is good once, for whom it was made, and ends the one before`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            _ = try await server.ask(.put, Self.vera, as: admin, json: ["roles": ["viewer"]])
            let old = try await server.ask(.post, "\(Self.vera)/invitation", as: admin)
            let invitation = try await server.ask(.post, "\(Self.vera)/invitation", as: admin)
            #expect(invitation.status == 201)
            let token = try invitation.text("token")
            #expect(try invitation.text("link") == "https://broker.example/setup.html#token=\(token)")
            func use(_ token: String, as username: String) async throws -> Int {
                try await server.ask(
                    .post, "/v1/setup", as: nil,
                    json: [
                        "token": .string(token), "username": .string(username),
                        "password": .string(Browser.password),
                    ]
                ).status
            }
            #expect(try await use(try old.text("token"), as: "vera") == 401)
            #expect(try await use(token, as: "walt") == 400)
            #expect(try await use(token, as: "vera") == 200)
            #expect(try await use(token, as: "vera") == 401)
            #expect(try await Browser.signIn(server, "acme", "vera").status == 200)
            #expect(try await server.ask(.post, "/v1/tenants/acme/admins/nobody/invitation", as: admin).status == 404)
        }
    }

    @Test func `a link for somebody with a password gives a new one and ends what was open`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            let vera = try await Browser.person(server, "vera", ["roles": ["viewer"]])
            let again = try await server.ask(.post, "\(Self.vera)/invitation", as: admin)
            #expect(try await vera.ask(.get, "/v1/session").status == 200)
            _ = try await Browser.setUp(server, "vera", again, "short grass in june")
            #expect(try await vera.ask(.get, "/v1/session").status == 401)
            #expect(try await Browser.signIn(server, "acme", "vera").status == 401)
            #expect(try await Browser.signIn(server, "acme", "vera", "short grass in june").status == 200)
        }
    }

    @Test func `new roles hold for the next request of a session`() async throws {
        try await TestServer.run { server in
            let vera = try await Browser.person(server, "vera", ["roles": ["viewer"]])
            #expect(try await vera.ask(.get, "/v1/tenants/acme/audit").status == 403)
            let admin = try server.fixture.acme("admin")
            _ = try await server.ask(.put, Self.vera, as: admin, json: ["roles": ["auditor"]])
            #expect(try await vera.ask(.get, "/v1/tenants/acme/audit").status == 200)
        }
    }

    @Test func `a removed person is out at once, and comes back as somebody new`() async throws {
        try await TestServer.run { server in
            let vera = try await Browser.person(server, "vera", ["roles": ["viewer"]])
            let admin = try server.fixture.acme("admin")
            #expect(try await server.ask(.delete, Self.vera, as: admin).status == 200)
            #expect(try await vera.ask(.get, "/v1/session").status == 401)
            #expect(try await Browser.signIn(server, "acme", "vera").status == 401)
            #expect(try await server.ask(.delete, Self.vera, as: admin).status == 404)
            _ = try await server.ask(.put, Self.vera, as: admin, json: ["roles": ["viewer"]])
            #expect(try await vera.ask(.get, "/v1/session").status == 401)
            #expect(try await Browser.signIn(server, "acme", "vera").status == 401)
        }
    }

    @Test func `another's sessions are seen and ended, one or all`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            let first = try await Browser.person(server, "vera", ["roles": ["viewer"]])
            let second = try Browser(server, try await Browser.signIn(server, "acme", "vera"))
            let listed = try await server.ask(.get, "\(Self.vera)/sessions", as: admin)
            #expect(try listed.json()["items"]?.arrayValue?.count == 2)
            let own = try required(try await first.ask(.get, "/v1/session").json()["session"]?.objectValue?["id"])
            let id = try required(own.stringValue)
            let ended = try await server.ask(.delete, "\(Self.vera)/sessions/\(id)", as: admin)
            #expect(try ended.json()["ended_sessions"] == 1)
            #expect(try await first.ask(.get, "/v1/session").status == 401)
            #expect(try await second.ask(.get, "/v1/session").status == 200)
            #expect(try await server.ask(.delete, "\(Self.vera)/sessions/\(id)", as: admin).status == 404)
            let all = try await server.ask(.delete, "\(Self.vera)/sessions", as: admin)
            #expect(try all.json()["ended_sessions"] == 1)
            #expect(try await second.ask(.get, "/v1/session").status == 401)
            let record = try await server.fixture.lastRecord(of: "acme")
            #expect(record["event"] == "session_revoke")
            #expect(record["target"] == "admin vera")
        }
    }

    @Test func `a tenant admin manages the others of the tenant, and not themselves`() async throws {
        try await TestServer.run { server in
            let tina = try await Browser.person(server, "tina", ["roles": ["tenant_admin"]])
            #expect(try await tina.ask(.put, Self.vera, json: ["roles": ["security", "auditor"]]).status == 201)
            for (method, path) in [
                (HTTPRequest.Method.put, ""), (.delete, ""), (.post, "/invitation"),
            ] {
                let reply = try await tina.ask(
                    method, "/v1/tenants/acme/admins/tina\(path)",
                    json: method == .put ? ["roles": ["tenant_admin", "security"]] : nil)
                #expect(reply.status == 403, "\(method) \(reply.text)")
            }
            #expect(try await tina.ask(.get, "/v1/tenants/platform/admins").status == 404)
            #expect(try await tina.ask(.get, "/v1/tenants/globex/admins").status == 404)
        }
    }

    @Test func `the last platform admin stays`() async throws {
        try await TestServer.run { server in
            _ = try await Browser.firstAdmin(server)
            let root = "/v1/tenants/platform/admins/root"
            let machine = server.fixture.platformAdmin
            #expect(try await server.ask(.delete, root, as: machine).status == 409)
            #expect(try await server.ask(.put, root, as: machine, json: ["roles": ["viewer"]]).status == 409)
            let second = "/v1/tenants/platform/admins/second"
            #expect(try await server.ask(.put, second, as: machine, json: ["roles": ["platform_admin"]]).status == 201)
            #expect(try await server.ask(.delete, root, as: machine).status == 200)
        }
    }

    @Test func `there are no people in a tenant that is not there`() async throws {
        try await TestServer.run { server in
            for path in ["", "/vera", "/vera/sessions"] {
                let reply = try await server.ask(
                    .get, "/v1/tenants/nowhere/admins\(path)", as: server.fixture.platformAdmin)
                #expect(reply.status == 404)
            }
            let put = try await server.ask(
                .put, "/v1/tenants/nowhere/admins/vera", as: server.fixture.platformAdmin, json: ["roles": ["viewer"]])
            #expect(put.status == 404)
        }
    }
}
