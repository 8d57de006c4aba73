import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON

/// Trying out what was registered of an identity provider.
struct IssuerRoutes {
    let broker: Broker

    var routes: [Route] {
        [
            Route(
                .post, "/v1/tenants/{tenant}/issuers/{name}/test", .issuerTest,
                .json(limitBytes: Limits.requestBodyBytes), test)
        ]
    }

    @Sendable
    private func test(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let token = try JSONObjectReader.decode(call.document) { $0.readIdentityToken() }
        let trial = try await broker.tryToken(
            token, at: try call.parameter("name", IssuerID.init), by: admin, call.context)
        return Answer(.ok, trial.json)
    }
}

extension TokenTrial {
    /// `{"ok":true,"proven":…,"checks":[{"check","result","message"?}],"actor"?:{"sub","groups"}}`
    fileprivate var json: JSONObject {
        var object = JSONObject()
        object["ok"] = true
        object["proven"] = .bool(failure == nil)
        object["checks"] = .array(ProofCheck.allCases.map { .object(result(of: $0)) })
        object["actor"] = actor.map { actor in
            [
                "sub": .string(actor.subject.rawValue),
                "groups": .array(actor.groups.sorted().map { .string($0.rawValue) }),
            ]
        }
        return object
    }

    private func result(of check: ProofCheck) -> JSONObject {
        var object = JSONObject()
        object["check"] = .string(check.rawValue)
        guard let failure, let failed = ProofCheck.allCases.firstIndex(of: failure.check),
            let place = ProofCheck.allCases.firstIndex(of: check), place >= failed
        else {
            object["result"] = "passed"
            return object
        }
        object["result"] = place == failed ? "failed" : "not_checked"
        if place == failed { object["message"] = .string(failure.reason?.text ?? failure.error.message) }
        return object
    }
}
