import HTTPTypes
import HallpassBroker
import HallpassCore
import HallpassStorage
import StrictJSON

/// The keys that a tenant's data is sealed under: their versions, never what they are.
struct DataKeyRoutes {
    let broker: Broker

    var routes: [Route] {
        let all = "/v1/tenants/{tenant}/data-keys"
        return [
            Route(.get, all, .adminRead, .none, list),
            Route(.post, "\(all)/rotate", .dataKeyRotate, .json(limitBytes: Limits.requestBodyBytes), rotate),
        ]
    }

    @Sendable
    private func list(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        return Answer(.ok, try await broker.dataKeys(by: admin).json)
    }

    /// `{"reason"?}`
    @Sendable
    private func rotate(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let reason = try JSONObjectReader.decode(call.document) { reader in
            reader.optionalString("reason", lengthBytes: 1...Limits.descriptionBytes)
        }
        return Answer(.ok, try await broker.rotateDataKey(reason: reason, by: admin, call.context).json)
    }
}

extension [DataKeySummary] {
    /// `{"items":[{"version","state","created_at","superseded_at"?,"retired_at"?}]}`
    fileprivate var json: JSONObject {
        var object = JSONObject()
        object["items"] = .array(map(\.json))
        return object
    }
}

extension DataKeySummary {
    fileprivate var json: JSONValue {
        var object = JSONObject()
        object["version"] = .integer(version)
        object["state"] = supersededAt == nil ? "active" : retiredAt == nil ? "open_only" : "retired"
        object["created_at"] = .string(RFC3339.text(seconds: createdAt))
        object["superseded_at"] = supersededAt.map { .string(RFC3339.text(seconds: $0)) }
        object["retired_at"] = retiredAt.map { .string(RFC3339.text(seconds: $0)) }
        return .object(object)
    }
}
