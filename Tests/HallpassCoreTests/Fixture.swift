import HallpassCore
import HallpassCrypto
import StrictJSON
import Testing

/// One tenant, two connectors, three people: small enough to hold in the head, with every rule in it somewhere.
struct Fixture {
    static let issuer = "https://hallpass.example"
    static let now: Int64 = 1_795_216_335

    var registry: TenantRegistry
    var revocations = RevocationCutoffs()
    var disabled = DisabledThings()
    let keys: KeyRing
    let crm: DeploymentID = "crm-mcp@prod"
    let billing: DeploymentID = "billing-mcp@prod"

    init() throws {
        let acme: TenantID = "acme"
        registry = TenantRegistry(tenant: Tenant(id: acme))
        for document in Self.documents { registry.put(document) }
        keys = try Self.makeKeys(acme, registry.deployments.keys.sorted(), rootByte: 7)
    }

    var snapshot: TenantSnapshot {
        TenantSnapshot(registry: registry, keys: keys, revocations: revocations, disabled: disabled)
    }

    /// What the token of ``token(_:)`` is called in a dimension, and what another would be.
    static func names(in dimension: RevocationDimension, of token: VerifiedToken) -> (own: String, other: String) {
        let other =
            switch dimension {
            case .token, .key: "AAAAAAAAAAAAAAAAAAAAAA"
            case .deployment: "billing-mcp@prod"
            default: "other"
            }
        return (token.names(in: dimension)[0], other)
    }

    static func makeKeys(_ tenant: TenantID, _ deployments: [DeploymentID], rootByte: UInt8) throws -> KeyRing {
        let root = SecretBytes(copying: [UInt8](repeating: rootByte, count: 32))
        var keys: [SigningKey] = []
        for (index, deployment) in deployments.enumerated() {
            let id = try #require(KeyID(bytes: [UInt8](repeating: rootByte &+ UInt8(index), count: 16)))
            for kind in TokenKind.allCases {
                keys.append(
                    try SigningKey(
                        id: id, kind: kind, tenant: tenant, deployment: deployment, state: .active, root: root))
            }
        }
        return KeyRing(keys, decoy: try HMACSHA256Key(SecretBytes(copying: [UInt8](repeating: 1, count: 32))))
    }

    static func scopes(_ text: String) -> ScopeSet { ScopeSet(stringLiteral: text) }
    static func actor(_ subject: String, groups: [String] = []) -> Actor {
        Actor(subject: Subject(stringLiteral: subject), groups: Set(groups.map { GroupName(stringLiteral: $0) }))
    }

    private static var documents: [RegistryResource] {
        let crm: DeploymentID = "crm-mcp@prod"
        let billing: DeploymentID = "billing-mcp@prod"
        return [
            .environment(Environment(id: "prod")),
            .environment(Environment(id: "dev")),
            .connector(
                Connector(
                    id: "crm-mcp", resource: "https://crm.example/mcp",
                    tools: [
                        Tool(name: "find_contact", effect: .read, scopes: scopes("contacts:read")),
                        Tool(name: "add_note", effect: .write, scopes: scopes("notes:write")),
                        Tool(name: "ping", effect: .write, scopes: .empty),
                        Tool(name: "delete_contact", effect: .destructive, scopes: scopes("contacts:write")),
                    ])),
            .connector(
                Connector(
                    id: "billing-mcp", resource: "https://billing.example/mcp",
                    tools: [Tool(name: "issue_refund", effect: .write, scopes: scopes("refunds:write"))])),
            .deployment(
                Deployment(
                    id: crm, authMode: .oauth, scopes: scopes("contacts:read notes:write"), tokenLifetimeSeconds: 120,
                    allowedTools: ["find_contact", "add_note", "ping"])),
            .deployment(
                Deployment(
                    id: billing, authMode: .none, scopes: scopes("refunds:write"), tokenLifetimeSeconds: 3_600,
                    allowedTools: ["issue_refund"])),
            .grant(
                Grant(
                    id: "alice-crm", subject: .user("alice"), deployment: crm,
                    scopes: scopes("contacts:read notes:write"))),
            .grant(
                Grant(
                    id: "support-crm", subject: .group("support"), deployment: crm,
                    scopes: scopes("contacts:read"), expiresAt: now + 1_000)),
            .grant(
                Grant(
                    id: "carol-find", subject: .user("carol"), deployment: crm,
                    scopes: scopes("contacts:read notes:write"), tools: ["find_contact"])),
            .client(Client(id: "support-gateway", kind: .gateway(assertsActors: true))),
            .client(Client(id: "crm-server", kind: .mcpServer(deployments: [crm]))),
        ]
    }
}

extension Fixture {
    /// Claims of a good call token for Alice's `add_note`; `change` spoils what a test is about.
    func claims(_ change: (inout JSONObject) -> Void = { _ in }) -> JSONObject {
        var object = JSONObject()
        object["iss"] = .string(Self.issuer)
        object["aud"] = "https://crm.example/mcp"
        object["sub"] = "alice"
        object["act"] = ["sub": "support-gateway"]
        object["client_id"] = "support-gateway"
        object["tenant"] = "acme"
        object["environment"] = "prod"
        object["connector"] = "crm-mcp"
        object["tool"] = "add_note"
        object["scope"] = "notes:write"
        object["jti"] = "AAECAwQFBgcICQoLDA0ODw"
        object["seq"] = 41
        object["iat"] = .integer(Self.now)
        object["exp"] = .integer(Self.now + 60)
        change(&object)
        return Self.inOrder(object)
    }

    /// Claims in the order that they are signed in, whatever was added last; what is none stands at the end.
    private static func inOrder(_ claims: JSONObject) -> JSONObject {
        let names = [
            "iss", "aud", "sub", "act", "client_id", "tenant", "environment", "connector", "tool", "scope",
            "args_sha256", "jti", "txn", "seq", "iat", "exp",
        ]
        var ordered = JSONObject()
        for name in names { ordered[name] = claims[name] }
        for member in claims where !names.contains(member.name) { ordered[member.name] = member.value }
        return ordered
    }

    func key(_ kind: TokenKind = .call) throws -> SigningKey {
        try #require(keys.signingKey(for: crm, kind: kind))
    }

    /// Signs any payload at all, as only a holder of the key could.
    func sign(_ payload: [UInt8], kind: TokenKind = .call, header: [UInt8]? = nil) throws -> [UInt8] {
        let key = try key(kind)
        var token = header ?? key.headerSegment
        token.append(UInt8(ascii: "."))
        Base64URL.append(encoding: payload, to: &token)
        let code = try key.hmac.authenticationCode(for: token)
        token.append(UInt8(ascii: "."))
        Base64URL.append(encoding: code, to: &token)
        return token
    }

    func token(kind: TokenKind = .call, _ change: (inout JSONObject) -> Void = { _ in }) throws -> [UInt8] {
        try sign(JSONValue.object(claims(change)).serialized(), kind: kind)
    }

    /// A session token's claims have no tool.
    func sessionToken(scope: String, _ change: (inout JSONObject) -> Void = { _ in }) throws -> [UInt8] {
        try token(kind: .session) {
            $0["tool"] = nil
            $0["scope"] = .string(scope)
            change(&$0)
        }
    }

    func verified(_ token: [UInt8]) throws -> VerifiedToken {
        try TokenVerifier.verify(UnverifiedToken(token), keys: keys)
    }
}
