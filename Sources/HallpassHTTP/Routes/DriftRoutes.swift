import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON

/// What servers really have: asked for, reported, looked at, accepted or dismissed.
struct DriftRoutes {
    let broker: Broker

    var routes: [Route] {
        let connector = "/v1/tenants/{tenant}/connectors/{name}"
        let body = Route.Body.json(limitBytes: Limits.requestBodyBytes)
        return [
            Route(.post, "/v1/tenants/{tenant}/tools/fetch", .toolsFetch, body, fetch),
            Route(
                .post, "\(connector)/observed-tools", .toolsObserve, .json(limitBytes: Limits.applyBodyBytes), observe),
            Route(.get, "/v1/tenants/{tenant}/quarantine", .adminRead, .none, list),
            Route(.post, "\(connector)/quarantine/accept", .registryChange, body, accept),
            Route(.post, "\(connector)/quarantine/dismiss", .toolDismiss, body, dismiss),
        ]
    }

    @Sendable
    private func fetch(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let body = try ToolsFetchBody.read(call.document)
        switch try await broker.fetchTools(at: body.url, token: body.token, by: admin, call.context) {
        case .success(let tools): return Answer(json: ["ok": true, "tools": .array(tools.map(JSONValue.object))])
        case .failure(let refusal): return ErrorAnswer.make(refusal.error, requestID: call.context.requestID)
        }
    }

    @Sendable
    private func observe(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let body = try ObservedToolsBody.read(call.document)
        let seen = try await broker.observe(
            body.tools, of: try call.connector(), isDryRun: body.isDryRun, by: admin, call.context)
        return Answer(json: [
            "ok": true, "connector": .string(seen.connector.rawValue), "dry_run": .bool(body.isDryRun),
            "tools": .array(seen.drifts.map(\.json)),
            "quarantined": .array(seen.quarantined.map { .string($0.rawValue) }),
        ])
    }

    @Sendable
    private func list(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        let (page, connector) = try call.query { reader in
            (Page(reading: reader), reader.optional("connector", rule: ConnectorID.rule, ConnectorID.init))
        }
        let rows = try broker.quarantine(by: admin).filter { row in
            (page.after.map { $0 < row.tool.listKey } ?? true) && (connector.map { $0 == row.tool.connector } ?? true)
        }
        return page.answer(rows, key: \.tool.listKey) { $0.tool.json(changes: $0.changes) }
    }

    @Sendable
    private func accept(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let choices = try QuarantineBody.read(call.document)
        let answer = try await broker.accept(choices, of: try call.connector(), by: admin, call.context)
        return Answer(plan: answer, isDryRun: false)
    }

    @Sendable
    private func dismiss(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let choices = try QuarantineBody.read(call.document)
        try await broker.dismiss(choices, of: try call.connector(), by: admin, call.context)
        return Answer(json: ["ok": true])
    }
}

extension Call {
    fileprivate func connector() throws(HallpassError) -> ConnectorID { try parameter("name", ConnectorID.init) }
}

extension QuarantinedTool {
    /// No connector's name has a space.
    fileprivate var listKey: String { "\(connector) \(observed.name.rawValue)" }

    /// `{"connector","tool","digest","observed","changes","observed_at","reported_by","settled_at"?}`
    fileprivate func json(changes: [MemberChange]) -> JSONValue {
        var object = JSONObject()
        object["connector"] = .string(connector.rawValue)
        object["tool"] = .string(observed.name.rawValue)
        object["digest"] = .string(observed.digest)
        object["observed"] = observed.json
        object["changes"] = .array(changes.map(\.json))
        object["observed_at"] = .string(RFC3339.text(seconds: observedAt))
        object["reported_by"] = .string(reportedBy)
        object["settled_at"] = settledAt.map { .string(RFC3339.text(seconds: $0)) }
        return .object(object)
    }
}
