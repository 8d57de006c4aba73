import HallpassBroker
import HallpassCore
import HallpassCrypto
import StrictJSON
import Synchronization
import Testing

/// Whoever has a signing key, but not the ledger: what they sign is well formed, well signed and for things that are there, and
/// they know number and id of a live token.
struct StolenSigningKeyTests {
    /// What a forger would have otherwise, in a token that was issued.
    private static let changes: [[String: JSONValue]] = [
        ["jti": "AQEBAQEBAQEBAQEBAQEBAQ"], ["seq": 1], ["sub": "bob"], ["act": ["sub": "another-agent"]],
        ["client_id": "quiet-gateway"], ["tool": "find_contact", "scope": "contacts:read"],
        ["scope": "contacts:read notes:write"], ["args_sha256": "8bzXLhgHgejwM-LkoUnERzF1iiHyxtdq60wTEiXWu08"],
        ["txn": "another"], ["iat": .integer(BrokerFixture.start - 1)],
        ["exp": .integer(BrokerFixture.start + 3_000)],
    ]

    /// Claims are signed, and read, in this order and no other.
    private static let order = [
        "iss", "aud", "sub", "act", "client_id", "tenant", "environment", "connector", "tool", "scope", "args_sha256",
        "jti",
        "txn", "seq", "iat", "exp",
    ]

    private func forge(
        _ fixture: BrokerFixture, from claims: TokenClaims, _ change: [String: JSONValue]
    ) throws -> String {
        let tenant = try #require(fixture.broker.snapshot.tenants["acme"])
        let key = try #require(tenant.keys.signingKey(for: "crm-mcp@prod", kind: claims.kind))
        let issued = try #require(try JSONParser.parse(claims.payload).objectValue)
        var object = JSONObject()
        for claim in Self.order { object[claim] = change[claim] ?? issued[claim] }
        var bytes = key.headerSegment + [UInt8(ascii: ".")]
        Base64URL.append(encoding: JSONValue.object(object).serialized(), to: &bytes)
        let signature = try key.hmac.authenticationCode(for: bytes)
        bytes.append(UInt8(ascii: "."))
        Base64URL.append(encoding: signature, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: changes.indices)
    func `no claim of a live token can be signed anew: nothing is executed, and the alarm is raised each time`(
        index: Int
    ) async throws {
        let change = Self.changes[index]
        try await BrokerFixture.run { fixture in
            let real = try await fixture.token()
            let forged = try forge(fixture, from: real.claims, change)
            let tool = ToolName(change["tool"] == nil ? "add_note" : "find_contact")
            let refusal: HallpassError? = try await fixture.verify(forged, tool: tool).refusal
            // What the arguments are bound to is compared before the ledger is asked.
            #expect(refusal == (change["args_sha256"] == nil ? .tokenNotIssued : .argumentsMismatch), "\(change)")
            #expect(try await fixture.isActive(forged) == false)
            #expect(try await fixture.audit().last?["code"] == "token_not_issued")
            for client in ["gateway", "ops"] {
                try await fixture.broker.revokeToken(forged, by: fixture.client(client), fixture.context())
            }
            #expect(try await fixture.audit().last?["code"] == "token_not_issued")
            #expect(fixture.alarms.withLock { $0.count } >= 3)
            #expect(try await fixture.verify(real.text).refusal == nil)
        }
    }

    @Test func `nor of a session token`() async throws {
        try await BrokerFixture.run { fixture in
            let real = try await fixture.mint(fixture.command(tool: nil)).get()
            for change in Self.changes where change["args_sha256"] == nil && change["scope"] == nil {
                let forged = try forge(fixture, from: real.claims, change)
                #expect(try await fixture.verify(forged, tool: nil).refusal == .tokenNotIssued, "\(change)")
            }
            #expect(try await fixture.verify(real.text, tool: nil).refusal == nil)
        }
    }

    @Test func `nor of one that has been used`() async throws {
        try await BrokerFixture.run { fixture in
            let real = try await fixture.token()
            #expect(try await fixture.verify(real.text).refusal == nil)
            let forged = try forge(fixture, from: real.claims, ["txn": "another"])
            #expect(try await fixture.verify(forged).refusal == .tokenNotIssued)
            #expect(try await fixture.verify(real.text).refusal == .tokenAlreadyUsed)
            #expect(fixture.alarms.withLock { $0.count } == 1)
        }
    }
}
