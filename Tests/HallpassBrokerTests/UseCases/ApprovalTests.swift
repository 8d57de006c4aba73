import HallpassCore
import HallpassStorage
import StrictJSON
import Testing

@testable import HallpassBroker

/// Refunds over 500.00 are offered an approval, which is good for ten minutes.
private struct Refunds {
    let fixture: BrokerFixture

    static func run(_ body: (Refunds) async throws -> Void) async throws {
        try await BrokerFixture.run { fixture in
            let refunds = Refunds(fixture: fixture)
            try await refunds.deploy()
            try await fixture.apply(
                [
                    [
                        "kind": "Grant", "id": "bob-billing", "subject": "user:bob", "connector": "billing-mcp",
                        "environment": "prod", "scopes": ["refunds:write"],
                    ],
                    ["kind": "Client", "id": "guard", "type": "automation", "roles": ["security"]],
                    ["kind": "Client", "id": "bob", "type": "automation", "roles": ["security"]],
                    ["kind": "Client", "id": "reader", "type": "automation", "roles": ["auditor"]],
                ], to: "acme")
            try await body(refunds)
        }
    }

    func deploy(maximum: Int64 = 50_000, approval: String? = "offer") async throws {
        var constraint: JSONObject = try #require(
            ([
                "tool": "issue_refund", "schema": ["properties": ["amount_cents": ["maximum": .integer(maximum)]]],
                "when_violated": [
                    "code": "REFUND_EXCEEDS_LIMIT", "message": "Over the limit.", "retryable": false,
                    "suggested_action": "route_to_human_approval",
                ],
            ] as JSONValue).objectValue)
        constraint["approval"] = approval.map(JSONValue.string)
        try await fixture.apply(
            [
                [
                    "server": "billing-mcp", "environment": "prod", "constraints": [.object(constraint)],
                    "auth": ["mode": "none", "scopes": ["refunds:write"], "token_ttl_seconds": 60],
                    "tools_allow": ["issue_refund"], "approval": ["expires_in_seconds": 600],
                ]
            ], to: "acme")
    }

    func command(
        _ cents: Int64 = 60_000, shown: ApprovalID? = nil, _ change: (inout MintCommand) -> Void = { _ in }
    ) -> MintCommand {
        fixture.command("bob", tool: "issue_refund", connector: "billing-mcp") {
            $0.arguments = arguments(cents)
            $0.approval = shown
            $0.agent = .asserted(ActorChain("support-agent"))
            change(&$0)
        }
    }

    func arguments(_ cents: Int64) -> JSONObject {
        var arguments = JSONObject()
        arguments["amount_cents"] = .integer(cents)
        arguments["note"] = .string("zq-secret-zq")
        return arguments
    }

    func ask(_ cents: Int64 = 60_000) async throws -> ApprovalID {
        try #require(try await fixture.mint(command(cents)).refusal?.approval)
    }

    @discardableResult
    func decide(
        _ id: ApprovalID, _ verdict: ApprovalDecision.Verdict = .approved, as client: String = "guard"
    ) async throws -> Result<ApprovalView, Refusal> {
        try await fixture.broker.decide(
            id, verdict, reason: "Checked with the customer.", by: fixture.admin(as: client), fixture.context())
    }

    func verify(_ token: MintedToken, _ cents: Int64 = 60_000) async throws -> Result<Execution, Refusal> {
        try await fixture.verify(token.text, tool: "issue_refund", as: "billing-server") {
            $0.arguments = arguments(cents)
        }
    }
}

struct ApprovalTests {
    /// It may have been used, or decided otherwise, in the time that the copy does not know of.
    @Test func `after a restore no approval from before is good, and the same call is put before somebody anew`()
        async throws
    {
        try await Refunds.run { refunds in
            let approved = try await refunds.ask()
            try await refunds.decide(approved)
            let pending = try await refunds.ask(70_000)
            try await refunds.fixture.restore {
                _ = try await refunds.fixture.mint(refunds.command(shown: approved)).get()
            }
            let again = try await refunds.fixture.mint(refunds.command(shown: approved)).refusal
            #expect(again?.wireCode == "REFUND_EXCEEDS_LIMIT")
            #expect(try #require(again?.approval) != approved)
            #expect(try await refunds.decide(pending).refusal == .approvalClosed(.expired))
        }
    }

