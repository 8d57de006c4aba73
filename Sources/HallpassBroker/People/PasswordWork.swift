import Foundation
import HallpassCore
import HallpassCrypto
import NIOPosix
import Synchronization

/// Hashes passwords on threads that nothing else waits for, a few at a time: each takes the memory that its cost says, so
/// that a flood of sign-ins is refused before it fills the machine.
final class PasswordWork: Sendable {
    private let cost: Scrypt.Cost
    /// Stands in for whoever does not exist or has no password, so that trying one costs the same.
    private let decoy: PasswordHash
    private let running = Mutex(0)

    /// At the standard cost 32 MiB and about a quarter of a second each.
    static let concurrency = 4

    init(cost: Scrypt.Cost) throws(CryptoError) {
        self.cost = cost
        decoy = try PasswordHash.decoy(cost: cost)
    }

    /// - Throws: ``HallpassError/overloaded`` where too many are at it already.
    func hash(_ password: String) async throws(HallpassError) -> PasswordHash {
        let cost = cost
        return try await run { try PasswordHash(Self.bytes(password), cost: cost) }
    }

    /// - Parameter hash: `nil` matches nothing, in the same time.
    /// - Throws: as ``hash(_:)``.
    func matches(_ password: String, _ hash: PasswordHash?) async throws(HallpassError) -> Bool {
        let subject = hash ?? decoy
        return try await run { try subject.matches(Self.bytes(password)) } && hash != nil
    }

    /// Whether a hash was made at another cost than is asked for today.
    func isOutdated(_ hash: PasswordHash) -> Bool { hash.cost != cost }

    /// Keyboards write one character in several ways; the composed form makes them one. Source: RFC 8265 section 4.2.1.
    private static func bytes(_ password: String) -> SecretBytes {
        SecretBytes(copying: Array(password.precomposedStringWithCanonicalMapping.utf8))
    }

    private func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws(HallpassError) -> Value {
        let isAdmitted = running.withLock { running in
            guard running < Self.concurrency else { return false }
            running += 1
            return true
        }
        guard isAdmitted else { throw .overloaded }
        defer { running.withLock { $0 -= 1 } }
        do {
            return try await NIOThreadPool.singleton.runIfActive(body)
        } catch {
            // No memory for it, or no threads any more: then nobody can be sure of any password.
            throw .unavailable
        }
    }
}
