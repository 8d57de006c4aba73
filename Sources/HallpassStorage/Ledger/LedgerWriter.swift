import GRDB
import HallpassCore

/// Applies batches on the ledger's own connection; used by the ledger's thread alone.
final class LedgerWriter {
    private let pool: DatabasePool
    private let nextSequence: () -> Int64
    private let beforeCommit: (() throws -> Void)?
    private let claimBatchCount: Int
    private var tables: Tables?
    /// What was cut off in this process. A decision may rest on a moment before a revocation that has been committed since,
    /// so each use is held against these once more.
    private var cutoffs: [TenantID: RevocationCutoffs] = [:]

    private struct Tables {
        /// By way of GRDB, which makes statements of their texts each time, a commit took a quarter more instructions.
        let begin: LedgerStatement
        let commit: LedgerStatement
        let token: TokenTable
        let call: CallTable
        let audit: AuditTable
    }

    init(
        pool: DatabasePool, claimBatchCount: Int, sequence: @escaping () -> Int64, beforeCommit: (() throws -> Void)?
    ) {
        self.pool = pool
        self.claimBatchCount = claimBatchCount
        nextSequence = sequence
        self.beforeCommit = beforeCommit
    }

    /// What came of one transaction: each job with its answer, in their order. If it did not commit, all of them have failed,
    /// and `failure` says why.
    typealias Batch = (jobs: [LedgerJob], answers: [LedgerJob.Answer], failure: String?)

    /// Applies jobs in their order in one transaction.
    ///
    /// - Parameter more: asked with how many have been applied, again and again until it gives none: what comes while others
    ///   are applied need not wait for their commit to begin its own.
    func commit(_ first: [LedgerJob], more: (Int) -> [LedgerJob]) -> Batch {
        let cutoffsBefore = cutoffs
        var jobs = first
        do {
            let answers = try pool.writeWithoutTransaction { db in
                let tables = try preparedTables(db)
                do {
                    return try transaction(db, tables) {
                        var answers: [LedgerJob.Answer] = []
                        while answers.count < jobs.count {
                            for job in jobs[answers.count...] { answers.append(try apply(job, tables, db)) }
                            jobs += more(jobs.count)
                        }
                        return answers
                    }
                } catch {
                    guard error.concernsOneEntry else { throw error }
                    // A sound broker's entries do not break constraints, nor do rows that we wrote fail to be read. Find out
                    // whose it is, and let the others pass.
                    tables.audit.forget()
                    cutoffs = cutoffsBefore
                    return try transaction(db, tables) { try jobs.map { try applyAlone($0, tables, db) } }
                }
            }
            return (jobs, answers, nil)
        } catch {
            // What is on disk now is for the disk to say: everything remembered of it is read again.
            tables?.audit.forget()
            cutoffs = cutoffsBefore
            // The code and its own words: an error's message may hold what was to be written.
            let failure =
                (error as? DatabaseError).map { "SQLite error \($0.extendedResultCode)" } ?? "\(type(of: error))"
            return (jobs, jobs.map { _ in .failure(.storageUnavailable) }, failure)
        }
    }

    /// Lets go of the statements, so that the connection can close.
    func finish() {
        pool.writeWithoutTransaction { _ in tables = nil }
    }

    private func preparedTables(_ db: Database) throws -> Tables {
        if let tables { return tables }
        let prepared = Tables(
            begin: try LedgerStatement(db, "BEGIN IMMEDIATE"), commit: try LedgerStatement(db, "COMMIT"),
            token: try TokenTable(db), call: try CallTable(db, claims: ClaimIndex(db, batchCount: claimBatchCount)),
            audit: try AuditTable(db))
        tables = prepared
        return prepared
    }

