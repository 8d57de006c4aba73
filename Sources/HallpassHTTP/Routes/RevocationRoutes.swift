import HTTPTypes
import HallpassBroker
import HallpassCore
import HallpassStorage
import StrictJSON

/// Cutoffs: everything minted up to now that matches is dead before the answer leaves.
struct RevocationRoutes {
    let broker: Broker

    var routes: [Route] {
        let body = Route.Body.json(limitBytes: Limits.requestBodyBytes)
        return [
            Route(.post, "/v1/revocations", .revoke, body, revokeAtHome),
            Route(.get, "/v1/tenants/{tenant}/revocations", .adminRead, .none, list),
            Route(.post, "/v1/tenants/{tenant}/revocations", .revoke, body, revoke),
            Route(.delete, "/v1/tenants/{tenant}/revocations/{cutoff}", .revoke, .none, undo),
        ]
    }

    /// In the caller's own tenant.
    @Sendable
    private func revokeAtHome(_ call: Call) async throws -> Answer {
        try await revoke(call, by: try broker.admin(call.caller, of: call.caller.tenant))
    }

    @Sendable
    private func revoke(_ call: Call) async throws -> Answer {
        try await revoke(call, by: try call.admin(broker))
    }

    private func revoke(_ call: Call, by admin: TenantAdmin) async throws -> Answer {
        let isDryRun = try call.query { reader in Optional(reader.optionalFlag("dry_run")) }
        let body = try RevocationBody.read(call.document, isDryRun: isDryRun)
        guard !isDryRun else {
            return Answer(json: [
                "ok": true, "dry_run": true, "dimension": .string(body.dimension.rawValue), "id": .string(body.id),
                "revoked_tokens": .integer(try await broker.countRevocable(body.dimension, id: body.id, by: admin)),
            ])
        }
        let report = try await broker.revoke(
            body.dimension, id: body.id, reason: body.reason, by: admin, call.context)
        return Answer(json: [
            "ok": true, "dimension": .string(report.cutoff.dimension.rawValue), "id": .string(report.cutoff.id),
            "cutoff": .integer(report.cutoff.cutoff), "revoked_tokens": .integer(report.liveTokens),
        ])
    }

    /// Refused, with the reason, for whoever looks for a way back.
    @Sendable
    private func undo(_ call: Call) async throws -> Answer {
        try call.admin(broker).require(.revoke)
        try call.requireNoQuery()
        throw HallpassError.invalidRequest(
            path: "", rule: "final",
            message: "cannot be undone: a token that was ended stays ended; what is minted now is not touched by it")
    }

    @Sendable
    private func list(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        let page = try call.query(Page.init(reading:))
        let rows = try await broker.revocations(
            before: try page.afterNumber(), limit: page.limit + 1, by: admin)
        return page.answer(rows, key: { String($0.cutoff.cutoff) }, \.json)
    }
}

extension RevocationSummary {
    /// `{"dimension","id","cutoff","author","reason","time"}`
    fileprivate var json: JSONValue {
        [
            "dimension": .string(cutoff.dimension.rawValue), "id": .string(cutoff.id),
            "cutoff": .integer(cutoff.cutoff), "author": .string(author), "reason": .string(reason),
            "time": .string(RFC3339.text(seconds: cutoff.createdAt)),
        ]
    }
}
