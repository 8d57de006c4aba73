import HallpassCrypto
import Testing

@testable import HallpassStorage

struct ClaimFilterTests {
    @Test(arguments: [1, 64, 65, 4_096])
    func `what was added is in it, and of others one in fifty at most seems to be`(count: Int) {
        var filter = ClaimFilter(count: count)
        for key in 0..<count { filter.add(.of(key)) }
        #expect((0..<count).allSatisfy { filter.mayHold(.of($0)) })
        #expect((10_000..<20_000).count { filter.mayHold(.of($0)) } < 200)
    }

    @Test func `keys that were chosen to be alike fill no more of it than others`() {
        var filter = ClaimFilter(count: 4_096)
        let chosen = (0..<8_192).map { ClaimFilter.Probe(ClaimPrefix(value: $0 << 12)) }
        for probe in chosen.prefix(4_096) { filter.add(probe) }
        #expect(chosen.dropFirst(4_096).count { filter.mayHold($0) } < 82)
    }

    @Test func `with more keys than it was made for it is right less often, and loses none`() {
        var filter = ClaimFilter(count: 64)
        for key in 0..<1_000 { filter.add(.of(key)) }
        #expect((0..<1_000).allSatisfy { filter.mayHold(.of($0)) })
    }
}

extension ClaimFilter.Probe {
    fileprivate static func of(_ key: Int) -> Self { Self(ClaimPrefix(SHA256.hash(Array("\(key)".utf8)))) }
}
