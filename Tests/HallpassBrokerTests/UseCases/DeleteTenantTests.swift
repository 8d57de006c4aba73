import Foundation
import HallpassCore
import HallpassCrypto
import HallpassStorage
import StrictJSON
import Synchronization
import Testing

@testable import HallpassBroker

extension BrokerFixture {
    @discardableResult
    fileprivate func delete(
        _ tenant: TenantID = "acme", confirming name: String? = nil, cascade: Bool = true,
        if condition: ChangeCondition = .none, as client: String = "root"
    ) async throws -> TenantDeletionReport {
        try await broker.deleteTenant(
            confirming: name ?? tenant.rawValue, cascade: cascade, if: condition, reason: "the contract ended",
            by: admin(of: tenant, as: client), context())
    }

    fileprivate func erase(pause: () async throws -> Void = {}) async throws -> [TenantID] {
        try await broker.eraseDeletedTenants(atMost: 5, context(), pause: pause)
    }

    /// The platform's own auditor, and its admin that is none.
    fileprivate func addPlatformClients() async throws {
        try await apply(
            [
                ["kind": "Client", "id": "auditor", "type": "automation", "roles": ["auditor"]],
                ["kind": "Client", "id": "mere-admin", "type": "automation", "roles": ["platform_admin"]],
                ["kind": "Client", "id": "keeper", "type": "automation", "roles": ["security", "tenant_admin"]],
            ], to: .platform)
    }

    fileprivate func platformAdmin(_ id: String, of tenant: TenantID = "acme") throws -> TenantAdmin {
        try broker.admin(client(id, tenant: "platform"), of: tenant)
    }

    fileprivate func holds(_ bytes: [UInt8]) throws -> Bool {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil).contains {
            try Data(contentsOf: $0).range(of: Data(bytes)) != nil
        }
    }
}

