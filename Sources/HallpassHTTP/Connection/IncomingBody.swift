import NIOCore
import Synchronization

/// The request's body could not be received: the peer went away, broke HTTP's own rules or took too long.
struct BodyStreamError: Error {}

/// A request's body between the event loop that it arrives on and whoever reads it.
final class IncomingBody: Sendable {
    /// What there is of it now.
    enum Part {
        case bytes(ByteBuffer)
        /// Nothing yet.
        case later
        case end
        case broken
    }

    private struct State {
        var bytes: ByteBuffer?
        var end: Part?
        var reader: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let wantMore: @Sendable () -> Void

    /// - Parameter wantMore: called when somebody waits for more than has arrived; on any thread.
    init(wantMore: @escaping @Sendable () -> Void) { self.wantMore = wantMore }

    /// One that has arrived.
    init(_ bytes: [UInt8]) {
        wantMore = {}
        append(ByteBuffer(bytes: bytes))
        end()
    }

    /// Whether somebody waits for more.
    var isWanted: Bool { state.withLock { $0.reader != nil } }

    func append(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        wake { state in
            if state.bytes == nil { state.bytes = bytes } else { state.bytes?.writeImmutableBuffer(bytes) }
        }
    }

    func end() { wake { $0.end = $0.end ?? .end } }

    /// No more of it comes, and it is not whole. Does nothing to one that is.
    func breakOff() { wake { $0.end = $0.end ?? .broken } }

    /// Takes what has arrived since the last time.
    func take() -> Part {
        state.withLock { state in
            guard let bytes = state.bytes else { return state.end ?? .later }
            state.bytes = nil
            return .bytes(bytes)
        }
    }

    /// Returns when there is something to take. One reader at a time.
    func wait() async {
        await withCheckedContinuation { reader in
            let mustWait = state.withLock { state in
                guard state.bytes == nil, state.end == nil else { return false }
                state.reader = reader
                return true
            }
            if mustWait { wantMore() } else { reader.resume() }
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let reader = state.withLock { state in
            change(&state)
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }
}
