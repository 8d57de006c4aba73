import HallpassCore
import HallpassCrypto
import StrictJSON
import Testing

@testable import HallpassBroker

struct ProveTests {
    @Test func `a provider's token proves the actor for a client whose own word is none`() async throws {
        try await BrokerFixture.run { fixture in
            let provider = try await TestProvider()
            try await fixture.apply([provider.document()], to: "acme")
            let token = try await fixture.mint(with: provider.token()).get()
            #expect(token.claims.subject == "alice")
            #expect(token.claims.act == ActorChain("quiet-gateway"))
            let record = try #require(try await fixture.audit().last)
            #expect(record["issuer"] == "corp")
            #expect(record["sub"] == "alice")
            #expect(record["client_id"] == "quiet-gateway")
            #expect(record["proof_check"] == nil)
        }
    }

    @Test func `groups are what the token says, and a grant to one of them counts`() async throws {
        try await BrokerFixture.run { fixture in
            let provider = try await TestProvider()
            try await fixture.apply([provider.document()], to: "acme")
            let member = try provider.token {
                $0["sub"] = "dora"
                $0["groups"] = ["support", "staff"]
            }
            #expect(try await fixture.mint(with: member).get().claims.subject == "dora")
            let stranger = try provider.token { $0["sub"] = "dora" }
            #expect(try await fixture.mint(with: stranger).refusal == .actorNotGranted)
        }
    }

