package import HallpassCore
package import HallpassCrypto
import HallpassStorage

/// Signed statements of where the audit chains ended: what makes it visible that the newest records are gone.
extension Broker {
    /// Signs where each chain ends that has grown since its last checkpoint.
    ///
    /// - Returns: what was signed and is on disk, by tenant.
    package func checkpointAudit() async throws(HallpassError) -> [SignedCheckpoint] {
        var made: [SignedCheckpoint] = []
        for tenant in snapshot.tenants.keys.sorted() {
            let head = try await reading { try await auditStore.head(tenant) }
            let last = try await reading { try await checkpointStore.lastSequence(tenant) }
            guard head.sequence > last else { continue }
            let checkpoint = AuditCheckpoint(tenant: tenant, head: head, timeSeconds: clock.nowSeconds)
            let signed: SignedCheckpoint
            do {
                guard let key = try await checkpointKeys(of: tenant).last else { throw HallpassError.internal }
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
        return try await reading { try await checkpointKeys(of: admin.tenant).map(\.publicKey) }
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
