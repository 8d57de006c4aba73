import HallpassCore
import StrictJSON
import Testing

@testable import HallpassHTTP

struct FormParserTests {
    @Test(
        arguments: [
            ("", [:]), ("a=b", ["a": "b"]), ("a=", ["a": ""]), ("a", ["a": ""]), ("a=b=c", ["a": "b=c"]),
            ("a=b+c&d=%2B", ["a": "b c", "d": "+"]), ("%61=%C3%A9", ["a": "é"]), ("a=%E2%82%AC", ["a": "€"]),
        ] as [(String, [String: String])])
    func `pairs are read as browsers write them`(text: String, pairs: [String: String]) throws {
        let object = try FormParser.parse(Array(text.utf8))
        #expect(Dictionary(uniqueKeysWithValues: object.members.map { ($0.name, $0.value.stringValue) }) == pairs)
    }

    @Test(arguments: [
        ("a=b&a=b", "/a"), ("a=1&%61=2", "/a"), ("a=%", "/a"), ("a=%4", "/a"), ("a=%GG", "/a"), ("a=%FF", "/a"),
        ("a=%C3%28", "/a"), ("=b", ""), ("&", ""), ("a=b&", ""), ("a=b&&c=d", ""), ("%FF=a", ""),
    ])
    func `what two readers could understand differently is refused`(text: String, path: String) throws {
        let error = #expect(throws: HallpassError.self) { try FormParser.parse(Array(text.utf8)) }
        guard case .invalidRequest(let violations) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(violations.map(\.path) == [path])
    }

    @Test func `a name is shown short and printable`() throws {
        let text = String(repeating: "n", count: 100) + "%0A=1"
        let error = #expect(throws: HallpassError.self) { try FormParser.parse(Array("\(text)&\(text)".utf8)) }
        #expect(error?.details.first?.path == "/" + String(repeating: "n", count: 64))
    }
}
