import HallpassCore
import HallpassCrypto
import StrictJSON
import Testing

/// The list of RFC 8725 and of the JOSE attacks since, against the verifier.
struct TokenVerifierTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    private func refusal(_ token: [UInt8]) -> HallpassError? {
        do throws(HallpassError) {
            _ = try TokenVerifier.verify(UnverifiedToken(token), keys: fixture.keys)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a well signed token gives back what was signed`() throws {
        let claims = try fixture.verified(fixture.token()).claims
        #expect(claims.json == .object(fixture.claims()))
        #expect(claims.kind == .call)
        #expect(claims.tool == ToolName("add_note"))
        #expect(claims.sequence == 41)
    }

    /// Exhaustive over the whole token, because a verifier that compares a prefix passes any sampled version of this test.
    @Test func `flipping any one bit anywhere is refused`() throws {
        let token = try fixture.token()
        for bit in 0..<(token.count * 8) {
            var changed = token
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(refusal(changed) != nil, "bit \(bit)")
        }
    }

    @Test(arguments: [
        #"{"alg":"none","typ":"call+jwt","kid":"KID"}"#,
        #"{"alg":"None","typ":"call+jwt","kid":"KID"}"#,
        #"{"alg":"NONE","typ":"call+jwt","kid":"KID"}"#,
        #"{"alg":"nOnE","typ":"call+jwt","kid":"KID"}"#,
        #"{"alg":"RS256","typ":"call+jwt","kid":"KID"}"#,
        #"{"alg":"ES256","typ":"call+jwt","kid":"KID"}"#,
        #"{"alg":"HS384","typ":"call+jwt","kid":"KID"}"#,
        #"{"alg":"hs256","typ":"call+jwt","kid":"KID"}"#,
        #"{"typ":"call+jwt","alg":"HS256","kid":"KID"}"#,
        #"{"alg":"HS256","kid":"KID","typ":"call+jwt"}"#,
        #"{"alg":"HS256","typ":"call+jwt","kid":"KID","jwk":{"kty":"oct","k":"AA"}}"#,
        #"{"alg":"HS256","typ":"call+jwt","kid":"KID","jku":"https://evil.example/keys"}"#,
        #"{"alg":"HS256","typ":"call+jwt","kid":"KID","x5u":"https://evil.example/cert"}"#,
        #"{"alg":"HS256","typ":"call+jwt","kid":"KID","crit":["exp"]}"#,
        #"{"alg":"HS256","typ":"call+jwt","kid":"KID","b64":false}"#,
        #"{"alg":"HS256","typ":"call+jwt"}"#,
        #"{"alg":"HS256","kid":"KID"}"#,
        #"{"typ":"call+jwt","kid":"KID"}"#,
        #"{"alg":"HS256","typ":"JWT","kid":"KID"}"#,
        #"{"alg":"HS256","typ":"at+jwt","kid":"KID"}"#,
        #"{ "alg":"HS256","typ":"call+jwt","kid":"KID"}"#,
        #"{"alg": "HS256", "typ": "call+jwt", "kid": "KID"}"#,
        #"{"alg":"HS256","alg":"none","typ":"call+jwt","kid":"KID"}"#,
        #"{"alg":"HS256","typ":"call+jwt","kid":"../../dev/null"}"#,
        #"{"alg":"HS256","typ":"call+jwt","kid":"AAAAAAAAAAAAAAAAAAAAAA"}"#,
        #"{"\u0061lg":"HS256","typ":"call+jwt","kid":"KID"}"#,
        "{}", "null", "HS256",
    ])
    func `any other header, even well signed, meets no key`(header: String) throws {
        let kid = try fixture.key().id.text
        let json = header.replacing("KID", with: kid)
        let segment = Array(Base64URL.encode(Array(json.utf8)).utf8)
        let token = try fixture.sign(JSONValue.object(fixture.claims()).serialized(), header: segment)
        #expect(refusal(token) == .unknownKey)
    }

    @Test func `a call token's payload under a session header is not ours`() throws {
        let payload = JSONValue.object(fixture.claims()).serialized()
        #expect(refusal(try fixture.sign(payload, kind: .session)) == .malformedToken)
        let session = JSONValue.object(fixture.claims { $0["tool"] = nil }).serialized()
        #expect(refusal(try fixture.sign(session, kind: .call)) == .malformedToken)
    }

    @Test func `a session header on a call token's signature is a bad signature`() throws {
        let token = try fixture.token()
        let rest = token.drop { $0 != UInt8(ascii: ".") }
        #expect(refusal(try fixture.key(.session).headerSegment + rest) == .badSignature)
    }

    @Test func `a token of another tenant meets no key here`() throws {
        let globex: TenantID = "globex"
        let other = try Fixture.makeKeys(globex, [fixture.crm], rootByte: 99)
        let token = try UnverifiedToken(fixture.token())
        #expect(throws: HallpassError.unknownKey) { try TokenVerifier.verify(token, keys: other) }
    }

    @Test func `a key signs for its own deployment only`() throws {
        let token = try fixture.token { $0["connector"] = "billing-mcp" }
        #expect(refusal(token) == .malformedToken)
        #expect(refusal(try fixture.token { $0["environment"] = "dev" }) == .malformedToken)
    }

    @Test func `a retired key signs nothing and checks nothing`() throws {
        let acme: TenantID = "acme"
        let root = SecretBytes(copying: [UInt8](repeating: 7, count: 32))
        let retired = try SigningKey(
            id: try fixture.key().id, kind: .call, tenant: acme, deployment: fixture.crm, state: .retired, root: root)
        let ring = KeyRing([retired], decoy: try HMACSHA256Key(root))
        #expect(ring.signingKey(for: fixture.crm, kind: .call) == nil)
        let token = try UnverifiedToken(fixture.token())
        #expect(throws: HallpassError.unknownKey) { try TokenVerifier.verify(token, keys: ring) }
    }

    @Test func `a key that only verifies signs nothing but is still believed`() throws {
        let acme: TenantID = "acme"
        let root = SecretBytes(copying: [UInt8](repeating: 7, count: 32))
        let old = try SigningKey(
            id: try fixture.key().id, kind: .call, tenant: acme, deployment: fixture.crm, state: .verifyOnly, root: root
        )
        let ring = KeyRing([old], decoy: try HMACSHA256Key(root))
        #expect(ring.signingKey(for: fixture.crm, kind: .call) == nil)
        #expect(try TokenVerifier.verify(UnverifiedToken(fixture.token()), keys: ring).key == old.id)
    }
}
