import HallpassCore
import HallpassCrypto
import ScriptedServer
import StrictJSON
import Testing

@testable import HallpassBroker

struct CredentialIssueTests {
    private func withKey(_ body: (BrokerFixture, CallID) async throws -> Void) async throws {
        try await BrokerFixture.run { fixture in
            try await fixture.deployBillingWithKey()
            try await fixture.put(.apiKey("sk-test-1"), named: "billing", connector: "billing-mcp")
            try await body(
                fixture,
                try await fixture.call(tool: "issue_refund", connector: "billing-mcp", as: "billing-server"))
        }
    }

    @Test func `an API key is given once for a call, and the record has its digest`() async throws {
        try await withKey { fixture, call in
            let issued = try await fixture.issue(for: call, as: "billing-server")
            #expect(issued.value == "sk-test-1")
            #expect(try await fixture.issue(for: call, as: "billing-server").refusal == .credentialAlreadyIssued)
            let records = try await fixture.audit().suffix(2)
            #expect(records.map { $0["event"] } == ["credential_issue", "credential_issue"])
            #expect(records.map { $0["code"] } == [nil, "credential_already_issued"])
            let digest = Base64URL.encode(SHA256.hash(Array("sk-test-1".utf8)))
            #expect(records.map { $0["credential_sha256"] } == [.string(digest), nil])
            let given = try #require(records.first)
            #expect(given["target"] == "credential billing version 1")
            #expect(given["sub"] == "alice" && given["call_id"] == .string(call.text))
            #expect(try await fixture.shown("billing").lastIssuedAt == BrokerFixture.start)
        }
    }

