import HallpassCore
import StrictJSON
import Synchronization
import Testing

@testable import HallpassBroker

struct PublishedKeysTests {
    static let jwksURL = "https://id.example/jwks"

    /// A tenant whose issuer publishes its keys.
    private static func run(_ body: (BrokerFixture, TestProvider) async throws -> Void) async throws {
        try await BrokerFixture.run { fixture in
            let provider = try await TestProvider()
            fixture.publish(provider.jwks)
            let document = provider.document {
                $0["jwks"] = nil
                $0["jwks_url"] = .string(jwksURL)
            }
            try await fixture.apply([document], to: "acme")
            try await body(fixture, provider)
        }
    }

    @Test func `published keys are fetched once and then used`() async throws {
        try await Self.run { fixture, provider in
            #expect(fixture.fetchCount == 0)
            for _ in 0..<5 {
                let token = try provider.token()
                #expect(try await fixture.mint(with: token).refusal == nil)
            }
            #expect(fixture.fetchCount == 1)
        }
    }

    @Test func `mints that come at once share one fetch`() async throws {
        try await Self.run { fixture, provider in
            let token = try provider.token()
            let refusals = try await withThrowingTaskGroup(of: HallpassError?.self) { group in
                for _ in 0..<32 { group.addTask { try await fixture.mint(with: token).refusal } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(refusals == [HallpassError?](repeating: nil, count: 32))
            #expect(fixture.fetchCount == 1)
        }
    }

    @Test func `a provider that changes its key is asked again, and tokens of the old key are refused`() async throws {
        try await Self.run { fixture, provider in
            #expect(try await fixture.mint(with: provider.token()).refusal == nil)
            let next = try await TestProvider(keyID: "k2")
            fixture.publish(next.jwks)
            fixture.advance(seconds: 10)
            #expect(try await fixture.mint(with: next.token()).refusal == nil)
            #expect(try await fixture.mint(with: provider.token()).refusal == .unknownIssuerKey)
            #expect(fixture.fetchCount == 2)
        }
    }

    @Test func `tokens with made-up keys do not make us hammer the provider`() async throws {
        try await Self.run { fixture, provider in
            for index in 0..<100 {
                let token = try provider.token(header: { $0["kid"] = .string("made-up-\(index)") })
                #expect(try await fixture.mint(with: token).refusal == .unknownIssuerKey)
            }
            #expect(fixture.fetchCount == 1)
        }
    }

    @Test func `a provider that is down makes nobody a liar`() async throws {
        try await Self.run { fixture, provider in
            fixture.fail(.unreachable)
            let token = try provider.token()
            #expect(try await fixture.mint(with: token).refusal == .unavailable)
            #expect(try await fixture.lastVerdict() == ["mint", "deny", "unavailable", "key"])
            // It comes back; nobody asks before a moment has passed.
            fixture.publish(provider.jwks)
            #expect(try await fixture.mint(with: provider.token()).refusal == .unavailable)
            fixture.advance(seconds: 10)
            #expect(try await fixture.mint(with: provider.token()).refusal == nil)
            #expect(
                fixture.alarms.withLock { $0 } == [
                    "The keys of tenant acme's identity provider at id.example could not be fetched: nobody answers at its jwks_url, or not with a certificate for that name."
                ])
        }
    }

    @Test func `the last good keys count for an hour without the provider`() async throws {
        try await Self.run { fixture, provider in
            let token = try provider.token { $0["exp"] = .integer(BrokerFixture.start + 10_000) }
            #expect(try await fixture.mint(with: token).refusal == nil)
            fixture.fail(.tooSlow)
            for _ in 0..<11 {
                fixture.advance(seconds: 300)
                #expect(try await fixture.mint(with: token).refusal == nil)
            }
            fixture.advance(seconds: 300)
            #expect(try await fixture.mint(with: token).refusal == .unavailable)
        }
    }

    @Test(arguments: [
        ("<html><body>Sign in</body></html>", KeySetSource.Failure.unusable(.notJSON)),
        (#"{"keys":[],"keys":[]}"#, .unusable(.notJSON)), ("[]", .unusable(.notKeySet)),
        (#"{"keys":{}}"#, .unusable(.notKeySet)), (#"{"keys":[]}"#, .unusable(.noUsableKey)),
        (#"{"keys":[{"kty":"oct","kid":"k1","k":"AAAA"}]}"#, .unusable(.noUsableKey)),
        (
            #"{"keys":[{"kty":"RSA","kid":"k1","n":"\#(String(repeating: "_", count: 85))w","e":"AQAB"}]}"#,
            .unusable(.noUsableKey)
        ),
    ])
    func `what is no key set is refused, whatever it is`(text: String, failure: KeySetSource.Failure) async throws {
        try await Self.run { fixture, provider in
            fixture.published.withLock { $0[Self.jwksURL] = .success(Array(text.utf8)) }
            let token = try provider.token()
            #expect(try await fixture.mint(with: token).refusal == .unavailable)
            #expect(fixture.alarms.withLock { $0.first?.contains(failure.reason.text) } == true)
        }
    }

    @Test func `keys that cannot be used are left out, and two of one name spoil the set`() async throws {
        try await Self.run { fixture, provider in
            let others: [JSONValue] = [
                ["kty": "oct", "kid": "s", "k": "AAAA"], ["kty": "RSA", "kid": "e", "use": "enc"], "nonsense",
                ["kty": "EC", "crv": "P-384", "kid": "p"], ["kty": "AKP", "kid": "q", "alg": "ML-DSA-65"],
            ]
            fixture.publish(["keys": .array(others + [.object(provider.jwk)])])
            #expect(try await fixture.mint(with: provider.token()).refusal == nil)
            fixture.publish(["keys": [.object(provider.jwk), .object(provider.jwk)]])
            fixture.advance(seconds: 10)
            let unknown = try provider.token(header: { $0["kid"] = "k2" })
            #expect(try await fixture.mint(with: unknown).refusal == .unavailable)
        }
    }

    @Test func `each tenant asks for itself, and what nobody names any more is forgotten`() async throws {
        try await Self.run { fixture, provider in
            #expect(try await fixture.mint(with: provider.token()).refusal == nil)
            let document = provider.document {
                $0["jwks"] = nil
                $0["jwks_url"] = .string(Self.jwksURL)
            }
            try await fixture.apply([document], to: "globex")
            #expect(try await fixture.mint(with: provider.token(), tenant: "globex", client: "gateway").refusal == nil)
            #expect(fixture.fetchCount == 2)
            try await fixture.apply([provider.document()], to: "acme")
            try await fixture.apply([document], to: "acme")
            #expect(try await fixture.mint(with: provider.token()).refusal == nil)
            #expect(fixture.fetchCount == 3)
        }
    }
}

extension BrokerFixture {
    fileprivate var fetchCount: Int { fetches.withLock { $0.count } }

    fileprivate func publish(_ keys: JSONValue) {
        published.withLock { $0[PublishedKeysTests.jwksURL] = .success(keys.serialized()) }
    }

    fileprivate func fail(_ failure: KeySetSource.Failure) {
        published.withLock { $0[PublishedKeysTests.jwksURL] = .failure(failure) }
    }
}

struct KeySetFailureTests {
    @Test func `what is said of a limit is the limit`() {
        #expect(KeySetSource.Failure.tooSlow.reason.text.contains("\(Limits.keySetFetchSeconds) seconds"))
        #expect(KeySetSource.Failure.tooLarge.reason.text.contains("\(Limits.keySetBytes) bytes"))
        #expect(KeySetSource.Failure.unusable(.tooManyKeys).reason.text.contains("\(Limits.publishedKeys) keys"))
        #expect(
            KeySetSource.Failure.unusable(.noUsableKey).reason.text.contains("\(Limits.rsaKeyBits.lowerBound) bits"))
        let long = String(repeating: "a", count: Limits.identityTokenBytes + 1)
        let failure = #expect(throws: ProofFailure.self) { try UnverifiedIdentityToken(long) }
        #expect(failure?.error.message.contains("\(Limits.identityTokenBytes) bytes") == true)
    }
}
