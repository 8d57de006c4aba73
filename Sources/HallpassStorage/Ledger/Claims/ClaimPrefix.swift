import GRDB
import HallpassCrypto

/// The first eight bytes of a key's digest, in the order in which SQLite has them. Two keys may begin alike, and whoever chooses
/// keys can find such: the call's row says which it is.
struct ClaimPrefix: Hashable, Comparable, LedgerValue {
    let value: UInt64

    init(_ claim: SHA256Digest) {
        value = claim.withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
    }

    init(value: UInt64) { self.value = value }

    static func < (left: ClaimPrefix, right: ClaimPrefix) -> Bool { left.value < right.value }

    func bind(to statement: SQLiteStatement, at index: Int32, _ bytes: BoundBytes) -> Int32 {
        withUnsafeBytes(of: value.bigEndian) { bindBlob($0, to: statement, at: index, bytes) }
    }
}
