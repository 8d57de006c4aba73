import HallpassCore
import HallpassCrypto
import StrictJSON
import Testing

/// Every claim, missing, null, of another type, out of its rule, doubled; and every claim too many. All of them well signed:
/// whoever can make these holds the key, and still gets nothing but tokens of our own form.
struct TokenClaimsTests {
    let fixture: Fixture
    private static let required = [
        "iss", "aud", "sub", "act", "client_id", "tenant", "environment", "connector", "tool", "scope", "jti", "seq",
        "iat", "exp",
    ]

    init() throws { fixture = try Fixture() }

    private func isRefused(_ payload: [UInt8], kind: TokenKind = .call) throws -> Bool {
        let token = try UnverifiedToken(fixture.sign(payload, kind: kind))
        do throws(HallpassError) {
            _ = try TokenVerifier.verify(token, keys: fixture.keys)
            return false
        } catch {
            #expect(error == .malformedToken)
            return true
        }
    }

    private func isRefused(_ change: (inout JSONObject) -> Void) throws -> Bool {
        try isRefused(JSONValue.object(fixture.claims(change)).serialized())
    }

    @Test(arguments: required)
    func `a claim that is missing or of another type is refused`(name: String) throws {
        #expect(try isRefused { $0[name] = nil })
        let others: [JSONValue] = [nil, true, [], [:], .number(1.5), -1]
        for other in others { #expect(try isRefused { $0[name] = other }, "\(name) = \(other)") }
        let isNumber = ["seq", "iat", "exp"].contains(name)
        #expect(try isRefused { $0[name] = isNumber ? .string("1") : .integer(1) })
        // The empty scope is the one empty text that means something.
        if !isNumber, name != "scope" { #expect(try isRefused { $0[name] = "" }) }
    }

    @Test(arguments: required)
    func `a claim said twice is refused`(name: String) throws {
        let text = String(decoding: JSONValue.object(fixture.claims()).serialized(), as: UTF8.self)
        let value = try #require(fixture.claims()[name])
        let again = String(decoding: value.serialized(), as: UTF8.self)
        #expect(try isRefused(Array(#"{"\#(name)":\#(again),\#(text.dropFirst())"#.utf8)))
    }

    @Test(arguments: ["nbf", "azp", "groups", "cnf", "role", "Tool", "admin"])
    func `a claim that is not of the closed set is refused`(name: String) throws {
        #expect(try isRefused { $0[name] = "x" })
        #expect(try isRefused { $0[name] = nil } == false)
    }

    @Test(arguments: ["args_sha256", "txn"])
    func `an optional claim is either well formed or not there`(name: String) throws {
        for other in [JSONValue.null, 1, "", "a b", [], [:]] { #expect(try isRefused { $0[name] = other }) }
    }

    @Test func `optional claims come back as they were signed`() throws {
        let digest = SHA256.hash(Array("x".utf8))
        let token = try fixture.token {
            $0["args_sha256"] = .string(Base64URL.encode(digest))
            $0["txn"] = "order-17"
        }
        let claims = try fixture.verified(token).claims
        #expect(claims.argumentsDigest == digest)
        #expect(claims.transaction == TransactionID("order-17"))
    }

    @Test(arguments: [
        ("tenant", "Acme"), ("tenant", "../etc"), ("connector", "crm mcp"), ("aud", "not a uri"), ("aud", "crm-mcp"),
        ("scope", " notes:write"), ("scope", "notes:write  x"), ("jti", "short"), ("jti", "AAECAwQFBgcICQoLDA0ODx"),
        ("sub", "a\u{0}b"), ("tool", "add note"),
    ])
    func `a claim out of its rule is refused`(name: String, value: String) throws {
        #expect(try isRefused { $0[name] = .string(value) })
    }

    @Test(arguments: [(1, false), (4, false), (5, true)])
    func `the chain of actors has one to four links`(depth: Int, isRefused expected: Bool) throws {
        var chain: JSONValue = ["sub": "a0"]
        for level in 1..<max(depth, 1) where depth > 1 { chain = ["sub": .string("a\(level)"), "act": chain] }
        #expect(try isRefused { $0["act"] = chain } == expected)
    }

    @Test func `a link of the chain says who and nothing else`() throws {
        #expect(try isRefused { $0["act"] = ["sub": "a", "iss": "b"] })
        #expect(try isRefused { $0["act"] = ["act": ["sub": "a"]] })
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `a token expires after it was issued`(lifetime: Int64, isRefused expected: Bool) throws {
        #expect(try isRefused { $0["exp"] = .integer(Fixture.now + lifetime) } == expected)
    }

    @Test(arguments: ["[]", "null", "1", "\"x\"", "{", "{}", "{}{}", "\u{FEFF}{}"])
    func `a payload that is not the object of claims is refused`(payload: String) throws {
        #expect(try isRefused(Array(payload.utf8)))
    }

    /// JSON would let all of these mean the same; we have written none of them.
    @Test(arguments: [
        (#""seq":41,"iat":"#, #""iat":41,"seq":"#), (#""seq":41"#, #""seq":041"#), (#""seq":41"#, #""seq":4.1e1"#),
        (#""seq":41"#, #""seq":-41"#), (#""seq":41"#, #""seq":9007199254740992"#), (#""seq":41"#, #""seq":"#),
        (#""seq":41,"#, #""seq": 41,"#), (#""seq":41,"#, #""seq":41 ,"#), (#","aud""#, #"{"aud""#),
        (#"{"iss""#, #" {"iss""#), (#"{"iss""#, #","iss""#), (#"}"#, #"}}"#), (#""act":{"sub""#, #""act":,"sub""#),
        (#""sub":"alice""#, "\"sub\":\"al\u{1}ice\""), (#""sub":"alice""#, #""sub":"alice\"#),
        (#""sub":"alice""#, #""sub":"al\qice""#), (#""sub":"alice""#, #""sub":alice"#),
    ])
    func `claims written otherwise than they are signed are refused`(ours: String, theirs: String) throws {
        let text = String(decoding: JSONValue.object(fixture.claims()).serialized(), as: UTF8.self)
        let changed = text.replacingFirst(ours, with: theirs)
        #expect(changed != text)
        #expect(try isRefused(Array(changed.utf8)))
    }

    /// Cut off anywhere, and in the middle of an escape too.
    @Test func `a payload that ends too early is refused`() throws {
        let claims = fixture.claims {
            $0["txn"] = "order-17"
            $0["sub"] = "a\"b"
        }
        let text = JSONValue.object(claims).serialized()
        for count in 1..<text.count {
            #expect(try isRefused(Array(text[..<count])))
            #expect(try isRefused(Array(text[..<count]) + Array("\\".utf8)))
        }
    }

    @Test func `bytes that are no UTF-8 are no claim`() throws {
        let text = JSONValue.object(fixture.claims()).serialized()
        let position = try #require(text.firstIndex(of: UInt8(ascii: "m")))
        var changed = text
        changed[position] = 0xFF
        #expect(try isRefused(changed))
    }

    @Test func `a name with quotes, escapes and other scripts comes back as it was signed`() throws {
        let name = "zoë \"the\\best\" 😀"
        let claims = try fixture.verified(fixture.token { $0["sub"] = .string(name) }).claims
        #expect(claims.subject == Subject(name))
    }

    @Test func `claims survive signing and verifying`() throws {
        let claims = try fixture.verified(fixture.token()).claims
        let again = try TokenSigner.sign(claims, with: fixture.key()).text
        #expect(try fixture.verified(Array(again.utf8)).claims == claims)
    }

    @Test func `claims too long for a token are refused rather than cut`() throws {
        let long = ScopeSet((0..<64).map { Scope("s\($0)-" + String(repeating: "x", count: 100))! })
        let claims = try fixture.verified(fixture.token()).claims
        let tooLong = TokenClaims(
            kind: .call, issuer: claims.issuer, audience: claims.audience, subject: claims.subject, act: claims.act,
            client: claims.client, tenant: claims.tenant, deployment: claims.deployment, tool: claims.tool, scope: long,
            argumentsDigest: nil, id: claims.id, transaction: nil, sequence: 1, issuedAt: 1, expiresAt: 2)
        let key = try fixture.key()
        #expect(throws: HallpassError.self) { try TokenSigner.sign(tooLong, with: key) }
    }
}

extension String {
    fileprivate func replacingFirst(_ old: String, with new: String) -> String {
        replacing(old, with: new, maxReplacements: 1)
    }
}
