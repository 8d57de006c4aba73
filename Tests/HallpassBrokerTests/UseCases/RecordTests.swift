import HallpassCore
import StrictJSON
import Testing

@testable import HallpassBroker

struct RecordTests {
    private static let limit = Limits.refusalsRecordedPerMinute

    private func refuse(_ fixture: BrokerFixture, times: Int, by caller: Caller? = nil) async throws {
        for _ in 0..<times {
            try await fixture.broker.record(
                Refusal(.caller, .invalidClient), .mint, by: caller, fixture.context())
        }
    }

    @Test func `a flood of unknown callers becomes one record with its count`() async throws {
        try await BrokerFixture.run { fixture in
            let before = try await fixture.audit(.platform).count
            try await refuse(fixture, times: Self.limit + 900)
            #expect(try await fixture.audit(.platform).count == before + Self.limit)
            try await fixture.broker.recordTally(fixture.context())
            try await fixture.broker.recordTally(fixture.context())
            let records = try await fixture.audit(.platform)
            #expect(records.count == before + Self.limit + 1)
            let last = try #require(records.last)
            #expect(last["event"] == "refusals")
            #expect(last["count"] == 900)
            #expect(last["address"] == "127.0.0.1")
        }
    }

    @Test func `refusals of a client that is known are recorded one by one, however many`() async throws {
        try await BrokerFixture.run { fixture in
            let caller = Caller.client(try fixture.client("gateway"))
            let before = try await fixture.audit().count
            try await refuse(fixture, times: Self.limit + 3, by: caller)
            #expect(try await fixture.audit().count == before + Self.limit + 3)
        }
    }
}
