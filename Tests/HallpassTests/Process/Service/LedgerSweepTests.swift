import HallpassBroker
import HallpassCore
import HallpassCrypto
import HallpassStorage
import Logging
import StrictJSON
import Testing

@testable import hallpass

struct LedgerSweepTests {
    private static let expiry: Int64 = 2_000_000_000

    private static let moments: [(nowSeconds: Int64, left: Int64)] = {
        let end = expiry + Limits.tokenRetentionSeconds
        return [(end - 1, 7), (end, 7), (end + 1, 0)]
    }()

    /// How many tokens a sweep at each moment leaves of seven, with a batch that they do not fill evenly.
    @Test(arguments: Self.moments)
    func `tokens go once they have been kept past their expiry`(nowSeconds: Int64, left: Int64) async throws {
        let folder = try TemporaryFolder()
        let instance = Instance(folder: "\(folder.path)/var")
        try await instance.create(url: "http://127.0.0.1:8080")
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let engine = try await Engine.start(
            keys: KeyFile(path: instance.keyFile).custody, database: instance.database, mode: .existing,
            issuer: "http://127.0.0.1:8080", logger: logger)
        for _ in 0..<7 { try await issue(on: engine.ledger) }
        await LedgerSweep(ledger: engine.ledger, logger: logger, batch: 3).sweep(at: nowSeconds)
        try await engine.stop()
        let counts = try HallpassDatabase.inspect(path: instance.database).rowCounts
        #expect(counts.first { $0.table == "token" }?.count == left)
    }

    private func issue(on ledger: Ledger) async throws {
        let claims = TokenClaims(
            kind: .call, issuer: "https://hallpass.example",
            audience: try #require(ResourceURI("https://crm.example/mcp")), subject: try #require(Subject("alice")),
            act: ActorChain(try #require(Subject("gateway"))), client: try #require(ClientID("gateway")),
            tenant: .platform, deployment: try #require(DeploymentID("crm-mcp@prod")), tool: ToolName("add_note"),
            scope: try #require(ScopeSet(spaceSeparated: "notes:write")), argumentsDigest: nil,
            id: try #require(TokenID(bytes: RandomBytes.generate(count: TokenID.byteCount))), transaction: nil,
            sequence: ledger.nextSequence(), issuedAt: Self.expiry - 60, expiresAt: Self.expiry)
        let row = TokenRow(claims, signature: SHA256.hash(claims.payload), groups: [])
        _ = try await ledger.submit(
            LedgerEntry(tenant: .platform, action: .issue(row), nowSeconds: Self.expiry - 60) { _ in
                AuditEntry(event: .mint, decision: .allow, timeMilliseconds: 0, requestID: "r")
            })
    }
}
