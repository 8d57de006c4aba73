import Synchronization

/// How many connections there are, of those there may be.
final class ConnectionCount: Sendable {
    private let count = Atomic(0)
    private let maximum: Int

    init(maximum: Int) { self.maximum = maximum }

    var current: Int { count.load(ordering: .relaxed) }

    /// - Returns: whether there was room. It is counted in any case, until ``leave()``.
    func enter() -> Bool { count.wrappingAdd(1, ordering: .relaxed).newValue <= maximum }

    func leave() { count.wrappingSubtract(1, ordering: .relaxed) }
}

/// Why nothing more of a connection is listened to.
enum ConnectionRefusal: Error {
    /// There are as many connections as there may be.
    case overloaded
    case host
    case slowBody
}
