/// Knows of most keys that a run does not hold that it does not, so that nobody has to look there.
///
/// Nearly every call's key is new, and to look for one among a million took 2.5 to 4.4 µs. A filter as of B. Bloom (1970), with
/// all bits of a key in one line of the processor's cache, as F. Putze, P. Sanders and J. Singler (2007) have it: sixteen bits for
/// each key, five of them set. With as many keys as it is made for, of those that are not in it one in fifty at most seems to be.
struct ClaimFilter {
    /// Where a key's bits are. Whoever chooses keys could choose many whose digests begin alike, but not how this process hashes
    /// them once more.
    struct Probe {
        fileprivate let hash: UInt64

        init(_ claim: ClaimPrefix) { hash = UInt64(bitPattern: Int64(claim.hashValue)) }
    }

    private static let keysPerBlock = 32
    private static let wordsPerBlock = 8

    private var words: [UInt64]
    private let blockShift: UInt64

    /// - Parameter count: how many keys it is made for; with more it is right less often.
    init(count: Int) {
        // Two blocks at least, so that there is a bit that tells them apart.
        var blockCount = 2
        while blockCount * Self.keysPerBlock < count { blockCount *= 2 }
        words = Array(repeating: 0, count: blockCount * Self.wordsPerBlock)
        blockShift = UInt64(64 - blockCount.trailingZeroBitCount)
    }

    mutating func add(_ probe: Probe) {
        let block = block(of: probe)
        for bit in Self.bits(of: probe) { words[block + bit / 64] |= 1 << (bit % 64) }
    }

    func mayHold(_ probe: Probe) -> Bool {
        let block = block(of: probe)
        return Self.bits(of: probe).allSatisfy { words[block + $0 / 64] & (1 << ($0 % 64)) != 0 }
    }

    /// The first bits of the hash say where its block is.
    private func block(of probe: Probe) -> Int { Int(probe.hash >> blockShift) * Self.wordsPerBlock }

    /// The last say which bits it has of the block's 512.
    private static func bits(of probe: Probe) -> some Sequence<Int> {
        (0..<5).lazy.map { Int(probe.hash >> (9 * UInt64($0)) & 511) }
    }
}
