import GRDB
import Testing

@testable import HallpassStorage

struct ClaimEntryTests {
    @Test func `a page is eight bytes of a key and eight of a number for each, the highest byte first`() {
        let page = [ClaimEntry(claim: ClaimPrefix(value: 0x0102_0304_0506_0708), sequence: 0x090a)].pageBytes
        #expect(page == [1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 9, 10])
    }

    @Test(arguments: [[], [5], [5, 5], [1, 5, 9], [1, 5, 5, 5, 9], [.min, .max]] as [[UInt64]])
    func `of a page all are found that begin alike, in their order, and no others`(claims: [UInt64]) throws {
        let entries = claims.enumerated().map { ClaimEntry(claim: ClaimPrefix(value: $1), sequence: Int64($0)) }
        for claim in (claims + [0, 4, 6, 10]).map(ClaimPrefix.init(value:)) {
            let expected = entries.filter { $0.claim == claim }.map(\.sequence)
            #expect(entries[entries.firstIndex(of: claim)...].prefix { $0.claim == claim }.map(\.sequence) == expected)
            guard !entries.isEmpty else { continue }
            #expect(try read(entries.pageBytes) { try $0.claimEntries(at: 0, of: claim) }?.map(\.sequence) == expected)
        }
    }

    @Test func `a page is gone through in its order`() throws {
        let entries = (1...3).map { ClaimEntry(claim: ClaimPrefix(value: $0), sequence: -Int64($0)) }
        var found: [Int64] = []
        _ = try read(entries.pageBytes) { row in try row.eachClaimEntry(at: 0) { found.append($0.sequence) } }
        #expect(found == [-1, -2, -3])
    }

    @Test(arguments: [0, 1, 15, 17])
    func `what is no page is damage`(count: Int) {
        let bytes = [UInt8](repeating: 0, count: count)
        #expect(throws: DamagedRow.self) { try read(bytes) { try $0.eachClaimEntry(at: 0) { _ in } } }
        #expect(throws: DamagedRow.self) { try read(bytes) { try $0.claimEntries(at: 0, of: ClaimPrefix(value: 0)) } }
    }

    private func read<Value>(_ bytes: [UInt8], _ body: (LedgerRow) throws -> Value) throws -> Value? {
        try DatabaseQueue().read { try LedgerStatement($0, "SELECT ?").first(bytes, read: body) }
    }
}
