import HallpassCore
import HallpassCrypto
import JSONSchema
import StrictJSON

/// A company with 20 deployments and 50 grants, and one call in it.
struct Sample: Sendable {
    let tenant: TenantID
    let tool: ToolName
    let arguments: JSONObject
    let smallBody: [UInt8]
    let largeBody: [UInt8]
    let schema: CompiledSchema
    let signingKey: SigningKey
    let keys: KeyRing
    let claims: TokenClaims
    let token: [UInt8]
    let verified: VerifiedToken
    let query: VerifyQuery
    let context: VerifyContext
    let snapshot: TenantSnapshot
    let entry: AuditEntry
    private let registry: TenantRegistry

    init() throws {
        tenant = try valid(TenantID("acme"))
        tool = try valid(ToolName("add_note"))
        arguments = try valid(JSONParser.parse(Array(SampleCall.arguments.utf8)).objectValue)
        smallBody = JSONValue.object(arguments).serialized()
        let copies = (65_536 - 2) / (smallBody.count + 1)
        largeBody = JSONValue.array([JSONValue](repeating: .object(arguments), count: copies)).serialized()
        let schemaDocument = try JSONParser.parse(Array(SampleCall.schema.utf8))
        schema = try SchemaCompiler(options: SchemaOptions(assertsFormats: true)).compile(schemaDocument)
        registry = try Self.registry(of: tenant, tool, schemaDocument)

        let root = SecretBytes(copying: [UInt8](repeating: 1, count: 32))
        let deployment = try valid(DeploymentID("crm-mcp@prod"))
        signingKey = try SigningKey(
            id: valid(KeyID(bytes: [UInt8](repeating: 9, count: 16))), kind: .call, tenant: tenant,
            deployment: deployment, state: .active, root: root)
        keys = KeyRing([signingKey], decoy: try HMACSHA256Key(root))
        snapshot = TenantSnapshot(registry: registry, keys: keys, revocations: RevocationCutoffs())
        claims = TokenClaims(
            kind: .call, issuer: "http://127.0.0.1:8080",
            audience: try valid(ResourceURI("https://crm-mcp.acme.example/mcp")),
            subject: try valid(Subject("alice")), act: ActorChain(try valid(Subject("support-gateway"))),
            client: try valid(ClientID("support-gateway")), tenant: tenant, deployment: deployment, tool: tool,
            scope: try valid(ScopeSet(spaceSeparated: "notes:write")),
            argumentsDigest: ArgumentsDigest.of(arguments, tool: tool),
            id: try valid(TokenID(bytes: [UInt8](repeating: 7, count: 16))), transaction: nil, sequence: 41,
            issuedAt: 1_795_216_335, expiresAt: 1_795_216_395)
        token = Array(try TokenSigner.sign(claims, with: signingKey).text.utf8)
        verified = try TokenVerifier.verify(UnverifiedToken(token), keys: keys)
        var query = VerifyQuery(tool: tool, arguments: arguments, environment: deployment.environment)
        query.idempotencyKey = IdempotencyKey("add_note:c-17:turn-1")
        self.query = query
        context = VerifyContext(
            issuer: claims.issuer, tenant: tenant, ownedDeployments: [deployment], nowSeconds: claims.issuedAt)
        entry = Self.entry(claims)
        // A refusal would be quicker than what is to be measured.
        _ = try JSONParser.parse(largeBody)
        _ = try VerifyPolicy.decide(verified, query, in: snapshot, context)
        guard case .valid = schema.validate(.object(arguments)) else { throw NotAsItMustBe() }
    }

    func makeSnapshot() -> TenantSnapshot {
        TenantSnapshot(registry: registry, keys: keys, revocations: RevocationCutoffs())
    }

    private static func entry(_ claims: TokenClaims) -> AuditEntry {
        var entry = AuditEntry(
            event: .verify, decision: .execute, timeMilliseconds: 1_795_216_335_678, requestID: "R5Y883cIx02t0BEWDWp3Pg"
        )
        entry.subject = claims.subject
        entry.act = claims.act
        entry.client = ClientID("crm-mcp-server")
        entry.address = "127.0.0.1"
        entry.connector = claims.deployment.connector
        entry.environment = claims.deployment.environment
        entry.tool = claims.tool
        entry.scope = claims.scope
        entry.argumentsDigest = claims.argumentsDigest
        entry.tokenID = claims.id
        entry.tokenKind = .call
        entry.durationMicroseconds = 250
        return entry
    }

    private static func registry(
        of tenant: TenantID, _ tool: ToolName, _ schema: JSONValue
    ) throws -> TenantRegistry {
        var registry = TenantRegistry(tenant: Tenant(id: tenant))
        let prod = try valid(EnvironmentID("prod"))
        let scope = try valid(ScopeSet(spaceSeparated: "notes:write"))
        registry.put(.environment(Environment(id: prod)))
        registry.put(
            .client(Client(id: try valid(ClientID("support-gateway")), kind: .gateway(assertsActors: true))))
        for number in 0..<20 {
            let name = number == 0 ? "crm-mcp" : "mcp-\(number)"
            let id = try valid(ConnectorID(name))
            let deployment = DeploymentID(connector: id, environment: prod)
            registry.put(
                .connector(
                    Connector(
                        id: id, resource: try valid(ResourceURI("https://\(name).acme.example/mcp")),
                        tools: [Tool(name: tool, effect: .write, scopes: scope, inputSchema: schema)])))
            registry.put(
                .deployment(
                    Deployment(
                        id: deployment, authMode: .oauth, scopes: scope, tokenLifetimeSeconds: 60, allowedTools: [tool])
                ))
            for person in ["alice", "bob", "carol"] where registry.grants.count < 50 {
                registry.put(
                    .grant(
                        Grant(
                            id: try valid(GrantID("\(name)-\(person)")), subject: .user(try valid(Subject(person))),
                            deployment: deployment, scopes: scope)))
            }
        }
        return registry
    }
}

struct NotAsItMustBe: Error {}

private func valid<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw NotAsItMustBe() }
    return value
}
