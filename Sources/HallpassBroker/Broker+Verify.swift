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

    package init(token: String) { self.token = token }
}

/// Leave to act, once.
package struct Execution: Sendable {
    package let callID: CallID
    package let claims: TokenClaims
    /// The tool that may run; `nil` for a session token that runs none.
    package let tool: ToolName?
}

extension Broker {
    /// Every check of the protocol in its order, the token's one use, and the record of it, in one commit.
    ///
    /// - Throws: when the caller may not ask (``HallpassError/forbidden(needs:)``) or nothing could be recorded: then it must not
    ///   execute.
    package func verify(
        _ command: VerifyCommand, by client: AuthenticatedClient, _ context: CallContext
    ) async throws(HallpassError) -> Result<Execution, Refusal> {
        let owned = try ownedDeployments(of: client)
        guard let callID = try? CallID(bytes: RandomBytes.generate(count: CallID.byteCount)) else {
            // A call without an id could not be reported on; no randomness is the health check's to say.
            throw .unavailable
        }
        var entry = AuditEntry(.verify, .execute, by: client, context, at: clock)
        entry.tool = command.tool
        let token: VerifiedToken
        let decision: VerifyPolicy.Decision
        do throws(Refusal) {
            token = try checkToken(Array(command.token.utf8), keys: client.snapshot.keys)
            entry.describe(token.claims)
            entry.tool = command.tool ?? token.claims.tool
            var query = VerifyQuery(tool: command.tool, environment: command.environment)
            if let tool = command.tool, let arguments = command.arguments {
                query.argumentsDigest = ArgumentsDigest.of(arguments, tool: tool)
                entry.argumentsDigest = query.argumentsDigest
            }
            decision = try VerifyPolicy.decide(
                token, query, in: client.snapshot, verifyContext(of: client, owning: owned))
        } catch {
            let refused = entry.refused(error)
            _ = try await submit(.record, for: client.tenant) { _ in refused }
            return .failure(error)
        }
        entry.callID = callID
        entry.durationMicroseconds = context.elapsedMicroseconds
        let executed = entry
        let use = TokenUse(
            tenant: client.tenant, sequence: token.claims.sequence, id: token.claims.id,
            consumes: token.claims.kind == .call, refusalByGroups: decision.refusalByGroups)
        let outcome = try await submit(.use(use), for: client.tenant) { outcome in
            guard case .refused(let refusal) = outcome else { return executed }
            return executed.refused(refusal)
        }
        if case .refused(let refusal) = outcome {
            raiseAlarmIfKeyLeaked(refusal, token)
            return .failure(refusal)
        }
        return .success(Execution(callID: callID, claims: token.claims, tool: command.tool))
    }

    /// RFC 7662: says what a token is and does not use it. Whatever is wrong, whoever asks, the answer is the same `nil`.
    ///
    /// - Throws: when nothing could be recorded.
    package func introspect(
        _ text: String, by client: AuthenticatedClient, _ context: CallContext
    ) async throws(HallpassError) -> TokenClaims? {
        var entry = AuditEntry(.introspect, .active, by: client, context, at: clock)
        let token: VerifiedToken
        let decision: VerifyPolicy.Decision
        do throws(Refusal) {
            token = try checkToken(Array(text.utf8), keys: client.snapshot.keys)
            entry.describe(token.claims)
            var owned: Set<DeploymentID> = []
            if case .mcpServer(let deployments) = client.client.kind { owned = deployments }
            let query = VerifyQuery(tool: token.claims.tool, argumentsDigest: token.claims.argumentsDigest)
            decision = try VerifyPolicy.decide(
                token, query, in: client.snapshot, verifyContext(of: client, owning: owned))
        } catch {
            let inactive = entry.inactive(error)
            _ = try await submit(.record, for: client.tenant) { _ in inactive }
            return nil
        }
        entry.durationMicroseconds = context.elapsedMicroseconds
        let active = entry
        let peek = TokenUse(
            tenant: client.tenant, sequence: token.claims.sequence, id: token.claims.id, consumes: false,
            refusalByGroups: decision.refusalByGroups)
        let outcome = try await submit(.use(peek), for: client.tenant) { outcome in
            guard case .refused(let refusal) = outcome else { return active }
            return active.inactive(refusal)
        }
        guard case .refused(let refusal) = outcome else { return token.claims }
        raiseAlarmIfKeyLeaked(refusal, token)
        return nil
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

    private func ownedDeployments(of client: AuthenticatedClient) throws(HallpassError) -> Set<DeploymentID> {
        guard case .mcpServer(let deployments) = client.client.kind else {
            throw .forbidden(needs: "only MCP servers verify tokens")
        }
        return deployments
    }

    private func verifyContext(of client: AuthenticatedClient, owning owned: Set<DeploymentID>) -> VerifyContext {
        VerifyContext(
            issuer: settings.issuer, tenant: client.tenant, ownedDeployments: owned, nowSeconds: clock.nowSeconds)
    }

    /// A good signature on a token that was never issued: someone else signs with this key.
    private func raiseAlarmIfKeyLeaked(_ refusal: Refusal, _ token: VerifiedToken) {
        guard refusal.error == .tokenNotIssued else { return }
        settings.alarm(.tokenNotIssued(tenant: token.claims.tenant, key: token.key))
    }
}

extension AuditEntry {
    fileprivate func inactive(_ refusal: Refusal) -> AuditEntry {
        var entry = refused(refusal)
        entry.decision = .inactive
        return entry
    }
}
