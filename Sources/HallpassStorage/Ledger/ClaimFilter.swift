/// Knows of most keys that the table `call_claim` does not hold that it does not, so that nobody has to look there.
///
/// Nearly every call's key is new, and to look for one among a million took 2.5 to 4.4 µs. A filter as of B. Bloom (1970), with
/// all bits of a key in one line of the processor's cache, as F. Putze, P. Sanders and J. Singler (2007) have it.
///
/// After a start it knows nothing: every key may be in the table. It reads the table, a few rows for each call, while what is
/// written there goes in by itself, and answers once it has read all of it. Keys that have left the table stay in it until it is
/// full and made anew.
struct ClaimFilter {
    /// Half a megabyte.
    static let leastCapacity = 1 << 18
    /// 32 megabytes, and as many while it is made anew. With more keys than this it is right less often, down to never.
    static let mostCapacity = 1 << 24
    /// While it is made, for each call of a transaction.
    static let rowsPerCall = 16
    /// While it is made, in one transaction.
    private static let rowsAtOnce = 1_024

    /// How far the table has been read, which is in this order. What begins alike is one to a filter.
    struct Row {
        let tenant: String
        let claim: ClaimPrefix
    }

    enum Reach {
        case row(Row)
        case end
    }

    private struct Unfinished {
        var bits: ClaimBits
        /// `nil` before the first row.
        var last: Row?
    }

    private let mostCapacity: Int
    private let rowsPerCall: Int
    private var whole: ClaimBits?
    /// How many keys the whole one had when it became that.
    private var countAtFirst = 0
    private var unfinished: Unfinished?
    private var isGivenUp = false

    /// - Parameters:
    ///   - capacity: keys until the first is made anew; a power of two, 32 at least.
    ///   - mostCapacity: the same of the largest.
    init(
        capacity: Int = leastCapacity, mostCapacity: Int = mostCapacity, rowsPerCall: Int = rowsPerCall
    ) {
        self.mostCapacity = mostCapacity
        self.rowsPerCall = rowsPerCall
        unfinished = Unfinished(bits: ClaimBits(capacity: capacity))
    }

    /// `false` only where the table does not hold a key that begins so.
    func mayBeIndexed(_ claim: ClaimPrefix) -> Bool { whole?.mayHold(claim) ?? true }

    /// To be called before a key is written to the table.
    mutating func add(_ claim: ClaimPrefix) {
        whole?.add(claim)
        unfinished?.bits.add(claim)
    }

    /// Takes in the next rows of the table, where it is not whole.
    ///
    /// - Parameters:
    ///   - callCount: of the present transaction.
    ///   - rows: runs its last parameter for so many rows behind a row.
    /// - Returns: how far it came, for ``didRead(to:)`` once the transaction has committed: a row that it has removed comes back
    ///   if it does not.
    mutating func readOn(
        _ callCount: Int, rows: (_ last: Row?, _ limit: Int, (Row) -> Void) throws -> Void
    ) rethrows -> Reach? {
        guard var taken = unfinished else { return nil }
        unfinished = nil
        defer { unfinished = taken }
        let limit = min(callCount * rowsPerCall, Self.rowsAtOnce)
        var last = taken.last
        var count = 0
        try rows(taken.last, limit) { row in
            taken.bits.add(row.claim)
            last = row
            count += 1
        }
        guard count == limit, let last else { return .end }
        return .row(last)
    }

    mutating func didRead(to reach: Reach) {
        guard var read = unfinished else { return }
        let capacity = read.bits.capacity
        // Where it began is too small for the table.
        if read.bits.count > capacity, capacity < mostCapacity {
            unfinished = Unfinished(bits: ClaimBits(capacity: 2 * capacity))
            return
        }
        switch reach {
        case .row(let row):
            read.last = row
            unfinished = read
        case .end:
            whole = read.bits
            countAtFirst = read.bits.count
            unfinished = nil
        }
    }

    /// Begins anew once it is full and half of it, at least, came since it was made: so many keys may have left the table.
    mutating func renewIfFull() {
        guard !isGivenUp, unfinished == nil, let whole else { return }
        guard whole.count > max(whole.capacity, 2 * countAtFirst) else { return }
        unfinished = Unfinished(bits: ClaimBits(capacity: whole.capacity))
    }

    /// For a table that cannot be read to its end: what is not whole never will be.
    mutating func giveUp() {
        isGivenUp = true
        unfinished = nil
    }
}

/// Sixteen bits for each key, five of them set: when it is full, of the keys that are not in it one in fifty at most seems to be.
struct ClaimBits {
    private static let keysPerBlock = 32
    private static let wordsPerBlock = 8

    let capacity: Int
    /// How many were added, the same twice if it was.
    private(set) var count = 0
    private var words: [UInt64]
    private let blockShift: Int

    init(capacity: Int) {
        precondition(capacity.nonzeroBitCount == 1 && capacity >= Self.keysPerBlock, "a power of two")
        self.capacity = capacity
        let blockCount = capacity / Self.keysPerBlock
        words = Array(repeating: 0, count: blockCount * Self.wordsPerBlock)
        blockShift = 64 - blockCount.trailingZeroBitCount
    }

    mutating func add(_ claim: ClaimPrefix) {
        count += 1
        let block = block(of: claim)
        for bit in Self.bits(of: claim) { words[block + bit / 64] |= 1 << (bit % 64) }
    }

    func mayHold(_ claim: ClaimPrefix) -> Bool {
        let block = block(of: claim)
        return Self.bits(of: claim).allSatisfy { words[block + $0 / 64] & (1 << ($0 % 64)) != 0 }
    }

    /// A key is a digest: its own bits are as good as any that are made of them. The first say where its block is.
    private func block(of claim: ClaimPrefix) -> Int { Int(claim.value >> blockShift) * Self.wordsPerBlock }

    /// The last say which bits it has of the block's 512.
    private static func bits(of claim: ClaimPrefix) -> some Sequence<Int> {
        (0..<5).lazy.map { Int(claim.value >> (9 * UInt64($0)) & 511) }
    }
}
