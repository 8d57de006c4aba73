/// RFC 1123 section 2.1: labels of letters, digits and hyphens, without the dot at the end.
enum HostnameFormat {
    private static let nameBytes = 253
    private static let labelBytes = 63

    static func accepts(_ bytes: ASCIIReader.Bytes) -> Bool {
        guard (1...nameBytes).contains(bytes.count) else { return false }
        return bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            guard let first = label.first, let last = label.last, label.count <= labelBytes else { return false }
            return ASCII.isAlphanumeric(first) && ASCII.isAlphanumeric(last)
                && label.allSatisfy { ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        }
    }
}
