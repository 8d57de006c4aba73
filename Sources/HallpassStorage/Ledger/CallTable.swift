import GRDB
import HallpassCore
import HallpassCrypto

/// The calls that were let through, the keys they hold, and what was reported of them.
final class CallTable {
    let claims: ClaimIndex
    private let insert: LedgerStatement
    private let selectEarlier: LedgerStatement
    private let releaseClaim: LedgerStatement
    private let selectReported: LedgerStatement
    private let setOutcome: LedgerStatement

    init(_ db: Database, claims: ClaimIndex) throws {
        self.claims = claims
        insert = try LedgerStatement(
            db,
            """
            INSERT INTO call (tenant_id, sequence, nonce, client_id, claim, arguments_digest, lease_expires_at,
                expires_at, token_sequence, scope) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        selectEarlier = try LedgerStatement(
            db,
            """
            SELECT sequence, nonce, arguments_digest, lease_expires_at, expires_at, outcome_digest, outcome
            FROM call WHERE tenant_id = ? AND sequence = ?
            """)
        releaseClaim = try LedgerStatement(
            db, "UPDATE call SET claim = NULL WHERE tenant_id = ? AND sequence = ?")
        selectReported = try LedgerStatement(
            db, "SELECT nonce, client_id, outcome_digest FROM call WHERE tenant_id = ? AND sequence = ?")
        setOutcome = try LedgerStatement(
            db, "UPDATE call SET outcome_digest = ?, outcome = ? WHERE tenant_id = ? AND sequence = ?")
    }

    enum Claim {
        /// It is noted, and holds its key.
        case execute
        case replay(EarlierCall)
        case refuse(Refusal)
    }

    /// Notes a call that may be executed; of one that was made before, says what becomes of it.
    func begin(_ call: CallClaim, of tenant: TenantID, nowSeconds: Int64) throws -> Claim {
        let search = try call.claim.map { try claims.search(for: $0, of: tenant) }
        if let holder = search?.holder {
            guard
                let found = try selectEarlier.first(
                    tenant.rawValue, holder, read: { row in try decide(call, row, nowSeconds: nowSeconds) })
            else { throw DamagedRow(column: "call.claim") }
            guard case .execute = found else { return found }
            // Whoever holds the key has expired, or may be done again.
            try releaseClaim.run(tenant.rawValue, holder)
        }
        try insert.run(
            tenant.rawValue, call.id.sequence, call.id.nonce, call.client.rawValue, call.claim, call.argumentsDigest,
            call.leaseExpiresAt, call.expiresAt, call.tokenSequence, call.scope.spaceSeparated)
        try claims.note(
            call.id.sequence, of: tenant, leaseExpiresAt: call.leaseExpiresAt, expiresAt: call.expiresAt, after: search)
        return .execute
    }

    private func decide(_ call: CallClaim, _ row: LedgerRow, nowSeconds: Int64) throws -> Claim {
        let state = row.isNull(at: 5) ? ClaimedCall.State.inFlight(leaseExpiresAt: row.integer(at: 3)) : .completed
        let earlier = ClaimedCall(
            argumentsDigest: try row.digest(at: 2), state: state, expiresAt: row.integer(at: 4))
        let decision = IdempotencyPolicy.decide(
            earlier: earlier, argumentsDigest: call.argumentsDigest, isRepeatable: call.isRepeatable,
            nowSeconds: nowSeconds)
        switch decision {
        case .execute: return .execute
        case .refuse(let refusal): return .refuse(refusal)
        case .replay:
            guard let id = CallID(sequence: row.integer(at: 0), nonce: row.bytes(at: 1) ?? []) else {
                throw DamagedRow(column: "call.nonce")
            }
            return .replay(EarlierCall(id: id, outcome: row.bytes(at: 6)))
        }
    }

    enum Report {
        case accepted
        case conflict
        case unknown
    }

    /// Keeps what a server says of its own call; the same said again is accepted again.
    func report(_ report: CallReport, of tenant: TenantID) throws -> Report {
        let found = try selectReported.first(tenant.rawValue, report.id.sequence) { row in
            let isTheirs = row.bytes(at: 0) == report.id.nonce && row.text(at: 1) == report.client.rawValue
            return (isTheirs, row.isNull(at: 2) ? nil : try row.digest(at: 2))
        }
        guard let (isTheirs, reported) = found, isTheirs else { return .unknown }
        if let reported { return report.digests.contains(reported) ? .accepted : .conflict }
        try setOutcome.run(report.digests[0], report.outcome, tenant.rawValue, report.id.sequence)
        return .accepted
    }
}
