import HallpassCore
import HallpassCrypto
import HallpassStorage
import StrictJSON
import Synchronization
import Testing

@testable import HallpassBroker

struct DataKeysTests {
    private static let overlap = Limits.dataKeyOverlapSeconds

    private func rotate(_ fixture: BrokerFixture) async throws -> [DataKeySummary] {
        try await fixture.broker.rotateDataKey(reason: "yearly", by: fixture.security(), fixture.context())
    }

    private func retry(_ fixture: BrokerFixture, key: String) async throws -> Result<VerifyAnswer, Refusal> {
        try await fixture.ask(try await fixture.token().text, key: key)
    }

    private func execute(_ fixture: BrokerFixture, key: String) async throws -> CallID {
        guard case .execute(let execution) = try await retry(fixture, key: key).get() else { throw UnexpectedReplay() }
        return execution.callID
    }

    private func report(_ fixture: BrokerFixture, _ note: Int64, of call: CallID) async throws -> HallpassError? {
        try await fixture.broker.report(
            .result(["note_id": .integer(note)]), of: call, by: fixture.client("crm-server"), fixture.context()
        ).refusal
    }

    /// Whether the one credential there is opens with what is derived from one data key alone.
    private func opens(_ fixture: BrokerFixture, under version: Int64) async throws -> Bool {
        let keys = try await fixture.broker.registryStore.sealedKeys("acme")
        let row = try #require(keys.first { $0.kind == .data && $0.key.version == version })
        let vault = try CredentialVault(
            tenant: "acme", dataKeys: [fixture.broker.tenantKeys.open(row.key, as: .data)])
        let stored = try #require(try await fixture.broker.credentialStore.find(BrokerFixture.credential, of: "acme"))
        return vault.open(try #require(stored.sealed), of: stored.credential) != nil
    }

    @Test func `what was reported before a rotation is replayed after it, and reported again only as it was`()
        async throws
    {
        try await BrokerFixture.run { fixture in
            let before = try await execute(fixture, key: "before")
            #expect(try await report(fixture, 1, of: before) == nil)
            let flying = try await execute(fixture, key: "flying")
            #expect(try await rotate(fixture).map { $0.supersededAt == nil } == [false, true])
            for isRestarted in [false, true] {
                if isRestarted {
                    try await fixture.close()
                    try await fixture.open()
                }
                guard case .replay(let replay) = try await retry(fixture, key: "before").get() else {
                    throw UnexpectedReplay()
                }
                #expect(replay.outcome == CallOutcome.result(["note_id": 1]).json)
                #expect(try await report(fixture, 1, of: before) == nil)
                #expect(try await report(fixture, 2, of: before) == .outcomeConflict)
                #expect(try await report(fixture, 3, of: flying) == nil)
            }
        }
    }

    @Test func `credentials are sealed anew, and the old key opens none of them`() async throws {
        try await BrokerFixture.run { fixture in
            try await fixture.apply(
                [
                    [
                        "server": "crm-mcp", "environment": "prod",
                        "auth": [
                            "mode": "api_key", "scopes": ["contacts:read", "notes:write"], "token_ttl_seconds": 60,
                        ],
                        "tools_allow": ["find_contact", "add_note"],
                    ]
                ], to: "acme")
            try await fixture.put(.apiKey("sk-test-1"))
            _ = try await rotate(fixture)
            let before = (try await opens(fixture, under: 1), try await opens(fixture, under: 2))
            #expect(before == (true, false))
            #expect(try await fixture.issueForFreshCall().value == "sk-test-1")
            try await fixture.broker.tendDataKeys(fixture.context())
            let after = (try await opens(fixture, under: 1), try await opens(fixture, under: 2))
            #expect(after == (false, true))
            #expect(try await fixture.issueForFreshCall().value == "sk-test-1")
        }
    }

    @Test func `a key retires once nothing lies under it, and checkpoints it signed stay good`() async throws {
        try await BrokerFixture.run { fixture in
            let signed = try #require(try await fixture.broker.checkpointAudit().first)
            _ = try await report(fixture, 1, of: execute(fixture, key: "before"))
            _ = try await rotate(fixture)
            // Calls keep their keys for a day, and their rows an hour more.
            for (seconds, isRetired) in [(Self.overlap, false), (86_400 + 3_600, true)] {
                fixture.advance(seconds: seconds)
                let now = fixture.milliseconds.withLock { $0 / 1_000 }
                _ = try await fixture.broker.ledger.sweep(
                    .call, expiredBefore: now - SweptTable.call.retentionSeconds, limit: 500)
                try await fixture.broker.tendDataKeys(fixture.context())
                let keys = try await fixture.broker.dataKeys(by: fixture.security())
                #expect(keys.map { $0.retiredAt != nil } == [isRetired, false])
            }
            #expect(try await fixture.audit().last?["event"] == "data_key_retire")
            let keys = try await fixture.broker.auditKeys(by: fixture.security())
            #expect(keys.count == 2)
            let isSigned = try signed.isSigned(by: keys[0])
            #expect(isSigned)
            let stored = try await fixture.broker.registryStore.load("acme", nowSeconds: BrokerFixture.start)
            #expect(stored?.dataKeys.map(\.version) == [2])
        }
    }

    @Test func `what a request began with the old key may still arrive for an hour`() async throws {
        try await BrokerFixture.run { fixture in
            _ = try await rotate(fixture)
            for (seconds, isRetired) in [(Self.overlap - 1, false), (1, true)] {
                fixture.advance(seconds: seconds)
                try await fixture.broker.tendDataKeys(fixture.context())
                let keys = try await fixture.broker.dataKeys(by: fixture.security())
                #expect(keys.map { $0.retiredAt != nil } == [isRetired, false])
            }
        }
    }

    @Test func `it is on record who did it and why, and only security does`() async throws {
        try await BrokerFixture.run { fixture in
            _ = try await rotate(fixture)
            let record = try #require(try await fixture.audit().last)
            #expect(record["event"] == "data_key_rotate" && record["target"] == "data key 2")
            #expect(record["reason"] == "yearly" && record["client_id"] == "ops")
            let looker = try fixture.admin(as: "looker")
            #expect(try await fixture.broker.dataKeys(by: looker).count == 2)
            await #expect(throws: HallpassError.self) {
                _ = try await fixture.broker.rotateDataKey(reason: nil, by: looker, fixture.context())
            }
        }
    }
}
