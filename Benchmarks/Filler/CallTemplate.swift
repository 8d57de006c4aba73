import Foundation
import HallpassCore
import HallpassCrypto
import HallpassStorage

/// The calls that are written: all of one tool, by a hundred people.
struct CallTemplate: Sendable {
    /// Unix seconds.
    let expiresAt: Int64

    private let issuer = "http://127.0.0.1:8080"
    private let deployment: DeploymentID
    private let audience: ResourceURI
    private let gateway: ClientID
    private let server: ClientID
    private let tool: ToolName
    private let scope: ScopeSet
    private let act: ActorChain

    init(expiresAt: Int64) throws {
        self.expiresAt = expiresAt
        deployment = try valid(DeploymentID("crm-mcp@prod"))
        audience = try valid(ResourceURI("https://crm.bench.example/mcp"))
        gateway = try valid(ClientID("gateway"))
        server = try valid(ClientID("crm-mcp-server"))
        tool = try valid(ToolName("add_note"))
        scope = try valid(ScopeSet(spaceSeparated: "notes:write"))
        act = ActorChain(try valid(Subject("gateway")))
    }

    /// One mint and the verification of its token: a row of `token`, one of `call` and two records.
    func makeCall(_ number: Int, of tenant: TenantID, in ledger: Ledger) async throws {
        let claims = try claims(number, of: tenant, sequence: ledger.nextSequence())
        // As if a key had signed it that nobody has: the row is whole, and the token cannot be shown.
        let signature = SHA256.hash(claims.id.bytes)
        try await submit(
            .issue(TokenRow(claims, signature: signature, groups: [])), try entry(.mint, .allow, gateway, claims),
            of: tenant, in: ledger)

        let digest = try valid(claims.argumentsDigest)
        let call = CallClaim(
            id: try valid(CallID(sequence: ledger.nextSequence(), nonce: RandomBytes.generate(count: 8))),
            client: server, tokenSequence: claims.sequence, scope: scope, claim: SHA256.hash(digest.bytes),
            argumentsDigest: digest, isRepeatable: false, leaseExpiresAt: expiresAt, expiresAt: expiresAt)
        let token = ShownToken(sequence: claims.sequence, signature: signature, expiresAt: expiresAt)
        let use = TokenUse(
            token, of: tenant, consumes: true, call: call, names: { _ in [] }, refusal: { _ in nil })
        var record = try entry(.verify, .execute, server, claims)
        record.callID = call.id
        try await submit(.use(use), record, of: tenant, in: ledger)
    }

    private func claims(_ number: Int, of tenant: TenantID, sequence: Int64) throws -> TokenClaims {
        TokenClaims(
            kind: .call, issuer: issuer, audience: audience,
            subject: try valid(Subject(String(format: "user-%04d", number % 100))), act: act, client: gateway,
            tenant: tenant, deployment: deployment, tool: tool, scope: scope,
            argumentsDigest: SHA256.hash(Array("\(tenant.rawValue) \(sequence)".utf8)),
            id: try valid(TokenID(bytes: RandomBytes.generate(count: TokenID.byteCount))), transaction: nil,
            sequence: sequence, issuedAt: expiresAt - 60, expiresAt: expiresAt)
    }

    private func entry(
        _ event: AuditEvent, _ decision: AuditDecision, _ client: ClientID, _ claims: TokenClaims
    ) throws -> AuditEntry {
        var entry = AuditEntry(
            event: event, decision: decision, timeMilliseconds: Int64(Date().timeIntervalSince1970 * 1_000),
            requestID: Base64URL.encode(try RandomBytes.generate(count: 16)))
        entry.client = client
        entry.address = "127.0.0.1"
        entry.durationMicroseconds = 500
        entry.subject = claims.subject
        entry.act = claims.act
        entry.connector = claims.deployment.connector
        entry.environment = claims.deployment.environment
        entry.tool = claims.tool
        entry.scope = claims.scope
        entry.argumentsDigest = claims.argumentsDigest
        entry.tokenID = claims.id
        entry.tokenKind = claims.kind
        return entry
    }

    private func submit(
        _ action: LedgerAction, _ entry: AuditEntry, of tenant: TenantID, in ledger: Ledger
    ) async throws {
        switch try await ledger.submit(
            LedgerEntry(tenant: tenant, action: action, nowSeconds: expiresAt - 1) { _ in entry })
        {
        case .issued, .used: return
        default: throw RowRefused()
        }
    }
}

/// The ledger did not take a row as the server would have written it.
struct RowRefused: Error {}

/// - Throws: ``RowRefused`` where a literal or a size is not what its type takes.
func valid<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw RowRefused() }
    return value
}
