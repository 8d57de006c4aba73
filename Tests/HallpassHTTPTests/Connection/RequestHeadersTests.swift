import HTTPTypes
import Testing

@testable import HallpassHTTP

struct RequestHeadersTests {
    @Test(arguments: [
        ("a", "a"), (" a", "a"), ("a\t ", "a"), (" \ta b\t", "a b"), ("", ""), ("  ", ""), ("\u{e4} ", "\u{e4}"),
    ])
    func `white space around a value is none of it`(sent: String, value: String) {
        let headers: RequestHeaders = [.authorization: sent]
        #expect(headers[.authorization] == value)
    }

    @Test func `a field is found in any case, and several are one list`() {
        let headers: RequestHeaders = [.literal("if-none-match"): "a", .ifNoneMatch: "b"]
        #expect(headers[.ifNoneMatch] == "a, b")
        #expect(headers.contains(.ifNoneMatch))
        #expect(headers[values: .ifNoneMatch] == ["a", "b"])
        #expect(headers[.origin] == nil)
        #expect(!headers.contains(.origin))
    }

    @Test func `a field is not found under another name that is as long`() {
        let headers: RequestHeaders = [.cookie: "a"]
        #expect(headers[.cookie] == "a")
        #expect(headers[.origin] == nil)
        #expect(headers[values: .origin].isEmpty)
        #expect(!headers.contains(.origin))
    }
}
