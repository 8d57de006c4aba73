import Testing

@testable import HallpassCore

struct UpstreamURLTests {
    @Test(arguments: [
        "https://login.example/token", "https://login.example:8443", "https://[2001:db8::1]/t", "http://127.0.0.1:80/t",
        "http://127.1.2.3/t", "http://localhost:8080/t", "http://[::1]:1/t",
    ])
    func `secrets go where it is encrypted, or stay on this machine`(text: String) {
        #expect(UpstreamURL(text)?.text == text)
    }

    @Test(arguments: [
        "", "login.example", "http://login.example/t", "http://127.example.com/t", "http://127.0.0.1.example/t",
        "http://127.0.0/t", "http://localhost.example/t", "https://", "https:///t", "https://u@h/t", "https://u:p@h/t",
        "http://localhost@evil.example/t", #"http://localhost\@evil.example/t"#, "https://h/t?a=1", "https://h/t#f",
        "https://h:0/t", "https://h:70000/t", "https://h:x/t", "https://h /t", "https://[::1/t", "ftp://h/t",
        "HTTPS://h/t", "https://h/\u{e9}",
    ])
    func `nothing else is such an address`(text: String) {
        #expect(UpstreamURL(text) == nil)
    }
}
