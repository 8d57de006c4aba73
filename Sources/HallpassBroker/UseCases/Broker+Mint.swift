package import HallpassCore
package import HallpassCrypto
import HallpassStorage
package import StrictJSON

/// What a gateway asks for, as it wrote it.
package struct MintCommand: Sendable {
    package var proof: ActorProof
    /// Who acts for the actor; the client itself where nobody is named.
    package var agent: AgentProof?
    package var target: MintRequest.Target
    package var environment: EnvironmentID
    package var tool: ToolName?
    package var arguments: JSONObject?
    package var argumentsDigest: SHA256Digest?
    package var scope: ScopeSet?
    package var lifetimeSeconds: Int64?
    package var transaction: TransactionID?
    /// The approval that an earlier refusal named.
    package var approval: ApprovalID?

    package init(proof: ActorProof, target: MintRequest.Target, environment: EnvironmentID) {
        self.proof = proof
        self.target = target
        self.environment = environment
    }
}

/// A token, signed and on record.
package struct MintedToken: Sendable {
    package let text: String
    package let claims: TokenClaims

    package var lifetimeSeconds: Int64 { claims.expiresAt - claims.issuedAt }
}

extension Broker {
    /// Decides, signs, and has the token on record before it leaves.
    ///
    /// - Returns: the token, or the refusal; either is audited.
    /// - Throws: when nothing could be recorded, and so nothing was issued.
    package func mint(
        _ command: MintCommand, by client: AuthenticatedClient, _ context: CallContext
    ) async throws(HallpassError) -> Result<MintedToken, Refusal> {
        // Numbered before anything is looked at, so that a revocation meanwhile reaches this token.
        let sequence = ledger.nextSequence()
        let decided =
            command.showsTokens
            ? await decideProving(command, sequence: sequence, by: client, context)
            : decide(command, sequence: sequence, by: client, context)
        switch decided {
        case .refused(let refusal, let entry):
            _ = try await ledger.submit(entry)
            return .failure(refusal)
        case .made(let token, let entry):
            guard case .refused(let refusal) = try await ledger.submit(entry) else { return .success(token) }
            return .failure(refusal)
        }
    }

