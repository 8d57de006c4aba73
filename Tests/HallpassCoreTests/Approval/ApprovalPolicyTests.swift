import HallpassCore
import HallpassCrypto
import StrictJSON
import Testing

/// The table of the protocol, "Approvals": what becomes of a mint, given what is on record.
struct ApprovalPolicyTests {
    private static let now: Int64 = 1_795_216_335

    private func call(
        client: ClientID = "gateway", subject: Subject = "bob", act: [Subject] = ["agent"],
        deployment: DeploymentID = "billing-mcp@prod", tool: ToolName = "issue_refund",
        arguments: JSONObject = JSONObject()
    ) throws -> ApprovableCall {
        ApprovableCall(
            client: client, subject: subject, act: try #require(ActorChain(act)), deployment: deployment, tool: tool,
            argumentsDigest: ArgumentsDigest.of(arguments, tool: tool))
    }

    private func approval(
        _ byte: UInt8 = 1, _ call: ApprovableCall? = nil, verdict: ApprovalDecision.Verdict? = nil, isUsed: Bool = false
    ) throws -> Approval {
        let decision = verdict.map {
            ApprovalDecision(verdict: $0, author: "client:ops", reason: "r", decidedAt: Self.now + 1)
        }
        return Approval(
            id: try id(byte), call: try call ?? self.call(), cause: ApprovalCause(code: "c", message: "m"),
            requestedAt: Self.now, expiresAt: Self.now + 100, decision: decision, isUsed: isUsed)
    }

    private func id(_ byte: UInt8) throws -> ApprovalID {
        try #require(ApprovalID(bytes: [UInt8](repeating: byte, count: 16)))
    }

    private let demand = ApprovalDemand(
        refusal: Refusal(.approval, .approvalRequired(nil)), cause: ApprovalCause(code: "c", message: "m"))

    private func decide(
        shown: ApprovalID? = nil, found: Approval? = nil, standing: Approval? = nil, at offset: Int64 = 10
    ) throws -> ApprovalPolicy.Decision {
        ApprovalPolicy.decide(
            try call(), demand: demand, shown: shown, found: found, standing: standing, nowSeconds: Self.now + offset)
    }

    @Test func `a call that nobody was asked about is put before somebody`() throws {
        #expect(try decide() == .ask(instead: nil))
    }

    @Test(arguments: [nil, ApprovalDecision.Verdict.approved])
    func `the same call asked again finds the same approval`(verdict: ApprovalDecision.Verdict?) throws {
        let standing = try approval(verdict: verdict)
        let expected = Refusal(.approval, .approvalRequired(ApprovalReference(standing.id)))
        #expect(try decide(standing: standing) == .refuse(expected))
    }

    @Test func `nobody is asked twice about a call they rejected, until that has expired`() throws {
        let standing = try approval(verdict: .rejected)
        #expect(try decide(standing: standing, at: 99) == .refuse(Refusal(.approval, .approvalRejected(standing.id))))
        #expect(try decide(standing: standing, at: 100) == .ask(instead: nil))
    }

    @Test func `an approval that was shown is good once it was approved`() throws {
        let pending = try approval()
        let approved = try approval(verdict: .approved)
        let rejected = try approval(verdict: .rejected)
        #expect(
            try decide(shown: pending.id, found: pending, standing: pending)
                == .refuse(Refusal(.approval, .approvalPending(pending.id))))
        #expect(try decide(shown: approved.id, found: approved, standing: approved) == .mint(approved))
        #expect(
            try decide(shown: rejected.id, found: rejected, standing: rejected)
                == .refuse(Refusal(.approval, .approvalRejected(rejected.id))))
    }

    @Test(arguments: [(99, true), (100, false), (101, false)])
    func `an approval is good up to, not at, its expiry`(offset: Int64, isGood: Bool) throws {
        let approved = try approval(verdict: .approved)
        let decision = try decide(shown: approved.id, found: approved, standing: approved, at: offset)
        #expect(decision == (isGood ? .mint(approved) : .ask(instead: .expired)))
    }

    @Test func `a used approval is good for nothing more`() throws {
        let used = try approval(verdict: .approved, isUsed: true)
        #expect(try decide(shown: used.id, found: used) == .ask(instead: .used))
    }

    /// Each part of what an approval binds, changed alone.
    @Test func `an approval of another call is as good as none`() throws {
        var arguments = JSONObject()
        arguments["amount_cents"] = 1
        let others = [
            try call(client: "other-gateway"), try call(subject: "bOb"), try call(act: ["agent", "agent"]),
            try call(act: ["other"]), try call(deployment: "billing-mcp@dev"), try call(deployment: "crm-mcp@prod"),
            try call(tool: "pay"), try call(arguments: arguments),
        ]
        for other in others {
            let foreign = try approval(1, other, verdict: .approved)
            #expect(try decide(shown: foreign.id, found: foreign) == .ask(instead: .otherCall))
            #expect(other.digest != (try call().digest))
        }
        #expect(try decide(shown: id(9)) == .ask(instead: .otherCall))
        #expect(Set(others.map(\.digest)).count == others.count)
    }

    @Test func `what is no good points to what stands, and says why`() throws {
        let standing = try approval(2)
        let used = try approval(1, verdict: .approved, isUsed: true)
        let decision = try decide(shown: used.id, found: used, standing: standing)
        guard case .refuse(let refusal) = decision else {
            Issue.record("not refused: \(decision)")
            return
        }
        #expect(refusal.error.approval == standing.id)
        #expect(refusal.error.message.contains("has been used"))
        #expect(refusal.error.details.first?.message.contains("has been used") == true)
    }

    @Test func `a constraint that offers an approval keeps its own words`() throws {
        let spoken = try #require(
            ConstraintRefusal(
                code: "LIMIT", message: "Too much.", isRetryable: false, suggestedAction: "route_to_human_approval"))
        let violated = ErrorDetail(path: "/amount_cents", rule: "maximum", message: "must be at most 1")
        let refusal = Refusal(.constraints, .constraintViolated(spoken, [violated]))
            .naming(ApprovalReference(try id(3), instead: .expired))
        #expect(refusal.check == .constraints)
        #expect(refusal.error.wireCode == "LIMIT")
        #expect(refusal.error.message == "Too much.")
        #expect(refusal.error.details.first == violated)
        #expect(refusal.error.details.last?.approval == (try id(3)))
        #expect(refusal.error.details.last?.message.contains("has expired") == true)
    }

    @Test(
        arguments: [
            (nil, false, 99, ApprovalState.pending), (nil, false, 100, .expired), (.approved, false, 99, .approved),
            (.approved, false, 100, .expired), (.approved, true, 100, .used), (.rejected, false, 100, .rejected),
        ] as [(ApprovalDecision.Verdict?, Bool, Int64, ApprovalState)])
    func `an approval's state is a question of the moment`(
        verdict: ApprovalDecision.Verdict?, isUsed: Bool, offset: Int64, state: ApprovalState
    ) throws {
        #expect(try approval(verdict: verdict, isUsed: isUsed).state(atSeconds: Self.now + offset) == state)
    }

    @Test(arguments: [
        ("ops", true), ("bob", false), ("BOB", false), ("agent", false), ("planner", false), ("gateway", false),
        ("Gateway", false), ("bobby", true),
    ])
    func `nobody decides on a call that they are part of`(name: String, mayDecide: Bool) throws {
        let call = try call(act: ["agent", "planner"])
        #expect(Approver(author: "client:x", names: ["x", name]).mayDecide(on: call) == mayDecide)
    }
}