    private func transaction<Value>(_ db: Database, _ tables: Tables, _ body: () throws -> Value) throws -> Value {
        if db.isInsideTransaction { try db.rollback() }
        tables.call.claims.begin()
        try tables.begin.run()
        do {
            let value = try body()
            try tables.call.claims.advance()
            try beforeCommit?()
            try tables.commit.run()
            tables.call.claims.didCommit()
            return value
        } catch {
            // SQLite has already rolled back after some errors. One that cannot be ended ends the process: GRDB leaves none open.
            if db.isInsideTransaction { try? db.rollback() }
            throw error
        }
    }

    private func apply(_ job: LedgerJob, _ tables: Tables, _ db: Database) throws -> LedgerJob.Answer {
        switch job.work {
        case .entry(let entry, let liveTokens):
            let outcome = try perform(entry, liveTokens: liveTokens, tables, db)
            try tables.audit.append(entry.record(outcome), of: entry.tenant)
            return .success(outcome)
        case .transaction:
            return try applyAlone(job, tables, db)
        }
    }

    /// Under a savepoint, so that what fails here is undone without the rest.
    private func applyAlone(_ job: LedgerJob, _ tables: Tables, _ db: Database) throws -> LedgerJob.Answer {
        let cutoffsBefore = cutoffs
        let claimsBefore = tables.call.claims.changes
        var answer = LedgerJob.Answer.success(.recorded)
        do {
            try db.inSavepoint {
                switch job.work {
                case .entry: answer = try apply(job, tables, db)
                case .transaction(let body):
                    try body(LedgerTransaction(db: db, audit: tables.audit, claims: tables.call.claims))
                }
                return .commit
            }
            return answer
        } catch {
            guard error.concernsOneEntry else { throw error }
            tables.audit.forget()
            tables.call.claims.begin(with: claimsBefore)
            cutoffs = cutoffsBefore
            return .failure(error as? HallpassError ?? .internal)
        }
    }

    private func perform(
        _ entry: LedgerEntry, liveTokens: Int64, _ tables: Tables, _ db: Database
    ) throws -> LedgerOutcome {
        switch entry.action {
        case .record:
            return .recorded
        case .issue(let row):
            precondition(row.tenant == entry.tenant, "a token of one tenant issued in another's name")
            try tables.token.insert(row)
            return .issued
        case .issueOnApproval(let claim):
            precondition(claim.token.tenant == entry.tenant, "a token of one tenant issued in another's name")
            return try perform(claim, nowSeconds: entry.nowSeconds, tables, db)
        case .decide(let verdict):
            return try ApprovalTable(db, of: entry.tenant).decide(verdict, nowSeconds: entry.nowSeconds)
        case .use(let use):
            precondition(use.tenant == entry.tenant, "a token of one tenant used in another's name")
            return try perform(use, nowSeconds: entry.nowSeconds, tables)
        case .report(let report):
            switch try tables.call.report(report, of: entry.tenant) {
            case .accepted: return .recorded
            case .unknown: return .refused(Refusal(.ledger, .notFound))
            case .conflict: return .refused(Refusal(.idempotency, .outcomeConflict))
            }
        case .revokeToken(let token, let isCutOff):
            switch try tables.token.revoke(token, of: entry.tenant, nowSeconds: entry.nowSeconds) {
            case .success(let wasGood): return .tokenRevoked(wasLive: wasGood && !isCutOff)
            case .failure(let refusal): return .refused(refusal)
            }
        case .revoke(let dimension, let id, let author, let reason):
            let cutoff = try cutOff(dimension, id, author: author, reason: reason, entry, db)
            return .cutoff(cutoff, liveTokens: liveTokens)
        case .disable(let thing, let author, let reason):
            let row = DisabledSummary(thing: thing, author: author, reason: reason, createdAt: entry.nowSeconds)
            try DisabledTable.put(row, of: entry.tenant, db)
            guard let dimension = thing.revocation else { return try switched(db) }
            let cutoff = try cutOff(dimension, thing.id, author: author, reason: reason, entry, db)
            return .switched(number: cutoff.cutoff, cutoff, liveTokens: liveTokens)
        case .enable(let thing):
            try DisabledTable.remove(thing, of: entry.tenant, db)
            return try switched(db)
        }
    }

