import HallpassBroker
import HallpassCore
import StrictJSON
import Testing

struct OutcomeTests {
    private func call(_ fixture: BrokerFixture, key: String = "k1") async throws -> CallID {
        let token = try await fixture.token().text
        guard case .execute(let execution) = try await fixture.ask(token, key: key).get() else {
            throw UnexpectedReplay()
        }
        return execution.callID
    }

    private func report(
        _ fixture: BrokerFixture, _ outcome: CallOutcome, of call: CallID, as client: String = "crm-server",
        tenant: String = "acme"
    ) async throws -> HallpassError? {
        try await fixture.broker.report(
            outcome, of: call, by: fixture.client(client, tenant: tenant), fixture.context()
        ).refusal
    }

    @Test func `the same said twice is fine, something else is a conflict`() async throws {
        try await BrokerFixture.run { fixture in
            let call = try await call(fixture)
            #expect(try await report(fixture, .result(["a": 1, "b": 2]), of: call) == nil)
            #expect(try await report(fixture, .result(["b": 2, "a": 1]), of: call) == nil)
            #expect(try await report(fixture, .result(["a": 2]), of: call) == .outcomeConflict)
            #expect(try await report(fixture, .error(JSONObject()), of: call) == .outcomeConflict)
        }
    }

    @Test func `only the server that was let through reports, and only on what there is`() async throws {
        try await BrokerFixture.run { fixture in
            let call = try await call(fixture)
            #expect(try await report(fixture, .result(1), of: call, as: "billing-server") == .notFound)
            #expect(try await report(fixture, .result(1), of: call, tenant: "globex") == .notFound)
            var guessed = call.bytes
            guessed[15] ^= 1
            #expect(try await report(fixture, .result(1), of: try #require(CallID(bytes: guessed))) == .notFound)
            #expect(
                try await report(
                    fixture, .result(1), of: try #require(CallID(bytes: [UInt8](repeating: 255, count: 16))))
                    == .notFound)
            await #expect(throws: HallpassError.self) { try await report(fixture, .result(1), of: call, as: "gateway") }
            #expect(try await report(fixture, .result(1), of: call) == nil)
        }
    }

    /// The wrapping `{"ok":true,"result":"…"}` takes 23 bytes of the limit.
    @Test(arguments: [(Limits.outcomeBytes - 23, true), (Limits.outcomeBytes - 22, false)])
    func `a result is kept up to the limit, of a larger one only that it was`(count: Int, isKept: Bool) async throws {
        try await BrokerFixture.run { fixture in
            let call = try await call(fixture)
            let text = String(repeating: "x", count: count)
            #expect(try await report(fixture, .result(.string(text)), of: call) == nil)
            let token = try await fixture.token().text
            guard case .replay(let replay) = try await fixture.ask(token, key: "k1").get() else {
                throw MissingReplay()
            }
            #expect((replay.outcome == ["ok": true, "result": .string(text)]) == isKept)
            #expect((replay.outcome.objectValue?["error"]?.objectValue?["code"] == "RESULT_NOT_RETAINED") == !isKept)
        }
    }

    @Test func `every report is on record, refused ones too`() async throws {
        try await BrokerFixture.run { fixture in
            let call = try await call(fixture)
            let before = try await fixture.audit().count
            _ = try await report(fixture, .result(1), of: call)
            _ = try await report(fixture, .result(2), of: call)
            _ = try await report(fixture, .result(1), of: call, as: "billing-server")
            let records = try await fixture.audit().dropFirst(before)
            #expect(records.map { $0["event"] } == ["outcome", "outcome", "outcome"])
            #expect(records.map { $0["code"] } == [nil, "outcome_conflict", "not_found"])
            #expect(records.allSatisfy { $0["call_id"] == .string(call.text) })
        }
    }
}
