import HallpassCrypto

/// Bytes written as hexadecimal digits in a test; white space between them is allowed.
func hex(_ text: String) -> [UInt8] {
    let digits = text.compactMap { $0.hexDigitValue }.map(UInt8.init)
    precondition(digits.count.isMultiple(of: 2) && digits.count == text.filter { !$0.isWhitespace }.count)
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

extension SecretBytes {
    /// What a test compares; the product has no such door.
    var revealed: [UInt8] { withUnsafeBytes { Array($0) } }
}

/// Every array that differs from `bytes` in exactly one bit.
func flippingEachBit(of bytes: [UInt8]) -> [[UInt8]] {
    (0..<bytes.count * 8).map { bit in
        var flipped = bytes
        flipped[bit / 8] ^= 1 << UInt8(bit % 8)
        return flipped
    }
}