    /// Up to 64 mints, each on its own: one refused says nothing about the others. Answers stand in the order of `commands`.
    ///
    /// Where some could not be recorded they are refused in their places, so that those that were issued reach who asked.
    ///
    /// - Parameter commands: an item that could not be read is refused, and recorded, as that item.
    /// - Throws: when none of them could be recorded, and so nothing was issued.
    package func mint(
        batch commands: [Result<MintCommand, HallpassError>], by client: AuthenticatedClient, _ context: CallContext
    ) async throws(HallpassError) -> [Result<MintedToken, Refusal>] {
        let answers = await withTaskGroup(
            of: (Int, Result<Result<MintedToken, Refusal>, HallpassError>).self
        ) { group in
            for (index, command) in commands.enumerated() {
                group.addTask {
                    // What may throw stays out of the pair: swiftc 6.3.1 -O gave a closure that throws inside it another `index`.
                    (index, await self.mintItem(command, by: client, context))
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let ordered = answers.sorted { $0.0 < $1.0 }.map(\.1)
        let isNoneRecorded = ordered.allSatisfy { if case .failure = $0 { true } else { false } }
        if isNoneRecorded, case .failure(let error)? = ordered.first { throw error }
        return ordered.map { answer in
            switch answer {
            case .success(let recorded): recorded
            case .failure(let error): .failure(Refusal(.admission, error))
            }
        }
    }

    private func mintItem(
        _ command: Result<MintCommand, HallpassError>, by client: AuthenticatedClient, _ context: CallContext
    ) async -> Result<Result<MintedToken, Refusal>, HallpassError> {
        do throws(HallpassError) {
            switch command {
            case .success(let command): return .success(try await mint(command, by: client, context))
            case .failure(let error):
                let refusal = Refusal(.requestShape, error)
                try await record(refusal, .mint, by: .client(client), context)
                return .success(.failure(refusal))
            }
        } catch {
            return .failure(error)
        }
    }

    /// What came of all that can be said without the ledger; for whom waits, as in ``verify(_:by:_:)``.
    private enum MintDecided: Sendable {
        case made(MintedToken, LedgerEntry)
        case refused(Refusal, LedgerEntry)
    }

    /// Asks identity providers for their keys, where they are not known.
    private func decideProving(
        _ command: MintCommand, sequence: Int64, by client: AuthenticatedClient, _ context: CallContext
    ) async -> MintDecided {
        var entry = AuditEntry(.mint, .allow, by: client, context, at: clock)
        entry.describe(command)
        do throws(Refusal) {
            try requireMayMint(client)
            let shown = try await prove(command, by: client, entry: &entry)
            return decide(command, shown, entry, sequence: sequence, by: client)
        } catch {
            let refused = entry.refused(error)
            return .refused(error, self.entry(.record, for: client.tenant) { _ in refused })
        }
    }

    @inline(never)
    private func decide(
        _ command: MintCommand, sequence: Int64, by client: AuthenticatedClient, _ context: CallContext
    ) -> MintDecided {
        var entry = AuditEntry(.mint, .allow, by: client, context, at: clock)
        entry.describe(command)
        return decide(command, ShownIdentities(), entry, sequence: sequence, by: client)
    }

    private func decide(
        _ command: MintCommand, _ shown: ShownIdentities, _ draft: AuditEntry, sequence: Int64,
        by client: AuthenticatedClient
    ) -> MintDecided {
        var entry = draft
        let made: (token: MintedToken, row: TokenRow)
        let action: LedgerAction
        do throws(Refusal) {
            try requireMayMint(client)
            let request = try request(command, shown, by: client, entry: &entry)
            let now = clock.nowSeconds
            let decision = try MintPolicy.decide(request, in: client.snapshot, nowSeconds: now)
            made = try makeToken(request, decision, sequence: sequence, nowSeconds: now, by: client)
            if let demand = decision.demand {
                entry.approvalID = command.approval
                action = .issueOnApproval(
                    try claim(made.row, on: demand, for: request, shown: command.approval, nowSeconds: now, by: client))
            } else {
                action = .issue(made.row)
            }
        } catch {
            let refused = entry.refused(error)
            return .refused(error, self.entry(.record, for: client.tenant) { _ in refused })
        }
        let asked = entry
        entry.describe(made.token.claims)
        let ended = self.entry(action, for: client.tenant, expected: entry) { issued, outcome in
            guard case .refused(let refusal) = outcome else { return issued }
            return asked.refused(refusal)
        }
        return .made(made.token, ended)
    }

    private func requireMayMint(_ client: AuthenticatedClient) throws(Refusal) {
        do throws(HallpassError) {
            try client.requireMayAsk(.mint)
        } catch {
            throw Refusal(.caller, error)
        }
    }

    private func request(
        _ command: MintCommand, _ shown: ShownIdentities, by client: AuthenticatedClient, entry: inout AuditEntry
    ) throws(Refusal) -> MintRequest {
        let proven = try provenCall(command, shown, by: client, entry: &entry)
        var request = MintRequest(
            actor: proven.actor, act: proven.act, target: command.target, environment: command.environment)
        request.tool = command.tool
        request.arguments = command.arguments
        request.argumentsDigest = try digest(of: command)
        guard command.approval == nil || command.arguments != nil else {
            throw Refusal(
                .requestShape,
                .invalidRequest(path: "/approval_id", rule: "arguments", message: "needs the arguments beside it"))
        }
        entry.argumentsDigest = request.argumentsDigest
        request.scope = command.scope
        request.lifetimeSeconds = command.lifetimeSeconds
        request.transaction = command.transaction
        return request
    }

    private func digest(of command: MintCommand) throws(Refusal) -> SHA256Digest? {
        guard let tool = command.tool else {
            guard command.arguments == nil, command.argumentsDigest == nil else {
                throw Refusal(
                    .requestShape,
                    .invalidRequest(path: "/arguments", rule: "tool", message: "needs a tool beside it"))
            }
            return nil
        }
        let computed = command.arguments.map { ArgumentsDigest.of($0, tool: tool) }
        if let computed, let given = command.argumentsDigest, computed != given {
            throw Refusal(
                .requestShape,
                .invalidRequest(
                    path: "/arguments_sha256", rule: "digest", message: "is not the digest of arguments and tool"))
        }
        return computed ?? command.argumentsDigest
    }

    /// A call that would be refused for its number is refused here already, where someone can wait; it counts when it is made.
    private func lookAtLimits(_ decision: MintDecision, _ request: MintRequest, of tenant: TenantID) throws(Refusal) {
        guard let limits = decision.limits, let tool = request.tool else { return }
        let call = LimitedCall(
            deployment: decision.deployment, limits: limits, tool: tool, subject: request.actor.subject)
        try rateLimiter.look(call, of: tenant, atMilliseconds: clock.monotonicMilliseconds())
    }

    private func makeToken(
        _ request: MintRequest, _ decision: MintDecision, sequence: Int64, nowSeconds now: Int64,
        by client: AuthenticatedClient
    ) throws(Refusal) -> (MintedToken, TokenRow) {
        try lookAtLimits(decision, request, of: client.tenant)
        guard let key = client.snapshot.keys.signingKey(for: decision.deployment, kind: decision.kind),
            let id = try? TokenID(bytes: RandomBytes.generate(count: TokenID.byteCount))
        else {
            // Without randomness or a key nothing can be issued; which of the two is for the health check to say.
            throw Refusal(.key, .unavailable)
        }
        let claims = TokenClaims(
            kind: decision.kind, issuer: settings.issuer, audience: decision.audience, subject: request.actor.subject,
            act: request.act, client: client.client.id, tenant: client.tenant, deployment: decision.deployment,
            tool: request.tool, scope: decision.scope, argumentsDigest: request.argumentsDigest, id: id,
            transaction: request.transaction, sequence: sequence, issuedAt: now,
            expiresAt: now + decision.lifetimeSeconds)
        do throws(HallpassError) {
            let token = try TokenSigner.sign(claims, with: key)
            return (
                MintedToken(text: token.text, claims: claims),
                TokenRow(claims, signature: token.signature, groups: decision.groups)
            )
        } catch {
            throw Refusal(.requestShape, error)
        }
    }
}
