import HallpassCore

/// What is known of a request before anything in it is believed.
package struct CallContext: Sendable {
    /// 22 characters; in the answer's `X-Request-Id`, in the log and in the audit.
    package let requestID: String
    /// The client's address without port, or `nil` where the transport has none.
    package let address: String?
    package let started: ContinuousClock.Instant

    package init(requestID: String, address: String?, started: ContinuousClock.Instant = .now) {
        self.requestID = requestID
        self.address = address
        self.started = started
    }

    /// Of what the server does of itself.
    package static func ofServer() -> CallContext { CallContext(requestID: RequestID.make(), address: nil) }

    var elapsedMicroseconds: Int64 {
        let (seconds, attoseconds) = started.duration(to: .now).components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}

extension AuditEntry {
    /// An entry for something asked in this context, by this client.
    init(
        _ event: AuditEvent, _ decision: AuditDecision, by client: AuthenticatedClient?, _ context: CallContext,
        at clock: Clock
    ) {
        self.init(
            event: event, decision: decision, timeMilliseconds: clock.nowMilliseconds(), requestID: context.requestID)
        self.client = client?.client.id
        address = context.address
        durationMicroseconds = context.elapsedMicroseconds
    }
}
