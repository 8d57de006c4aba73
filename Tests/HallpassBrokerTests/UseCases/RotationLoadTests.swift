import Foundation
import HallpassBroker
import HallpassCore
import HallpassStorage
import Synchronization
import Testing

/// A minute in which the signing key changes every second, while others mint and verify.
///
/// A second is as long here as the load needs to get on; with `HALLPASS_ROTATION_SECONDS=60` it is a real one, and so many of
/// them.
struct RotationLoadTests {
    private static let realSeconds = ProcessInfo.processInfo.environment["HALLPASS_ROTATION_SECONDS"].flatMap {
        Int($0)
    }
    private static let lanes = 8
    /// Verifications in a second, at least.
    private static let pace = 8
    /// How long a token waits at most before it is shown, of the 60 seconds that it lives.
    private static let patienceSeconds: Int64 = 40

    private struct Seen {
        var accepted = 0
        /// The oldest that was accepted, in seconds.
        var oldest: Int64 = 0
        var refusals: [HallpassError] = []
    }

    private final class Course: Sendable {
        let shown = Atomic(0)
        let isOver = Atomic(false)
    }

    @Test func `while keys rotate every second no good token is refused`() async throws {
        try await BrokerFixture.run { fixture in
            let course = Course()
            let seconds = Self.realSeconds ?? 60
            let seen = try await Load.run(lanes: Self.lanes) {
                try await lane(fixture, course)
            } meanwhile: {
                for second in 1...seconds {
                    try await untilNext(second, course)
                    fixture.advance(seconds: 1)
                    _ = try await fixture.broker.rotateKeys(
                        of: "crm-mcp@prod", reason: nil, by: fixture.admin(as: "ops"), fixture.context())
                    // What retires the keys of long ago, as the service does that runs beside.
                    try await fixture.broker.tendKeys(maximumAgeSeconds: nil, fixture.context())
                }
                course.isOver.store(true, ordering: .sequentiallyConsistent)
            }
            #expect(seen.flatMap(\.refusals) == [])
            // A test in which nothing was shown under an older key would say nothing.
            #expect(seen.map(\.oldest).max() ?? 0 > 10)
            let accepted = seen.map(\.accepted).reduce(0, +)
            #expect(accepted >= Self.pace * seconds)
            let active = try await fixture.broker.signingKeys(
                state: .active, after: nil, limit: 100, by: fixture.admin(as: "ops")
            ).filter { $0.key.deployment == "crm-mcp@prod" }
            #expect(active.count == 1)
            if Self.realSeconds != nil { print("\(seconds) rotations, \(accepted) tokens accepted, 0 refused") }
        }
    }

    /// Mints, and shows each token at once or some time later.
    private func lane(_ fixture: BrokerFixture, _ course: Course) async throws -> Seen {
        var seen = Seen()
        var kept: [(token: MintedToken, showAt: Int64)] = []
        while !course.isOver.load(ordering: .sequentiallyConsistent) {
            let token = try await fixture.token()
            kept.append((token, token.claims.issuedAt + Int64.random(in: 0...Self.patienceSeconds)))
            let now = fixture.nowSeconds
            for (token, _) in kept.filter({ $0.showAt <= now }) {
                let refusal = try await fixture.verify(token.text).refusal
                let age = fixture.nowSeconds - token.claims.issuedAt
                course.shown.add(1, ordering: .relaxed)
                switch refusal {
                case nil:
                    seen.accepted += 1
                    seen.oldest = max(seen.oldest, age)
                // A lane that was kept waiting has let it grow old; that is not the key's doing.
                case .tokenExpired? where age >= 60: continue
                case let refusal?: seen.refusals.append(refusal)
                }
            }
            kept.removeAll { $0.showAt <= now }
        }
        return seen
    }

    private func untilNext(_ second: Int, _ course: Course) async throws {
        if Self.realSeconds != nil { try await Task.sleep(for: .seconds(1)) }
        while course.shown.load(ordering: .relaxed) < Self.pace * second { await Task.yield() }
    }
}

extension BrokerFixture {
    fileprivate var nowSeconds: Int64 { milliseconds.withLock { $0 } / 1_000 }
}
