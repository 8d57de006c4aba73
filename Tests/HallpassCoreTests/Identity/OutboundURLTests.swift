import HallpassCore
import Testing

struct OutboundURLTests {
    @Test(arguments: [
        ("https://id.example/jwks", "id.example", false), ("https://ID.example:8443/a?b=c", "ID.example", false),
        ("https://login.example", "login.example", false), ("http://localhost:9000/jwks", "localhost", true),
        ("http://127.0.0.1/jwks", "127.0.0.1", true), ("http://127.1.2.3:80/t", "127.1.2.3", true),
        ("https://[::1]:443/", "::1", true), ("http://[::1]:1/t", "::1", true),
        ("https://[2606:4700::1111]/", "2606:4700::1111", false), ("https://127.1/t", "127.1", false),
    ])
    func `an address is one where it is encrypted, or says that it is this machine`(
        text: String, host: String, isLoopback: Bool
    ) throws {
        let url = try #require(OutboundURL(text))
        #expect(url.text == text)
        #expect(url.host == host)
        #expect(url.isLoopback == isLoopback)
    }

    @Test(arguments: [
        "", "login.example", "http://id.example/jwks", "http://127.example.com/t", "http://127.0.0.1.example/t",
        "http://127.0.0/t", "http://127.1/t", "http://localhost.example/", "ftp://localhost/", "https://",
        "https:///jwks", "https://user@id.example/", "https://u:p@h/t", "http://localhost@evil.example/t",
        #"http://localhost\@evil.example/t"#, "https://id.example:0/", "https://id.example:+80/",
        "https://id.example:99999/", "https://h:x/t", "https://[::1", "https://[::1]x/", "https://id.example/#a",
        "https://id ex/", "https://id%2eexample/", "//id.example/", "HTTP://127.0.0.1/", "https://h/\u{e9}",
        #"https://id.example\@127.0.0.1/"#, "https://h/" + String(repeating: "a", count: 503),
    ])
    func `no other text is one`(text: String) { #expect(OutboundURL(text) == nil) }
}
