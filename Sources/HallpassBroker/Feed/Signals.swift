import Synchronization

/// What one follower is told.
package enum Signal<Event: Sendable>: Sendable {
    case event(Event)
    /// Nothing happened, and the broker is there.
    case heartbeat
}

/// One follower's way to hear of what happens.
package struct Signals<Event: Sendable>: Sendable {
    /// Ends when the follower was too slow, or after ``end()``.
    package let stream: AsyncStream<Signal<Event>>
    let sender: Sender

    /// What tells the follower.
    struct Sender: Sendable {
        fileprivate let continuation: AsyncStream<Signal<Event>>.Continuation
        fileprivate let farewell = Farewell()

        /// - Returns: whether there was room for it; else they are to be ended.
        func tell(_ event: Event) -> Bool {
            if case .dropped = continuation.yield(.event(event)) { false } else { true }
        }

        func end() { continuation.finish() }

        /// - Parameter event: why there is nothing to follow any more.
        func end(with event: Event) {
            farewell.event.withLock { $0 = event }
            end()
        }
    }

    fileprivate final class Farewell: Sendable {
        let event = Mutex<Event?>(nil)
    }

    /// Why there is nothing to follow any more. To be told last, to whoever was listening, welcome or not: it is why they are not.
    package var last: Event? { sender.farewell.event.withLock { $0 } }

    /// - Parameter backlog: what may wait for the follower; past it they are let go, and may come back.
    init(backlog: Int) {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Signal<Event>.self, bufferingPolicy: .bufferingOldest(backlog))
        self.stream = stream
        sender = Sender(continuation: continuation)
    }

    /// - Parameter leave: called once, however it ends. To be set before anyone can end it.
    func onEnd(_ leave: @escaping @Sendable () -> Void) { sender.continuation.onTermination = { _ in leave() } }

    package func beat() {
        if case .dropped = sender.continuation.yield(.heartbeat) { end() }
    }

    package func end() { sender.end() }
}
