import HallpassCore
import StrictJSON
import Synchronization
import Testing

@testable import HallpassBroker

struct ActivityTests {
    private typealias Step = @Sendable () async throws -> Void

    private struct NoMore: Error {}

    private func follow(_ fixture: BrokerFixture, as client: String = "ops") async throws -> ActivityFollowing {
        try await fixture.broker.followActivity(minutes: 60, by: fixture.admin(as: client))
    }

    /// What is told while these happen, each before one look.
    private func told(_ following: ActivityFollowing, _ steps: [Step]) async -> [ActivityReport] {
        let next = Mutex(0)
        await following.tellNews {
            let index = next.withLock { next in
                defer { next += 1 }
                return next
            }
            guard index < steps.count else { throw NoMore() }
            try await steps[index]()
        }
        var told: [ActivityReport] = []
        for await signal in following.signals.stream {
            if case .event(let report) = signal { told.append(report) }
        }
        return told
    }

    @Test func `what happens is told once, with all that there is to be known`() async throws {
        try await BrokerFixture.run { fixture in
            let call: Step = { [fixture] in
                _ = try await fixture.verify(try await fixture.token().text)
                fixture.advance(seconds: 1)
            }
            try await call()
            let following = try await follow(fixture)
            #expect(following.first.minutes.map(\.calls.executed) == [1])
            let reports = await told(following, [call, { fixture.advance(seconds: 1) }, call])
            #expect(reports.map { $0.minutes.map(\.calls.executed).reduce(0, +) } == [2, 3])
            #expect(reports.map(\.head) == [following.first.head + 2, following.first.head + 4])
            #expect(reports.last?.newest.events[.verify] == reports.last?.head)
            #expect(fixture.broker.activityFollowerCount == 0)
        }
    }

    @Test func `within a second all are told the same count, and whoever asks is not`() async throws {
        try await BrokerFixture.run { fixture in
            let first = try await follow(fixture)
            _ = try await fixture.token()
            let second = try await follow(fixture)
            #expect(second.first.head == first.first.head)
            let asked = try await fixture.broker.activity(minutes: 60, by: fixture.admin(as: "ops"))
            #expect(asked.head == first.first.head + 1)
            _ = try await fixture.token()
            // One that reaches further back is not what the others were told.
            let day = try await fixture.broker.followActivity(minutes: 1_440, by: fixture.admin(as: "ops"))
            #expect(day.first.head == first.first.head + 2)
            fixture.advance(seconds: 1)
            #expect(await told(first, [{}]).map(\.head) == [first.first.head + 2])
        }
    }

    @Test func `nobody hears of another tenant`() async throws {
        try await BrokerFixture.run { fixture in
            let theirs = try await fixture.broker.followActivity(
                minutes: 60, by: fixture.admin(of: "globex", as: "ops"))
            let reports = await told(
                theirs,
                [
                    { [fixture] in
                        _ = try await fixture.token()
                        fixture.advance(seconds: 1)
                    }
                ])
            #expect(reports.isEmpty)
        }
    }

    @Test func `who may look is asked again before each look, and the stream is over when they may not`() async throws {
        try await BrokerFixture.run { fixture in
            await #expect(throws: HallpassError.self) { _ = try await follow(fixture, as: "looker") }
            let following = try await follow(fixture)
            #expect(following.isWelcome())
            let reports = await told(
                following,
                [
                    { [fixture] in
                        let roles =
                            ["kind": "Client", "id": "ops", "type": "automation", "roles": ["tenant_admin"]]
                            as JSONValue
                        try await fixture.apply([roles], to: "acme")
                        fixture.advance(seconds: 1)
                    }
                ])
            #expect(reports.isEmpty)
            #expect(!following.isWelcome())
            #expect(fixture.broker.activityFollowerCount == 0)
        }
    }

    @Test func `there are only so many, and who leaves makes room`() async throws {
        try await BrokerFixture.run { fixture in
            var all: [ActivityFollowing] = []
            for _ in 0..<Limits.activityFollowersPerCaller { all.append(try await follow(fixture)) }
            await #expect(throws: HallpassError.self) { _ = try await follow(fixture) }
            _ = try await fixture.broker.followActivity(minutes: 60, by: fixture.admin(of: "globex", as: "ops"))
            all.removeLast().signals.end()
            _ = try await follow(fixture)
            all.removeAll()
            #expect(fixture.broker.activityFollowerCount == 0)
        }
    }

    @Test func `who does not keep up is let go`() async throws {
        try await BrokerFixture.run { fixture in
            let slow = try await follow(fixture)
            let call: Step = { [fixture] in
                _ = try await fixture.token()
                fixture.advance(seconds: 1)
            }
            let reports = await told(slow, Array(repeating: call, count: Limits.activityBacklogEvents + 3))
            #expect(reports.count == Limits.activityBacklogEvents)
        }
    }
}
