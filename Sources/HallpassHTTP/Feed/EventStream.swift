import HTTPTypes
import HallpassBroker
import Hummingbird
import HummingbirdCore
import NIOCore
import ServiceLifecycle
import Synchronization

/// An answer that goes on: Server-Sent Events, written as they come, until the client goes, is too slow, is no longer
/// welcome, or the server stops.
///
/// Source: the HTML standard, "Server-sent events".
struct EventStream: Sendable {
    /// What stands before the first thing that happens.
    let opening: [UInt8]
    let signals: RevocationSignals
    let isWelcome: @Sendable () -> Bool
    let heartbeat: Duration

    /// Writes until it is over.
    ///
    /// - Parameter channel: closed when one write takes from one heartbeat to the next but one: its reader reads nothing,
    ///   and what waits for it is kept no longer.
    /// - Returns: why it is over.
    /// - Throws: what the connection throws.
    func write(to writer: inout any ResponseBodyWriter, channel: any Channel) async throws -> EventStreamEnd {
        let stall = StallWatch()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            var isUnwelcome = false
            group.addTask {
                while true {
                    try await Task.sleep(for: heartbeat)
                    if stall.isStuck() { channel.close(promise: nil) }
                    signals.beat()
                }
            }
            group.addTask {
                // Ends with the group as well, which is no news.
                try? await gracefulShutdown()
                signals.end()
            }
            try await write(opening, to: &writer, stall)
            for await signal in signals.stream {
                guard isWelcome() else {
                    isUnwelcome = true
                    break
                }
                try await write(ServerSentEvent.bytes(signal), to: &writer, stall)
            }
            try await writer.finish(nil)
            return isUnwelcome ? .unwelcome : Task.isShuttingDownGracefully ? .shutdown : .tooSlow
        }
    }

    private func write(_ bytes: [UInt8], to writer: inout any ResponseBodyWriter, _ stall: StallWatch) async throws {
        stall.begin()
        try await writer.write(ByteBuffer(bytes: bytes))
        stall.end()
    }
}

/// Why a stream ended, for the log.
enum EventStreamEnd: String, Sendable {
    case disconnected
    case tooSlow = "too_slow"
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
