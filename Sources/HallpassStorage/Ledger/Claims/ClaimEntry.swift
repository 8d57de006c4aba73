/// A key and the call that took it, as a page of keys has them side by side: eight bytes and eight, each with the highest first.
struct ClaimEntry {
    static let byteCount = 16

    let claim: ClaimPrefix
    let sequence: Int64

    init(claim: ClaimPrefix, sequence: Int64) {
        self.claim = claim
        self.sequence = sequence
    }

    fileprivate init(_ bytes: UnsafeRawBufferPointer, at index: Int) {
        claim = Self.claim(bytes, at: index)
        sequence = Int64(
            bigEndian: bytes.loadUnaligned(fromByteOffset: index * Self.byteCount + 8, as: Int64.self))
    }

    fileprivate static func claim(_ bytes: UnsafeRawBufferPointer, at index: Int) -> ClaimPrefix {
        ClaimPrefix(value: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: index * byteCount, as: UInt64.self)))
    }
}

extension RandomAccessCollection<ClaimEntry> where Index == Int {
    /// Where the keys begin that begin so, in a list that is in their order.
    func firstIndex(of claim: ClaimPrefix) -> Int {
        ClaimEntry.firstIndex(of: claim, from: startIndex, to: endIndex) { self[$0].claim }
    }

    /// As a page has them.
    var pageBytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count * ClaimEntry.byteCount) { bytes, written in
            let page = UnsafeMutableRawBufferPointer(bytes)
            for entry in self {
                page.storeBytes(of: entry.claim.value.bigEndian, toByteOffset: written, as: UInt64.self)
                page.storeBytes(of: entry.sequence.bigEndian, toByteOffset: written + 8, as: Int64.self)
                written += ClaimEntry.byteCount
            }
        }
    }
}

extension LedgerRow {
    /// Goes through a page.
    ///
    /// - Throws: ``DamagedRow`` where no page is.
    func eachClaimEntry(at index: Int32, _ body: (ClaimEntry) -> Void) throws {
        try withClaimPage(at: index) { bytes, count in
            for entry in 0..<count { body(ClaimEntry(bytes, at: entry)) }
        }
    }

    /// Those of a page that begin as a key does, in their order.
    ///
    /// - Throws: ``DamagedRow`` where no page is.
    func claimEntries(at index: Int32, of claim: ClaimPrefix) throws -> [ClaimEntry] {
        try withClaimPage(at: index) { bytes, count in
            let first = ClaimEntry.firstIndex(of: claim, from: 0, to: count) { ClaimEntry.claim(bytes, at: $0) }
            return (first..<count).lazy.map { ClaimEntry(bytes, at: $0) }.prefix { $0.claim == claim }.map { $0 }
        }
    }

    private func withClaimPage<Value>(
        at index: Int32, _ body: (_ bytes: UnsafeRawBufferPointer, _ count: Int) -> Value
    ) throws -> Value {
        let value: Value? = withBytes(at: index) { bytes in
            let (count, rest) = bytes.count.quotientAndRemainder(dividingBy: ClaimEntry.byteCount)
            return count > 0 && rest == 0 ? body(bytes, count) : nil
        }
        guard let value else { throw DamagedRow(column: "claim_page.entries") }
        return value
    }
}

extension ClaimEntry {
    fileprivate static func firstIndex(
        of claim: ClaimPrefix, from start: Int, to end: Int, claimAt: (Int) -> ClaimPrefix
    ) -> Int {
        var (low, high) = (start, end)
        while low < high {
            let middle = (low + high) / 2
            if claimAt(middle) < claim { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
