import HallpassCore
import HallpassCrypto
import StrictJSON
import Testing

/// What is signed is written byte by byte; here it is held against what a JSON writer makes of the same claims.
struct TokenSignerTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    private static let names = [
        "alice", "a", "zoë", "zoe\u{308}", "\"", "\\", "a\"b\\c", "</script>", "😀", "\u{E000}\u{FFFF}", "a b", "{}",
        "\",\"act\":{",
        String(repeating: "x", count: 255), String(repeating: "\\", count: 100), "\u{80}\u{2028}", "é/é",
    ]
    private static let words = [
        "a", "order-17", "notes:write", "~!#$%&'()*+,./:;<=>?@[]^_`{|}", String(repeating: "z", count: 128),
    ]
    private static let numbers: [Int64] = [0, 1, 9, 10, 41, 1_795_216_335, JSONValue.safeIntegerMaximum - 1]

    /// Every value of each list stands in some of these, beside ever other ones of the other lists.
    private static func claims(_ round: Int, _ deployment: DeploymentID) throws -> TokenClaims {
        func pick<Value>(_ values: [Value], _ stride: Int) -> Value { values[(round * stride + stride) % values.count] }
        let kind = pick(TokenKind.allCases, 1)
        let agents = (0...(round % Limits.actorChainDepth)).map { Subject(pick(names, 3 + $0)) }
        let scopes = (0..<(round % 4)).map { Scope(pick(words, 2 + $0)) }
        let digest = SHA256.hash([UInt8(truncatingIfNeeded: round)])
        return TokenClaims(
            kind: kind, issuer: pick(["https://hallpass.example", "\"", "é\\"], 1),
            audience: pick(["https://crm.example/mcp", "a:b", "urn:x:'{}'"], 1),
            subject: try #require(Subject(pick(names, 1))),
            act: try #require(ActorChain(agents.compactMap(\.self))),
            client: pick(["support-gateway", "0", "a.b_c-d"], 1),
            tenant: pick(["acme", "9"], 1), deployment: deployment,
            tool: kind == .call ? ToolName(pick(words, 1)) : nil,
            scope: ScopeSet(scopes.compactMap(\.self)),
            argumentsDigest: kind == .call && round.isMultiple(of: 3) ? digest : nil,
            id: try #require(TokenID(bytes: Array(digest.bytes.prefix(16)))),
            transaction: round.isMultiple(of: 7) ? TransactionID(pick(words, 1)) : nil, sequence: pick(numbers, 1),
            issuedAt: pick(numbers, 1), expiresAt: pick(numbers, 1) + 1)
    }

    @Test func `what is signed is what a JSON writer makes of the claims, and is read back as them`() throws {
        for round in 0..<300 {
            let claims = try Self.claims(round, fixture.crm)
            let token = Array(try TokenSigner.sign(claims, with: fixture.key(claims.kind)).text.utf8)
            let segments = token.split(separator: UInt8(ascii: "."))
            #expect(Base64URL.decode(segments[1]) == claims.json.serialized())
            #expect(try fixture.verified(token).claims == claims)
        }
    }

    /// All values of a list have been there: a list that a stride skips through would say less than it seems to.
    @Test func `the awkward values are all signed`() throws {
        let all = try (0..<300).map { try Self.claims($0, fixture.crm) }
        #expect(Set(all.map(\.subject.rawValue).map(ExactString.init)).count == Self.names.count)
        #expect(Set(all.compactMap(\.transaction)).count == Self.words.count)
        #expect(Set(all.map(\.sequence)).count == Self.numbers.count)
        #expect(Set(all.map(\.act.subjects.count)) == Set(1...Limits.actorChainDepth))
        #expect(Set(all.map(\.scope.scopes.count)).isSuperset(of: [0, 1, 2]))
    }
}
