import HTTPTypes
import StrictJSON
import Testing

@testable import HallpassHTTP

/// A clock that is set, back or forward: what was done stays done, and what is in doubt is refused.
struct ClockTests {
    private static func decision(_ token: String, _ server: TestServer, key: String = "k") async throws -> String {
        let body = try await Flow.verify(token, server, key: key).json()
        guard body["ok"] == false else { return try required(body["decision"]?.stringValue) }
        return try required(body["error"]?.objectValue?["code"]?.stringValue)
    }

    @Test(arguments: [Int64(3_500), 30, 1, -1, -30, -3_500, -86_400])
    func `a used token stays used and a known key known, wherever the clock goes and comes back from`(
        leap: Int64
    ) async throws {
        try await TestServer.run { server in
            let token = try await Flow.mintedToken(server)
            #expect(try await Self.decision(token, server) == "execute")
            server.fixture.clock.advance(seconds: leap)
            let elsewhere = try await Self.decision(token, server)
            #expect(elsewhere != "execute")
            #expect(elsewhere != "replay")
            server.fixture.clock.advance(seconds: -leap)
            #expect(try await Self.decision(token, server) == "token_already_used")
            let next = try await Flow.mintedToken(server)
            #expect(try await Self.decision(next, server) == "idempotency_in_flight")
        }
    }

    @Test(arguments: [(back: Int64(5), code: "execute"), (back: 6, code: "token_not_yet_valid")])
    func `a token from the future waits for its time`(back: Int64, code: String) async throws {
        try await TestServer.run { server in
            let token = try await Flow.mintedToken(server)
            server.fixture.clock.advance(seconds: -back)
            #expect(try await Self.decision(token, server) == code)
            server.fixture.clock.advance(seconds: back)
            #expect(try await Self.decision(token, server) == (code == "execute" ? "token_already_used" : "execute"))
        }
    }

    @Test func `a leap ahead ends a token, and no longer than it lasts`() async throws {
        try await TestServer.run { server in
            let token = try await Flow.mintedToken(server)
            server.fixture.clock.advance(seconds: 60)
            #expect(try await Self.decision(token, server) == "token_expired")
            server.fixture.clock.advance(seconds: -1)
            #expect(try await Self.decision(token, server) == "execute")
        }
    }

    /// Cutoffs go by number, because a second is long and a clock may be set.
    @Test func `a revocation does not go by the clock`() async throws {
        try await TestServer.run { server in
            let before = try await Flow.mintedToken(server)
            let revoked = try await server.ask(
                .post, "/v1/revocations", as: try server.fixture.acme("admin"),
                json: ["dimension": "actor", "id": "alice", "reason": "left"])
            #expect(revoked.status == 200)
            server.fixture.clock.advance(seconds: -30)
            let after = try await Flow.mintedToken(server)
            #expect(try await Self.decision(after, server) == "execute")
            server.fixture.clock.advance(seconds: 30)
            #expect(try await Self.decision(before, server, key: "l") == "token_revoked")
        }
    }
}
