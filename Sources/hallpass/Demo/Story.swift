import HallpassBroker
import HallpassCore
import HallpassCrypto
import StrictJSON

/// Plays the story against a server through its HTTP API, and keeps what the audit must have of it.
struct Story {
    /// What the machines of the demo company show.
    struct Cast: Sendable {
        let tenant: TenantID
        let gateway: ClientCredentials
        let crmServer: ClientCredentials
        let billingServer: ClientCredentials
        /// Reads the audit, and decides on what waits for a person.
        let operators: ClientCredentials
    }

    /// One step as it went.
    struct Outcome: Sendable {
        let asked: String
        let answer: String
    }

    /// One record that the audit must hold, exactly once.
    private struct Trace {
        let requestID: String
        let event: AuditEvent
        let decision: AuditDecision
        let code: String?
    }

    private let client: DemoClient
    private let cast: Cast
    private let clock: HallpassBroker.Clock
    private var traces: [Trace] = []
    /// Of the first step, for the second.
    private var usedToken = ""
    /// What the refund over the limit waits for.
    private var refundApproval: String?
    /// Names the calls of this telling, so that a second one is not taken for retries of the first.
    private let telling: String
    private var callCount = 0

    init(client: DemoClient, cast: Cast, clock: HallpassBroker.Clock = .system) throws {
        telling = Base64URL.encode(try RandomBytes.generate(count: 9))
        self.client = client
        self.cast = cast
        self.clock = clock
    }

    mutating func play(_ step: StoryStep) async throws -> Outcome {
        switch step {
        case .noteAllowed: try await addNote()
        case .sameTokenAgain: try await verifyAgain()
        case .toolOffTheList:
            try await mintRefused("delete_contact for alice", Wish(tool: "delete_contact", arguments: note()))
        case .actorWithoutGrant:
            try await mintRefused("add_note for bob", Wish(actor: "bob", arguments: note()))
        case .scopeTooMany:
            try await mintRefused(
                "add_note for alice with contacts:write", Wish(arguments: note(), scope: "notes:write contacts:write"))
        case .otherConnector: try await verifyElsewhere()
        case .oneBitChanged: try await verifyChanged()
        case .oneSecondLivedOut: try await verifyLate()
        case .revoked: try await introspectRevoked()
        case .wrongValue:
            try await mintRefused("add_note with visibility public", Wish(arguments: note(visibility: "public")))
        case .overTheLimit: try await refund()
        case .approved: try await approveRefund()
        case .retried: try await retry()
        case .otherArguments: try await reuseKey()
        case .auditListsAll: try await findTraces()
        case .chainHolds: try await verifyChain()
        }
    }
}

/// The calls.
extension Story {
    private mutating func addNote() async throws -> Outcome {
        usedToken = try await mintNote()
        let answer = try await verify(usedToken, by: cast.crmServer, .execute)
        return Outcome(asked: "mint and verify add_note at crm-mcp", answer: answer)
    }

    private mutating func verifyAgain() async throws -> Outcome {
        Outcome(asked: "verify it a second time", answer: try await verify(usedToken, by: cast.crmServer, .deny))
    }

    private mutating func verifyElsewhere() async throws -> Outcome {
        let token = try await mintNote()
        let answer = try await verify(token, by: cast.billingServer, .deny)
        return Outcome(asked: "verify a token for crm-mcp at billing-mcp", answer: answer)
    }

    private mutating func verifyChanged() async throws -> Outcome {
        let token = try await mintNote()
        let answer = try await verify(try Self.flippingOneBit(of: token), by: cast.crmServer, .deny)
        return Outcome(asked: "verify a token with one bit of its signature flipped", answer: answer)
    }

    private mutating func verifyLate() async throws -> Outcome {
        let token = try await mintNote(lifetimeSeconds: 1)
        // Minted in this second or before it, so by the next one it has expired. The server reads the same clock.
        let expiry = clock.nowSeconds + 1
        while clock.nowSeconds < expiry { try await Task.sleep(for: .milliseconds(20)) }
        let answer = try await verify(token, by: cast.crmServer, .deny)
        return Outcome(asked: "verify a token a second after it was minted for one", answer: answer)
    }

    private mutating func introspectRevoked() async throws -> Outcome {
        let token: [(name: String, value: String)] = [("token", try await mintNote())]
        let revoked = try await client.send(.post("oauth", "revoke", body: .form(token)), as: cast.gateway)
        note(revoked, .revokeToken, .allow)
        let answer = try await client.send(.post("oauth", "introspect", body: .form(token)), as: cast.crmServer)
        note(answer, .introspect, .inactive, code: ErrorCode.tokenRevoked.rawValue)
        let isActive = answer.body["active"]?.boolValue
        return Outcome(
            asked: "revoke a token, then introspect it",
            answer: isActive.map { $0 ? "active" : "inactive" } ?? answer.code ?? "status \(answer.status)")
    }