    @Test func `of many at once one is given it`() async throws {
        try await withKey { fixture, call in
            let results = try await withThrowingTaskGroup(of: HallpassError?.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await fixture.issue(for: call, as: "billing-server").refusal }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.count { $0 == nil } == 1)
            #expect(results.count { $0 == .credentialAlreadyIssued } == 19)
        }
    }

    @Test func `only the server of the call is given anything`() async throws {
        try await withKey { fixture, call in
            #expect(try await fixture.issue(for: call, as: "crm-server").refusal == .notFound)
            #expect(try await fixture.issue(for: call, as: "crm-server", tenant: "globex").refusal == .notFound)
            let none = try #require(CallID(bytes: [UInt8](repeating: 1, count: 16)))
            #expect(try await fixture.issue(for: none, as: "billing-server").refusal == .notFound)
            await #expect(throws: HallpassError.self) { try await fixture.issue(for: call, as: "gateway") }
            #expect(try await fixture.issue(for: call, as: "billing-server").value == "sk-test-1")
        }
    }

    @Test(arguments: [(seconds: 299, isGiven: true), (seconds: 300, isGiven: false), (seconds: 301, isGiven: false)])
    func `it is given up to, not at, the end of the lease`(seconds: Int64, isGiven: Bool) async throws {
        try await withKey { fixture, call in
            fixture.advance(seconds: seconds)
            let issued = try await fixture.issue(for: call, as: "billing-server")
            #expect(issued.refusal == (isGiven ? nil : .callEnded))
        }
    }

    /// A replay names the call that was made; that one is over.
    @Test func `nothing is given for a call that was reported`() async throws {
        try await withKey { fixture, call in
            _ = try await fixture.broker.report(
                .result(1), of: call, by: fixture.client("billing-server"), fixture.context())
            #expect(try await fixture.issue(for: call, as: "billing-server").refusal == .callEnded)
        }
    }

    @Test func `nothing is given for someone who was revoked after the call was let through`() async throws {
        try await withKey { fixture, call in
            _ = try await fixture.broker.revoke(
                .actor, id: "alice", reason: "left", by: fixture.security(), fixture.context())
            #expect(try await fixture.issue(for: call, as: "billing-server").refusal == .tokenRevoked)
        }
    }

    @Test func `where none is registered, or it is switched off or revoked, none is given`() async throws {
        try await withKey { fixture, call in
            #expect(try await fixture.issueForFreshCall().refusal == .credentialNotFound)
            let broker = fixture.broker
            _ = try await broker.setCredential("billing", isEnabled: false, by: fixture.security(), fixture.context())
            #expect(try await fixture.issue(for: call, as: "billing-server").refusal == .credentialDisabled)
            _ = try await broker.setCredential("billing", isEnabled: true, by: fixture.security(), fixture.context())
            _ = try await broker.revokeCredential("billing", reason: nil, by: fixture.security(), fixture.context())
            #expect(try await fixture.issue(for: call, as: "billing-server").refusal == .credentialNotFound)
        }
    }

    @Test func `a person's own goes before everyone's, and switched off is not replaced by it`() async throws {
        try await BrokerFixture.run { fixture in
            try await fixture.deployBillingWithKey()
            try await fixture.put(.apiKey("sk-all"), named: "everyone", connector: "billing-mcp")
            try await fixture.put(.apiKey("sk-alice"), named: "alices", connector: "billing-mcp", subject: "alice")
            func issued() async throws -> Result<IssuedCredential, Refusal> {
                let call = try await fixture.call(
                    tool: "issue_refund", connector: "billing-mcp", as: "billing-server")
                return try await fixture.issue(for: call, as: "billing-server")
            }
            #expect(try await issued().value == "sk-alice")
            let admin = try fixture.security()
            _ = try await fixture.broker.setCredential("alices", isEnabled: false, by: admin, fixture.context())
            #expect(try await issued().refusal == .credentialDisabled)
            _ = try await fixture.broker.revokeCredential("alices", reason: nil, by: admin, fixture.context())
            #expect(try await issued().value == "sk-all")
        }
    }

    @Test(arguments: [
        "UPDATE upstream_credential SET sealed = (SELECT sealed FROM upstream_credential WHERE subject IS NULL)",
        "UPDATE upstream_credential SET authorization = replace(authorization, '/token', '/steal')",
        "UPDATE upstream_credential SET version = version + 1", "UPDATE upstream_credential SET refresh_count = 1",
        "UPDATE upstream_credential SET subject = 'bob' WHERE subject IS NULL",
    ])
    func `a secret that was moved to another row, or whose row was changed, does not open`(sql: String) async throws {
        try await ScriptedServer.run([.token("a")]) { server in
            try await BrokerFixture.run { fixture in
                try await fixture.put(.client(), at: server)
                try await fixture.put(.client("other"), named: "alices", at: server, subject: "alice")
                try await fixture.tamper(sql)
                let person: Subject = sql.contains("'bob'") ? "bob" : "alice"
                #expect(try await fixture.issue(for: try await fixture.call(subject: person)).refusal == .unavailable)
                #expect(server.requests.isEmpty)
            }
        }
    }

    @Test func `no list, record or error shows a secret`() async throws {
        let secrets = ["sk-verysecret", "cs-verysecret", "rt-verysecret", "at-verysecret"]
        try await ScriptedServer.run([.token("at-verysecret"), .error("invalid_grant")]) { server in
            try await BrokerFixture.run { fixture in
                try await fixture.deployBillingWithKey()
                try await fixture.put(.apiKey("sk-verysecret"), named: "key", connector: "billing-mcp")
                try await fixture.put(.refresh("rt-verysecret", clientSecret: "cs-verysecret"), at: server)
                #expect(try await fixture.issueForFreshCall().value == "at-verysecret")
                let listed = try await fixture.broker.credentials(after: nil, limit: 10, by: fixture.security())
                #expect(listed.map(\.id) == ["crm-prod", "key"])
                var text = "\(listed)\(try CredentialSecret.apiKey("sk-verysecret"))"
                for record in try await fixture.audit() {
                    text += String(decoding: JSONValue.object(record).serialized(), as: UTF8.self)
                }
                for secret in secrets { #expect(!text.contains(secret)) }
            }
        }
    }
}
