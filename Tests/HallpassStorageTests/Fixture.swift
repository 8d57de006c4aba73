import Foundation
import GRDB
import HallpassCore
import HallpassCrypto
import StrictJSON
import Testing

@testable import HallpassStorage

/// A real database in a folder of its own, with its ledger running.
struct Storage {
    let folder: ScratchFolder
    let database: HallpassDatabase
    let ledger: Ledger
    let registry: RegistryStore
    let audit: AuditStore

    init(
        folder: ScratchFolder? = nil, queueCapacity: Int = Limits.ledgerQueueEntries,
        claimBatchCount: Int = ClaimIndex.batchCount, observer: (@Sendable (LedgerBatch) -> Void)? = nil,
        beforeCommit: (@Sendable () throws -> Void)? = nil
    ) throws {
        self.folder = try folder ?? ScratchFolder()
        database = try HallpassDatabase.open(path: self.folder.database, mode: .create)
        ledger = try Ledger(
            database: database, queueCapacity: queueCapacity, claimBatchCount: claimBatchCount, observer: observer,
            beforeCommit: beforeCommit)
        registry = RegistryStore(database: database, ledger: ledger)
        audit = AuditStore(database: database)
    }

    func close() async throws {
        await ledger.stop()
        try database.close()
    }

    /// Runs a test's body and closes, whatever happens.
    static func with(
        folder: ScratchFolder? = nil, tenants: [TenantID] = [Fixture.acme, Fixture.globex],
        claimBatchCount: Int = ClaimIndex.batchCount, observer: (@Sendable (LedgerBatch) -> Void)? = nil,
        beforeCommit: (@Sendable () throws -> Void)? = nil, _ body: (Storage) async throws -> Void
    ) async throws {
        let storage = try Storage(
            folder: folder, claimBatchCount: claimBatchCount, observer: observer, beforeCommit: beforeCommit)
        do {
            try await storage.addTenants(tenants)
            try await body(storage)
        } catch {
            try await storage.close()
            throw error
        }
        try await storage.close()
    }

    /// Bare rows, without a revision or a record.
    private func addTenants(_ tenants: [TenantID]) async throws {
        try await ledger.transact { transaction in
            for tenant in tenants {
                try transaction.db.execute(
                    sql: "INSERT OR IGNORE INTO tenant (tenant_id, revision) VALUES (?, 1)",
                    arguments: [tenant.rawValue])
            }
        }
    }

    /// Changes the file as someone with `sqlite3` would.
    static func tamper(_ folder: ScratchFolder, _ sql: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: folder.database, configuration: configuration)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    /// Walks a tenant's chain; `nil` when every record fits.
    func chainBreak(_ tenant: TenantID) async throws -> AuditChain.Break? {
        var chain = AuditChain(tenant: tenant)
        while true {
            let records = try await audit.records(tenant, after: chain.head.sequence, limit: 500)
            for record in records {
                if let found = chain.append(record) { return found }
            }
            if records.count < 500 { break }
        }
        #expect(try await chain.head == audit.head(tenant))
        return nil
    }
}

enum Fixture {
    static let now: Int64 = 1_795_216_395
    static let acme = tenant("acme")
    static let globex = tenant("globex")

    static func tenant(_ name: String) -> TenantID {
        guard let id = TenantID(name) else { preconditionFailure("not an identifier: \(name)") }
        return id
    }

    static func deployment(_ text: String = "crm-mcp@prod") throws -> DeploymentID {
        try #require(DeploymentID(text))
    }

