import HallpassCore
import StrictJSON
import Testing

struct `Issuer documents` {
    /// The key of RFC 7515 appendix A.3.
    static let key = """
        {"kty": "EC", "crv": "P-256", "kid": "k1", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
         "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
        """

    static let inline = """
        {"kind": "Issuer", "id": "corp", "issuer": "https://id.example", "audiences": ["hallpass"],
         "algorithms": ["ES256"], "jwks": {"keys": [\(key)]}}
        """

    static let published = """
        {"kind": "Issuer", "id": "corp", "issuer": "https://id.example", "audiences": ["b", "a"],
         "algorithms": ["RS256", "EdDSA"], "jwks_url": "https://id.example/jwks", "max_age_seconds": 60,
         "claims": {"subject": "email", "groups": "/realm/roles", "prefix": "corp:",
                    "tenant": {"claim": "org", "equals": "acme"}},
         "token_types": ["access_token"], "description": "Everyone"}
        """

    private func issuer(_ text: String) throws -> Issuer {
        guard case .issuer(let issuer) = try read(text) else { throw NotAnIssuer() }
        return issuer
    }

    @Test func `defaults are those that need no word`() throws {
        let issuer = try issuer(Self.inline)
        #expect(issuer.claims == IssuerClaims(subject: .subject, groups: nil, tenant: nil, prefix: ""))
        #expect(issuer.tokenTypes == [.jwt, .idToken, .accessToken])
        #expect(issuer.maximumAgeSeconds == nil)
        guard case .inline(let keys) = issuer.keySource else {
            Issue.record("not inline")
            return
        }
        #expect(keys.map(\.algorithm) == [.es256])
    }

    @Test(arguments: [inline, published])
    func `a document written out is read as the same issuer`(text: String) throws {
        let resource = try read(text)
        #expect(try RegistryResource.read(resource.json) == resource)
        #expect(resource.key == ResourceKey(kind: .issuer, name: "corp"))
    }

    @Test func `everything that can be said is kept`() throws {
        let issuer = try issuer(Self.published)
        #expect(issuer.audiences == ["a", "b"])
        #expect(issuer.claims.prefix == "corp:")
        #expect(issuer.claims.tenant?.value == "acme")
        #expect(issuer.maximumAgeSeconds == 60)
        #expect(issuer.tokenTypes == [.accessToken])
        #expect(issuer.description == "Everyone")
        #expect(issuer.keySource == .published(try #require(OutboundURL("https://id.example/jwks"))))
    }

    @Test(arguments: [
        ("/issuer", #""id.example""#, "/issuer format"), ("/audiences", "[]", "/audiences count"),
        ("/audiences", #"["a","a"]"#, "/audiences/1 unique"), ("/algorithms", #"["HS256"]"#, "/algorithms/0 format"),
        ("/algorithms", "[]", "/algorithms count"), ("/algorithms", #"["EdDSA"]"#, "/jwks/keys/0 algorithm"),
        ("/jwks", nil, "/jwks choice"), ("/jwks_url", #""https://id.example""#, "/jwks choice"),
        ("/jwks/keys", "[]", "/jwks/keys count"), ("/jwks/keys/0", "1", "/jwks/keys/0 type"),
        ("/claims", #"{"subject":""}"#, "/claims/subject format"),
        ("/claims", #"{"groups":"/a~2"}"#, "/claims/groups format"),
        ("/claims", #"{"tenant":{"claim":"org"}}"#, "/claims/tenant/equals required"),
        ("/claims", #"{"prefix":""}"#, "/claims/prefix format"),
        ("/claims", #"{"roles":"a"}"#, "/claims/roles unknown"),
        ("/max_age_seconds", "0", "/max_age_seconds range"), ("/token_types", #"["saml2"]"#, "/token_types/0 format"),
        ("/client_secret", #""s""#, "/client_secret unknown"),
    ])
    func `what is not right is refused where it stands`(pointer: String, value: String?, fault: String) throws {
        #expect(try faults(changed(Self.inline, pointer, to: value)) == [fault])
    }

    @Test(arguments: [
        (#"{"kty":"oct","kid":"k1","k":"c2VjcmV0"}"#, "kty key"), (#"{"kid":"k1"}"#, "kty required"),
        (#"{"kty":"RSA","kid":"k1","n":"\#(String(repeating: "_", count: 85))w","e":"AQAB"}"#, "n range"),
        (#"{"kty":"RSA","kid":"k1","n":"\#(String(repeating: "_", count: 1_366))8","e":"AQAB"}"#, "n range"),
        (#"{"kty":"RSA","kid":"k1","n":"\#(String(repeating: "_", count: 341))w","e":"AQ"}"#, "e range"),
        (#"{"kty":"RSA","kid":"k1","n":"\#(String(repeating: "_", count: 341))w","e":"AQAC"}"#, "e range"),
        (#"{"kty":"EC","crv":"P-384","kid":"k1","x":"AA","y":"AA"}"#, "crv choice"),
        (#"{"kty":"EC","crv":"P-256","kid":"k1","x":"AA","y":"AA"}"#, "x length"),
        (#"{"kty":"OKP","crv":"Ed25519","kid":"k1","x":"AA"}"#, "x length"),
        (#"{"kty":"OKP","crv":"X25519","kid":"k1","x":"AA"}"#, "crv choice"),
        (#"{"kty":"AKP","kid":"k1"}"#, "kty choice"),
    ])
    func `a key that is weak, shared or of no use is refused`(key: String, fault: String) throws {
        #expect(try faults(changed(Self.inline, "/jwks/keys/0", to: key)) == ["/jwks/keys/0/" + fault])
    }

    @Test(arguments: [
        ("d", #""AA""#, "d key"), ("use", #""enc""#, "use choice"), ("key_ops", #"["sign"]"#, "key_ops choice"),
        ("alg", #""ES384""#, "alg choice"), ("kid", "7", "kid format"),
    ])
    func `a key says nothing that speaks against it`(member: String, value: String, fault: String) throws {
        let text = try changed(Self.inline, "/jwks/keys/0/\(member)", to: value)
        #expect(try faults(text) == ["/jwks/keys/0/\(fault)"])
    }

    @Test func `what else a key has is allowed and not kept`() throws {
        let text = try changed(Self.inline, "/jwks/keys/0/x5c", to: #"["MIIC"]"#)
        #expect(try read(text) == read(Self.inline))
    }

    @Test func `several keys have names, each its own`() throws {
        let nameless = try changed(Self.key, "/kid", to: nil)
        #expect(try faults(changed(Self.inline, "/jwks/keys", to: "[\(nameless)]")).isEmpty)
        #expect(
            try faults(changed(Self.inline, "/jwks/keys", to: "[\(nameless), \(Self.key)]"))
                == ["/jwks/keys/0/kid required"])
        #expect(
            try faults(changed(Self.inline, "/jwks/keys", to: "[\(Self.key), \(Self.key)]"))
                == ["/jwks/keys/1/kid unique"])
    }

    @Test func `two issuers of one tenant have two URLs`() throws {
        let current = try TenantRegistry.acme()
        let second = try changed(Self.inline, "/id", to: #""corp-2""#)
        let found = #expect(throws: RegistryViolations.self) {
            try RegistryPlan.make(current: current, documents: [read(Self.inline), read(second)], prune: false)
        }
        #expect(found?.violations.map(\.violation.path) == ["/issuer", "/issuer"])
    }
}

private struct NotAnIssuer: Error {}
