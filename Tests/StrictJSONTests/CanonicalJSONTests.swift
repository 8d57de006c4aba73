import SeededGenerator
import Testing

@testable import StrictJSON

struct CanonicalJSONTests {
    private func canonical(_ text: String) throws -> String {
        String(decoding: CanonicalJSON.bytes(of: try JSONParser.parse(Array(text.utf8))), as: UTF8.self)
    }

    /// The example of RFC 8785 section 3.2.2 and what is easy to get wrong around it.
    @Test(arguments: [
        (
            #"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"# + "\n"
                + #" "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals":[null,true,false]}"#,
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
                + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        ),
        (#"{"b":1.0,"a":-0,"":[{"z":0,"y":0}]}"#, #"{"":[{"y":0,"z":0}],"a":0,"b":1}"#),
        (#"[1e20, 9007199254740992.0]"#, "[100000000000000000000,9007199254740992]"),
        (#"{"aa":1,"a":2,"B":3,"a\u0000":4}"#, #"{"B":3,"a":2,"a\u0000":4,"aa":1}"#),
    ])
    func `a text has this canonical form`(text: String, expected: String) throws {
        #expect(try canonical(text) == expected)
    }

    @Test func `names are sorted by UTF-16 code units, not by scalars`() throws {
        #expect(
            try canonical(#"{"\ufb33":1,"😂":2,"\ud7ff":3,"\ue000":4}"#)
                == "{\"\u{D7FF}\":3,\"😂\":2,\"\u{E000}\":4,\"\u{FB33}\":1}")
    }

    @Test func `names that differ only in normalisation are both kept as they are`() throws {
        let text = "{\"\u{E9}\":1,\"e\u{301}\":2}"
        #expect(Array(try canonical(text).utf8) == Array("{\"e\u{301}\":2,\"\u{E9}\":1}".utf8))
    }

    @Test func `the order told from UTF-8 is that of the UTF-16 code units`() {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<10_000 {
            let prefix = generator.string()
            let left = prefix + generator.string()
            let right = prefix + generator.string()
            #expect(CanonicalJSON.precedes(left, right) == left.utf16.lexicographicallyPrecedes(right.utf16))
        }
    }

    @Test func `an object has one canonical form in whatever order it came`() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<50 {
            let object = generator.object(memberCount: 20, depth: 2)
            var shuffled = JSONObject()
            for member in object.members.shuffled(using: &generator) { shuffled[member.name] = member.value }
            #expect(CanonicalJSON.bytes(of: .object(shuffled)) == CanonicalJSON.bytes(of: .object(object)))
        }
    }

    @Test func `different values have different canonical forms`() {
        var generator = SeededGenerator(seed: 6)
        let values = Set((0..<400).map { _ in generator.value(depth: 3) })
        #expect(Set(values.map(CanonicalJSON.bytes(of:))).count == values.count)
    }

    @Test func `appending leaves what the buffer holds`() {
        var buffer: [UInt8] = [1]
        CanonicalJSON.append(["b": 1, "a": 2], to: &buffer)
        #expect(buffer == [1] + Array(#"{"a":2,"b":1}"#.utf8))
    }
}

@Suite(.enabled(if: Vectors.arePresent, "no test vectors beside the project and HALLPASS_VECTORS is not set"))
struct CanonicalJSONVectorTests {
    private static let names = ["arrays", "french", "structures", "unicode", "values", "weird"]

    @Test func `the six published documents are there`() {
        #expect(Vectors.fileNames(in: "jcs/testdata/input") == Self.names.map { "\($0).json" })
    }

    @Test(arguments: names)
    func `a published input has its published output, byte for byte`(name: String) throws {
        let input = try JSONParser.parse(try Vectors.bytes(of: "jcs/testdata/input/\(name).json"))
        let hex = String(decoding: try Vectors.bytes(of: "jcs/testdata/outhex/\(name).txt"), as: UTF8.self)
        let expected = hex.split(whereSeparator: \.isWhitespace).compactMap { UInt8($0, radix: 16) }
        #expect(CanonicalJSON.bytes(of: input) == expected)
        #expect(CanonicalJSON.bytes(of: input) == (try Vectors.bytes(of: "jcs/testdata/output/\(name).json")))
    }
}
