import HallpassCore
import ScriptedServer
import StrictJSON
import Testing

@testable import HallpassBroker

struct CredentialAdminTests {
    private func revoke(_ fixture: BrokerFixture) async throws -> UpstreamCredential {
        try await fixture.broker.revokeCredential(
            BrokerFixture.credential, reason: "leaked", by: fixture.security(), fixture.context())
    }

    @Test func `a revoked refresh token is revoked at its provider, and so is what it gave`() async throws {
        try await ScriptedServer.run([.token("at-1"), .status(200)]) { server in
            try await BrokerFixture.run { fixture in
                try await fixture.put(.refresh(), at: server)
                let call = try await fixture.call()
                _ = try await fixture.issueForFreshCall()
                let revoked = try await revoke(fixture)
                #expect(revoked.state == .revoked && revoked.providerRevocation == .done)
                #expect(
                    server.requests.dropFirst().map { $0.split(separator: "\r\n").last ?? "" } == [
                        "token=at-1&token_type_hint=access_token", "token=r-0&token_type_hint=refresh_token",
                    ])
                #expect(try await fixture.issue(for: call).refusal == .credentialNotFound)
                // Once more changes nothing.
                #expect(try await revoke(fixture).providerRevocation == .done)
                #expect(server.requests.count == 3)
            }
        }
    }

    @Test func `what cannot be revoked at its provider is shown, and can be tried again`() async throws {
        try await ScriptedServer.run([.status(503), .cut, .status(503), .status(200)]) { server in
            try await BrokerFixture.run { fixture in
                try await fixture.put(.refresh(), at: server)
                #expect(try await revoke(fixture).providerRevocation == .failed)
                #expect(server.requests.count == Limits.upstreamRevocationAttempts)
                #expect(try await fixture.issueForFreshCall().refusal == .credentialNotFound)
                #expect(try await revoke(fixture).providerRevocation == .done)
                let records = try await fixture.audit().filter { $0["event"] == "credential_revoke" }
                #expect(
                    records.map { $0["reason"] } == [
                        "leaked", "at the provider: failed", "leaked", "at the provider: done",
                    ])
            }
        }
    }

    @Test func `of an API key and of a client's secret it is said that we cannot revoke them`() async throws {
        try await ScriptedServer.run([.status(200)]) { server in
            try await BrokerFixture.run { fixture in
                let credential = try await fixture.put(.client(), at: server)
                #expect(!credential.isRevocableAtProvider)
                #expect(try await revoke(fixture).providerRevocation == .notPossible)
                let refresh = try await fixture.put(.refresh(), at: server, canRevoke: false)
                #expect(!refresh.isRevocableAtProvider && refresh.version == 2)
                #expect(try await revoke(fixture).providerRevocation == .notPossible)
                #expect(server.requests.isEmpty)
            }
        }
    }

    @Test func `a test asks the provider, whatever is kept, and shows what a server would get`() async throws {
        try await ScriptedServer.run([.status(500), .token("at-1"), .token("at-2")]) { server in
            try await BrokerFixture.run { fixture in
                try await fixture.put(.client(), at: server)
                let admin = try fixture.security()
                func test() async throws -> Result<IssuedCredential.Kind, Refusal> {
                    try await fixture.broker.testCredential(
                        BrokerFixture.credential, scope: nil, by: admin, fixture.context())
                }
                #expect(try await test().refusal == .upstreamUnavailable(retryAfterSeconds: 1))
                guard case .bearer(let scope, _) = try await test().get() else { throw UnexpectedReplay() }
                #expect(scope.spaceSeparated == "contacts:read notes:write")
                _ = try await test()
                #expect(server.requests.count == 3)
                let records = try await fixture.audit().filter { $0["event"] == "credential_test" }
                #expect(records.map { $0["code"] } == ["upstream_unavailable", nil, nil])
            }
        }
    }

    @Test func `what does not fit its deployment is refused`() async throws {
        try await ScriptedServer.run([.status(500)]) { server in
            try await BrokerFixture.run { fixture in
                func violated(_ put: () async throws -> UpstreamCredential) async throws -> String? {
                    do {
                        _ = try await put()
                        return nil
                    } catch HallpassError.invalidRequest(let violations) {
                        return violations.map(\.path).joined()
                    }
                }
                #expect(try await violated { try await fixture.put(.apiKey("k")) } == "/kind")
                #expect(
                    try await violated { try await fixture.put(.client(), at: server, connector: "billing-mcp") }
                        == "/kind")
                #expect(try await violated { try await fixture.put(.apiKey("k"), connector: "none") } == "/connector")
                #expect(
                    try await violated { try await fixture.put(.refresh(clientSecret: nil), at: server) }
                        == "/secret/client_secret")
                try await fixture.put(.client(), at: server)
                await #expect(throws: HallpassError.inUse(by: ["credential crm-prod"])) {
                    try await fixture.put(.client(), named: "another", at: server)
                }
                await #expect(throws: HallpassError.self) {
                    try await fixture.broker.rotateCredential(
                        BrokerFixture.credential, to: .apiKey("k"), by: fixture.security(), fixture.context())
                }
            }
        }
    }

    @Test func `only the role security has anything to do with them`() async throws {
        try await BrokerFixture.run { fixture in
            let viewer = try fixture.admin(as: "looker")
            let broker = fixture.broker
            let context = fixture.context()
            await #expect(throws: HallpassError.self) { try await broker.credentials(after: nil, limit: 1, by: viewer) }
            await #expect(throws: HallpassError.self) { try await broker.credential("a", by: viewer) }
            await #expect(throws: HallpassError.self) {
                try await broker.revokeCredential("a", reason: nil, by: viewer, context)
            }
            await #expect(throws: HallpassError.self) {
                try await broker.testCredential("a", scope: nil, by: viewer, context)
            }
            await #expect(throws: HallpassError.self) {
                try await broker.setCredential("a", isEnabled: true, by: viewer, context)
            }
            let root = try fixture.admin()
            await #expect(throws: HallpassError.self) { try await broker.credential("a", by: root) }
        }
    }
}
