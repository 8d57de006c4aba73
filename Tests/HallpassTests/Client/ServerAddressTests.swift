import Testing

@testable import hallpass

struct ServerAddressTests {
    @Test(arguments: [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("https://broker.example/", "https://broker.example"),
        ("HTTPS://Broker.Example//", "HTTPS://Broker.Example"), ("https://x/base/", "https://x/base"),
    ])
    func `an address loses the slashes at its end`(text: String, expected: String) {
        #expect(ServerAddress(text)?.text == expected)
    }

    @Test(arguments: [
        "", "broker.example", "ftp://x", "http://", "http:///path", "https://user@x", "https://user:pass@x",
        "https://x?a=b",
        "https://x#a", "https://x y", "file:///etc/passwd", "https://x\r\nHost: y", "https://é",
    ])
    func `what is no plain address of a server is none`(text: String) {
        #expect(ServerAddress(text) == nil)
    }
}
