import HTTPTypes
import HallpassBroker
import HallpassCore
import HallpassStorage
import StrictJSON

/// The switches: what is off, switching off, switching on. Names may hold what a path cannot, so they stand in the body.
struct SwitchRoutes {
    let broker: Broker

    var routes: [Route] {
        let body = Route.Body.json(limitBytes: Limits.requestBodyBytes)
        return [
            Route(.get, "/v1/tenants/{tenant}/disabled", .adminRead, .none, list),
            Route(.post, "/v1/tenants/{tenant}/disable", .disable, body, disable),
            Route(.post, "/v1/tenants/{tenant}/enable", .enable, body, enable),
        ]
    }

    @Sendable
    private func list(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        let page = try call.query(Page.init(reading:))
        let rows = try await broker.disabledThings(
            after: try page.afterThing(), limit: page.limit + 1, by: admin)
        return page.answer(rows, key: \.thing.text, \.json)
    }

    @Sendable
    private func disable(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let body = try SwitchBody.read(call.document)
        let report = try await broker.disable(body.thing, reason: body.reason, by: admin, call.context)
        var object = body.thing.json
        object["cutoff"] = report.cutoff.map { .integer($0.cutoff) }
        object["revoked_tokens"] = .integer(report.liveTokens)
        return Answer(.ok, object)
    }

    @Sendable
    private func enable(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let body = try SwitchBody.read(call.document)
        try await broker.enable(body.thing, reason: body.reason, by: admin, call.context)
        return Answer(.ok, body.thing.json)
    }
}

extension DisabledThing {
    /// `{"ok":true,"dimension","id"}`
    fileprivate var json: JSONObject {
        var object = JSONObject()
        object["ok"] = true
        object["dimension"] = .string(kind.rawValue)
        object["id"] = .string(id)
        return object
    }
}

extension DisabledSummary {
    /// `{"dimension","id","author","reason","time"}`
    fileprivate var json: JSONValue {
        [
            "dimension": .string(thing.kind.rawValue), "id": .string(thing.id), "author": .string(author),
            "reason": .string(reason), "time": .string(RFC3339.text(seconds: createdAt)),
        ]
    }
}

extension Page {
    /// The last thing of the page before: `connector crm-mcp`.
    fileprivate func afterThing() throws(HallpassError) -> DisabledThing? {
        guard let after else { return nil }
        let parts = after.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
        guard parts.count == 2, let kind = HallpassError.Disableable(rawValue: parts[0]),
            let thing = DisabledThing(kind, id: parts[1])
        else {
            throw .invalidRequest(
                path: "/cursor", rule: "format", message: "must be a next_cursor of an earlier answer")
        }
        return thing
    }
}
