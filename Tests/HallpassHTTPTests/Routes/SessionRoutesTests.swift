import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON
import Testing

@testable import HallpassHTTP

struct SessionRoutesTests {
    @Test func `set-up answers with the account and a cookie that no script and no other site gets`() async throws {
        try await TestServer.run { server in
            let link = try await server.fixture.broker.inviteFirstAdmin(CallContext(requestID: "r", address: nil))
            let body: JSONValue = [
                "token": .string(link.token), "username": "root", "password": .string(Browser.password),
            ]
            let reply = try await server.ask(.post, "/v1/setup", as: nil, json: body)
            #expect(reply.status == 200)
            #expect(reply.headers[.cacheControl] == "no-store")
            let account = try required(try reply.json()["account"]?.objectValue)
            #expect(account["tenant"] == "platform")
            #expect(account["username"] == "root")
            #expect(account["roles"] == ["auditor", "platform_admin", "security", "tenant_admin"])
            #expect(account["permissions"]?.arrayValue?.count == Permission.allCases.count)
            // Of the four roles only the platform's reaches into other tenants.
            let elsewhere = Role.platformAdmin.permissions.map(\.rawValue).sorted().map(JSONValue.string)
            #expect(account["permissions_elsewhere"] == .array(elsewhere))
            let fields = try required(reply.headers[.setCookie]).split(separator: "; ").map(String.init)
            #expect(fields[0].hasPrefix("__Host-hallpass_session="))
            #expect(fields[0].utf8.count == "__Host-hallpass_session=".utf8.count + 43)
            #expect(Set(fields[1...]) == ["Max-Age=43200", "Path=/", "HttpOnly", "SameSite=Strict", "Secure"])
            let again = try await server.ask(.post, "/v1/setup", as: nil, json: body)
            #expect(again.status == 401)
            #expect(again.headers[.setCookie] == nil)
        }
    }

    @Test func `who reaches no other tenant is told of no permissions there`() async throws {
        try await TestServer.run { server in
            let vera = try await Browser.person(server, "vera", ["roles": ["tenant_admin", "viewer"]])
            let who = try await vera.ask(.get, "/v1/session").json()
            #expect(who["account"]?.objectValue?["permissions_elsewhere"] == [])
            #expect(who["tenants"] == ["acme"])
        }
    }

    @Test func `without TLS the cookie has no prefix and is not marked as secure`() {
        let field = SessionCookie(isSecure: false).field("abc")
        #expect(field == "hallpass_session=abc; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict")
    }

    @Test func `signing in, asking who one is, and signing out`() async throws {
        try await TestServer.run { server in
            _ = try await Browser.firstAdmin(server)
            let reply = try await Browser.signIn(server, "platform", "root")
            #expect(reply.status == 200)
            let browser = try Browser(server, reply)
            let who = try await browser.ask(.get, "/v1/session")
            #expect(who.status == 200)
            #expect(try who.json()["tenants"] == ["acme", "globex", "platform"])
            #expect(try who.json()["account"] == reply.json()["account"])
            let out = try await browser.ask(.delete, "/v1/session")
            #expect(out.status == 200)
            #expect(out.headers[.setCookie]?.contains("Max-Age=0") == true)
            for path in ["/v1/session", "/v1/sessions", "/v1/tenants"] {
                let gone = try await browser.ask(.get, path)
                #expect(gone.status == 401, "\(path)")
                #expect(gone.headers[.wwwAuthenticate]?.hasPrefix("Session ") == true, "\(path)")
            }
        }
    }

    @Test func `a wrong password is 401 without a cookie, the eleventh attempt 429 with the time to wait`() async throws
    {
        try await TestServer.run { server in
            _ = try await Browser.firstAdmin(server)
            for _ in 0..<10 {
                let wrong = try await Browser.signIn(
                    server, "platform", "root", "wrong password", headers: [.hallpassRequest: "1"])
                #expect(wrong.status == 401)
                #expect(try wrong.code() == "invalid_client")
                #expect(wrong.headers[.setCookie] == nil)
                #expect(wrong.headers[.wwwAuthenticate]?.hasPrefix("Session ") == true)
            }
            let late = try await Browser.signIn(server, "platform", "root")
            #expect(late.status == 429)
            #expect(try late.code() == "rate_limited")
            #expect(late.headers[.retryAfter] == "60")
            #expect(try late.error()["retry_after_seconds"] == 60)
        }
    }

