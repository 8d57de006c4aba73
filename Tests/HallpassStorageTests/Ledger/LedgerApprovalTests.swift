import GRDB
import HallpassCore
import HallpassCrypto
import StrictJSON
import Testing

@testable import HallpassStorage

/// Asking for approvals, deciding on them, using them up: all in the order of the one writer.
struct LedgerApprovalTests {
    private let storageDemand = ApprovalDemand(
        refusal: Refusal(.approval, .approvalRequired(nil)), cause: ApprovalCause(code: "LIMIT", message: "Too much."))

    private func claim(
        _ storage: Storage, tenant: TenantID = Fixture.acme, subject: String = "bob", cents: Int64 = 1,
        shown: ApprovalID? = nil, at now: Int64 = Fixture.now
    ) throws -> ApprovalClaim {
        let token = try Fixture.token(storage.ledger, tenant: tenant, subject: subject, expiresAt: now + 60)
        let tool = try #require(ToolName("issue_refund"))
        var arguments = JSONObject()
        arguments["amount_cents"] = .integer(cents)
        let call = ApprovableCall(
            client: token.client, subject: token.subject, act: ActorChain(try #require(Subject("agent"))),
            deployment: token.deployment, tool: tool, argumentsDigest: ArgumentsDigest.of(arguments, tool: tool))
        let approval = Approval(
            id: try #require(ApprovalID(sequence: token.sequence, nonce: RandomBytes.generate(count: 8))), call: call,
            cause: storageDemand.cause, requestedAt: now, expiresAt: now + 100)
        return ApprovalClaim(
            token: token, demand: storageDemand, shown: shown,
            request: ApprovalRequest(approval: approval, arguments: [1, 2, 3]))
    }

    /// `nil` when the token was issued.
    private func submit(
        _ claim: ApprovalClaim, _ storage: Storage, at now: Int64 = Fixture.now
    ) async throws -> HallpassError? {
        let entry = Fixture.entry(
            .issueOnApproval(claim), tenant: claim.token.tenant, event: .mint, nowSeconds: now)
        switch try await storage.ledger.submit(entry) {
        case .issued: return nil
        case .refused(let refusal): return refusal.error
        default: throw UnexpectedOutcome()
        }
    }

    private func decide(
        _ id: ApprovalID, _ verdict: ApprovalDecision.Verdict, as name: String = "ops", _ storage: Storage,
        tenant: TenantID = Fixture.acme, at now: Int64 = Fixture.now
    ) async throws -> Result<Approval, Refusal> {
        let said = ApprovalVerdict(
            id: id, verdict: verdict, approver: Approver(author: "client:\(name)", names: [name]), reason: "because")
        switch try await storage.ledger.submit(
            Fixture.entry(.decide(said), tenant: tenant, event: .approvalApprove, nowSeconds: now))
        {
        case .decided(let approval): return .success(approval)
        case .refused(let refusal): return .failure(refusal)
        default: throw UnexpectedOutcome()
        }
    }

    @Test func `an approval is asked for once, decided on once and used once`() async throws {
        try await Storage.with { storage in
            let asked = try await submit(claim(storage), storage)
            let id = try #require(asked?.approval)
            #expect(asked?.code == .approvalRequired)
            let again = try await submit(claim(storage), storage)
            #expect(again?.approval == id)
            let early = try await submit(claim(storage, shown: id), storage)
            #expect(early == .approvalPending(id))
            let decided = try await decide(id, .approved, storage).get()
            #expect(decided.decision?.author == "client:ops")
            #expect(decided.decision?.reason == "because")
            let twice = try await decide(id, .rejected, storage)
            #expect(twice == .failure(Refusal(.approval, .approvalClosed(.approved))))
            let minting = try claim(storage, shown: id)
            let minted = try await submit(minting, storage)
            #expect(minted == nil)
            let backing = try await storage.ledger.use(minting.token) { backing in
                backing.isApproved ? nil : Refusal(.approval, .approvalRequired(nil))
            }
            #expect(backing == nil)
            let spent = try await submit(claim(storage, shown: id), storage)
            #expect(spent?.code == .approvalRequired)
            #expect(spent?.message.contains("has been used") == true)
            #expect(spent?.approval != id)
        }
    }

    @Test func `of many mints on one approval exactly one gets its token`() async throws {
        try await Storage.with { storage in
            let id = try #require(try await submit(claim(storage), storage)?.approval)
            _ = try await decide(id, .approved, storage).get()
            let issued = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<64 {
                    let claim = try claim(storage, shown: id)
                    group.addTask { try await submit(claim, storage) == nil }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(issued == 1)
            let rows = try await storage.database.read { db in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM token WHERE approval IS NOT NULL")
            }
            #expect(rows == 1)
        }
    }

    @Test func `a token that was minted otherwise is vouched for as not approved`() async throws {
        try await Storage.with { storage in
            let token = try Fixture.token(storage.ledger)
            try await storage.ledger.issue(token)
            let refusal = Refusal(.approval, .approvalRequired(nil))
            #expect(try await storage.ledger.use(token) { $0.isApproved ? nil : refusal } == refusal)
        }
    }

    @Test func `what has expired makes room for the same call asked anew`() async throws {
        try await Storage.with { storage in
            let id = try #require(try await submit(claim(storage), storage)?.approval)
            let late = Fixture.now + 100
            let closed = try await decide(id, .approved, storage, at: late)
            #expect(closed == .failure(Refusal(.approval, .approvalClosed(.expired))))
            let next = try await submit(claim(storage, shown: id, at: late), storage, at: late)
            #expect(next?.message.contains("has expired") == true)
            #expect(next?.approval != id)
        }
    }

    @Test func `an approval is nothing in another tenant`() async throws {
        try await Storage.with { storage in
            let id = try #require(try await submit(claim(storage), storage)?.approval)
            let foreign = try await decide(id, .approved, storage, tenant: Fixture.globex)
            #expect(foreign == .failure(Refusal(.approval, .notFound)))
            _ = try await decide(id, .approved, storage).get()
            let minted = try await submit(claim(storage, tenant: Fixture.globex, shown: id), storage)
            #expect(minted?.code == .approvalRequired)
            #expect(minted?.approval != id)
        }
    }

    @Test(arguments: ["bob", "agent", "gateway"])
    func `who is part of the call decides nothing`(name: String) async throws {
        try await Storage.with { storage in
            let id = try #require(try await submit(claim(storage), storage)?.approval)
            guard case .failure(let refusal) = try await decide(id, .approved, as: name, storage) else {
                Issue.record("\(name) decided on their own call")
                return
            }
            #expect(refusal.error.code == .forbidden)
            let pending = try await submit(claim(storage, shown: id), storage)
            #expect(pending == .approvalPending(id))
        }
    }

    @Test func `one actor's calls do not fill the queue, and another's are asked all the same`() async throws {
        try await Storage.with { storage in
            for cents in 1...Int64(Limits.pendingApprovalsPerActor) {
                let asked = try await submit(claim(storage, cents: cents), storage)
                #expect(asked?.code == .approvalRequired)
            }
            let beyond = try await submit(claim(storage, cents: 1_000), storage)
            #expect(beyond?.code == .limitReached)
            let standing = try await submit(claim(storage, cents: 1), storage)
            #expect(standing?.code == .approvalRequired)
            let other = try await submit(claim(storage, subject: "carol", cents: 1_000), storage)
            #expect(other?.code == .approvalRequired)
            let later = Fixture.now + 100
            let again = try await submit(claim(storage, cents: 1_000, at: later), storage, at: later)
            #expect(again?.code == .approvalRequired)
        }
    }

    @Test func `approvals are listed by their state of the moment, newest first`() async throws {
        try await Storage.with { storage in
            let store = ApprovalStore(database: storage.database)
            var ids: [ApprovalID] = []
            for cents in 1...4 as ClosedRange<Int64> {
                ids.append(try #require(try await submit(claim(storage, cents: cents), storage)?.approval))
            }
            _ = try await decide(ids[1], .approved, storage).get()
            _ = try await decide(ids[2], .rejected, storage).get()
            _ = try await decide(ids[3], .approved, storage).get()
            _ = try await submit(claim(storage, cents: 4, shown: ids[3]), storage)
            for (state, now, expected) in [
                (nil, 0, [3, 2, 1, 0]), (.pending, 0, [0]), (.approved, 0, [1]), (.rejected, 0, [2]), (.used, 0, [3]),
                (.expired, 0, []), (.expired, 100, [1, 0]), (.pending, 100, []), (.approved, 100, []),
                (.rejected, 100, [2]), (.used, 100, [3]),
            ] as [(ApprovalState?, Int64, [Int])] {
                let found = try await store.list(
                    Fixture.acme, state: state, limit: 10, nowSeconds: Fixture.now + now)
                #expect(found.map(\.id) == expected.map { ids[$0] }, "\(String(describing: state)) at \(now)")
                for approval in found {
                    #expect(state == nil || approval.state(atSeconds: Fixture.now + now) == state)
                }
            }
            let page = try await store.list(
                Fixture.acme, state: nil, before: ids[2].sequence, limit: 1, nowSeconds: Fixture.now)
            #expect(page.map(\.id) == [ids[1]])
            let found = try await store.find(ids[0], of: Fixture.acme)
            #expect(found?.arguments == [1, 2, 3])
            #expect(found?.approval.cause == storageDemand.cause)
            let foreign = try await store.find(ids[0], of: Fixture.globex)
            #expect(foreign == nil)
            let elsewhere = try await store.list(Fixture.globex, state: nil, limit: 10, nowSeconds: Fixture.now)
            #expect(elsewhere.isEmpty)
        }
    }

    @Test func `an approval is swept away when it has long expired, and its number is not given again`() async throws {
        let folder = try ScratchFolder()
        var last: Int64 = 0
        try await Storage.with(folder: folder) { storage in
            let id = try #require(try await submit(claim(storage), storage)?.approval)
            last = id.sequence
            let early = try await storage.ledger.sweep(.approval, expiredBefore: Fixture.now + 100, limit: 10)
            let late = try await storage.ledger.sweep(.approval, expiredBefore: Fixture.now + 101, limit: 10)
            #expect([early, late].map(\.removedCount) == [0, 1])
        }
        try await Storage.with(folder: folder) { storage in #expect(storage.ledger.nextSequence() > last) }
    }

    @Test func `a number that only an approval has is not given again`() async throws {
        let folder = try ScratchFolder()
        var last: Int64 = 0
        try await Storage.with(folder: folder) { storage in
            last = try #require(try await submit(claim(storage), storage)?.approval).sequence
        }
        try await Storage.with(folder: folder) { storage in #expect(storage.ledger.nextSequence() > last) }
    }
}
