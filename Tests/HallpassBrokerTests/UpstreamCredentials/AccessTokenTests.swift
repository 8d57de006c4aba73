import HallpassCore
import ScriptedServer
import StrictJSON
import Synchronization
import Testing

@testable import HallpassBroker

struct AccessTokenTests {
    private func run(
        _ scripts: [ScriptedServer.Script], _ secret: CredentialSecret? = nil, timeout: Duration = .seconds(30),
        _ body: @Sendable @escaping (BrokerFixture, ScriptedServer) async throws -> Void
    ) async throws {
        let secret = try secret ?? .client()
        try await ScriptedServer.run(scripts) { server in
            try await BrokerFixture.run(upstreamTimeout: timeout) { fixture in
                try await fixture.put(secret, at: server)
                try await body(fixture, server)
            }
        }
    }

    @Test func `a token is asked for with exactly the scopes of the call, as the client it was registered for`()
        async throws
    {
        try await run([.token("at-1")]) { fixture, server in
            let issued = try await fixture.issueForFreshCall().get()
            guard case .bearer(let scope, let expiresAt) = issued.kind else { throw UnexpectedReplay() }
            #expect(scope.spaceSeparated == "notes:write")
            #expect(expiresAt == BrokerFixture.start + 3600)
            let request = try #require(server.requests.first)
            #expect(request.hasPrefix("POST /token HTTP/1.1\r\n"))
            #expect(request.hasSuffix("\r\n\r\ngrant_type=client_credentials&scope=notes%3Awrite"))
            // Of `hallpass%20at%20acme:s3cret%2F%2B`.
            #expect(request.contains("Basic aGFsbHBhc3MlMjBhdCUyMGFjbWU6czNjcmV0JTJGJTJC"))
        }
    }

