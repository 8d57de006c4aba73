package import HallpassCore
import HallpassStorage

extension Broker {
    /// Whether calls can be answered: the registry is loaded, and the one writer commits.
    package var isReady: Bool {
        get async {
            guard isLoaded else { return false }
            do {
                try await ledger.probe()
                return true
            } catch {
                return false
            }
        }
    }

    /// Where the tenant's chain ends now.
    package func auditHead(by admin: TenantAdmin) async throws(HallpassError) -> AuditHead {
        try admin.require(.readAudit)
        return try await reading { try await auditStore.head(admin.tenant) }
    }
}
