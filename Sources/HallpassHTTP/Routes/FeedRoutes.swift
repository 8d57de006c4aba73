import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON

/// `GET /v1/revocations/feed`: what ends tokens, told as it happens.
struct FeedRoutes {
    let broker: Broker
    let heartbeat: Duration

    var routes: [Route] { [Route(.get, "/v1/revocations/feed", .adminRead, .none, for: .clients, follow)] }

    @Sendable
    private func follow(_ call: Call) async throws -> Answer {
        let follower = try broker.follower(call.client)
        let asked: Int64? = try call.query { reader in
            .some(reader.optionalNumber("after", in: 0...JSONValue.safeIntegerMaximum))
        }
        // A browser comes back to the same address with the header added, so the header is the newer word.
        let following = try await broker.followRevocations(after: try call.lastEventID() ?? asked, by: follower)
        return Answer(
            events: EventStream(
                of: .revocations, opening: ServerSentEvent.opening(following), following.signals, heartbeat: heartbeat,
                isWelcome: following.isWelcome, bytes: ServerSentEvent.bytes))
    }
}

extension Call {
    fileprivate func lastEventID() throws(HallpassError) -> Int64? {
        guard let text = headers[.lastEventID] else { return nil }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(text) else {
            throw .invalidRequest(
                path: "", rule: "last_event_id", message: "must carry an id of this feed in Last-Event-ID")
        }
        return number
    }
}

extension HTTPField.Name {
    fileprivate static let lastEventID = literal("Last-Event-ID")
}