struct DeleteTenantTests {
    @Test func `its clients, tokens and people are refused at once, and nobody else's`() async throws {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.token().text
            let (gateway, server) = (try fixture.client("gateway"), try fixture.client("crm-server"))
            let call = try await fixture.call()
            let theirs = try await fixture.mint(fixture.command(), tenant: "globex").get().text
            let report = try await fixture.delete()
            #expect(report.liveTokens == 1)
            for client in ["gateway", "crm-server", "ops"] {
                #expect(throws: HallpassError.invalidClient) { _ = try fixture.client(client) }
            }
            // Those that were let in before, with the keys in their hands.
            var command = VerifyCommand(token: token)
            command.tool = "add_note"
            command.idempotencyKey = IdempotencyKey("k")
            let (wanted, context) = (fixture.command(), fixture.context())
            let late = command
            await #expect(throws: HallpassError.notFound) {
                _ = try await fixture.broker.verify(late, by: server, context)
            }
            await #expect(throws: HallpassError.notFound) {
                _ = try await fixture.broker.introspect(token, by: server, context)
            }
            await #expect(throws: HallpassError.notFound) {
                _ = try await fixture.broker.mint(wanted, by: gateway, context)
            }
            await #expect(throws: HallpassError.notFound) {
                _ = try await fixture.broker.report(.result(["note_id": 1]), of: call, by: server, context)
            }
            #expect(try await fixture.verify(theirs, tenant: "globex").refusal == nil)
        }
    }

    @Test func `a person of it has no session, no password and no link any more`() async throws {
        try await BrokerFixture.run { fixture in
            let admin = try fixture.admin()
            for name in ["vera", "walter"] as [Username] {
                let account = Account(name: AccountName(tenant: "acme", username: name), roles: [.viewer])
                _ = try await fixture.broker.putAccount(account, by: admin, fixture.context())
            }
            let link = try await fixture.broker.invite("vera", by: admin, fixture.context())
            let other = try await fixture.broker.invite("walter", by: admin, fixture.context())
            let session = try await fixture.broker.setUp(
                token: link.token, username: "vera", password: SignInTests.password, userAgent: nil, fixture.context())
            #expect(try await fixture.delete().holdings[.people] == 2)
            for isRestarted in [false, true] {
                if isRestarted {
                    try await fixture.close()
                    try await fixture.open()
                }
                await #expect(throws: HallpassError.invalidClient) {
                    _ = try await fixture.broker.authenticate(session: session.secret)
                }
                await #expect(throws: HallpassError.invalidClient) {
                    _ = try await fixture.broker.setUp(
                        token: other.token, username: "walter", password: SignInTests.password, userAgent: nil,
                        fixture.context())
                }
                let name = AccountName(tenant: "acme", username: "vera")
                let refusal = try await fixture.broker.signIn(
                    name, password: SignInTests.password, userAgent: nil, fixture.context())
                guard case .failure(let found) = refusal else {
                    Issue.record("signed in")
                    continue
                }
                #expect(found.error == .invalidClient)
            }
        }
    }

    @Test func `nothing sealed in it can be opened, with the key file and the whole database either`() async throws {
        try await BrokerFixture.run { fixture in
            _ = try await fixture.broker.rotateDataKey(reason: nil, by: fixture.security(), fixture.context())
            let sealed = try await fixture.broker.registryStore.sealedKeys("acme").map(\.key.sealed)
            #expect(sealed.count == 3)
            for bytes in sealed { #expect(try fixture.holds(bytes)) }
            try await fixture.delete()
            for bytes in sealed { #expect(try !fixture.holds(bytes)) }
            #expect(try await fixture.broker.registryStore.sealedKeys("acme").isEmpty)
            let theirs = try await fixture.broker.registryStore.sealedKeys("globex").map(\.key.sealed)
            for bytes in theirs { #expect(try fixture.holds(bytes)) }
        }
    }

    @Test func `it is counted before, and what is in use stays unless told to cascade`() async throws {
        try await BrokerFixture.run { fixture in
            try await fixture.deployBillingWithKey()
            try await fixture.put(.apiKey("sk-test-1"), connector: "billing-mcp")
            _ = try await fixture.token()
            let call = try await fixture.call()
            _ = try await fixture.broker.report(
                .result(["note_id": 7]), of: call, by: fixture.client("crm-server"), fixture.context())
            let records = Int64(try await fixture.audit().count)
            let counted = try await fixture.broker.countDeletable(by: fixture.admin())
            #expect(counted.liveTokens == 1)
            #expect(counted.holdings[.connectors] == 2 && counted.holdings[.clients] == 6)
            #expect(counted.holdings[.keptOutcomes] == 1 && counted.holdings[.auditRecords] == records)
            #expect(counted.holdings[.unrevokedCredentials] == 1)
            await #expect(
                throws: HallpassError.inUse(by: [
                    "environments: 1", "connectors: 2", "deployments: 2", "grants: 3", "clients: 6",
                    "upstream credentials not revoked: 1",
                ])
            ) { try await fixture.delete(cascade: false) }
            #expect(Int64(try await fixture.audit().count) == records)
            #expect(try await fixture.delete().holdings == counted.holdings)
        }
    }

    @Test func `a slip of the pen deletes nothing, nor does anyone but a platform admin, nor the platform`()
        async throws
    {
        try await BrokerFixture.run { fixture in
            for name in ["globex", "", "Acme"] {
                await #expect(throws: HallpassError.self) { try await fixture.delete(confirming: name) }
            }
            await #expect(throws: HallpassError.revisionConflict) { try await fixture.delete(if: .matches("older")) }
            await #expect(throws: HallpassError.revisionConflict) { try await fixture.delete(if: .absent) }
            await #expect(throws: HallpassError.forbidden(needs: "it needs the role platform_admin")) {
                try await fixture.delete(as: "ops")
            }
            await #expect(throws: HallpassError.self) { try await fixture.delete(.platform) }
            await #expect(throws: HallpassError.notFound) { try await fixture.delete("nowhere") }
            _ = try await fixture.token()
        }
    }

    @Test func `its chain ends with who did it and why, as the platform's says, and checkpoints stay good`()
        async throws
    {
        try await BrokerFixture.run { fixture in
            try await fixture.addPlatformClients()
            let early = try #require(
                try await fixture.broker.checkpointAudit().first { $0.checkpoint.tenant == "acme" })
            _ = try await fixture.broker.rotateDataKey(reason: nil, by: fixture.security(), fixture.context())
            let noted = try await fixture.broker.auditKeys(by: fixture.security())
            try await fixture.delete()
            for chain: TenantID in ["acme", .platform] {
                let record = try #require(try await fixture.audit(chain).last)
                #expect(record["event"] == "tenant_delete" && record["target"] == "tenant acme")
                #expect(record["reason"] == "the contract ended" && record["client_id"] == "root")
            }
            let made = try await fixture.broker.checkpointAudit().first { $0.checkpoint.tenant == "acme" }
            for isRestarted in [false, true] {
                if isRestarted {
                    try await fixture.close()
                    try await fixture.open()
                }
                let auditor = try fixture.platformAdmin("auditor")
                let keys = try await fixture.broker.auditKeys(by: auditor)
                #expect(keys == noted && keys.count == 2)
                let checkpoints = try await fixture.broker.checkpoints(after: 0, limit: 10, by: auditor)
                let last = try #require(checkpoints.last)
                #expect(last == made)
                #expect(try await last.checkpoint.head == fixture.broker.auditHead(by: auditor))
                let isSigned = (try last.isSigned(by: keys[1]), try early.isSigned(by: keys[0]))
                #expect(isSigned == (true, true))
                let records = try await fixture.broker.auditChain(after: 0, limit: 500, by: auditor)
                #expect(records.last?.head == last.checkpoint.head)
            }
            // Once for the operator's file, and no more.
            #expect(try await fixture.broker.checkpointAudit().allSatisfy { $0.checkpoint.tenant != "acme" })
        }
    }

    @Test func `the platform's auditors read its audit and nothing else; others are told no more than before`()
        async throws
    {
        try await BrokerFixture.run { fixture in
            try await fixture.addPlatformClients()
            try await fixture.delete()
            let auditor = try fixture.platformAdmin("auditor")
            #expect(try await fixture.broker.audit(AuditQuery(limit: 10), by: auditor).records.isEmpty == false)
            #expect(throws: HallpassError.tenantDeleted) { _ = try fixture.broker.registry(by: auditor) }
            let admin = try fixture.platformAdmin("mere-admin")
            await #expect(throws: HallpassError.forbidden(needs: "it needs the role auditor")) {
                _ = try await fixture.broker.auditHead(by: admin)
            }
            #expect(throws: HallpassError.tenantDeleted) { _ = try fixture.broker.registry(by: admin) }
            #expect(throws: HallpassError.notFound) { _ = try fixture.platformAdmin("keeper") }
            #expect(throws: HallpassError.notFound) {
                _ = try fixture.broker.admin(fixture.client("ops", tenant: "globex"), of: "acme")
            }
            let listed = try fixture.broker.deletedTenants(by: .client(fixture.client("root")))
            #expect(listed.map(\.id) == ["acme"] && listed.map(\.author) == ["client:root"])
            #expect(throws: HallpassError.self) {
                _ = try fixture.broker.deletedTenants(by: .client(fixture.client("ops", tenant: "globex")))
            }
            #expect(
                try fixture.broker.tenants(by: .client(fixture.client("root"))).map(\.id) == ["globex", "platform"])
        }
    }

    @Test func `its name is not given again, and deleting it again says why`() async throws {
        try await BrokerFixture.run { fixture in
            try await fixture.delete()
            for isErased in [false, true] {
                if isErased { #expect(try await fixture.erase() == ["acme"]) }
                await #expect(throws: HallpassError.tenantDeleted) {
                    try await fixture.apply(BrokerFixture.acme, to: "acme")
                }
                await #expect(throws: HallpassError.tenantDeleted) { try await fixture.delete() }
            }
            #expect(try await fixture.audit().last?["event"] == "tenant_delete")
        }
    }

    @Test func `what is left is removed in steps, and after a restart in the middle`() async throws {
        try await BrokerFixture.run { fixture in
            for _ in 0..<12 { _ = try await fixture.token() }
            try await fixture.delete()
            var steps = 0
            await #expect(throws: CancellationError.self) {
                _ = try await fixture.erase {
                    steps += 1
                    if steps == 2 { throw CancellationError() }
                }
            }
            try await fixture.close()
            let inspection = try HallpassDatabase.inspect(path: fixture.path)
            #expect(inspection.unerasedTenants == ["acme"])
            try await fixture.open()
            #expect(throws: HallpassError.invalidClient) { _ = try fixture.client("ops") }
            #expect(try await fixture.erase() == ["acme"])
            #expect(try await fixture.erase() == [])
            #expect(try await fixture.audit(.platform).last?["event"] == "tenant_erase")
            #expect(try fixture.broker.deletedTenants(by: .client(fixture.client("root"))).first?.erasedAt != nil)
            #expect(try HallpassDatabase.inspect(path: fixture.path).unerasedTenants.isEmpty)
            let holdings = try await fixture.broker.deletionStore.holdings(
                of: "acme", nowSeconds: BrokerFixture.start)
            #expect(holdings.filter { $0.value > 0 }.keys.map(\.self) == [.auditRecords])
        }
    }

    @Test func `everything that walks all tenants goes on`() async throws {
        try await BrokerFixture.run { fixture in
            _ = try await fixture.broker.rotateDataKey(reason: nil, by: fixture.security(), fixture.context())
            try await fixture.delete()
            for isErased in [false, true] {
                if isErased { _ = try await fixture.erase() }
                let context = fixture.context()
                fixture.advance(seconds: 86_400)
                try await fixture.broker.tendKeys(maximumAgeSeconds: 1, context)
                try await fixture.broker.tendDataKeys(context)
                _ = try await fixture.broker.checkpointAudit()
                _ = try await fixture.broker.sweepSessions()
                try await fixture.broker.flushSecretUses()
                let status = try await fixture.broker.keyEncryptionStatus(by: fixture.admin(of: .platform))
                #expect(status.underNewest == 4)
                fixture.keyEncryptionKeys.withLock { keys in
                    keys = [[UInt8](repeating: isErased ? 3 : 2, count: 32)] + keys
                }
                let moved = try await fixture.broker.rotateKeyEncryptionKey(by: fixture.admin(of: .platform), context)
                #expect(moved.resealed == 4)
                let batch = try await fixture.broker.exportBatch(
                    for: ExportDestination(.file, "/var/log/audit.jsonl"), after: nil)
                #expect(batch.records.contains { $0.tenant == "acme" })
                let activity = try await fixture.broker.activity(minutes: 60, by: fixture.admin())
                #expect(activity.isComplete)
                #expect(await fixture.broker.isReady)
            }
            #expect(try await fixture.audit().last?["event"] == "tenant_delete")
            try await fixture.close()
            let keys = fixture.keyEncryptionKeys.withLock { $0 }
            try await fixture.open(keyEncryptionKeys: keys)
            _ = try HallpassDatabase.restore(
                from: fixture.copy(), to: fixture.path + ".restored", nowSeconds: BrokerFixture.start,
                checkKeys: { sealed in try fixture.broker.tenantKeys.requireOpening(sealed) })
        }
    }

    @Test func `its audit is trimmed by age as everyone's is, up to its last checkpoint, and can be proved`()
        async throws
    {
        try await BrokerFixture.run { fixture in
            try await fixture.delete()
            let last = try await fixture.broker.auditHead(by: fixture.admin())
            _ = try await fixture.erase()
            for (days, isTrimmed) in [(Int64(10), false), (1, true), (1, true)] {
                fixture.advance(seconds: 2 * 86_400)
                let trims = try await fixture.broker.trimAudit(
                    olderThanDays: days, exportedTo: [], fixture.context())
                try await fixture.broker.removeTrimmedAudit {}
                let trim = try await fixture.broker.auditTrim(by: fixture.admin())
                #expect(trim?.head == (isTrimmed ? last : nil))
                let records = try await fixture.broker.auditChain(after: 0, limit: 500, by: fixture.admin())
                var chain = AuditChain(tenant: "acme", after: trim?.head ?? .empty)
                for record in records { #expect(chain.append(record) == nil) }
                // The record of the trim is the end of it, which no checkpoint follows any more.
                #expect(records.count == 1 || !isTrimmed)
                if days == 10 { #expect(trims.isEmpty) }
            }
        }
    }

    @Test func `whoever follows is told that everything is revoked, last`() async throws {
        try await BrokerFixture.run { fixture in
            let follower = try fixture.broker.follower(fixture.client("crm-server"))
            let following = try await fixture.broker.followRevocations(after: nil, by: follower)
            let token = try await fixture.token()
            try await fixture.delete()
            following.signals.end()
            #expect(!following.isWelcome())
            guard case .revocation(let cutoff) = following.signals.last?.kind else {
                Issue.record("nothing was told")
                return
            }
            #expect(cutoff.dimension == .tenant && cutoff.id == "acme" && cutoff.cutoff > token.claims.sequence)
        }
    }

    @Test func `a refusal of one who was let in before stands in the platform's chain`() async throws {
        try await BrokerFixture.run { fixture in
            let client = try fixture.client("gateway")
            try await fixture.delete()
            try await fixture.broker.record(
                Refusal(.caller, .notFound), .mint, by: .client(client), fixture.context())
            let record = try #require(try await fixture.audit(.platform).last)
            #expect(record["event"] == "mint" && record["target"] == "tenant acme" && record["client_id"] == "gateway")
        }
    }

    /// The reason why copies have to expire too; the one who restores is told what to do again.
    @Test func `a copy from before brings it back, and the restore lists its deletion as undone`() async throws {
        try await BrokerFixture.run { fixture in
            let copy = try fixture.copy()
            try await fixture.delete()
            try await fixture.close()
            let restored = try HallpassDatabase.restore(
                from: copy, to: fixture.path, nowSeconds: BrokerFixture.start, checkKeys: { _ in })
            #expect(restored.undone.contains { $0.tenant == .platform && $0.event == "tenant_delete" })
            try await fixture.open()
            _ = try await fixture.token()
            try await fixture.delete()
        }
    }
}

extension BrokerFixture {
    fileprivate func copy() throws -> String {
        let copy = path + ".copy"
        _ = try HallpassDatabase.backUp(path: path, to: copy, overwriting: true, nowSeconds: Self.start)
        return copy
    }
}
