package import HallpassCore
import HallpassCrypto
import HallpassStorage

/// Forgets the oldest records of the audit, so that what remains can still be proved.
extension Broker {
    /// Takes out of each chain what is older than it is kept for.
    ///
    /// A chain is cut at its newest checkpoint that was signed before then, so that everything up to it is as old and the
    /// signature proves the hash that the rest begins with. It is cut only if it is sound up to there: what somebody has
    /// changed is evidence. What has not been exported stays. The records are removed by ``removeTrimmedAudit()``.
    ///
    /// - Parameters:
    ///   - days: how long records are kept.
    ///   - destinations: where they have to be copied to before.
    /// - Returns: what was taken out, by tenant.
    package func trimAudit(
        olderThanDays days: Int64, exportedTo destinations: [ExportDestination], _ context: CallContext
    ) async throws(HallpassError) -> [AuditTrim] {
        var made: [AuditTrim] = []
        for tenant in snapshot.chains {
            let before = try await reading { try await trimStore.trim(of: tenant) }
            if let before, clock.nowSeconds - before.trimmedAt < Limits.auditTrimSeconds { continue }
            let start = before?.head ?? .empty
            let exported = try await reading { try await exportStore.delivered(tenant, to: destinations) }
            let checkpoint = try await reading {
                try await checkpointStore.newest(
                    tenant, after: start.sequence, through: exported ?? .max,
                    signedBefore: clock.nowSeconds - days * 86_400)
            }
            guard let checkpoint else { continue }
            guard try await isSound(checkpoint, after: start) else {
                settings.alarm(.auditNotSound(tenant: tenant))
                continue
            }
            let trim = AuditTrim(signed: checkpoint, trimmedAt: clock.nowSeconds)
            var entry = AuditEntry(.auditTrim, .allow, by: nil, context, at: clock)
            entry.target = AuditTrim.target(trim.head)
            entry.count = trim.head.sequence - start.sequence
            try await trimStore.begin(trim, audit: entry)
            made.append(trim)
        }
        return made
    }

    /// Removes from the disk what was taken out of the chains, a few records at a time.
    ///
    /// - Parameter pause: called between two times; throws to end it.
    package func removeTrimmedAudit(
        atMost limit: Int = 500, pause: () async throws -> Void
    ) async throws {
        for tenant in snapshot.chains {
            while try await trimStore.removeTrimmed(of: tenant, limit: limit) { try await pause() }
        }
    }

    /// Where a tenant's chain begins; `nil` for one that has all its records.
    package func auditTrim(by admin: TenantAdmin) async throws(HallpassError) -> AuditTrim? {
        try admin.require(.readAudit)
        return try await reading { try await trimStore.trim(of: admin.tenant) }
    }

    /// Whether a checkpoint is signed by us, and every record up to it fits.
    private func isSound(
        _ signed: SignedCheckpoint, after start: AuditHead
    ) async throws(HallpassError) -> Bool {
        let tenant = signed.checkpoint.tenant
        let keys = try await reading { try await checkpointPublicKeys(of: tenant) }
        // What cannot be checked is not signed.
        guard (try? keys.contains { try signed.isSigned(by: $0) }) == true else { return false }
        var chain = AuditChain(tenant: tenant, after: start)
        while chain.head.sequence < signed.checkpoint.head.sequence {
            let rest = signed.checkpoint.head.sequence - chain.head.sequence
            let records = try await reading {
                try await auditStore.records(
                    tenant, after: chain.head.sequence, limit: Int(min(rest, Int64(Limits.pageSize.upperBound))))
            }
            guard !records.isEmpty, records.allSatisfy({ chain.append($0) == nil }) else { return false }
        }
        return chain.head == signed.checkpoint.head
    }
}
