import Foundation

/// An IP address that a name leads to.
struct NetworkAddress: Hashable, Sendable {
    /// 4 or 16.
    let bytes: [UInt8]

    /// - Returns: `nil` unless there are 4 or 16 bytes.
    init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Whether it is one that anybody on the internet may have: not this machine's, not of a network of its owner, not one
    /// that is set apart for anything. IPv6 addresses that carry an IPv4 address are judged by that one.
    ///
    /// Sources: the IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890 and its updates); RFC 4291, RFC 6052.
    var isPublic: Bool { bytes.count == 4 ? Self.isPublic4(bytes[...]) : Self.isPublic6(bytes) }

    var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
    }

    private static func isPublic4(_ bytes: ArraySlice<UInt8>) -> Bool {
        let value = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return !reserved4.contains { value >> (32 - $0.length) == $0.network >> (32 - $0.length) }
    }

    private static func isPublic6(_ bytes: [UInt8]) -> Bool {
        func starts(_ prefix: [UInt8]) -> Bool { bytes.starts(with: prefix) }
        // NAT64 in its well-known form.
        if starts([0x00, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8)) { return isPublic4(bytes[12...]) }
        // Beyond global unicast there is nothing to fetch from. Within: protocol assignments with Teredo, 6to4, documentation.
        guard bytes[0] & 0xE0 == 0x20 else { return false }
        return !starts([0x20, 0x01, 0x00]) && !starts([0x20, 0x01, 0x01]) && !starts([0x20, 0x02])
            && !starts([0x20, 0x01, 0x0D, 0xB8]) && !(starts([0x3F, 0xFF]) && bytes[2] & 0xF0 == 0)
    }

    private static let reserved4: [(network: UInt32, length: UInt32)] = [
        (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16), (0xAC10_0000, 12),
        (0xC000_0000, 24), (0xC000_0200, 24), (0xC058_6300, 24), (0xC0A8_0000, 16), (0xC612_0000, 15),
        (0xC633_6400, 24), (0xCB00_7100, 24), (0xE000_0000, 4), (0xF000_0000, 4),
    ]

    /// As an HTTP library takes it.
    var text: String {
        var bytes = bytes
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, &bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension NetworkAddress {
    /// Every address of a host, in the order in which the system would try them. Blocks.
    ///
    /// - Returns: an empty list for a name that leads nowhere.
    static func resolve(_ host: String) -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &first) == 0 else { return [] }
        defer { freeaddrinfo(first) }
        var addresses: [NetworkAddress] = []
        var next = first
        while let entry = next?.pointee {
            if let address = NetworkAddress(entry), !addresses.contains(address) { addresses.append(address) }
            next = entry.ai_next
        }
        return addresses
    }

    private init?(_ entry: addrinfo) {
        guard let socketAddress = entry.ai_addr else { return nil }
        switch entry.ai_family {
        case AF_INET:
            let address = socketAddress.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_addr }
            self.init(bytes: withUnsafeBytes(of: address) { Array($0) })
        case AF_INET6:
            let address = socketAddress.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { $0.pointee.sin6_addr }
            self.init(bytes: withUnsafeBytes(of: address) { Array($0) })
        default: return nil
        }
    }
}