    @Test func `the list of sessions says which one is this, and another can be ended`() async throws {
        try await TestServer.run { server in
            let browser = try await Browser.firstAdmin(server)
            let other = try Browser(
                server, try await Browser.signIn(server, "platform", "root", headers: [.userAgent: "Other/1.0"]))
            let items = try required(try await browser.ask(.get, "/v1/sessions").json()["items"]?.arrayValue)
            #expect(items.count == 2)
            let listed = try required(items.first { $0.objectValue?["user_agent"] == "Other/1.0" }?.objectValue)
            #expect(listed["is_current"] == false)
            let id = try required(listed["id"]?.stringValue)
            #expect(try await browser.ask(.delete, "/v1/sessions/\(id)").status == 200)
            #expect(try await browser.ask(.delete, "/v1/sessions/\(id)").status == 404)
            #expect(try await other.ask(.get, "/v1/session").status == 401)
            #expect(try await browser.ask(.get, "/v1/session").status == 200)
        }
    }

    @Test func `the password is changed by whoever knows it`() async throws {
        try await TestServer.run { server in
            let browser = try await Browser.firstAdmin(server)
            let new: JSONValue = "short grass in june"
            let wrong = try await browser.ask(
                .post, "/v1/session/password", json: ["current": "wrong password", "new": new])
            #expect(wrong.status == 400)
            let weak = try await browser.ask(
                .post, "/v1/session/password", json: ["current": .string(Browser.password), "new": "short"])
            #expect(weak.status == 400)
            let changed = try await browser.ask(
                .post, "/v1/session/password", json: ["current": .string(Browser.password), "new": new])
            #expect(changed.status == 200)
            #expect(try await Browser.signIn(server, "platform", "root").status == 401)
            #expect(try await Browser.signIn(server, "platform", "root", "short grass in june").status == 200)
        }
    }

    @Test func `what a person does is on record under their name`() async throws {
        try await TestServer.run { server in
            let browser = try await Browser.firstAdmin(server)
            let put = try await browser.ask(
                .put, "/v1/tenants/acme/environments/test", json: ["kind": "Environment", "id": "test"])
            #expect(put.status == 201)
            let record = try await server.fixture.lastRecord(of: "acme")
            #expect(record["event"] == "registry_change")
            #expect(record["admin"] == "platform/root")
            #expect(record["client_id"] == nil)
            let revisions = try await browser.ask(.get, "/v1/tenants/acme/revisions?limit=1")
            let newest = try required(try revisions.json()["items"]?.arrayValue?.first?.objectValue)
            #expect(newest["author"] == "admin:platform/root")
            #expect(try await browser.ask(.get, "/v1/tenants/nowhere").status == 404)
            let refused = try await server.fixture.lastRecord(of: "platform")
            #expect(refused["admin"] == "root")
            #expect(refused["decision"] == "deny")
        }
    }

    @Test func `no password and no secret of a session or a link is in the log`() async throws {
        try await TestServer.run { server in
            let link = try await server.fixture.broker.inviteFirstAdmin(CallContext(requestID: "r", address: nil))
            let reply = try await server.ask(
                .post, "/v1/setup", as: nil,
                json: ["token": .string(link.token), "username": "root", "password": .string(Browser.password)])
            let browser = try Browser(server, reply)
            _ = try await Browser.signIn(server, "platform", "root")
            _ = try await browser.ask(.get, "/v1/session")
            let secrets = [
                link.token, Browser.password, browser.cookie.split(separator: "=").last.map(String.init) ?? "",
            ]
            #expect(server.log.lines.contains { $0.contains("/v1/session") })
            for line in server.log.lines {
                for secret in secrets { #expect(!line.contains(secret), "\(line)") }
            }
        }
    }
}
