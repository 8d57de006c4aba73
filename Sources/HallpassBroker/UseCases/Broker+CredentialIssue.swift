package import HallpassCore
package import HallpassCrypto
import HallpassStorage

/// What a server is given to reach its backend with, for one call.
package struct IssuedCredential: Sendable {
    package let kind: Kind
    package let value: SecretBytes

    package enum Kind: Sendable {
        case apiKey
        /// RFC 6750. `expiresAt`: Unix seconds; `nil` where the provider does not say.
        case bearer(scope: ScopeSet, expiresAt: Int64?)
    }
}

extension Broker {
    /// Gives the server that was told to execute a call what it reaches its backend with, once, while its lease runs. The record
    /// of it, with the SHA-256 of what is given, is on disk before it leaves.
    ///
    /// - Returns: the refusal where the call is not this client's or is over, where one was given before, or where there is none.
    /// - Throws: when nothing could be recorded.
    package func issueCredential(
        for call: CallID, by client: AuthenticatedClient, _ context: CallContext
    ) async throws(HallpassError) -> Result<IssuedCredential, Refusal> {
        guard case .mcpServer = client.client.kind else {
            throw .forbidden(needs: "only MCP servers fetch credentials")
        }
        var entry = AuditEntry(.credentialIssue, .allow, by: client, context, at: clock)
        entry.callID = call
        let (credential, issued): (UpstreamCredential, IssuedCredential)
        do throws(Refusal) {
            (credential, issued) = try await prepare(call, by: client, context, &entry)
        } catch {
            let refused = entry.refused(error)
            _ = try await submit(.record, for: client.tenant) { _ in refused }
            return .failure(error)
        }
        let digest = issued.value.withUnsafeBytes { SHA256.hash(Array($0)) }
        entry.credentialDigest = digest
        entry.durationMicroseconds = context.elapsedMicroseconds
        let given = entry
        let refusal = try await credentialStore.handOut(
            CredentialHandOut(
                call: call, client: client.client.id, credential: credential, digest: digest,
                nowSeconds: clock.nowSeconds), of: client.tenant
        ) { refusal in
            guard let refusal else { return given }
            // Nothing was given, so there is no digest of it.
            var entry = given.refused(refusal)
            entry.credentialDigest = nil
            return entry
        }
        return refusal.map { .failure($0) } ?? .success(issued)
    }

    /// Everything but the hand-out itself: which credential it is, and what there is to give.
    private func prepare(
        _ id: CallID, by client: AuthenticatedClient, _ context: CallContext, _ entry: inout AuditEntry
    ) async throws(Refusal) -> (UpstreamCredential, IssuedCredential) {
        let call = try await refusing {
            try await credentialStore.call(
                id, by: client.client.id, of: client.tenant, nowSeconds: clock.nowSeconds)
        }
        guard let call else { throw Refusal(.ledger, .notFound) }
        entry.subject = call.subject
        entry.connector = call.deployment.connector
        entry.environment = call.deployment.environment
        if let refusal = CredentialPolicy.refusal(call, nowSeconds: clock.nowSeconds) { throw refusal }
        guard let deployment = client.snapshot.registry.deployments[call.deployment] else {
            throw Refusal(.credential, .credentialNotFound)
        }
        let candidates = try await refusing {
            try await credentialStore.candidates(for: call.subject, in: call.deployment, of: client.tenant)
        }
        let credential = try CredentialPolicy.choose(candidates, for: call.subject, mode: deployment.authMode)
        entry.describe(credential)
        guard credential.kind == .apiKey else {
            entry.scope = call.scope
            let fetcher = Fetcher(
                tenant: client.tenant, vault: client.credentialVault,
                refreshed: AuditEntry(.credentialRefresh, .allow, by: client, context, at: clock))
            switch await accessToken(credential, scope: call.scope, for: fetcher) {
            case .failure(let failure): throw failure.refusal
            case .success(let token):
                return (
                    credential,
                    IssuedCredential(kind: .bearer(scope: token.scope, expiresAt: token.expiresAt), value: token.value)
                )
            }
        }
        let stored = try await refusing { try await credentialStore.find(credential.id, of: client.tenant) }
        guard let stored, let sealed = stored.sealed, stored.credential.version == credential.version,
            case .apiKey(let key) = client.credentialVault.open(sealed, of: stored.credential)
        else { throw Refusal(.credential, .unavailable) }
        return (credential, IssuedCredential(kind: .apiKey, value: key))
    }

    /// A read that fails is a refusal like any other here: it is on record that nothing was given.
    private func refusing<Value>(_ read: () async throws -> Value) async throws(Refusal) -> Value {
        do throws(HallpassError) {
            return try await reading(read)
        } catch {
            throw Refusal(.credential, error)
        }
    }
}
