import HallpassCore
import Testing

@testable import HallpassStorage

struct RecentClaimsTests {
    private let claim = ClaimPrefix(value: 7)

    @Test func `of calls whose keys begin alike the newest is asked first`() {
        var recent = RecentClaims()
        for sequence in 1...3 { recent.take(taken(Int64(sequence))) }
        var asked: [Int64] = []
        let found = recent.first(claim, of: Fixture.acme) { sequence in
            asked.append(sequence)
            return sequence == 1
        }
        #expect(found == 1)
        #expect(asked == [3, 2, 1])
        #expect(recent.first(claim, of: Fixture.globex) { _ in true } == nil)
    }

    @Test func `who has given a key up is forgotten, however often it is taken`() {
        var recent = RecentClaims()
        recent.take(taken(1))
        for sequence in 2...50 { recent.take(taken(Int64(sequence), from: Int64(sequence - 1))) }
        // Between two that begin alike.
        recent.take(taken(51))
        for sequence in 52...99 { recent.take(taken(Int64(sequence), from: Int64(sequence - 2))) }
        #expect(recent.groups.flatMap { $0.entries(of: Fixture.acme) }.map(\.sequence) == [98, 99])
    }

    @Test func `what a start has to read again is known`() {
        var recent = RecentClaims()
        #expect(recent.lowestSequence == .max)
        recent.noteCalls(3)
        recent.noteCalls(1)
        for sequence in [5, 4, 6] { recent.take(taken(Int64(sequence))) }
        #expect(recent.callCount == 4)
        #expect(recent.lowestSequence == 4)
    }

    private func taken(_ sequence: Int64, from earlier: Int64? = nil) -> RecentClaims.Taken {
        RecentClaims.Taken(
            Fixture.acme, ClaimEntry(claim: claim, sequence: sequence), leaseExpiresAt: 0, expiresAt: 60,
            earlier: earlier)
    }
}
