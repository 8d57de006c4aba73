import HTTPTypes
import HallpassBroker
import HallpassCore
import HallpassCrypto
import HallpassStorage
import StrictJSON

/// Calls that wait for a person: what they are, and what is said of them.
struct ApprovalRoutes {
    let broker: Broker

    var routes: [Route] {
        let all = "/v1/tenants/{tenant}/approvals"
        let one = "\(all)/{approval_id}"
        let body = Route.Body.json(limitBytes: Limits.requestBodyBytes)
        return [
            Route(.get, all, .adminRead, .none, list),
            Route(.get, one, .adminRead, .none, show),
            Route(.post, "\(one)/approve", .approvalApprove, body) { try await decide(.approved, $0) },
            Route(.post, "\(one)/reject", .approvalReject, body) { try await decide(.rejected, $0) },
        ]
    }

    @Sendable
    private func list(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        let (page, state) = try call.query { reader in
            (Page(reading: reader), reader.optionalChoice("state", ApprovalState.self))
        }
        let rows = try await broker.approvals(
            state: state, before: try page.afterNumber(), limit: page.limit + 1, by: admin)
        return page.answer(rows, key: { String($0.approval.id.sequence) }, { .object($0.json) })
    }

    @Sendable
    private func show(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        return Answer(.ok, try await broker.approval(try call.approvalID, by: admin).json)
    }

    private func decide(_ verdict: ApprovalDecision.Verdict, _ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let id = try call.approvalID
        let reason = try DecisionBody.read(call.document).reason
        switch try await broker.decide(id, verdict, reason: reason, by: admin, call.context) {
        case .success(let view): return Answer(.ok, view.json)
        case .failure(let refusal): return ErrorAnswer.make(refusal.error, requestID: call.context.requestID)
        }
    }
}

extension Call {
    /// One that cannot be an approval's is one that is not there.
    fileprivate var approvalID: ApprovalID {
        get throws {
            try parameter("approval_id") { ApprovalID($0) }
        }
    }
}

extension ApprovalView {
    /// `{"id","state","actor","client_id","connector","environment","tool","arguments"?,"args_sha256","cause","requested_at",
    /// "expires_at","decision"?}`
    fileprivate var json: JSONObject {
        let call = approval.call
        var object = JSONObject()
        object["id"] = .string(approval.id.text)
        object["state"] = .string(state.rawValue)
        object["actor"] = ["sub": .string(call.subject.rawValue), "act": call.act.json]
        object["client_id"] = .string(call.client.rawValue)
        object["connector"] = .string(call.deployment.connector.rawValue)
        object["environment"] = .string(call.deployment.environment.rawValue)
        object["tool"] = .string(call.tool.rawValue)
        object["arguments"] = arguments
        object["args_sha256"] = .string(Base64URL.encode(call.argumentsDigest))
        object["cause"] = ["code": .string(approval.cause.code), "message": .string(approval.cause.message)]
        object["requested_at"] = .string(RFC3339.text(seconds: approval.requestedAt))
        object["expires_at"] = .string(RFC3339.text(seconds: approval.expiresAt))
        object["decision"] = approval.decision?.json
        return object
    }
}

extension ApprovalDecision {
    fileprivate var json: JSONValue {
        [
            "verdict": .string(verdict.rawValue), "author": .string(author), "reason": .string(reason),
            "time": .string(RFC3339.text(seconds: decidedAt)),
        ]
    }
}
