package import HallpassCore
package import HallpassCrypto
import HallpassStorage
import Synchronization

/// Signed statements of where the audit chains ended: what makes it visible that the newest records are gone.
extension Broker {
    /// Signs where each chain ends that has grown since its last checkpoint.
    ///
    /// - Returns: what was signed and is on disk; that of tenants which were deleted since the last time too.
    package func checkpointAudit() async throws(HallpassError) -> [SignedCheckpoint] {
        var made = lastCheckpoints.withLock { last in
            defer { last = [] }
            return last
        }
        for tenant in snapshot.tenants.keys.sorted() {
            let head = try await reading { try await auditStore.head(tenant) }
            let last = try await reading { try await checkpointStore.lastSequence(tenant) }
            guard head.sequence > last, let key = try await newestCheckpointKey(of: tenant) else { continue }
            let checkpoint = AuditCheckpoint(tenant: tenant, head: head, timeSeconds: clock.nowSeconds)
            let signed: SignedCheckpoint
            do {
                signed = SignedCheckpoint(
                    checkpoint: checkpoint, signature: try key.signature(for: checkpoint.signedBytes))
            } catch {
                throw .unavailable
            }
            try await checkpointStore.add(signed)
            made.append(signed)
        }
        return made
    }

    /// - Returns: oldest first.
    package func checkpoints(
        after sequence: Int64, limit: Int, by admin: TenantAdmin
    ) async throws(HallpassError) -> [SignedCheckpoint] {
        try admin.require(.readAudit)
        return try await reading {
            try await checkpointStore.page(admin.tenant, after: sequence, limit: limit)
        }
    }

    /// What a tenant's checkpoints are checked with, the newest last. Not secret, but of use only to whoever noted them before.
    package func auditKeys(by admin: TenantAdmin) async throws(HallpassError) -> [Ed25519PublicKey] {
        try admin.require(.readAudit)
        return try await reading { try await checkpointPublicKeys(of: admin.tenant) }
    }

    /// The newest last.
    func checkpointPublicKeys(of tenant: TenantID) async throws -> [Ed25519PublicKey] {
        if let deleted = snapshot.deleted[tenant] { return deleted.auditKeys }
        return try await checkpointKeys(of: tenant).map(\.publicKey)
    }

    /// - Returns: `nil` for a tenant that was deleted a moment ago.
    private func newestCheckpointKey(of tenant: TenantID) async throws(HallpassError) -> Ed25519PrivateKey? {
        do {
            return try await checkpointKeys(of: tenant).last
        } catch {
            throw .unavailable
        }
    }

    /// Derived from the tenant's data keys, oldest first, and opened only for as long as they are needed.
    func checkpointKeys(of tenant: TenantID) async throws -> [Ed25519PrivateKey] {
        try await registryStore.sealedKeys(tenant).filter { $0.kind == .data }.sorted {
            $0.key.version < $1.key.version
        }.map { row in
            let seed = try HKDFSHA256.deriveKey(
                from: tenantKeys.open(row.key, as: .data), salt: Array("hallpass/v1".utf8),
                info: Array("audit-checkpoint".utf8), count: Ed25519PrivateKey.seedByteCount)
            return try Ed25519PrivateKey(seed: seed)
        }
    }
}
