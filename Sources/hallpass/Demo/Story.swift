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
        let auditor: ClientCredentials
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
    /// Idempotency keys, so that no two calls of the story are one.
    private var callCount = 0

    init(client: DemoClient, cast: Cast, clock: HallpassBroker.Clock = .system) {
        self.client = client
        self.cast = cast
        self.clock = clock
    }

    mutating func play(_ step: StoryStep) async throws -> Outcome {
        switch step {
        case .noteAllowed: try await addNote()
        case .sameTokenAgain: try await verifyAgain()
        case .toolOffTheList: try await mintRefused("delete_contact for alice", actor: "alice", tool: "delete_contact")
        case .actorWithoutGrant: try await mintRefused("add_note for bob", actor: "bob", tool: "add_note")
        case .scopeTooMany:
            try await mintRefused(
                "add_note for alice with contacts:write", actor: "alice", tool: "add_note",
                scope: "notes:write contacts:write")
        case .otherConnector: try await verifyElsewhere()
        case .oneBitChanged: try await verifyChanged()
        case .oneSecondLivedOut: try await verifyLate()
        case .revoked: try await introspectRevoked()
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

    private mutating func mintRefused(
        _ asked: String, actor: String, tool: String, scope: String? = nil
    ) async throws -> Outcome {
        let answer = try await mint(actor: actor, tool: tool, scope: scope)
        note(answer, .mint, .deny, code: answer.code)
        return Outcome(asked: "mint \(asked)", answer: answer.code ?? "minted")
    }

    /// - Throws: ``APIError`` where the server did not mint what every later step needs.
    private mutating func mintNote(lifetimeSeconds: Int64? = nil) async throws -> String {
        callCount += 1
        let answer = try await mint(actor: "alice", tool: "add_note", lifetimeSeconds: lifetimeSeconds)
        if let error = APIError(answer.body, status: answer.status) { throw error }
        note(answer, .mint, .allow)
        guard let token = answer.body["access_token"]?.stringValue else {
            throw CommandFailure.badAnswer("The server minted no token.")
        }
        return token
    }

    private func mint(
        actor: String, tool: String, scope: String? = nil, lifetimeSeconds: Int64? = nil
    ) async throws -> DemoClient.Answer {
        var body = JSONObject()
        body["actor"] = ["sub": .string(actor)]
        body["agent"] = ["sub": "support-agent"]
        body["connector"] = "crm-mcp"
        body["environment"] = "prod"
        body["tool"] = .string(tool)
        body["arguments"] = arguments
        body["scope"] = scope.map(JSONValue.string)
        body["expires_in"] = lifetimeSeconds.map(JSONValue.integer)
        return try await client.send(.post("v1", "call-tokens", body: .json(.object(body))), as: cast.gateway)
    }

    /// - Parameter decision: what the audit must say, with the code of the answer.
    private mutating func verify(
        _ token: String, by server: ClientCredentials, _ decision: AuditDecision
    ) async throws -> String {
        let body: JSONValue = [
            "token": .string(token), "tool": "add_note", "arguments": arguments, "environment": "prod",
        ]
        let answer = try await client.send(.post("v1", "verify", body: .json(body)), as: server)
        note(answer, .verify, decision, code: answer.code)
        return answer.code ?? answer.body["decision"]?.stringValue ?? "status \(answer.status)"
    }

    private var arguments: JSONValue {
        [
            "contact_id": "c-1001", "body": "Called back; happy with the new plan.",
            "idempotency_key": .string("story-\(callCount)"),
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
        let found = try await client.require(request, as: cast.auditor)["items"]?.arrayValue ?? []
        guard found.count == 1, let record = found[0].objectValue else { return false }
        return record["event"]?.stringValue == trace.event.rawValue
            && record["decision"]?.stringValue == trace.decision.rawValue
            && record["code"]?.stringValue == trace.code
    }

    private func verifyChain() async throws -> Outcome {
        let verdict = try await AuditVerification(tenant: cast.tenant, checkpoint: nil).run { after in
            let query = [("after", String(after)), ("limit", String(ClientLimits.pageRows))]
            let request = APIRequest.get("v1", "tenants", cast.tenant.rawValue, "audit", "chain", query: query)
            return try AuditChainPage(await client.require(request, as: cast.auditor), tenant: cast.tenant)
        }
        switch verdict {
        case .intact(let count, _):
            return Outcome(asked: "hash all \(count) records of \(cast.tenant)", answer: StoryStep.chainHolds.expected)
        case .broken(let sequence, let reason):
            return Outcome(asked: "hash all records of \(cast.tenant)", answer: "broken at \(sequence): \(reason)")
        }
    }
}
