import Testing

@testable import HallpassHTTP

struct DateFieldTests {
    @Test(
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
        ] as [(Int64, String)])
    func `a moment is written as HTTP has it`(seconds: Int64, text: String) {
        #expect(DateField().text(atSeconds: seconds) == text)
    }

    @Test func `a later second is another date, and a clock that is set back too`() {
        let date = DateField()
        #expect(date.text(atSeconds: 1) == "Thu, 01 Jan 1970 00:00:01 GMT")
        #expect(date.text(atSeconds: 1) == "Thu, 01 Jan 1970 00:00:01 GMT")
        #expect(date.text(atSeconds: 2) == "Thu, 01 Jan 1970 00:00:02 GMT")
        #expect(date.text(atSeconds: 1) == "Thu, 01 Jan 1970 00:00:01 GMT")
    }
}
