import HallpassCore
import HallpassCrypto
import HallpassStorage
import StrictJSON

/// Where a chain is read from: a server, an exported file, or a database file.
enum AuditSource {
    case server(ClientSettings, TenantID)
    case export(path: String, TenantID)
    case database(path: String, TenantID)

    init(_ command: AuditVerifyCommand) throws {
        if let file = command.file, let tenant = command.client.tenant.flatMap(TenantID.init) {
            self = .export(path: file, tenant)
        } else if let database = command.database, let tenant = command.client.tenant.flatMap(TenantID.init) {
            self = .database(path: database, tenant)
        } else {
            let settings = try command.client.settings()
            self = .server(settings, try settings.requireTenant())
        }
    }

    var tenant: TenantID {
        switch self {
        case .server(_, let tenant), .export(_, let tenant), .database(_, let tenant): tenant
        }
    }

    func verify(_ verification: AuditVerification) async throws -> AuditVerification.Verdict {
        switch self {
        case .server(let settings, let tenant):
            return try await APIClient.with(settings) { api in
                try await verification.run { after in
                    try await api.auditChain(of: tenant, after: after, limit: ClientLimits.pageRows)
                }
            }
        case .export(let path, let tenant):
            let file = try AuditExportFile(path: path, tenant: tenant)
            return try await verification.run { after in try file.page(after: after) }
        case .database(let path, let tenant):
            return try await verification.run { after in
                do throws(DatabaseOpeningError) {
                    let chain = try HallpassDatabase.inspectAudit(
                        path: path, tenant: tenant, after: after, limit: ClientLimits.pageRows)
                    return AuditChainPage(
                        records: chain.records, head: chain.head, trimmed: chain.trim?.signed)
                } catch {
                    throw CommandFailure.localFile(error.message, next: error.hint)
                }
            }
        }
    }

    /// What the server itself says its checkpoints are checked with: good against whoever changed the database, not against
    /// whoever holds the server.
    func publicKeys() async throws -> [Ed25519PublicKey] {
        guard case .server(let settings, let tenant) = self else { return [] }
        return try await APIClient.with(settings) { api in try await api.auditKeys(of: tenant) }
    }
}

extension APIClient {
    func auditKeys(of tenant: TenantID) async throws -> [Ed25519PublicKey] {
        let answer = try await send(.get("v1", "tenants", tenant.rawValue, "audit", "keys"))
        return try (answer["items"]?.arrayValue ?? []).map { item in
            guard let key = NotedPublicKey(argument: item.text("public_key"))?.key else {
                throw CommandFailure.badAnswer("The server's answer is no list of public keys.")
            }
            return key
        }
    }
}
