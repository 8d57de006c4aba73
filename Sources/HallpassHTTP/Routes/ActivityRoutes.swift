import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON

/// What became of calls of late: asked once, or followed.
struct ActivityRoutes {
    let broker: Broker
    let heartbeat: Duration
    /// How long a follower's stream waits before it looks again.
    let pause: Duration

    var routes: [Route] {
        [
            Route(.get, "/v1/tenants/{tenant}/activity", .adminRead, .none, read),
            Route(.get, "/v1/tenants/{tenant}/activity/feed", .adminRead, .none, follow),
        ]
    }

    @Sendable
    private func read(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        return Answer(.ok, try await broker.activity(minutes: try call.minutes(), by: admin).json)
    }

    @Sendable
    private func follow(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try admin.require(.readAudit)
        let following = try await broker.followActivity(minutes: try call.minutes(), by: admin)
        return Answer(
            events: EventStream(
                of: .activity, opening: ServerSentEvent.opening(following.first), following.signals,
                heartbeat: heartbeat, isWelcome: following.isWelcome, bytes: ServerSentEvent.bytes,
                tell: { [pause] in await following.tellNews(after: { try await Task.sleep(for: pause) }) }))
    }
}

extension Call {
    fileprivate func minutes() throws -> Int64 {
        try query { reader in reader.optionalNumber("minutes", in: 1...Activity.keptMinutes) ?? 60 }
    }
}
