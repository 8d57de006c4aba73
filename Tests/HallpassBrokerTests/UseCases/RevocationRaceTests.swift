import Foundation
import HallpassBroker
import HallpassCore
import StrictJSON
import Synchronization
import Testing

/// "No verify that starts after the acknowledgement says yes", tried in every dimension under load.
///
/// A few hundred tries a dimension here; `HALLPASS_RACE_TRIES=10000` makes it that many.
struct RevocationRaceTests {
    private static let tries = ProcessInfo.processInfo.environment["HALLPASS_RACE_TRIES"].flatMap { Int($0) } ?? 300
    /// Verifications that run beside one another.
    private static let lanes = 16
    /// Tries a round, of which the cutoff falls somewhere in the middle.
    private static let triesPerRound = 160

    /// What one lane saw.
    private struct Seen {
        var yes = 0
        var refused = 0
        /// Begun after the acknowledgement.
        var late = 0
        var lateYes = 0

        mutating func add(_ other: Seen) {
            yes += other.yes
            refused += other.refused
            late += other.late
            lateYes += other.lateYes
        }
    }

    /// How far a round has come, for all lanes to see.
    private final class Course: Sendable {
        let asked = Atomic(0)
        let isAcknowledged = Atomic(false)
    }

    @Test(arguments: RevocationDimension.allCases)
    func `nothing that a cutoff reaches is good to whoever asks after its acknowledgement`(
        dimension: RevocationDimension
    ) async throws {
        try await BrokerFixture.run { fixture in
            var total = Seen()
            while total.yes + total.refused < Self.tries {
                total.add(try await round(dimension, fixture))
            }
            #expect(total.lateYes == 0)
            // A test in which nothing was tried late, or nothing early, would say nothing.
            #expect(total.late > 0)
            #expect(total.yes > 0)
            if Self.tries > 300 {
                print(
                    "\(dimension.rawValue): \(total.yes) yes, \(total.refused) refused, \(total.late) begun late, 0 yes"
                )
            }
        }
    }

    /// One session token, asked about by all lanes while it is cut off.
    private func round(_ dimension: RevocationDimension, _ fixture: BrokerFixture) async throws -> Seen {
        let command = fixture.command(tool: nil) { $0.transaction = TransactionID("t-1") }
        let token = try await fixture.mint(command).get()
        let id = try fixture.name(of: token, in: dimension)
        let course = Course()
        let seen = try await Load.run(lanes: Self.lanes) {
            var seen = Seen()
            for _ in 0..<(Self.triesPerRound / Self.lanes) {
                let isLate = course.isAcknowledged.load(ordering: .sequentiallyConsistent)
                let isYes = try await fixture.verify(token.text, tool: nil).refusal == nil
                course.asked.add(1, ordering: .relaxed)
                if isYes { seen.yes += 1 } else { seen.refused += 1 }
                if isLate { seen.late += 1 }
                if isLate, isYes { seen.lateYes += 1 }
            }
            return seen
        } meanwhile: {
            while course.asked.load(ordering: .relaxed) < Self.triesPerRound / 3 { await Task.yield() }
            _ = try await fixture.broker.revoke(
                dimension, id: id, reason: "a race", by: fixture.admin(as: "ops"), fixture.context())
            course.isAcknowledged.store(true, ordering: .sequentiallyConsistent)
        }
        return seen.reduce(into: Seen()) { $0.add($1) }
    }
}
