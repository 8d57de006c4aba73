package import HallpassCore
import HallpassCrypto
import HallpassStorage
package import StrictJSON

/// What an MCP server shows before it acts.
package struct VerifyCommand: Sendable {
    package var token: String
    package var tool: ToolName?
    package var arguments: JSONObject?
    package var environment: EnvironmentID?
    /// The caller's name for the intended effect; required for every tool that does more than read.
    package var idempotencyKey: IdempotencyKey?

    package init(token: String) { self.token = token }
}

/// What a server is told when nothing stands in the way.
package enum VerifyAnswer: Sendable {
    case execute(Execution)
    case replay(Replay)
}

/// Leave to act, once.
package struct Execution: Sendable {
    package let callID: CallID
    package let token: VerifiedToken
    /// The tool that may run; `nil` for a session token that runs none.
    package let tool: ToolName?
    /// How long the server may take to say how it went.
    package let leaseSeconds: Int64
}

extension Broker {
    /// Every check of the protocol in its order, the token's one use, and the record of it, in one commit.
    ///
    /// - Throws: when the caller may not ask (``HallpassError/forbidden(needs:)``) or nothing could be recorded: then it must not
    ///   execute.
    package func verify(
        _ command: VerifyCommand, by client: AuthenticatedClient, _ context: CallContext
    ) async throws(HallpassError) -> Result<VerifyAnswer, Refusal> {
        switch try check(command, by: client, context) {
        case .refused(let refusal, let entry):
            _ = try await ledger.submit(entry)
            return .failure(refusal)
        case .passed(let call):
            let outcome: LedgerOutcome
            do {
                outcome = try await ledger.submit(call.entry)
            } catch {
                call.charge?.giveBack()
                throw error
            }
            return try answer(call, outcome, for: client)
        }
    }

    @inline(never)
    private func answer(
        _ call: CheckedCall, _ outcome: LedgerOutcome, for client: AuthenticatedClient
    ) throws(HallpassError) -> Result<VerifyAnswer, Refusal> {
        switch outcome {
        case .refused(let refusal):
            call.charge?.giveBack()
            raiseAlarmIfKeyLeaked(refusal, call.execution.token)
            return .failure(refusal)
        case .replayed(let earlier):
            call.charge?.giveBack()
            return .success(.replay(try replay(earlier, for: client)))
        default: return .success(.execute(call.execution))
        }
    }

    /// What came of all that can be said without the ledger.
    ///
    /// Found out by functions that wait for nothing, and handed on by reference: what an async function holds lies on the heap,
    /// 18 KB for each call when all of it was one.
    private enum Checked<Passed> {
        case passed(Passed)
        case refused(Refusal, LedgerEntry)
    }

    private final class CheckedCall: Sendable {
        let entry: LedgerEntry
        let execution: Execution
        let charge: RateLimiter.Charge?

        init(entry: LedgerEntry, execution: Execution, charge: RateLimiter.Charge?) {
            self.entry = entry
            self.execution = execution
            self.charge = charge
        }
    }

    @inline(never)
    private func check(
        _ command: VerifyCommand, by client: AuthenticatedClient, _ context: CallContext
    ) throws(HallpassError) -> Checked<CheckedCall> {
        let owned = try client.ownedDeployments()
        guard let callID = try? CallID(sequence: ledger.nextSequence(), nonce: RandomBytes.generate(count: 8)) else {
            // A call without an id could not be reported on; no randomness is the health check's to say.
            throw .unavailable
        }
        var entry = AuditEntry(.verify, .execute, by: client, context, at: clock)
        entry.tool = command.tool
        let token: VerifiedToken
        let decision: VerifyPolicy.Decision
        let charge: RateLimiter.Charge?
        do throws(Refusal) {
            token = try checkToken(Array(command.token.utf8), keys: client.snapshot.keys)
            entry.describe(token.claims)
            entry.tool = command.tool ?? token.claims.tool
            var query = VerifyQuery(tool: command.tool, arguments: command.arguments, environment: command.environment)
            query.idempotencyKey = command.idempotencyKey
            decision = try VerifyPolicy.decide(
                token, query, in: client.snapshot, verifyContext(of: client, owning: owned))
            charge = try takeCall(decision, token)
        } catch {
            let refused = entry.refused(error)
            return .refused(error, self.entry(.record, for: client.tenant) { _ in refused })
        }
        entry.callID = callID
        entry.argumentsDigest = decision.argumentsDigest
        entry.durationMicroseconds = context.elapsedMicroseconds
        let use = TokenUse(
            ShownToken(token), of: client.tenant, consumes: token.claims.kind == .call,
            call: claim(callID, token, command, decision, by: client), names: token.names,
            refusal: { decision.refusal($0) })
        return .passed(
            CheckedCall(
                entry: self.entry(.use(use), for: client.tenant, expected: entry) { $0.ended(by: $1) },
                execution: Execution(
                    callID: callID, token: token, tool: decision.tool?.name,
                    leaseSeconds: decision.registered.deployment.leaseSeconds),
                charge: charge))
    }

