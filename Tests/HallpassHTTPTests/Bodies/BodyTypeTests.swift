import HTTPTypes
import HallpassCore
import Testing

@testable import HallpassHTTP

struct BodyTypeTests {
    @Test(arguments: [
        "application/json", "APPLICATION/JSON", "application/json;charset=utf-8", "application/json; charset=UTF-8",
        "application/json ;\tcharset=\"utf-8\"",
    ])
    func `JSON is accepted with its one charset`(type: String) throws {
        try BodyType.json.check([.contentType: type])
    }

    @Test(arguments: [
        "", "text/json", "application/jsonp", "application/json;", "application/json; charset=latin1",
        "application/json; charset=utf-8; charset=utf-8", "application/json, text/plain",
        "application/merge-patch+json",
        "application/x-www-form-urlencoded",
    ])
    func `any other type is not`(type: String) {
        #expect(throws: HallpassError.unsupportedMediaType(expected: "application/json")) {
            try BodyType.json.check([.contentType: type])
        }
    }

    @Test func `two types, none, or a compressed body are not`() {
        let twice: RequestHeaders = [.contentType: "application/json", .contentType: "application/json"]
        for headers in [twice, [:], [.contentType: "application/json", .contentEncoding: "gzip"]] as [RequestHeaders] {
            #expect(throws: HallpassError.self) { try BodyType.json.check(headers) }
        }
    }
}
