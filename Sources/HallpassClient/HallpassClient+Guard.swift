extension HallpassClient {
    /// Runs `body` only if the broker says so, once for each idempotency key, and tells the broker what came of it.
    ///
    /// A retry is given what the first call was, without running anything. A refusal, and anything that is no clear answer,
    /// is an answer ready for the model. Cancelling the task does not stop a call on its way: it is finished and reported,
    /// so that whoever asks again learns what came of it.
    ///
    /// - Parameters:
    ///   - token: as it came with the call, in the header `MCP-Call-Token`, in `_meta["dev.hallpass/call-token"]`, or as the
    ///     bearer; `nil` where none came.
    ///   - arguments: as they were received; the idempotency key stands among them, or beside them.
    ///   - body: does what the tool does. What it throws as a ``ToolFailure`` is shown to the model; of anything else the
    ///     model is told that the tool failed, and `onTrouble` which error it was.
    public func guarded(
        tool: String, token: String?, arguments: JSON = [:], idempotencyKey: String? = nil, environment: String? = nil,
        _ body: @escaping @Sendable (PermittedCall) async throws -> JSON
    ) async -> ToolAnswer {
        await Task {
            let decision = await verify(
                token ?? "", tool: tool, arguments: arguments, idempotencyKey: idempotencyKey, environment: environment)
            switch decision {
            case .deny(let refusal): return ToolAnswer(refusal)
            case .replay(let outcome): return ToolAnswer(outcome, origin: .replayed)
            case .execute(let call):
                let outcome = await run(body, for: call, tool: tool)
                do throws(ReportError) {
                    try await report(outcome, of: call.id)
                } catch {
                    // The tool has run: its answer is not lost over this.
                    tell(.notReported(tool: tool, callID: call.id, error))
                }
                return ToolAnswer(outcome, origin: .executed)
            }
        }.value
    }

    private func run(
        _ body: @Sendable (PermittedCall) async throws -> JSON, for call: PermittedCall, tool: String
    ) async -> Outcome {
        do {
            return .result(try await body(call))
        } catch let failure as ToolFailure {
            return .error(failure.json)
        } catch let refusal as Refusal {
            tell(.toolFailed(tool: tool, callID: call.id, refusal))
            // It is what a retry under this key is told too, so it is final however passing its cause.
            return .error(
                ToolFailure(
                    refusal.message, code: refusal.code, suggestedAction: refusal.suggestedAction ?? "reconcile"
                ).json)
        } catch {
            tell(.toolFailed(tool: tool, callID: call.id, error))
            return .error(ToolFailure.unexplained.json)
        }
    }
}
