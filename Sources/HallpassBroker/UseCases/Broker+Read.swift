package import HallpassCore
package import HallpassStorage

/// What the admin API shows: each asks for its permission, none changes anything.
extension Broker {
    package func registry(by admin: TenantAdmin) throws(HallpassError) -> TenantRegistry {
        try admin.require(.readRegistry)
        guard let tenant = snapshot.tenants[admin.tenant] else { throw .notFound }
        return tenant.registry
    }

    /// The tenants this caller may see: all of them for a platform admin, its own for everyone else.
    package func tenants(by caller: Caller) throws(HallpassError) -> [Tenant] {
        let visible = try admin(caller, of: caller.tenant)
        try visible.require(.readRegistry)
        let all = snapshot.tenants.values.map(\.registry.tenant).sorted { $0.id < $1.id }
        guard caller.tenant == .platform, visible.permissions.contains(.createTenant) else {
            return all.filter { $0.id == caller.tenant }
        }
        return all
    }

    /// - Returns: newest first.
    package func revisions(
        before: Int64?, limit: Int, by admin: TenantAdmin
    ) async throws(HallpassError) -> [RevisionSummary] {
        _ = try registry(by: admin)
        return try await reading { try await registryStore.revisions(admin.tenant, before: before, limit: limit) }
    }

    /// - Returns: `nil` where there was no such revision.
    package func registry(asOf revision: Int64, by admin: TenantAdmin) async throws(HallpassError) -> TenantRegistry? {
        _ = try registry(by: admin)
        return try await reading { try await registryStore.registry(admin.tenant, asOf: revision) }
    }

    /// - Returns: newest first.
    package func audit(
        _ query: AuditQuery, by admin: TenantAdmin
    ) async throws(HallpassError) -> AuditPage {
        try admin.require(.readAudit)
        return try await reading { try await auditStore.list(admin.tenant, query) }
    }

    /// Records in the order of the chain, to be verified or exported.
    package func auditChain(
        after sequence: Int64, limit: Int, by admin: TenantAdmin
    ) async throws(HallpassError) -> [AuditRecord] {
        try admin.require(.readAudit)
        return try await reading { try await auditStore.records(admin.tenant, after: sequence, limit: limit) }
    }

    package func revocations(
        before: Int64?, limit: Int, by admin: TenantAdmin
    ) async throws(HallpassError) -> [RevocationSummary] {
        _ = try registry(by: admin)
        return try await reading { try await registryStore.revocations(admin.tenant, before: before, limit: limit) }
    }

    /// A failed read is the storage's trouble, whatever it says of itself.
    func reading<Value>(_ read: () async throws -> Value) async throws(HallpassError) -> Value {
        do {
            return try await read()
        } catch let error as HallpassError {
            throw error
        } catch {
            throw .storageUnavailable
        }
    }
}