    static func token(
        _ ledger: Ledger, tenant: TenantID = acme, kind: TokenKind = .call, subject: String = "alice",
        client: String = "gateway", groups: [String] = [], expiresAt: Int64 = now + 60, txn: String? = nil,
        agents: [String]? = nil
    ) throws -> TokenRow {
        let claims = TokenClaims(
            kind: kind, issuer: "https://hallpass.example",
            audience: try #require(ResourceURI("https://crm.example/mcp")), subject: try #require(Subject(subject)),
            act: try #require(ActorChain((agents ?? [client]).compactMap { Subject($0) })),
            client: try #require(ClientID(client)), tenant: tenant, deployment: try deployment(),
            tool: kind == .call ? ToolName("add_note") : nil,
            scope: try #require(ScopeSet(spaceSeparated: "notes:write")),
            argumentsDigest: nil, id: try #require(TokenID(bytes: RandomBytes.generate(count: TokenID.byteCount))),
            transaction: txn.flatMap { TransactionID($0) }, sequence: ledger.nextSequence(), issuedAt: now,
            expiresAt: expiresAt)
        return TokenRow(claims, signature: signature(claims), groups: Set(groups.compactMap { GroupName($0) }))
    }

    /// What a signature is to the ledger: 32 bytes that are others for other claims.
    static func signature(_ claims: TokenClaims) -> SHA256Digest { SHA256.hash(claims.payload) }

    static func entry(
        _ action: LedgerAction, tenant: TenantID = acme, event: AuditEvent = .verify, nowSeconds: Int64 = now
    ) -> LedgerEntry {
        LedgerEntry(tenant: tenant, action: action, nowSeconds: nowSeconds) { outcome in
            var entry = AuditEntry(
                event: event, decision: .allow, timeMilliseconds: nowSeconds * 1_000, requestID: "request")
            if case .cutoff(_, let count) = outcome { entry.count = count }
            guard case .refused(let refusal) = outcome else { return entry }
            return entry.refused(refusal)
        }
    }

    static func data(_ digest: SHA256Digest) -> Data { Data(digest.bytes) }

    static func auditEntry(_ event: AuditEvent = .registryChange) -> AuditEntry {
        AuditEntry(event: event, decision: .allow, timeMilliseconds: now * 1_000, requestID: "request")
    }
}

extension Ledger {
    /// Issues a token and expects it to be issued.
    func issue(_ row: TokenRow) async throws {
        guard case .issued = try await submit(Fixture.entry(.issue(row), tenant: row.tenant, event: .mint)) else {
            Issue.record("a token was not issued")
            return
        }
    }

    /// Uses a token; `nil` when it was let through.
    func use(
        _ row: TokenRow, consumes: Bool = true,
        refusal: @escaping @Sendable (TokenBacking) -> Refusal? = { _ in nil }
    ) async throws -> Refusal? {
        let use = TokenUse(
            row.shown, of: row.tenant, consumes: consumes, names: row.names, refusal: refusal)
        switch try await submit(Fixture.entry(.use(use), tenant: row.tenant)) {
        case .used: return nil
        case .refused(let refusal): return refusal
        default:
            Issue.record("a use ended as something else")
            return nil
        }
    }

    func revoke(_ dimension: RevocationDimension, _ id: String) async throws -> (cutoff: RevocationCutoff, live: Int64)
    {
        let action = LedgerAction.revoke(dimension, id: id, author: "root", reason: "left")
        let entry = Fixture.entry(action, event: .revoke)
        let past = try await database.read { try RevocationTable.all($0, of: entry.tenant, from: 1) }
        guard case .cutoff(let cutoff, let live) = try await submit(entry, after: RevocationCutoffs(past)) else {
            throw UnexpectedOutcome()
        }
        return (cutoff, live)
    }
}

extension TokenRow {
    var shown: ShownToken { ShownToken(sequence: sequence, signature: signature, expiresAt: expiresAt) }

    /// As the claims of the token would have it, signed by a key of 16 ones.
    func names(in dimension: RevocationDimension) -> [String] {
        switch dimension {
        case .token: [id.text]
        case .txn: transaction.map { [$0.rawValue] } ?? []
        case .actor: [subject.rawValue]
        case .agent: agents ?? [client.rawValue]
        case .client: [client.rawValue]
        case .connector: [deployment.connector.rawValue]
        case .environment: [deployment.environment.rawValue]
        case .deployment: [deployment.text]
        case .key: KeyID(bytes: [UInt8](repeating: 1, count: 16)).map { [$0.text] } ?? []
        case .tenant: [tenant.rawValue]
        }
    }
}

struct UnexpectedOutcome: Error {}
