import Foundation
import GRDB
import HallpassCore
import HallpassCrypto
import StrictJSON

/// One tenant's calls that wait for a person, and what became of each.
struct ApprovalTable {
    private let db: Database
    private let tenant: TenantID

    init(_ db: Database, of tenant: TenantID) {
        self.db = db
        self.tenant = tenant
    }

    /// Looks for the approval that was shown, and for any other of the same call; changes nothing.
    func decide(_ claim: ApprovalClaim, nowSeconds: Int64) throws -> ApprovalPolicy.Decision {
        let call = claim.request.approval.call
        return ApprovalPolicy.decide(
            call, demand: claim.demand, shown: claim.shown, found: try claim.shown.flatMap(find),
            standing: try fetch("call_digest = ? AND stands = 1", [Data(call.digest.bytes)]), nowSeconds: nowSeconds)
    }

    /// Why nobody may be asked: too much of this actor's waits already. Changes nothing.
    func refusalToAsk(_ approval: Approval, nowSeconds: Int64) throws -> Refusal? {
        let pending = try Int.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT count(*) FROM approval
                    WHERE tenant_id = ? AND subject = ? AND verdict IS NULL AND expires_at > ?
                    """), arguments: [tenant.rawValue, approval.call.subject.rawValue, nowSeconds])
        guard pending ?? 0 >= Limits.pendingApprovalsPerActor else { return nil }
        return Refusal(.approval, .limitReached("too many calls of this actor wait for an approval"))
    }

    /// Puts a call before whoever may decide, in the place of what has expired of it.
    func insert(_ request: ApprovalRequest) throws {
        let approval = request.approval
        let call = approval.call
        try db.run(
            "UPDATE approval SET stands = 0 WHERE tenant_id = ? AND call_digest = ? AND stands = 1",
            [tenant.rawValue, Data(call.digest.bytes)])
        try db.run(
            """
            INSERT INTO approval (tenant_id, sequence, nonce, call_digest, client_id, subject, act, connector_id,
                environment_id, tool, arguments_digest, arguments, cause_code, cause_message, requested_at, expires_at,
                is_used, stands) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 1)
            """,
            [
                tenant.rawValue, approval.id.sequence, Data(approval.id.nonce), Data(call.digest.bytes),
                call.client.rawValue, call.subject.rawValue, JSONColumn.text(call.act.json),
                call.deployment.connector.rawValue, call.deployment.environment.rawValue, call.tool.rawValue,
                Data(call.argumentsDigest.bytes), Data(request.arguments), approval.cause.code, approval.cause.message,
                approval.requestedAt, approval.expiresAt,
            ])
    }

    /// Takes the one mint that an approval is good for.
    func use(_ approval: Approval) throws {
        try db.run(
            "UPDATE approval SET is_used = 1, stands = 0 WHERE tenant_id = ? AND sequence = ?",
            [tenant.rawValue, approval.id.sequence])
    }

    /// Keeps what somebody says, once, and never of their own call.
    func decide(_ said: ApprovalVerdict, nowSeconds: Int64) throws -> LedgerOutcome {
        guard let approval = try find(said.id) else { return .refused(Refusal(.approval, .notFound)) }
        guard said.approver.mayDecide(on: approval.call) else {
            return .refused(Refusal(.approval, .forbidden(needs: "nobody decides on a call that they are part of")))
        }
        let state = approval.state(atSeconds: nowSeconds)
        guard state == .pending else { return .refused(Refusal(.approval, .approvalClosed(state))) }
        try db.run(
            """
            UPDATE approval SET verdict = ?, author = ?, reason = ?, decided_at = ? WHERE tenant_id = ? AND sequence = ?
            """,
            [
                said.verdict.rawValue, said.approver.author, said.reason, nowSeconds, tenant.rawValue,
                approval.id.sequence,
            ])
        guard let decided = try find(said.id) else { throw DamagedRow(column: "approval.sequence") }
        return .decided(decided)
    }

    /// - Returns: `nil` where this tenant has none by that id.
    func find(_ id: ApprovalID) throws -> Approval? {
        try fetch("sequence = ? AND nonce = ?", [id.sequence, Data(id.nonce)])
    }

    private func fetch(_ condition: String, _ arguments: StatementArguments) throws -> Approval? {
        let statement = try db.cachedStatement(
            sql: "SELECT \(Self.columns) FROM approval WHERE tenant_id = ? AND \(condition)")
        return try Row.fetchOne(statement, arguments: [tenant.rawValue] + arguments).map(Self.approval)
    }
}

extension ApprovalTable {
    /// What ``approval(_:)`` reads.
    static let columns = """
        sequence, nonce, client_id, subject, act, connector_id, environment_id, tool, arguments_digest, cause_code,
        cause_message, requested_at, expires_at, verdict, author, reason, decided_at, is_used
        """

    static func approval(_ row: Row) throws -> Approval {
        guard let id = ApprovalID(sequence: try row.decode(atIndex: 0), nonce: try row.bytes(at: 1)) else {
            throw DamagedRow(column: "approval.nonce")
        }
        let call = ApprovableCall(
            client: try row.value(at: 2, ClientID.init), subject: try row.value(at: 3, Subject.init),
            act: try row.value(at: 4) { text in
                // Which rule of JSON it breaks does not matter: we never wrote it.
                (try? JSONParser.parse(Array(text.utf8))).flatMap(ActorChain.init(json:))
            },
            deployment: try row.deployment(connectorAt: 5, environmentAt: 6), tool: try row.value(at: 7, ToolName.init),
            argumentsDigest: try row.digest(at: 8))
        return Approval(
            id: id, call: call,
            cause: ApprovalCause(code: try row.decode(atIndex: 9), message: try row.decode(atIndex: 10)),
            requestedAt: try row.decode(atIndex: 11), expiresAt: try row.decode(atIndex: 12),
            decision: try decision(row), isUsed: try row.decode(atIndex: 17))
    }

    private static func decision(_ row: Row) throws -> ApprovalDecision? {
        guard try row.decode(String?.self, atIndex: 13) != nil else { return nil }
        return ApprovalDecision(
            verdict: try row.value(at: 13, ApprovalDecision.Verdict.init(rawValue:)),
            author: try row.decode(atIndex: 14),
            reason: try row.decode(atIndex: 15), decidedAt: try row.decode(atIndex: 16))
    }
}
