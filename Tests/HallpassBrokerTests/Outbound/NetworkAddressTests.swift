import Testing

@testable import HallpassBroker

struct NetworkAddressTests {
    /// The first and the last of each range that is set apart, with its neighbours.
    @Test(arguments: [
        ("0.0.0.0", false), ("0.255.255.255", false), ("1.0.0.0", true), ("9.255.255.255", true), ("10.0.0.0", false),
        ("10.255.255.255", false), ("11.0.0.0", true), ("100.63.255.255", true), ("100.64.0.0", false),
        ("100.127.255.255", false), ("100.128.0.0", true), ("127.0.0.1", false), ("127.255.255.255", false),
        ("128.0.0.0", true), ("169.253.255.255", true), ("169.254.169.254", false), ("169.255.0.0", true),
        ("172.15.255.255", true), ("172.16.0.0", false), ("172.31.255.255", false), ("172.32.0.0", true),
        ("192.0.0.8", false), ("192.0.2.1", false), ("192.88.99.1", false), ("192.167.255.255", true),
        ("192.168.0.0", false), ("192.168.255.255", false), ("192.169.0.0", true), ("198.17.255.255", true),
        ("198.18.0.0", false), ("198.19.255.255", false), ("198.51.100.7", false), ("203.0.113.7", false),
        ("223.255.255.255", true), ("224.0.0.0", false), ("240.0.0.0", false), ("255.255.255.255", false),
        ("8.8.8.8", true), ("::", false), ("::1", false), ("::ffff:8.8.8.8", false), ("::ffff:127.0.0.1", false),
        ("64:ff9b::8.8.8.8", true), ("64:ff9b::10.0.0.1", false), ("64:ff9b:1::1", false), ("100::1", false),
        ("2000::1", true), ("2001::1", false), ("2001:db8::1", false), ("2001:4860:4860::8888", true),
        ("2002:7f00:1::", false), ("2606:4700::1111", true), ("3fff::1", false), ("3ffe::1", true), ("4000::1", false),
        ("fc00::1", false), ("fdff::1", false), ("fe80::1", false), ("ff02::1", false),
    ])
    func `an address that is set apart is not public`(text: String, isPublic: Bool) throws {
        let address = try #require(NetworkAddress.resolve(text).first, "this machine reads no such address")
        #expect(address.isPublic == isPublic, "\(text)")
    }

    /// Other ways to write an address are still that address once they are resolved.
    @Test(arguments: ["127.1", "2130706433", "0x7f.0.0.1", "017700000001", "localhost"])
    func `this machine is known under any name`(text: String) throws {
        let addresses = NetworkAddress.resolve(text)
        #expect(!addresses.isEmpty)
        #expect(addresses.allSatisfy { $0.isLoopback && !$0.isPublic })
    }

    @Test func `an address is written as it is read`() throws {
        for text in ["8.8.8.8", "2606:4700::1111"] {
            #expect(try #require(NetworkAddress.resolve(text).first).text == text)
        }
    }

    @Test func `a name that leads nowhere has no address`() {
        #expect(NetworkAddress.resolve("no-such-host.invalid").isEmpty)
    }
}
