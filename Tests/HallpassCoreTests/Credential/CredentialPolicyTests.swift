import Testing

@testable import HallpassCore

struct CredentialPolicyTests {
    private func credential(
        _ kind: CredentialKind = .apiKey, subject: Subject? = nil, state: UpstreamCredential.State = .active,
        failure: UpstreamFailure? = nil
    ) -> UpstreamCredential {
        UpstreamCredential(
            id: "c", deployment: "crm-mcp@prod", subject: subject, kind: kind, authorization: nil, version: 1,
            state: state, failure: failure, createdAt: 0, rotatedAt: 0)
    }

    /// Written out, because it is the table of the protocol.
    @Test(arguments: [
        (AuthMode.oauth, [CredentialKind.oauthClientCredentials, .oauthRefreshToken]), (.apiKey, [.apiKey]),
        (.none, []),
    ])
    func `what a deployment may hold follows from its auth mode`(mode: AuthMode, kinds: [CredentialKind]) {
        #expect(CredentialKind.allCases.filter { $0.isAllowed(by: mode) } == kinds)
    }

    @Test func `a credential that no longer fits its deployment is none`() {
        #expect(throws: Refusal(.credential, .credentialNotFound)) {
            try CredentialPolicy.choose([credential()], for: "alice", mode: .oauth)
        }
        #expect(throws: Refusal(.credential, .upstreamReauthRequired)) {
            try CredentialPolicy.choose(
                [credential(.oauthRefreshToken, failure: .invalidGrant)], for: "alice", mode: .oauth)
        }
    }

    @Test(arguments: [
        (lifetime: Int64(3_600), jitter: 0.0, at: Int64(3_450)), (3_600, 1.0, 3_300), (100, 0.0, 90), (100, 1.0, 80),
        (100, 7.0, 80), (1, 0.5, 0),
    ])
    func `the next token is fetched a little before the end, not by everyone at once`(
        lifetime: Int64, jitter: Double, at: Int64
    ) {
        #expect(CredentialPolicy.refreshAt(issuedAt: 0, lifetimeSeconds: lifetime, jitter: jitter) == at)
    }

    @Test(arguments: [(1, 1), (2, 2), (3, 4), (6, 32), (7, 64), (100, 64)] as [(Int, Int64)])
    func `a provider is left alone for longer each time`(failures: Int, seconds: Int64) {
        #expect(CredentialPolicy.cooldownSeconds(failures: failures) == seconds)
    }
}