    /// What the ledger keeps of a call: under which key, by whom it may be reported, and for how long.
    private func claim(
        _ id: CallID, _ token: VerifiedToken, _ command: VerifyCommand, _ decision: VerifyPolicy.Decision,
        by client: AuthenticatedClient
    ) -> CallClaim? {
        guard let tool = decision.tool, let digest = decision.effectDigest else { return nil }
        let key = command.idempotencyKey
        let now = clock.nowSeconds
        let registered = decision.registered
        let leaseExpiresAt = now + registered.deployment.leaseSeconds
        return CallClaim(
            id: id, client: client.client.id, tokenSequence: token.claims.sequence, scope: token.claims.scope,
            claim: key.map {
                IdempotencyScope.digest(of: $0, token.claims.deployment, tool.name, token.claims.subject)
            },
            argumentsDigest: digest, isRepeatable: tool.isRepeatable, leaseExpiresAt: leaseExpiresAt,
            expiresAt: key == nil
                ? leaseExpiresAt : max(leaseExpiresAt, now + registered.deployment.idempotencyRetentionSeconds))
    }

    /// A session token shown without a tool makes no call, and costs none.
    private func takeCall(
        _ decision: VerifyPolicy.Decision, _ token: VerifiedToken
    ) throws(Refusal) -> RateLimiter.Charge? {
        guard let limits = decision.registered.deployment.limits, let tool = decision.tool else { return nil }
        let call = LimitedCall(
            deployment: token.claims.deployment, limits: limits, tool: tool.name, subject: token.claims.subject)
        return try rateLimiter.take(call, of: token.claims.tenant, atMilliseconds: clock.monotonicMilliseconds())
    }

    /// RFC 7662: says what a token is and does not use it. Whatever is wrong, whoever asks, the answer is the same `nil`.
    ///
    /// - Throws: when nothing could be recorded.
    package func introspect(
        _ text: String, by client: AuthenticatedClient, _ context: CallContext
    ) async throws(HallpassError) -> TokenClaims? {
        switch look(at: text, by: client, context) {
        case .refused(_, let entry):
            _ = try await ledger.submit(entry)
            return nil
        case .passed(let peek):
            guard case .refused(let refusal) = try await ledger.submit(peek.entry) else { return peek.token.claims }
            raiseAlarmIfKeyLeaked(refusal, peek.token)
            return nil
        }
    }

    private final class Peek: Sendable {
        let entry: LedgerEntry
        let token: VerifiedToken

        init(entry: LedgerEntry, token: VerifiedToken) {
            self.entry = entry
            self.token = token
        }
    }

    @inline(never)
    private func look(at text: String, by client: AuthenticatedClient, _ context: CallContext) -> Checked<Peek> {
        var entry = AuditEntry(.introspect, .active, by: client, context, at: clock)
        let token: VerifiedToken
        let decision: VerifyPolicy.Decision
        do throws(Refusal) {
            token = try checkToken(Array(text.utf8), keys: client.snapshot.keys)
            entry.describe(token.claims)
            var owned: Set<DeploymentID> = []
            if case .mcpServer(let deployments) = client.client.kind { owned = deployments }
            var query = VerifyQuery(tool: token.claims.tool)
            query.isPeek = true
            decision = try VerifyPolicy.decide(
                token, query, in: client.snapshot, verifyContext(of: client, owning: owned))
        } catch {
            let inactive = entry.inactive(error)
            return .refused(error, self.entry(.record, for: client.tenant) { _ in inactive })
        }
        entry.durationMicroseconds = context.elapsedMicroseconds
        let use = TokenUse(
            ShownToken(token), of: client.tenant, consumes: false, names: token.names,
            refusal: { decision.refusal($0) })
        let ended = self.entry(.use(use), for: client.tenant, expected: entry) { active, outcome in
            guard case .refused(let refusal) = outcome else { return active }
            return active.inactive(refusal)
        }
        return .passed(Peek(entry: ended, token: token))
    }

    /// From bytes to signed claims, each failure under the name of its check.
    func checkToken(_ bytes: [UInt8], keys: KeyRing) throws(Refusal) -> VerifiedToken {
        let unverified: UnverifiedToken
        do throws(HallpassError) {
            unverified = try UnverifiedToken(bytes)
        } catch {
            throw Refusal(.tokenShape, error)
        }
        do throws(HallpassError) {
            return try TokenVerifier.verify(unverified, keys: keys)
        } catch {
            switch error {
            case .unknownKey: throw Refusal(.key, error)
            case .malformedToken: throw Refusal(.claims, error)
            default: throw Refusal(.signature, error)
            }
        }
    }

    private func verifyContext(of client: AuthenticatedClient, owning owned: Set<DeploymentID>) -> VerifyContext {
        VerifyContext(
            issuer: settings.issuer, tenant: client.tenant, ownedDeployments: owned, nowSeconds: clock.nowSeconds)
    }

    /// A good signature on a token that was never issued: someone else signs with this key.
    func raiseAlarmIfKeyLeaked(_ refusal: Refusal, _ token: VerifiedToken) {
        guard refusal.error == .tokenNotIssued else { return }
        settings.alarm(.tokenNotIssued(tenant: token.claims.tenant, key: token.key))
    }
}

extension AuditEntry {
    /// The entry of a verify that went through every check, as the ledger ended it.
    fileprivate func ended(by outcome: LedgerOutcome) -> AuditEntry {
        switch outcome {
        case .refused(let refusal):
            // The number was drawn for a call that is not to be made: nobody will ever report on it.
            var entry = refused(refusal)
            entry.callID = nil
            return entry
        case .replayed(let earlier):
            var entry = self
            entry.decision = .replay
            entry.callID = earlier.id
            return entry
        default: return self
        }
    }

    fileprivate func inactive(_ refusal: Refusal) -> AuditEntry {
        var entry = refused(refusal)
        entry.decision = .inactive
        return entry
    }
}
