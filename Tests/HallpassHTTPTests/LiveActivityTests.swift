import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON
import Testing

@testable import HallpassHTTP

/// What a page of ours follows while someone looks at it.
struct LiveActivityTests {
    private static let path = "/v1/tenants/acme/activity/feed"

    private static func following(
        _ server: TestServer, _ browser: Browser, headers: [String] = [],
        _ body: @escaping @Sendable (inout LiveStream) async throws -> Void
    ) async throws {
        try await LiveStream.read(
            path, at: try required(server.port), headers: ["Cookie: \(browser.cookie)"] + headers, body)
    }

    private static func adam(_ server: TestServer) async throws -> Browser {
        try await Browser.person(server, "adam", ["roles": ["auditor"]])
    }

    @Test func `it begins with all there is, tells a call by itself, and says in between that it is there`()
        async throws
    {
        try await TestServer.run(.live) { server in
            let adam = try await Self.adam(server)
            try await Self.following(server, adam, headers: ["Sec-Fetch-Site: same-origin"]) { stream in
                try await stream.expect("retry: 2000\n\nevent: activity\ndata: {")
                #expect(stream.text.contains("Content-Type: text/event-stream\r\n"))
                #expect(stream.text.contains(#""minutes":[]"#))
                #expect(!stream.text.contains("id: "))
                let token = try await Flow.mintedToken(server)
                _ = try await Flow.verify(token, server)
                // The fixture's clock is the test's, and all are told the same until it moves on.
                server.fixture.clock.advance(seconds: 1)
                try await stream.expect(#""execute":1"#)
                try await stream.expect("event: heartbeat\ndata: {}\n\n")
            }
        }
    }

    @Test func `it ends with the session, and with the role`() async throws {
        try await TestServer.run(.live) { server in
            let adam = try await Self.adam(server)
            try await Self.following(server, adam) { stream in
                try await stream.expect("event: activity")
                let out = try await adam.ask(.delete, "/v1/session")
                #expect(out.status == 200)
                try await stream.expectEnd()
            }
            let again = try Browser(server, try await Browser.signIn(server, "acme", "adam"))
            try await Self.following(server, again) { stream in
                try await stream.expect("event: activity")
                let changed = try await server.ask(
                    .put, "/v1/tenants/acme/admins/adam", as: try server.fixture.acme("admin"),
                    json: ["roles": ["viewer"]])
                #expect(changed.status == 200)
                try await stream.expectEnd()
            }
        }
    }

    @Test(.timeLimit(.minutes(5))) func `whoever hangs up makes room at once, and not only at the next heartbeat`()
        async throws
    {
        try await TestServer.run(.live, heartbeat: .seconds(3_600)) { server in
            let adam = try await Self.adam(server)
            for _ in 0..<2 {
                try await Self.following(server, adam) { stream in
                    try await stream.expect("event: activity")
                    #expect(server.fixture.broker.activityFollowerCount == 1)
                }
                while server.fixture.broker.activityFollowerCount > 0 { await Task.yield() }
            }
        }
    }

    @Test(arguments: [
        (HTTPField.Name.origin, "https://evil.example"), (.fetchSite, "same-site"), (.fetchSite, "cross-site"),
    ])
    func `another page cannot hold one in the name of whoever reads it`(field: HTTPField.Name, value: String)
        async throws
    {
        try await TestServer.run { server in
            let reply = try await Self.adam(server).ask(.get, Self.path) { $0[field] = value }
            #expect(reply.status == 403)
        }
    }

    @Test func `one person has so many, and is told when it is one more`() async throws {
        try await TestServer.run { server in
            let adam = try await Self.adam(server)
            let person = try await server.fixture.broker.authenticate(
                session: String(try required(adam.cookie.split(separator: "=").last)))
            let admin = try server.fixture.broker.admin(.person(person), of: TenantID("acme") ?? .platform)
            var open: [ActivityFollowing] = []
            for _ in 0..<Limits.activityFollowersPerCaller {
                open.append(try await server.fixture.broker.followActivity(minutes: 60, by: admin))
            }
            let reply = try await adam.ask(.get, Self.path)
            #expect(reply.status == 409)
            #expect(try reply.code() == "limit_reached")
            open.removeAll()
            #expect(server.fixture.broker.activityFollowerCount == 0)
        }
    }

    @Test(arguments: ["minutes=0", "minutes=1441", "minutes=x", "after=1"])
    func `a span that is none is refused`(query: String) async throws {
        try await TestServer.run { server in
            let reply = try await server.ask(.get, "\(Self.path)?\(query)", as: try server.fixture.acme("admin"))
            #expect(reply.status == 400)
            try expectErrorShape(reply, "\(query)")
        }
    }
}
