/// RFC 9562 section 4, in either case.
enum UUIDFormat {
    static func accepts(_ bytes: ASCIIReader.Bytes) -> Bool {
        guard bytes.count == 36 else { return false }
        return bytes.enumerated().allSatisfy { offset, byte in
            [8, 13, 18, 23].contains(offset) ? byte == UInt8(ascii: "-") : ASCII.isHexDigit(byte)
        }
    }
}