    /// Each breaks one thing; the check named is the one that must speak, and the first of several that could.
    static let bad: [(ProofCheck, HallpassError, @Sendable (TestProvider) throws -> String)] = [
        (.tokenShape, .malformed, { _ in "no token" }),
        (.tokenShape, .malformed, { try $0.token() + ".x" }),
        (.tokenShape, .malformed, { try $0.sign(Array(#"{"iss":"https://id.example","iss":"x"}"#.utf8)) }),
        (.tokenShape, .malformed, { try $0.token(header: { $0["kid"] = 1 }) }),
        (
            .tokenShape, .actorNotProven("the token is over its limit of 131072 bytes"),
            { try $0.token { $0["x"] = .string(String(repeating: "a", count: 100_000)) } }
        ),
        (
            .tokenShape, .actorNotProven("the token's header has critical parameters, and none is understood here"),
            { try $0.token(header: { $0["crit"] = ["b64"] }) }
        ),
        (.issuer, .issuerUnknown, { try $0.token { $0["iss"] = "https://id.example/" } }),
        (.issuer, .issuerUnknown, { try $0.token { $0["iss"] = nil } }),
        (.tokenType, .wrongType, { try $0.token(header: { $0["typ"] = "logout+jwt" }) }),
        (.tokenType, .wrongType, { try $0.token { $0["events"] = [:] } }),
        (.algorithm, .wrongAlgorithm, { try $0.token(header: { $0["alg"] = "none" }) }),
        (.algorithm, .wrongAlgorithm, { try $0.token(header: { $0["alg"] = "EdDSA" }) }),
        (.algorithm, .wrongAlgorithm, { try $0.confusedToken() }),
        (.key, .unknownIssuerKey, { try $0.token(header: { $0["kid"] = "k2" }) }),
        (.signature, .signatureMismatch, { String(try $0.token().dropLast(3)) + "AAA" }),
        (
            .signature, .signatureMismatch,
            {
                // Alice's signature under Bob's name.
                let bob = try $0.token { $0["sub"] = "bob" }.split(separator: ".")
                let alice = try $0.token().split(separator: ".")
                return [bob[0], bob[1], alice[2]].joined(separator: ".")
            }
        ),
        (.audience, .otherAudience, { try $0.token { $0["aud"] = "another" } }),
        (.audience, .otherAudience, { try $0.token { $0["aud"] = ["another", 7] } }),
        (.audience, .otherAudience, { try $0.token { $0["aud"] = nil } }),
        (.time, .actorTokenExpired, { try $0.token { $0["exp"] = .integer(BrokerFixture.start) } }),
        (.time, .actorNotProven("the token has no expiry"), { try $0.token { $0["exp"] = nil } }),
        (.time, .notYetValid, { try $0.token { $0["nbf"] = .integer(BrokerFixture.start + 31) } }),
        (.time, .notYetValid, { try $0.token { $0["iat"] = .integer(BrokerFixture.start + 31) } }),
        (.subject, .namelessSubject, { try $0.token { $0["sub"] = nil } }),
        (.subject, .namelessSubject, { try $0.token { $0["sub"] = "" } }),
        (.subject, .namelessSubject, { try $0.token { $0["sub"] = .string(String(repeating: "a", count: 256)) } }),
        (
            .groups, .actorNotProven("the token has more groups than are looked at"),
            { try $0.token { $0["groups"] = .array((0..<10_000).map { .string("g\($0)") }) } }
        ),
        (.groups, .badGroups, { try $0.token { $0["groups"] = "support" } }),
        (.groups, .badGroups, { try $0.token { $0["groups"] = ["support", 1] } }),
        (
            .delegation, .actorNotProven("the token does not name those who act as it should"),
            { try $0.token { $0["act"] = "agent" } }
        ),
    ]

    @Test(arguments: bad.indices)
    func `a token that is wrong in one way is refused for that, on record, and gives nothing`(index: Int) async throws {
        let (check, error, make) = Self.bad[index]
        try await BrokerFixture.run { fixture in
            let provider = try await TestProvider()
            try await fixture.apply([provider.document()], to: "acme")
            let text = try make(provider)
            let refusal = try await fixture.mint(with: text).refusal
            #expect(refusal == error)
            #expect(try await fixture.lastVerdict() == ["mint", "deny", error.code.rawValue, check.rawValue])
            // Nothing of the token comes back.
            let segments = text.split(separator: ".")
            #expect(segments.allSatisfy { $0.count < 4 || !(refusal?.message.contains($0) ?? false) })
        }
    }

    @Test(arguments: [(seconds: -31, good: false), (-30, true), (0, true), (3_599, true), (3_600, false)])
    func `a token is good from its issue, give or take the issuer's clock, up to its expiry`(
        seconds: Int64, good: Bool
    ) async throws {
        try await BrokerFixture.run { fixture in
            let provider = try await TestProvider()
            try await fixture.apply([provider.document()], to: "acme")
            let token = try provider.token()
            fixture.advance(seconds: seconds)
            #expect(
                try await fixture.mint(with: token).refusal
                    == (good ? nil : seconds < 0 ? .notYetValid : .actorTokenExpired))
        }
    }

    @Test func `an issuer may ask for tokens younger than they need be`() async throws {
        try await BrokerFixture.run { fixture in
            let provider = try await TestProvider()
            try await fixture.apply([provider.document { $0["max_age_seconds"] = 60 }], to: "acme")
            let token = try provider.token()
            fixture.advance(seconds: 59)
            #expect(try await fixture.mint(with: token).refusal == nil)
            fixture.advance(seconds: 1)
            #expect(try await fixture.mint(with: token).refusal == .actorTokenExpired)
            let undated = try provider.token { $0["iat"] = nil }
            #expect(try await fixture.mint(with: undated).refusal?.code == .actorNotProven)
        }
    }

    @Test func `one tenant's issuer proves nothing in another`() async throws {
        try await BrokerFixture.run { fixture in
            let provider = try await TestProvider()
            try await fixture.apply([provider.document()], to: "acme")
            let foreign = try await fixture.mint(with: provider.token(), tenant: "globex", client: "gateway")
            #expect(foreign.refusal == .issuerUnknown)
            // The same provider under another key: registered there, it still is another's word.
            let other = try await TestProvider()
            try await fixture.apply([other.document()], to: "globex")
            let confused = try await fixture.mint(with: provider.token(), tenant: "globex", client: "gateway")
            #expect(confused.refusal == .signatureMismatch)
        }
    }

    @Test func `a provider that serves many is bound to its one tenant`() async throws {
        try await BrokerFixture.run { fixture in
            let provider = try await TestProvider()
            let document = provider.document {
                $0["claims"] = ["tenant": ["claim": "/org/id", "equals": "acme-7"]]
            }
            try await fixture.apply([document], to: "acme")
            let good = try provider.token { $0["org"] = ["id": "acme-7"] }
            #expect(try await fixture.mint(with: good).refusal == nil)
            for org in [["id": "globex-1"], [:], "acme-7"] as [JSONValue] {
                let bad = try provider.token { $0["org"] = org }
                #expect(try await fixture.mint(with: bad).refusal?.code == .actorNotProven)
                #expect(try await fixture.lastVerdict().last == "tenant")
            }
        }
    }

    @Test func `subject and groups come from the claims that the issuer names, behind its prefix`() async throws {
        try await BrokerFixture.run { fixture in
            let provider = try await TestProvider()
            let document = provider.document {
                $0["claims"] = ["subject": "email", "groups": "/realm/roles", "prefix": "corp:"]
            }
            let grant: JSONValue = [
                "kind": "Grant", "id": "corp-support", "subject": "group:corp:support", "connector": "crm-mcp",
                "environment": "prod", "scopes": ["notes:write"],
            ]
            try await fixture.apply([document, grant], to: "acme")
            let token = try provider.token {
                $0["email"] = "dora@acme.example"
                $0["realm"] = ["roles": ["support"]]
            }
            #expect(try await fixture.mint(with: token).get().claims.subject == "corp:dora@acme.example")
            // Without the prefix she would be in the group that another grant is for, or be Alice.
            let alice = try provider.token { $0["email"] = "alice" }
            #expect(try await fixture.mint(with: alice).refusal == .actorNotGranted)
        }
    }

    @Test func `an issuer's tokens count only as the types it is registered for`() async throws {
        try await BrokerFixture.run { fixture in
            let provider = try await TestProvider()
            try await fixture.apply([provider.document { $0["token_types"] = ["access_token"] }], to: "acme")
            let token = try provider.token(header: { $0["typ"] = "at+jwt" })
            #expect(try await fixture.mint(with: token, as: .accessToken).refusal == nil)
            #expect(try await fixture.mint(with: token, as: .jwt).refusal == .wrongType)
            try await fixture.apply([provider.document()], to: "acme")
            #expect(try await fixture.mint(with: token, as: .idToken).refusal == .wrongType)
            #expect(try await fixture.mint(with: token, as: .jwt).refusal == nil)
        }
    }

    @Test func `an issuer that is removed proves nothing from then on`() async throws {
        try await BrokerFixture.run { fixture in
            let provider = try await TestProvider()
            try await fixture.apply([provider.document()], to: "acme")
            #expect(try await fixture.mint(with: provider.token()).refusal == nil)
            _ = try await fixture.broker.delete(
                ResourceKey(kind: .issuer, name: "corp"), cascade: false, if: .none, by: fixture.admin(),
                fixture.context())
            #expect(try await fixture.mint(with: provider.token()).refusal == .issuerUnknown)
        }
    }

    @Test func `keys that look like keys and are none are not registered`() async throws {
        try await BrokerFixture.run { fixture in
            let provider = try await TestProvider()
            var key = provider.jwk
            key["x"] = .string(Base64URL.encode([UInt8](repeating: 1, count: 32)))
            let document = provider.document { $0["jwks"] = ["keys": [.object(key)]] }
            await #expect(
                throws: HallpassError.invalidRequest(
                    path: "/documents/0/jwks/keys/0", rule: "key", message: "is not a public key")
            ) { try await fixture.apply([document], to: "acme") }
        }
    }

    @Test func `issuers are there again after a restart`() async throws {
        try await BrokerFixture.run { fixture in
            let provider = try await TestProvider()
            try await fixture.apply([provider.document()], to: "acme")
            try await fixture.close()
            try await fixture.open()
            #expect(try await fixture.mint(with: provider.token()).refusal == nil)
        }
    }
}

extension HallpassError {
    static let malformed = HallpassError.actorNotProven("the token is not a well-formed JWT")
    static let wrongType = HallpassError.actorNotProven("the token is of a type that does not count here")
    static let wrongAlgorithm = HallpassError.actorNotProven(
        "the token is signed in a way that its issuer is not registered for")
    static let unknownIssuerKey = HallpassError.actorNotProven(
        "the token names no key, or one that its issuer does not have")
    static let signatureMismatch = HallpassError.actorNotProven("the token's signature does not match")
    static let otherAudience = HallpassError.actorNotProven("the token is for another audience")
    static let notYetValid = HallpassError.actorNotProven("the token is not valid yet")
    static let namelessSubject = HallpassError.actorNotProven("the token does not name its subject as it should")
    static let badGroups = HallpassError.actorNotProven("the token's groups are not a list of names")
}