    /// The approval is used up in the same commit as the token's row, so that it is good for one.
    private func perform(
        _ claim: ApprovalClaim, nowSeconds: Int64, _ tables: Tables, _ db: Database
    ) throws -> LedgerOutcome {
        let approvals = ApprovalTable(db, of: claim.token.tenant)
        switch try approvals.decide(claim, nowSeconds: nowSeconds) {
        case .mint(let approval):
            try approvals.use(approval)
            try tables.token.insert(claim.token, approval: approval.id.sequence)
            return .issued
        case .refuse(let refusal): return .refused(refusal)
        case .ask(let stale):
            if let refusal = try approvals.refusalToAsk(claim.request.approval, nowSeconds: nowSeconds) {
                return .refused(refusal)
            }
            try approvals.insert(claim.request)
            let reference = ApprovalReference(claim.request.approval.id, instead: stale)
            return .refused(claim.demand.refusal.naming(reference))
        }
    }

    private func cutOff(
        _ dimension: RevocationDimension, _ id: String, author: String, reason: String, _ entry: LedgerEntry,
        _ db: Database
    ) throws -> RevocationCutoff {
        // A number of its own, so that everything numbered so far is below it and no two cutoffs are the same.
        let cutoff = RevocationCutoff(
            dimension: dimension, id: id, cutoff: nextSequence(), createdAt: entry.nowSeconds)
        let row = RevocationSummary(cutoff: cutoff, author: author, reason: reason)
        try RevocationTable.insert(row, of: entry.tenant, db)
        cutoffs[entry.tenant, default: RevocationCutoffs()].add(cutoff)
        return cutoff
    }

    /// Numbered like a cutoff, and noted, because no row keeps the number: whoever follows by number must not see it twice.
    private func switched(_ db: Database) throws -> LedgerOutcome {
        let number = nextSequence()
        try LedgerSequence.note(number, db)
        return .switched(number: number, nil, liveTokens: 0)
    }

    /// The token, then the key; nothing is kept unless both have agreed.
    private func perform(_ use: TokenUse, nowSeconds: Int64, _ tables: Tables) throws -> LedgerOutcome {
        if let refusal = try tables.token.take(use, cutoffs: cutoffs[use.tenant]) { return .refused(refusal) }
        guard let call = use.call else { return .used }
        switch try tables.call.begin(call, of: use.tenant, nowSeconds: nowSeconds) {
        case .execute: return .used
        case .replay(let earlier): return .replayed(earlier)
        case .refuse(let refusal):
            try tables.token.giveBack(use)
            return .refused(refusal)
        }
    }
}

extension Error {
    /// The transaction stands, and may go on without the entry that met this: SQLite undid the one statement, or it was no
    /// failure of SQLite's.
    fileprivate var concernsOneEntry: Bool {
        (self as? DatabaseError).map { $0.resultCode == .SQLITE_CONSTRAINT } ?? true
    }
}

/// What a store may do within the ledger's transaction.
struct LedgerTransaction {
    let db: Database
    private let audit: AuditTable
    private let claims: ClaimIndex

    fileprivate init(db: Database, audit: AuditTable, claims: ClaimIndex) {
        self.db = db
        self.audit = audit
        self.claims = claims
    }

    /// Appends one record to a tenant's chain.
    ///
    /// - Returns: where the chain ends now.
    @discardableResult
    func record(_ entry: AuditEntry, of tenant: TenantID) throws -> AuditHead {
        try audit.append(RecordDraft(entry, of: tenant), of: tenant)
    }

    /// To be called once a tenant's deletion is written: from then on nothing is recorded of it, and nothing of what is
    /// remembered of it is written.
    func close(_ tenant: TenantID) {
        audit.forget()
        claims.forget(tenant)
    }

    /// To be called once no keys are left of runs that ended before a moment, in Unix seconds.
    func forgetClaims(expiredBefore seconds: Int64) { claims.forget(expiredBefore: seconds) }
}
