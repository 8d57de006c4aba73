import HTTPTypes
import HallpassBroker
import HallpassCore
import HallpassStorage
import StrictJSON

/// Tenants, and the declaration of all that one holds.
struct TenantRoutes {
    let broker: Broker

    var routes: [Route] {
        [
            Route(.get, "/v1/tenants", .adminRead, .none, list),
            Route(.get, "/v1/tenants/{tenant}", .adminRead, .none, show),
            Route(.put, "/v1/tenants/{tenant}", .registryChange, .json(limitBytes: Limits.requestBodyBytes), put),
            Route(.delete, "/v1/tenants/{tenant}", .tenantDelete, .optionalJSON, delete),
            Route(
                .post, "/v1/tenants/{tenant}/apply", .registryChange, .json(limitBytes: Limits.applyBodyBytes), apply),
        ]
    }

    @Sendable
    private func list(_ call: Call) async throws -> Answer {
        let isOfDeleted = try call.query { reader in Optional(reader.optionalFlag("deleted")) }
        guard !isOfDeleted else {
            let deleted = try broker.deletedTenants(by: call.caller)
            return Answer(json: ["items": .array(deleted.map(\.json))])
        }
        let tenants = try broker.tenants(by: call.caller)
        return Answer(json: ["items": .array(tenants.map { RegistryResource.tenant($0).json })])
    }

    @Sendable
    private func show(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        return Answer(resource: .tenant(try broker.registry(by: admin).tenant))
    }

    @Sendable
    private func put(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let key = ResourceKey(kind: .tenant, name: admin.tenant.rawValue)
        let answer = try await broker.put(
            call.document, at: key, if: try call.changeCondition(), by: admin, call.context)
        return Answer(put: answer, at: key)
    }

    @Sendable
    private func delete(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        let (isDryRun, cascade) = try call.query { reader in
            (reader.optionalFlag("dry_run"), reader.optionalFlag("cascade"))
        }
        // Before the body: who may not do it is told so, whatever it says.
        try admin.require(.deleteTenant)
        let body = try DeletionBody.read(call.document, isDryRun: isDryRun)
        guard !isDryRun else { return Answer(.ok, try await broker.countDeletable(by: admin).json(isDryRun: true)) }
        let report = try await broker.deleteTenant(
            confirming: body.confirm, cascade: cascade, if: try call.changeCondition(), reason: body.reason, by: admin,
            call.context)
        return Answer(.ok, report.json(isDryRun: false))
    }

    @Sendable
    private func apply(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let body = try ApplyBody.read(call.document)
        let answer = try await broker.apply(
            body.documents, isDryRun: body.isDryRun, prune: body.prune, by: admin, call.context)
        return Answer(plan: answer, isDryRun: body.isDryRun)
    }
}

extension Call {
    /// What this caller may do in the tenant that the path names.
    func admin(_ broker: Broker) throws(HallpassError) -> TenantAdmin {
        try broker.admin(caller, of: try parameter("tenant", TenantID.init))
    }
}

extension TenantDeletionReport {
    /// `{"ok":true,"dry_run"?,"tenant","revoked_tokens","removes":{…},"keeps":{"audit_records"}}`
    fileprivate func json(isDryRun: Bool) -> JSONObject {
        var object = JSONObject()
        object["ok"] = true
        if isDryRun { object["dry_run"] = true }
        object["tenant"] = .string(tenant.rawValue)
        object["revoked_tokens"] = .integer(liveTokens)
        var removes = JSONObject()
        for holding in TenantHolding.allCases where holding != .auditRecords {
            removes[holding.rawValue] = .integer(holdings[holding] ?? 0)
        }
        object["removes"] = .object(removes)
        object["keeps"] = [TenantHolding.auditRecords.rawValue: .integer(holdings[.auditRecords] ?? 0)]
        return object
    }
}

extension DeletedTenant {
    /// `{"id","deleted_at","author","reason","erased_at"?}`
    fileprivate var json: JSONValue {
        var object = JSONObject()
        object["id"] = .string(id.rawValue)
        object["deleted_at"] = .string(RFC3339.text(seconds: deletedAt))
        object["author"] = .string(author)
        object["reason"] = .string(reason)
        object["erased_at"] = erasedAt.map { .string(RFC3339.text(seconds: $0)) }
        return .object(object)
    }
}
