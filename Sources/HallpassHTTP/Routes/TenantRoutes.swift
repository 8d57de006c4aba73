import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON

/// Tenants, and the declaration of all that one holds.
struct TenantRoutes {
    let broker: Broker

    var routes: [Route] {
        [
            Route(.get, "/v1/tenants", .adminRead, .none, list),
            Route(.get, "/v1/tenants/{tenant}", .adminRead, .none, show),
            Route(.put, "/v1/tenants/{tenant}", .registryChange, .json(limitBytes: Limits.requestBodyBytes), put),
            Route(
                .post, "/v1/tenants/{tenant}/apply", .registryChange, .json(limitBytes: Limits.applyBodyBytes), apply),
        ]
    }

    @Sendable
    private func list(_ call: Call) async throws -> Answer {
        try call.requireNoQuery()
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
