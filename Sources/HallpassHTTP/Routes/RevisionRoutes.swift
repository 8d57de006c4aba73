import HTTPTypes
import HallpassBroker
import HallpassCore
import HallpassStorage
import StrictJSON

/// The registry's past: list, show, compare, restore.
struct RevisionRoutes {
    let broker: Broker

    var routes: [Route] {
        let one = "/v1/tenants/{tenant}/revisions/{revision}"
        return [
            Route(.get, "/v1/tenants/{tenant}/revisions", .adminRead, .none, list),
            Route(.get, one, .adminRead, .none, show),
            Route(.get, "\(one)/diff", .adminRead, .none, diff),
            Route(.post, "\(one)/restore", .registryChange, .empty, restore),
        ]
    }

    @Sendable
    private func list(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        let page = try call.query(Page.init(reading:))
        let rows = try await broker.revisions(
            before: try page.afterNumber(), limit: page.limit + 1, by: admin)
        return page.answer(rows, key: { String($0.number) }, \.json)
    }

    @Sendable
    private func show(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let registry = try await registry(try call.revision(), admin)
        return Answer(json: [
            "revision": .integer(registry.revision), "documents": .array(registry.resources.map(\.json)),
        ])
    }

    @Sendable
    private func diff(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        let to: Int64? = try call.query { reader in
            .some(reader.optionalNumber("to", in: 0...JSONValue.safeIntegerMaximum))
        }
        let before = try await registry(try call.revision(), admin)
        let after: TenantRegistry
        if let to {
            after = try await registry(to, admin)
        } else {
            after = try broker.registry(by: admin)
        }
        return Answer(json: RegistryDiff(from: before, to: after).json)
    }

    @Sendable
    private func restore(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let answer = try await broker.restore(revision: try call.revision(), by: admin, call.context)
        return Answer(plan: answer, isDryRun: false)
    }

    private func registry(_ revision: Int64, _ admin: TenantAdmin) async throws(HallpassError) -> TenantRegistry {
        guard let registry = try await broker.registry(asOf: revision, by: admin) else { throw .notFound }
        return registry
    }
}

extension Call {
    fileprivate func revision() throws(HallpassError) -> Int64 {
        try parameter("revision") { text in
            guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return Int64(text).flatMap { $0 <= JSONValue.safeIntegerMaximum ? $0 : nil }
        }
    }
}

extension RevisionSummary {
    /// `{"revision","time","author","summary","changes"}`
    fileprivate var json: JSONValue {
        [
            "revision": .integer(number), "time": .string(RFC3339.text(milliseconds: timeMilliseconds)),
            "author": .string(author), "summary": .string(summary), "changes": .integer(Int64(changeCount)),
        ]
    }
}