    /// Acts once, reports, and asks again as a client would whose answer was lost: with a new token and the same key.
    private mutating func retry() async throws -> Outcome {
        let first = try await mintNote()
        let answer = try await verified(first, by: cast.crmServer)
        note(answer, .verify, .execute, code: answer.code)
        guard let call = answer.body["call_id"]?.stringValue else {
            return Outcome(asked: "verify add_note", answer: answer.code ?? "status \(answer.status)")
        }
        let report = try await client.send(
            .post("v1", "calls", call, "outcome", body: .json(["ok": true, "result": ["note_id": "n-1"]])),
            as: cast.crmServer)
        note(report, .outcome, .allow)
        let again = try await verify(try await mintNote(isRetry: true), by: cast.crmServer, .replay)
        return Outcome(asked: "report a result, verify again with a new token", answer: again)
    }

    private mutating func reuseKey() async throws -> Outcome {
        let token = try await mintNote(isRetry: true, text: "Something else entirely.")
        let answer = try await verify(token, by: cast.crmServer, .deny, text: "Something else entirely.")
        return Outcome(asked: "verify another note under the same key", answer: answer)
    }

    private mutating func refund() async throws -> Outcome {
        callCount += 1
        let answer = try await mint(refundWish)
        note(answer, .mint, .deny, code: answer.code)
        refundApproval = APIError(answer.body, status: answer.status)?.approvalID
        return Outcome(asked: "mint issue_refund of 600.00 for bob", answer: answer.code ?? "minted")
    }

    /// What the refusal before it offered: a person says yes, and the very same call is minted and made.
    private mutating func approveRefund() async throws -> Outcome {
        let asked = "approve it as acme-ops, mint it again, verify"
        guard let id = refundApproval else { return Outcome(asked: asked, answer: "no approval was offered") }
        let decided = try await client.send(
            .post(
                "v1", "tenants", cast.tenant.rawValue, "approvals", id, "approve",
                body: .json(["reason": "The customer was charged twice."])), as: cast.operators)
        note(decided, .approvalApprove, .allow, code: decided.code)
        var wish = refundWish
        wish.approval = id
        let minted = try await mint(wish)
        note(minted, .mint, .allow, code: minted.code)
        guard let token = minted.body["access_token"]?.stringValue else {
            return Outcome(asked: asked, answer: minted.code ?? "status \(minted.status)")
        }
        let body: JSONValue = ["token": .string(token), "tool": .string(wish.tool), "arguments": wish.arguments]
        let answer = try await client.send(.post("v1", "verify", body: .json(body)), as: cast.billingServer)
        note(answer, .verify, .execute, code: answer.code)
        return Outcome(asked: asked, answer: answer.code ?? answer.body["decision"]?.stringValue ?? "no decision")
    }

    /// Named by the count of calls, so the same until the next call.
    private var refundWish: Wish {
        Wish(
            actor: "bob", connector: "billing-mcp", tool: "issue_refund",
            arguments: ["payment_id": "p-1", "amount_cents": 60_000, "idempotency_key": .string(key)])
    }

    private mutating func mintRefused(_ asked: String, _ wish: Wish) async throws -> Outcome {
        let answer = try await mint(wish)
        note(answer, .mint, .deny, code: answer.code)
        return Outcome(asked: "mint \(asked)", answer: answer.code ?? "minted")
    }

    /// - Throws: ``APIError`` where the server did not mint what every later step needs.
    ///
    /// - Parameter isRetry: under the key of the call before.
    private mutating func mintNote(
        lifetimeSeconds: Int64? = nil, isRetry: Bool = false, text: String = plainText
    ) async throws -> String {
        if !isRetry { callCount += 1 }
        let answer = try await mint(Wish(arguments: note(text: text), lifetimeSeconds: lifetimeSeconds))
        if let error = APIError(answer.body, status: answer.status) { throw error }
        note(answer, .mint, .allow)
        guard let token = answer.body["access_token"]?.stringValue else {
            throw CommandFailure.badAnswer("The server minted no token.")
        }
        return token
    }

