import Foundation
import GRDB
import HallpassCore
import HallpassCrypto

/// The calls that were let through, the keys they hold, and what was reported of them.
final class CallTable {
    private let insert: Statement
    private let selectByClaim: Statement
    private let releaseClaim: Statement
    private let selectByNumber: Statement
    private let setOutcome: Statement

    init(_ db: Database) throws {
        insert = try db.makeStatement(
            sql: """
                INSERT INTO call (tenant_id, sequence, nonce, client_id, claim, arguments_digest, lease_expires_at,
                    expires_at, token_sequence, scope) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        selectByClaim = try db.makeStatement(
            sql: """
                SELECT sequence, nonce, arguments_digest, lease_expires_at, expires_at, outcome_digest IS NOT NULL, outcome
                FROM call WHERE tenant_id = ? AND claim = ?
                """)
        releaseClaim = try db.makeStatement(
            sql: "UPDATE call SET claim = NULL WHERE tenant_id = ? AND claim = ?")
        selectByNumber = try db.makeStatement(
            sql: "SELECT nonce, client_id, outcome_digest FROM call WHERE tenant_id = ? AND sequence = ?")
        setOutcome = try db.makeStatement(
            sql: "UPDATE call SET outcome_digest = ?, outcome = ? WHERE tenant_id = ? AND sequence = ?")
    }

    enum Claim {
        /// `takesKey`: from an earlier call, which lets go of it.
        case execute(takesKey: Bool)
        case replay(EarlierCall)
        case refuse(Refusal)
    }

    /// Looks whether the call was made before; changes nothing.
    func decide(_ call: CallClaim, of tenant: TenantID, nowSeconds: Int64) throws -> Claim {
        guard let claim = call.claim,
            let row = try Row.fetchOne(selectByClaim, arguments: [tenant.rawValue, Data(claim.bytes)])
        else { return .execute(takesKey: false) }
        let isCompleted = try row.decode(Bool.self, atIndex: 5)
        let earlier = ClaimedCall(
            argumentsDigest: try row.digest(at: 2),
            state: isCompleted ? .completed : .inFlight(leaseExpiresAt: try row.decode(atIndex: 3)),
            expiresAt: try row.decode(atIndex: 4))
        let decision = IdempotencyPolicy.decide(
            earlier: earlier, argumentsDigest: call.argumentsDigest, isRepeatable: call.isRepeatable,
            nowSeconds: nowSeconds)
        switch decision {
        case .execute: return .execute(takesKey: true)
        case .refuse(let refusal): return .refuse(refusal)
        case .replay:
            guard let id = CallID(sequence: try row.decode(atIndex: 0), nonce: try row.bytes(at: 1)) else {
                throw DamagedRow(column: "call.nonce")
            }
            return .replay(EarlierCall(id: id, outcome: try row.decode(Data?.self, atIndex: 6).map { [UInt8]($0) }))
        }
    }

    /// Notes a call that is let through. Whatever holds its key where it takes one has expired, or may be done again.
    func begin(_ call: CallClaim, takesKey: Bool, of tenant: TenantID) throws {
        if takesKey, let claim = call.claim {
            try releaseClaim.execute(arguments: [tenant.rawValue, Data(claim.bytes)])
        }
        try insert.execute(arguments: [
            tenant.rawValue, call.id.sequence, Data(call.id.nonce), call.client.rawValue,
            call.claim.map { Data($0.bytes) }, Data(call.argumentsDigest.bytes), call.leaseExpiresAt, call.expiresAt,
            call.tokenSequence, call.scope.spaceSeparated,
        ])
    }

    enum Report {
        case accepted
        case conflict
        case unknown
    }

    /// Keeps what a server says of its own call; the same said again is accepted again.
    func report(_ report: CallReport, of tenant: TenantID) throws -> Report {
        guard let row = try Row.fetchOne(selectByNumber, arguments: [tenant.rawValue, report.id.sequence]),
            try row.bytes(at: 0) == report.id.nonce, try row.decode(String.self, atIndex: 1) == report.client.rawValue
        else { return .unknown }
        if try row.decode(Data?.self, atIndex: 2) != nil {
            return report.digests.contains(try row.digest(at: 2)) ? .accepted : .conflict
        }
        try setOutcome.execute(arguments: [
            Data(report.digests[0].bytes), report.outcome.map { Data($0) }, tenant.rawValue, report.id.sequence,
        ])
        return .accepted
    }
}