    @Test func `a refund over the limit is approved by security, minted once and executed once`() async throws {
        try await Refunds.run { refunds in
            let refused = try await refunds.fixture.mint(refunds.command()).refusal
            #expect(refused?.wireCode == "REFUND_EXCEEDS_LIMIT")
            #expect(refused?.suggestedAction == "route_to_human_approval")
            let id = try #require(refused?.approval)
            #expect(refused?.details.map(\.path) == ["/amount_cents", ""])
            #expect(try await refunds.fixture.mint(refunds.command(shown: id)).refusal == .approvalPending(id))
            #expect(try await refunds.decide(id).get().state == .approved)
            let token = try await refunds.fixture.mint(refunds.command(shown: id)).get()
            #expect(token.claims.argumentsDigest == ArgumentsDigest.of(refunds.arguments(60_000), tool: "issue_refund"))
            #expect(try await refunds.verify(token, 60_001).refusal?.code == .argumentsMismatch)
            #expect(try await refunds.verify(token).get().tool == "issue_refund")
            let spent = try await refunds.fixture.mint(refunds.command(shown: id)).refusal
            #expect(spent?.wireCode == "REFUND_EXCEEDS_LIMIT")
            #expect(spent?.details.last?.message.contains("has been used") == true)
            #expect(spent?.approval != id)
        }
    }

    @Test func `the record says who asked, who decided and why, and never with which arguments`() async throws {
        try await Refunds.run { refunds in
            let id = try await refunds.ask()
            try await refunds.decide(id)
            _ = try await refunds.fixture.mint(refunds.command(shown: id)).get()
            let records = try await refunds.fixture.audit()
            let ours = records.filter { $0["approval_id"] == .string(id.text) }
            #expect(ours.map { $0["event"]?.stringValue } == ["mint", "approval_approve", "mint"])
            #expect(ours.map { $0["decision"]?.stringValue } == ["deny", "allow", "allow"])
            #expect(ours[0]["code"] == "REFUND_EXCEEDS_LIMIT")
            #expect(ours[1]["client_id"] == "guard")
            #expect(ours[1]["reason"] == "Checked with the customer.")
            #expect(ours[1]["sub"] == "bob")
            #expect(ours[1]["tool"] == "issue_refund")
            #expect(ours[1]["args_sha256"] == ours[2]["args_sha256"])
            for record in records {
                #expect(!String(decoding: JSONValue.object(record).serialized(), as: UTF8.self).contains("zq-secret"))
            }
        }
    }