    /// What a token is asked for.
    private struct Wish {
        var actor = "alice"
        var connector = "crm-mcp"
        var tool = "add_note"
        var arguments: JSONValue
        var scope: String?
        var lifetimeSeconds: Int64?
        var approval: String?
    }

    private func mint(_ wish: Wish) async throws -> DemoClient.Answer {
        var body = JSONObject()
        body["actor"] = ["sub": .string(wish.actor)]
        body["agent"] = ["sub": "support-agent"]
        body["connector"] = .string(wish.connector)
        body["environment"] = "prod"
        body["tool"] = .string(wish.tool)
        body["arguments"] = wish.arguments
        body["scope"] = wish.scope.map(JSONValue.string)
        body["expires_in"] = wish.lifetimeSeconds.map(JSONValue.integer)
        body["approval_id"] = wish.approval.map(JSONValue.string)
        return try await client.send(.post("v1", "call-tokens", body: .json(.object(body))), as: cast.gateway)
    }

    /// - Parameter decision: what the audit must say, with the code of the answer.
    private mutating func verify(
        _ token: String, by server: ClientCredentials, _ decision: AuditDecision, text: String = plainText
    ) async throws -> String {
        let answer = try await verified(token, by: server, text: text)
        note(answer, .verify, decision, code: answer.code)
        return answer.code ?? answer.body["decision"]?.stringValue ?? "status \(answer.status)"
    }

    private func verified(
        _ token: String, by server: ClientCredentials, text: String = plainText
    ) async throws -> DemoClient.Answer {
        let body: JSONValue = [
            "token": .string(token), "tool": "add_note", "arguments": note(text: text), "environment": "prod",
        ]
        return try await client.send(.post("v1", "verify", body: .json(body)), as: server)
    }

    private static let plainText = "Called back; happy with the new plan."

    private var key: String { "story-\(telling)-\(callCount)" }

    private func note(text: String = plainText, visibility: String = "internal") -> JSONValue {
        [
            "contact_id": "c-1001", "body": .string(text), "visibility": .string(visibility),
            "idempotency_key": .string(key),
        ]
    }

    private static func flippingOneBit(of token: String) throws -> String {
        let segments = token.split(separator: ".", omittingEmptySubsequences: false)
        guard segments.count == 3, var signature = Base64URL.decode(String(segments[2])), !signature.isEmpty else {
            throw CommandFailure.badAnswer("What the server minted is no token.")
        }
        signature[0] ^= 1
        return "\(segments[0]).\(segments[1]).\(Base64URL.encode(signature))"
    }
}

/// The audit.
extension Story {
    private mutating func note(
        _ answer: DemoClient.Answer, _ event: AuditEvent, _ decision: AuditDecision, code: String? = nil
    ) {
        traces.append(Trace(requestID: answer.requestID, event: event, decision: decision, code: code))
    }

    private func findTraces() async throws -> Outcome {
        var missing: [Trace] = []
        for trace in traces where try await !isOnRecord(trace) { missing.append(trace) }
        let asked = "look up the request ids of all \(traces.count) requests"
        guard let first = missing.first else { return Outcome(asked: asked, answer: StoryStep.auditListsAll.expected) }
        return Outcome(
            asked: asked, answer: "\(missing.count) missing, first \(first.event.rawValue) \(first.requestID)")
    }

    private func isOnRecord(_ trace: Trace) async throws -> Bool {
        let request = APIRequest.get(
            "v1", "tenants", cast.tenant.rawValue, "audit", query: [("request_id", trace.requestID)])
        let found = try await client.require(request, as: cast.operators)["items"]?.arrayValue ?? []
        guard found.count == 1, let record = found[0].objectValue else { return false }
        return record["event"]?.stringValue == trace.event.rawValue
            && record["decision"]?.stringValue == trace.decision.rawValue
            && record["code"]?.stringValue == trace.code
    }

    private func verifyChain() async throws -> Outcome {
        let verdict = try await AuditVerification(tenant: cast.tenant, checkpoints: []).run { after in
            let query = [("after", String(after)), ("limit", String(ClientLimits.pageRows))]
            let request = APIRequest.get("v1", "tenants", cast.tenant.rawValue, "audit", "chain", query: query)
            return try AuditChainPage(await client.require(request, as: cast.operators), tenant: cast.tenant)
        }
        switch verdict {
        case .intact(let count, _, _):
            return Outcome(asked: "hash all \(count) records of \(cast.tenant)", answer: StoryStep.chainHolds.expected)
        case .broken(let sequence, let reason):
            return Outcome(asked: "hash all records of \(cast.tenant)", answer: "broken at \(sequence): \(reason)")
        }
    }
}