    @Test func `a client that posts its secret, and one that has none, say so in the form`() async throws {
        try await ScriptedServer.run([.token("a")]) { server in
            try await BrokerFixture.run { fixture in
                try await fixture.put(.client("s&t"), at: server, authentication: .post)
                _ = try await fixture.issueForFreshCall()
                try await fixture.put(.refresh(clientSecret: nil), at: server, authentication: .none)
                _ = try await fixture.issueForFreshCall()
                #expect(server.requests[0].hasSuffix("&client_id=hallpass%20at%20acme&client_secret=s%26t"))
                #expect(
                    server.requests[1].hasSuffix(
                        "grant_type=refresh_token&refresh_token=r-0&scope=notes%3Awrite&client_id=hallpass%20at%20acme")
                )
                #expect(server.requests.allSatisfy { !$0.contains("Authorization:") })
            }
        }
    }

    @Test func `a token is used until shortly before its end, and by scope`() async throws {
        try await run([.token("at-1"), .token("at-2"), .token("at-3")]) { fixture, server in
            for _ in 0..<3 { #expect(try await fixture.issueForFreshCall().value == "at-1") }
            let read = try await fixture.call(tool: "find_contact")
            #expect(try await fixture.issue(for: read).value == "at-2")
            fixture.advance(seconds: 3_600 - 301)
            #expect(try await fixture.issueForFreshCall().value == "at-1")
            fixture.advance(seconds: 151)
            #expect(try await fixture.issueForFreshCall().value == "at-3")
            #expect(server.requests.count == 3)
        }
    }

    @Test func `a token without a lifetime is used once`() async throws {
        try await run([.token("at-1", expiresIn: nil), .token("at-2", expiresIn: nil)]) { fixture, _ in
            let issued = try await fixture.issueForFreshCall().get()
            guard case .bearer(_, nil) = issued.kind else { throw UnexpectedReplay() }
            #expect(try await fixture.issueForFreshCall().value == "at-2")
        }
    }

    @Test func `many who want the same wait for one request`() async throws {
        let (held, release) = AsyncStream<Void>.makeStream()
        try await ScriptedServer.run(answering: { _, _ in
            for await _ in held {}
            return .token("at-1")
        }) { server in
            try await BrokerFixture.run { fixture in
                try await fixture.put(.client(), at: server)
                var calls: [CallID] = []
                for _ in 0..<20 { calls.append(try await fixture.call()) }
                let values = try await withThrowingTaskGroup(of: String?.self) { group in
                    for call in calls { group.addTask { try await fixture.issue(for: call).value } }
                    group.addTask {
                        // Once all others wait, which nothing here depends on.
                        for _ in 0..<1_000 { await Task.yield() }
                        release.finish()
                        return nil
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(values.count { $0 == "at-1" } == 20)
                #expect(server.requests.count == 1)
            }
        }
    }

    /// A provider that sees one refresh token twice takes it for stolen, and ends all that came of it.
    @Test func `a refresh token is never shown twice at once, and each new one takes the place of the last`()
        async throws
    {
        let running = Mutex((now: 0, most: 0))
        try await ScriptedServer.run(answering: { index, request in
            running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            for _ in 0..<100 { await Task.yield() }
            running.withLock { $0.now -= 1 }
            guard request.contains("refresh_token=r-\(index)&") else { return .error("invalid_grant") }
            return .token("at-\(index)", refresh: "r-\(index + 1)")
        }) { server in
            try await BrokerFixture.run { fixture in
                try await fixture.put(.refresh(), at: server)
                let calls = [try await fixture.call(), try await fixture.call(tool: "find_contact")]
                let refusals = try await withThrowingTaskGroup(of: HallpassError?.self) { group in
                    for call in calls { group.addTask { try await fixture.issue(for: call).refusal } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(refusals == [nil, nil])
                #expect(running.withLock(\.most) == 1)
                // After a restart what was kept is what is there.
                try await fixture.close()
                try await fixture.open()
                #expect(try await fixture.issueForFreshCall().value == "at-2")
                #expect(try await fixture.audit().count { $0["event"] == "credential_refresh" } == 3)
            }
        }
    }

    @Test func `an answer without a new refresh token leaves the one that is there`() async throws {
        try await run([.token("at-1", expiresIn: 10), .token("at-2")], .refresh()) { fixture, server in
            let first = try await fixture.issueForFreshCall()
            #expect(first.value == "at-1")
            fixture.advance(seconds: 10)
            #expect(try await fixture.issueForFreshCall().value == "at-2")
            #expect(server.requests.allSatisfy { $0.contains("refresh_token=r-0&") })
        }
    }

    @Test(
        arguments: [
            (.cut, .unreachable, .upstreamUnavailable(retryAfterSeconds: 1)),
            (.status(500), .serverError, .upstreamUnavailable(retryAfterSeconds: 1)),
            (.status(429), .serverError, .upstreamUnavailable(retryAfterSeconds: 1)),
            (.error("invalid_scope"), .invalidScope, .upstreamRefused),
            (.error("invalid_client", status: 401), .invalidClient, .upstreamRefused),
            (.error("access_denied", status: 200), .refused, .upstreamRefused),
            (.error("invalid_grant"), .refused, .upstreamRefused),
            (.token("a", scope: "notes:write contacts:write"), .widerScope, .upstreamRefused),
            (.token("a", expiresIn: -1), .badAnswer, .upstreamRefused),
            (.token("a\n"), .badAnswer, .upstreamRefused),
            (.init(body: "<html>"), .badAnswer, .upstreamRefused),
            (.init(body: "{}"), .badAnswer, .upstreamRefused),
            (.init(body: String(repeating: " ", count: Limits.upstreamAnswerBytes + 1)), .badAnswer, .upstreamRefused),
            (.init(status: 307, headers: ["Location: http://127.0.0.1:1/"]), .badAnswer, .upstreamRefused),
        ] as [(ScriptedServer.Script, UpstreamFailure, HallpassError)])
    func `a bad token endpoint gives nobody anything, and the list says what is the matter`(
        script: ScriptedServer.Script, failure: UpstreamFailure, error: HallpassError
    ) async throws {
        try await run([script, .token("at-1")]) { fixture, server in
            #expect(try await fixture.issueForFreshCall().refusal == error)
            #expect(try await fixture.shown().failure == failure)
            let record = try #require(try await fixture.audit().last)
            #expect(record["code"] == .string(error.code.rawValue) && record["check"] == "credential")
            // It is left alone for a moment, then asked again, and then all is well.
            #expect(try await fixture.issueForFreshCall().refusal == error)
            #expect(server.requests.count == 1)
            fixture.advance(seconds: 1)
            #expect(try await fixture.issueForFreshCall().value == "at-1")
            #expect(try await fixture.shown().failure == nil)
        }
    }

    @Test func `a token endpoint that says nothing is not waited for`() async throws {
        try await run([.silence], timeout: .milliseconds(50)) { fixture, _ in
            let issued = try await fixture.issueForFreshCall()
            #expect(issued.refusal == .upstreamUnavailable(retryAfterSeconds: 1))
            #expect(try await fixture.shown().failure == .timeout)
        }
    }

    @Test func `a refresh token that is good no more is asked about once, and a new one heals it`() async throws {
        try await run([.error("invalid_grant"), .token("at-1")], .refresh()) { fixture, server in
            for _ in 0..<3 {
                #expect(try await fixture.issueForFreshCall().refusal == .upstreamReauthRequired)
                fixture.advance(seconds: 100)
            }
            #expect(server.requests.count == 1)
            #expect(try await fixture.shown().failure == .invalidGrant)
            let admin = try fixture.security()
            let rotated = try await fixture.broker.rotateCredential(
                BrokerFixture.credential, to: .refresh("r-9", clientSecret: nil), by: admin, fixture.context())
            #expect(rotated.version == 2 && rotated.failure == nil)
            #expect(try await fixture.issueForFreshCall().value == "at-1")
            // The client's secret was not given again, and is still there.
            #expect(server.requests[1].contains("refresh_token=r-9&") && server.requests[1].contains("Basic "))
        }
    }

    @Test func `a token that is still good outlives a failed attempt to get the next`() async throws {
        try await run([.token("at-1", expiresIn: 100), .status(503), .token("at-2")]) { fixture, server in
            let first = try await fixture.issueForFreshCall()
            #expect(first.value == "at-1")
            fixture.advance(seconds: 95)
            #expect(try await fixture.issueForFreshCall().value == "at-1")
            #expect(try await fixture.issueForFreshCall().value == "at-1")
            #expect(server.requests.count == 2)
            fixture.advance(seconds: 5)
            #expect(try await fixture.issueForFreshCall().value == "at-2")
        }
    }
}