    @Test func `the arguments lie sealed, and are shown to those who decide`() async throws {
        try await Refunds.run { refunds in
            let id = try await refunds.ask()
            let shown = try await refunds.fixture.broker.approval(id, by: refunds.fixture.admin(as: "guard"))
            #expect(shown.arguments == .object(refunds.arguments(60_000)))
            let reader = try await refunds.fixture.broker.approval(id, by: refunds.fixture.admin(as: "reader"))
            #expect(reader.arguments == nil)
            #expect(reader.approval.cause.code == "REFUND_EXCEEDS_LIMIT")
            let stored = try await refunds.fixture.broker.approvalStore.find(id, of: "acme")
            let text = String(decoding: try #require(stored).arguments, as: UTF8.self)
            #expect(!text.contains("zq-secret"))
        }
    }

    @Test func `only security decides, only security and auditors look, and nobody from elsewhere`() async throws {
        try await Refunds.run { refunds in
            let id = try await refunds.ask()
            let fixture = refunds.fixture
            await #expect(throws: HallpassError.self) { try await refunds.decide(id, as: "reader") }
            await #expect(throws: HallpassError.self) { try await refunds.decide(id, as: "looker") }
            await #expect(throws: HallpassError.self) {
                try await fixture.broker.approvals(
                    state: nil, before: nil, limit: 10, by: fixture.admin(as: "looker"))
            }
            await #expect(throws: HallpassError.notFound) {
                try await fixture.broker.approval(id, by: fixture.admin(of: "globex", as: "ops"))
            }
            let foreign = try await fixture.broker.decide(
                id, .approved, reason: "r", by: fixture.admin(of: "globex", as: "ops"), fixture.context())
            #expect(foreign.refusal == .notFound)
            let mine = try await fixture.broker.approvals(
                state: .pending, before: nil, limit: 10, by: fixture.admin(as: "reader"))
            #expect(mine.map(\.approval.id) == [id])
        }
    }

    @Test func `nobody decides on their own call, and trying is on record`() async throws {
        try await Refunds.run { refunds in
            let own = try await refunds.ask()
            #expect(try await refunds.decide(own, as: "bob").refusal?.code == .forbidden)
            let acting = refunds.command { $0.agent = ActorChain(["helper", "guard"]).map(AgentProof.asserted) }
            let through = try #require(try await refunds.fixture.mint(acting).refusal?.approval)
            #expect(try await refunds.decide(through, as: "guard").refusal?.code == .forbidden)
            let last = try await refunds.fixture.audit().last
            #expect(last?["event"] == "approval_approve")
            #expect(last?["code"] == "forbidden")
            #expect(last?["client_id"] == "guard")
            #expect(last?["approval_id"] == .string(through.text))
            #expect(try await refunds.decide(through, as: "ops").get().state == .approved)
            // What was approved for one agent is nothing to another.
            let other = try await refunds.fixture.mint(refunds.command(shown: through)).refusal
            #expect(other?.approval == own)
            #expect(other?.details.last?.message.contains("not one for this call") == true)
        }
    }

    @Test func `a decision is made once, in time`() async throws {
        try await Refunds.run { refunds in
            let id = try await refunds.ask()
            try await refunds.decide(id, .rejected)
            #expect(try await refunds.decide(id, .approved).refusal == .approvalClosed(.rejected))
            #expect(try await refunds.fixture.mint(refunds.command(shown: id)).refusal == .approvalRejected(id))
            #expect(try await refunds.fixture.mint(refunds.command()).refusal == .approvalRejected(id))
            let late = try await refunds.ask(70_000)
            refunds.fixture.advance(seconds: 600)
            #expect(try await refunds.decide(late).refusal == .approvalClosed(.expired))
            #expect(try await refunds.fixture.mint(refunds.command()).refusal?.wireCode == "REFUND_EXCEEDS_LIMIT")
        }
    }

    @Test(arguments: [(599, true), (600, false)])
    func `an approval that was given is good for as long as its deployment says`(seconds: Int64, isGood: Bool)
        async throws
    {
        try await Refunds.run { refunds in
            let id = try await refunds.ask()
            try await refunds.decide(id)
            refunds.fixture.advance(seconds: seconds)
            let answer = try await refunds.fixture.mint(refunds.command(shown: id))
            #expect((answer.refusal == nil) == isGood)
            guard !isGood else { return }
            #expect(answer.refusal?.details.last?.message.contains("has expired") == true)
        }
    }

    @Test func `an approval is for these arguments, this person, this agent and this gateway`() async throws {
        try await Refunds.run { refunds in
            let fixture = refunds.fixture
            try await fixture.apply(
                [["kind": "Client", "id": "gateway-2", "type": "gateway", "assert_actors": true]], to: "acme")
            let id = try await refunds.ask()
            try await refunds.decide(id)
            for command in [refunds.command(60_001, shown: id), refunds.command(shown: id) { $0.agent = nil }] {
                #expect(try await fixture.mint(command).refusal?.wireCode == "REFUND_EXCEEDS_LIMIT")
            }
            let elsewhere = try await fixture.mint(refunds.command(shown: id), as: "gateway-2").refusal
            #expect(elsewhere?.wireCode == "REFUND_EXCEEDS_LIMIT")
            #expect(elsewhere?.approval != id)
            #expect(try await fixture.mint(refunds.command(shown: id)).refusal == nil)
        }
    }

    @Test func `of simultaneous mints on one approval exactly one is answered with a token`() async throws {
        try await Refunds.run { refunds in
            let id = try await refunds.ask()
            try await refunds.decide(id)
            let command = refunds.command(shown: id)
            let minted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<32 { group.addTask { try await refunds.fixture.mint(command).refusal == nil } }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(minted == 1)
        }
    }

    @Test func `the registry of the moment decides what an approval is worth`() async throws {
        try await Refunds.run { refunds in
            let first = try await refunds.ask()
            let second = try await refunds.ask(70_000)
            for id in [first, second] { try await refunds.decide(id) }
            let token = try await refunds.fixture.mint(refunds.command(shown: first)).get()
            // The limit stays and no person can lift it any more: neither a token that is out nor an approval that was given.
            try await refunds.deploy(approval: nil)
            #expect(try await refunds.verify(token).refusal?.wireCode == "REFUND_EXCEEDS_LIMIT")
            let late = try await refunds.fixture.mint(refunds.command(70_000, shown: second)).refusal
            #expect(late?.wireCode == "REFUND_EXCEEDS_LIMIT")
            #expect(late?.approval == nil)
            try await refunds.deploy()
            #expect(try await refunds.verify(token).refusal == nil)
            // Where none is needed the approval stays unused.
            try await refunds.deploy(maximum: 100_000)
            let unasked = try await refunds.fixture.mint(refunds.command(70_000, shown: second)).get()
            try await refunds.deploy()
            #expect(try await refunds.verify(unasked, 70_000).refusal?.wireCode == "REFUND_EXCEEDS_LIMIT")
            #expect(try await refunds.fixture.mint(refunds.command(70_000, shown: second)).refusal == nil)
        }
    }

    @Test func `a token from before an approval was needed is refused, at a peek too`() async throws {
        try await Refunds.run { refunds in
            let token = try await refunds.fixture.mint(refunds.command(100)).get()
            try await refunds.fixture.apply(
                [
                    [
                        "kind": "Connector", "id": "billing-mcp", "resource": "https://billing.example/mcp",
                        "tools": [
                            [
                                "name": "issue_refund", "effect": "write", "scopes": ["refunds:write"],
                                "approval": "required",
                            ]
                        ],
                    ]
                ], to: "acme")
            #expect(try await refunds.fixture.isActive(token.text, as: "billing-server") == false)
            let refused = try await refunds.verify(token, 100).refusal
            #expect(refused == .approvalRequired(nil))
        }
    }

    @Test func `what nobody can read, nobody is asked about`() async throws {
        try await Refunds.run { refunds in
            let hidden = refunds.command(shown: try await refunds.ask()) { $0.arguments = nil }
            #expect(try await refunds.fixture.mint(hidden).refusal?.code == .invalidRequest)
            let large = refunds.command {
                $0.arguments?["note"] = .string(String(repeating: "n", count: Limits.approvalArgumentsBytes))
            }
            #expect(try await refunds.fixture.mint(large).refusal?.code == .invalidRequest)
        }
    }

    @Test func `approvals survive a restart`() async throws {
        try await Refunds.run { refunds in
            let id = try await refunds.ask()
            try await refunds.fixture.close()
            try await refunds.fixture.open()
            try await refunds.decide(id)
            try await refunds.fixture.close()
            try await refunds.fixture.open()
            let token = try await refunds.fixture.mint(refunds.command(shown: id)).get()
            #expect(try await refunds.verify(token).refusal == nil)
        }
    }
}
