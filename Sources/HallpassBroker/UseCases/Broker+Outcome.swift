package import HallpassCore
import HallpassCrypto
import HallpassStorage
package import StrictJSON

/// How a call that was let through went, in the words of the server that made it.
package enum CallOutcome: Sendable {
    /// Any JSON value.
    case result(JSONValue)
    /// The error shape of the protocol, as the server gave it to its caller.
    case error(JSONObject)

    /// `{"ok":true,"result":…}` or `{"ok":false,"error":{…}}`, as it was reported and as it is given again.
    package var json: JSONValue {
        switch self {
        case .result(let result): ["ok": true, "result": result]
        case .error(let error): ["ok": false, "error": .object(error)]
        }
    }
}

/// What is given instead of acting again.
package struct Replay: Sendable {
    /// The call that acted.
    package let callID: CallID
    /// ``CallOutcome/json`` as it was reported; one that was too large to keep says so.
    package let outcome: JSONValue
}

extension Broker {
    /// Keeps the outcome for whoever repeats the call under its key, and the record of it, in one commit.
    ///
    /// - Returns: the refusal where the call is not this client's, or where another outcome was reported before.
    /// - Throws: when nothing could be recorded.
    package func report(
        _ outcome: CallOutcome, of call: CallID, by client: AuthenticatedClient, _ context: CallContext
    ) async throws(HallpassError) -> Result<Void, Refusal> {
        try client.requireMayAsk(.outcome)
        let bytes = CanonicalJSON.bytes(of: outcome.json)
        let report: CallReport
        do {
            report = CallReport(
                id: call, client: client.client.id, digests: try client.vault.digests(bytes, of: call),
                outcome: bytes.count <= Limits.outcomeBytes ? try client.vault.seal(bytes, of: call) : nil)
        } catch {
            throw .unavailable
        }
        var entry = AuditEntry(.outcome, .allow, by: client, context, at: clock)
        entry.callID = call
        entry.target = if case .result = outcome { "result" } else { "error" }
        let reported = entry
        let answer = try await submit(.report(report), for: client.tenant) { answer in
            guard case .refused(let refusal) = answer else { return reported }
            return reported.refused(refusal)
        }
        guard case .refused(let refusal) = answer else { return .success(()) }
        return .failure(refusal)
    }

    /// What was reported of an earlier call, opened.
    func replay(_ earlier: EarlierCall, for client: AuthenticatedClient) throws(HallpassError) -> Replay {
        guard let sealed = earlier.outcome else {
            return Replay(callID: earlier.id, outcome: CallOutcome.error(Self.resultNotRetained).json)
        }
        do {
            let opened = try client.vault.open(sealed, of: earlier.id)
            let bytes = opened.withUnsafeBytes { Array($0) }
            return Replay(callID: earlier.id, outcome: try JSONParser.parse(bytes, limits: Self.outcomeLimits))
        } catch {
            // It was acted on, and what came of it cannot be read: whoever asks must not act again.
            throw .unavailable
        }
    }

    /// The wrapping of an outcome adds a level to what was accepted.
    private static let outcomeLimits = JSONLimits(depth: Limits.jsonDepth + 1)

    private static var resultNotRetained: JSONObject {
        var error = JSONObject()
        error["code"] = "RESULT_NOT_RETAINED"
        error["message"] = "The call was executed before; its result was too large to keep. Nothing was executed again."
        error["retryable"] = false
        error["suggested_action"] = "reconcile"
        return error
    }
}
