import HallpassCore
import Testing

@testable import HallpassStorage

struct ClaimBatchTests {
    private let acme = Fixture.acme

    @Test func `pages are in the order of tenants and keys, and as long as may be`() {
        let batch = batch([(acme, 9), (Fixture.globex, 3), (acme, 1), (acme, 5), (acme, 7), (acme, 2)], pageCount: 2)
        #expect(batch.rest.map(\.tenant) == [acme, acme, acme, Fixture.globex])
        #expect(batch.rest.map(keys) == [[1, 2], [5, 7], [9], [3]])
    }

    @Test func `keys that begin alike are on one page, the oldest first`() {
        let batch = batch([(acme, 4), (acme, 5), (acme, 5), (acme, 5), (acme, 6)], pageCount: 2)
        #expect(batch.rest.map(keys) == [[4, 5, 5, 5], [6]])
        #expect(batch.rest.first?.entries.map(\.sequence) == [1, 2, 3, 4])
        #expect(batch.first(ClaimPrefix(value: 5), of: acme) { _ in true } == 4)
        #expect(batch.first(ClaimPrefix(value: 5), of: acme) { $0 < 4 } == 3)
        #expect(batch.first(ClaimPrefix(value: 7), of: acme) { _ in true } == nil)
        #expect(batch.first(ClaimPrefix(value: 5), of: Fixture.globex) { _ in true } == nil)
    }

    @Test func `two keys are written for each call, a page at a time`() {
        var batch = batch((1...10).map { (acme, $0) }, pageCount: 3)
        var written: [Int] = []
        for calls in [1, 1, 2, 1] {
            let pages = batch.next(for: calls)
            batch.didWrite(pages, for: calls)
            written.append(pages.count)
        }
        #expect(written == [0, 1, 1, 2])
        #expect(batch.rest.isEmpty)
    }

    @Test func `of a tenant that is removed nothing is left to be written or found`() {
        var batch = batch([(acme, 1), (Fixture.globex, 2)], pageCount: 3)
        batch.remove(acme)
        #expect(batch.rest.map(\.tenant) == [Fixture.globex])
        #expect(batch.first(ClaimPrefix(value: 1), of: acme) { _ in true } == nil)
        #expect(batch.first(ClaimPrefix(value: 2), of: Fixture.globex) { _ in true } == 2)
    }

    @Test func `keys of each span are a run of their own, numbered one after the other`() {
        var recent = RecentClaims()
        for (sequence, seconds) in zip(1..., [30 * 86_400, 3_600, 86_400, 604_800, 3_700]) {
            recent.take(taken(UInt64(sequence), Int64(sequence), for: Int64(seconds)))
        }
        let batch = ClaimBatch(recent, firstRun: 7)
        #expect(batch.runs.map(\.number) == [7, 8, 9, 10])
        #expect(batch.runs.map(\.expiresAt) == [3_700, 86_400, 604_800, 30 * 86_400])
        #expect(batch.runs.map(\.keyCount) == [2, 1, 1, 1])
        #expect(batch.rest.map(keys) == [[2, 5], [3], [4], [1]])
        #expect(batch.rest.map(\.run.number) == [7, 8, 9, 10])
        for claim in 1...5 {
            #expect(batch.first(ClaimPrefix(value: UInt64(claim)), of: acme) { _ in true } == Int64(claim))
        }
    }

    @Test func `without keys there is no run`() {
        var recent = RecentClaims()
        recent.noteCalls(3)
        recent.take(taken(1, 1))
        recent.remove(acme)
        let batch = ClaimBatch(recent, firstRun: 1)
        #expect(batch.runs.isEmpty && batch.rest.isEmpty)
    }

    /// Numbered from 1 on.
    private func batch(_ claims: [(tenant: TenantID, claim: UInt64)], pageCount: Int) -> ClaimBatch {
        var recent = RecentClaims()
        for (index, claim) in claims.enumerated() {
            recent.take(taken(claim.claim, Int64(index + 1), of: claim.tenant))
        }
        return ClaimBatch(recent, firstRun: 1, pageCount: pageCount)
    }

    private func taken(
        _ claim: UInt64, _ sequence: Int64, of tenant: TenantID = Fixture.acme, for seconds: Int64 = 60
    ) -> RecentClaims.Taken {
        RecentClaims.Taken(
            tenant, ClaimEntry(claim: ClaimPrefix(value: claim), sequence: sequence), leaseExpiresAt: 0,
            expiresAt: seconds)
    }

    private func keys(_ page: ClaimBatch.Page) -> [UInt64] { page.entries.map(\.claim.value) }
}
