package import HallpassCore
import HallpassStorage
import Synchronization

extension Broker {
    /// Records what was refused at the edge: bad JSON, unknown clients, missing permissions.
    ///
    /// What cannot be laid to a tenant goes into the platform's own chain. A flood of it is counted, and recorded by
    /// ``recordTally(_:)``.
    ///
    /// - Parameter claimed: whom a request said it was from that did not prove it: recorded as what it was about, not as
    ///   who asked.
    /// - Throws: ``HallpassError/overloaded``, ``HallpassError/auditUnavailable``: then the answer says so instead.
    package func record(
        _ refusal: Refusal, _ event: AuditEvent, by caller: Caller?, _ context: CallContext,
        claiming claimed: ClientID? = nil
    ) async throws(HallpassError) {
        if caller == nil {
            let isRecorded = refusalTally.withLock {
                $0.note(address: context.address, nowSeconds: clock.nowSeconds)
            }
            guard isRecorded else { return }
        }
        let tenant = caller?.tenant ?? .platform
        var draft = AuditEntry(event, .deny, by: caller, in: tenant, context, at: clock).refused(refusal)
        draft.target = claimed.map { "client \($0)" }
        let entry = draft
        do {
            try await record(entry, for: tenant)
        } catch .storageUnavailable {
            throw .auditUnavailable
        }
    }

    /// A tenant that was deleted while it was asked takes no record any more: what is refused then stands in the platform's chain.
    private func record(_ entry: AuditEntry, for tenant: TenantID) async throws(HallpassError) {
        do {
            _ = try await submit(.record, for: tenant) { _ in entry }
        } catch .notFound {
            var stray = entry
            stray.target = "tenant \(tenant)"
            let entry = stray
            _ = try await submit(.record, for: .platform) { _ in entry }
        }
    }

    /// Records what was counted of refusals since the last time, one record for each source.
    package func recordTally(_ context: CallContext) async throws(HallpassError) {
        for counted in refusalTally.withLock({ $0.drain(nowSeconds: clock.nowSeconds) }) {
            var draft = AuditEntry(.refusals, .deny, by: nil, context, at: clock)
            draft.address = counted.address
            draft.count = counted.count
            let entry = draft
            _ = try await submit(.record, for: .platform) { _ in entry }
        }
    }

    /// Hands one entry to the ledger; returns once it is on disk.
    func submit(
        _ action: LedgerAction, for tenant: TenantID, audit: @escaping @Sendable (LedgerOutcome) -> AuditEntry
    ) async throws(HallpassError) -> LedgerOutcome {
        try await ledger.submit(entry(action, for: tenant, audit: audit))
    }

    func entry(
        _ action: LedgerAction, for tenant: TenantID, audit: @escaping @Sendable (LedgerOutcome) -> AuditEntry
    ) -> LedgerEntry {
        LedgerEntry(tenant: tenant, action: action, nowSeconds: clock.nowSeconds, audit: audit)
    }

    /// The same, for what calls do: `expected` is what is recorded where nothing stands in the way.
    ///
    /// - Parameter ended: makes of it what is recorded of an outcome; of the likely one it is not asked.
    func entry(
        _ action: LedgerAction, for tenant: TenantID, expected: AuditEntry,
        ended: @escaping @Sendable (AuditEntry, LedgerOutcome) -> AuditEntry
    ) -> LedgerEntry {
        LedgerEntry(
            tenant: tenant, action: action, nowSeconds: clock.nowSeconds, expected: expected, ended: ended)
    }

    /// The same for what may cut tokens off. To be called inside ``gate``.
    func submitCutoff(
        _ action: LedgerAction, for tenant: TenantID, audit: @escaping @Sendable (LedgerOutcome) -> AuditEntry
    ) async throws(HallpassError) -> LedgerOutcome {
        try await ledger.submit(
            entry(action, for: tenant, audit: audit), after: cutoffs(of: tenant))
    }

    /// Those that are in force now.
    func cutoffs(of tenant: TenantID) -> RevocationCutoffs {
        snapshot.tenants[tenant]?.revocations ?? RevocationCutoffs()
    }
}
