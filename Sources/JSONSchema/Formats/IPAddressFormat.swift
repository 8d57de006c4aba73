/// Textual IP addresses, without zone and prefix length.
enum IPAddressFormat {
    /// RFC 2673 section 3.2: four decimal numbers, here without leading zeros, which some readers take for octal.
    static func acceptsIPv4(_ bytes: ASCIIReader.Bytes) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                guard (1...3).contains(part.count), part.allSatisfy(ASCII.isDigit) else { return false }
                guard part.count == 1 || part.first != UInt8(ascii: "0") else { return false }
                return part.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 255
            }
    }

    /// RFC 4291 section 2.2: eight groups, of which one run may be `::` and the last two an IPv4 address.
    static func acceptsIPv6(_ bytes: ASCIIReader.Bytes) -> Bool {
        guard bytes.count <= 45 else { return false }
        var groups = 0
        var hasGap = false
        var rest = bytes
        let colon = UInt8(ascii: ":")
        if rest.starts(with: [colon, colon]) {
            hasGap = true
            rest.removeFirst(2)
        }
        while !rest.isEmpty {
            let group = rest.prefix { $0 != colon }
            rest.removeFirst(group.count)
            if group.contains(UInt8(ascii: ".")) {
                guard rest.isEmpty, acceptsIPv4(group) else { return false }
                groups += 2
                break
            }
            guard (1...4).contains(group.count), group.allSatisfy(ASCII.isHexDigit) else { return false }
            groups += 1
            guard !rest.isEmpty else { break }
            rest.removeFirst()
            if rest.first == colon {
                guard !hasGap else { return false }
                hasGap = true
                rest.removeFirst()
            } else if rest.isEmpty {
                return false
            }
        }
        // A gap stands for at least one group of zeros.
        return hasGap ? groups <= 7 : groups == 8
    }
}
