import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON

/// The key encryption key of the whole broker: how far a change of it has come, and going on with it.
struct KeyEncryptionKeyRoutes {
    let broker: Broker

    var routes: [Route] {
        [
            Route(.get, "/v1/key-encryption-key", .adminRead, .none, status),
            Route(.post, "/v1/key-encryption-key/rotate", .keyEncryptionKeyRotate, .empty, rotate),
        ]
    }

    @Sendable
    private func status(_ call: Call) async throws -> Answer {
        try call.requireNoQuery()
        let admin = try broker.admin(call.caller, of: .platform)
        return Answer(.ok, try await broker.keyEncryptionStatus(by: admin).json)
    }

    @Sendable
    private func rotate(_ call: Call) async throws -> Answer {
        try call.requireNoQuery()
        let admin = try broker.admin(call.caller, of: .platform)
        return Answer(.ok, try await broker.rotateKeyEncryptionKey(by: admin, call.context).json)
    }
}

extension KeyEncryptionReport {
    /// `{"ok":true,"under_newest","under_older","resealed"}`
    fileprivate var json: JSONObject {
        var object = JSONObject()
        object["ok"] = true
        object["under_newest"] = .integer(Int64(underNewest))
        object["under_older"] = .integer(Int64(underOlder))
        object["resealed"] = .integer(Int64(resealed))
        return object
    }
}
