import HallpassBroker
import NIOCore
import ServiceLifecycle
import Synchronization

/// An answer that goes on: Server-Sent Events, written as they come, until the client goes, is too slow, is no longer
/// welcome, or the server stops.
///
/// Source: the HTML standard, "Server-sent events".
final class EventStream: Sendable {
    /// What is followed; each is counted by itself.
    enum Topic: Sendable {
        case revocations
        case activity
    }

    let topic: Topic
    /// What stands before the first thing that happens.
    private let opening: [UInt8]
    private let events: any AsyncSequence<[UInt8], Never> & Sendable
    private let beat: @Sendable () -> Void
    private let end: @Sendable () -> Void
    private let last: @Sendable () -> [UInt8]?
    private let isWelcome: @Sendable () -> Bool
    private let heartbeat: Duration
    private let tell: @Sendable () async -> Void

    /// - Parameters:
    ///   - bytes: one signal as it is written.
    ///   - tell: what tells the signals, where nothing else does; cancelled at the end.
    init<Event>(
        of topic: Topic, opening: [UInt8], _ signals: Signals<Event>, heartbeat: Duration,
        isWelcome: @escaping @Sendable () -> Bool, bytes: @escaping @Sendable (Signal<Event>) -> [UInt8],
        tell: @escaping @Sendable () async -> Void = {}
    ) {
        self.topic = topic
        self.opening = opening
        self.isWelcome = isWelcome
        self.heartbeat = heartbeat
        self.tell = tell
        events = signals.stream.map(bytes)
        beat = signals.beat
        end = signals.end
        last = { signals.last.map { bytes(.event($0)) } }
    }

    /// Writes until it is over.
    ///
    /// - Parameter writer: its connection is closed when one write takes from one heartbeat to the next but one: its reader
    ///   reads nothing, and what waits for it is kept no longer.
    /// - Returns: why it is over.
    /// - Throws: what the connection throws.
    func write(to writer: StreamWriter) async throws -> EventStreamEnd {
        let channel = writer.channel
        let stall = StallWatch()
        let hangUp = HangUpHandler(onHangUp: end)
        try await channel.pipeline.addHandler(hangUp, position: .first).get()
        defer { channel.pipeline.removeHandler(hangUp, promise: nil) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { [self] in
                while true {
                    try await Task.sleep(for: heartbeat)
                    if stall.isStuck() { channel.close(promise: nil) }
                    beat()
                }
            }
            group.addTask { [self] in
                // Ends with the group as well, which is no news.
                try? await gracefulShutdown()
                end()
            }
            group.addTask { [self] in await tell() }
            try await write(opening, to: writer, stall)
            for await event in events {
                guard isWelcome() else { break }
                try await write(event, to: writer, stall)
            }
            if let last = last() { try await write(last, to: writer, stall) }
            return Task.isShuttingDownGracefully ? .shutdown : isWelcome() ? .ended : .unwelcome
        }
    }

    private func write(_ bytes: [UInt8], to writer: StreamWriter, _ stall: StallWatch) async throws {
        stall.begin()
        try await writer.write(bytes)
        stall.end()
    }
}

/// Why a stream ended, for the log.
enum EventStreamEnd: String, Sendable {
    case disconnected
    /// Its reader did not keep up, or what it tells could not be found out any more.
    case ended
    case unwelcome
    case shutdown
}

/// Notices a write that does not end.
private final class StallWatch: Sendable {
    private struct State {
        var isWriting = false
        var wasWriting = false
    }

    private let state = Mutex(State())

    func begin() { state.withLock { $0.isWriting = true } }
    func end() { state.withLock { $0 = State() } }

    /// Asked once a heartbeat: whether the write that was under way the last time still is.
    func isStuck() -> Bool {
        state.withLock { state in
            defer { state.wasWriting = state.isWriting }
            return state.isWriting && state.wasWriting
        }
    }
}
