import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON

/// Mint, verify and outcome: what runs once for every tool call.
struct CallTokenRoutes {
    let broker: Broker

    var routes: [Route] {
        let body = Route.Body.json(limitBytes: Limits.requestBodyBytes)
        return [
            Route(.post, "/v1/call-tokens", .mint, body, for: .clients, mint),
            Route(.post, "/v1/call-tokens/batch", .mint, body, for: .clients, mintBatch),
            Route(.post, "/v1/verify", .verify, body, for: .clients, verify),
            Route(
                .post, "/v1/calls/{call_id}/outcome", .outcome, .json(limitBytes: Limits.outcomeBodyBytes),
                for: .clients, report),
        ]
    }

    @Sendable
    private func mint(_ call: Call) async throws -> Answer {
        try call.requireNoQuery()
        let command = try MintBody.read(call.document)
        return answer(try await broker.mint(command, by: call.client, call.context), call.context)
    }

    /// In a function that waits for nothing, as ``Broker/verify(_:by:_:)`` has it.
    @inline(never)
    private func answer(_ result: Result<MintedToken, Refusal>, _ context: CallContext) -> Answer {
        switch result {
        case .success(let token): return Answer(body: token.json())
        case .failure(let refusal): return ErrorAnswer.make(refusal.error, requestID: context.requestID)
        }
    }

    @Sendable
    private func mintBatch(_ call: Call) async throws -> Answer {
        try call.requireNoQuery()
        let commands = try MintBody.readBatch(call.document)
        let answers = try await broker.mint(batch: commands, by: call.client, call.context)
        var body = JSONTextWriter(capacity: 1_024 * answers.count)
        for (index, answer) in answers.enumerated() {
            body.append(index == 0 ? #"{"items":["# : ",")
            switch answer {
            case .success(let token): body.append(json: token.json(opening: #"{"ok":true,"#))
            case .failure(let refusal):
                let object = ErrorAnswer.refusal(refusal.error, requestID: call.context.requestID)
                body.append(json: JSONValue.object(object).serialized())
            }
        }
        body.append("]}")
        return Answer(body: body.bytes)
    }

    /// A refusal is a result: 200, so that the server can hand it on as it stands.
    @Sendable
    private func verify(_ call: Call) async throws -> Answer {
        try call.requireNoQuery()
        let command = try VerifyBody.read(call.document)
        return answer(try await broker.verify(command, by: call.client, call.context), call.context)
    }

    @inline(never)
    private func answer(_ result: Result<VerifyAnswer, Refusal>, _ context: CallContext) -> Answer {
        switch result {
        case .success(.execute(let execution)): return Answer(body: execution.json)
        case .success(.replay(let replay)): return Answer(.ok, replay.json)
        case .failure(let refusal):
            var body = JSONObject()
            body["ok"] = false
            body["decision"] = "deny"
            body["error"] = .object(ErrorAnswer.object(refusal.error, requestID: context.requestID))
            return Answer(.ok, body, code: refusal.error.code)
        }
    }

    @Sendable
    private func report(_ call: Call) async throws -> Answer {
        try call.requireNoQuery()
        let id = try call.callID
        let outcome = try OutcomeBody.read(call.document)
        switch try await broker.report(outcome, of: id, by: call.client, call.context) {
        case .success: return .noContent
        case .failure(let refusal): return ErrorAnswer.make(refusal.error, requestID: call.context.requestID)
        }
    }
}

extension Call {
    /// One that cannot be a call's is one that is not there.
    fileprivate var callID: CallID {
        get throws {
            try parameter("call_id") { CallID($0) }
        }
    }
}
