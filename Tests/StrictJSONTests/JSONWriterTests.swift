import Testing

@testable import StrictJSON

private func written(_ value: JSONValue) -> String { String(decoding: value.serialized(), as: UTF8.self) }

struct JSONWriterTests {
    @Test(
        arguments: [
            (nil, "null"), (true, "true"), (false, "false"), (0, "0"), (-9_007_199_254_740_991, "-9007199254740991"),
            (.number(0.1), "0.1"), (.number(1e-7), "1e-7"), ([], "[]"), ([1, [], [:]], "[1,[],{}]"),
            (["b": 1, "a": ["x": nil]], #"{"b":1,"a":{"x":null}}"#), ("", #""""#),
            ("\u{0}\u{1}\u{8}\t\n\u{B}\u{C}\r\u{F}\u{10}\u{1F}", #""\u0000\u0001\b\t\n\u000b\f\r\u000f\u0010\u001f""#),
            (#"a"b\c/"#, #""a\"b\\c/""#), ("\u{7F}é\u{2028}😂", "\"\u{7F}é\u{2028}😂\""), (["\"": "\n"], #"{"\"":"\n"}"#),
        ] as [(JSONValue, String)])
    func `a value is written as short as it can be`(value: JSONValue, expected: String) {
        #expect(written(value) == expected)
    }

    /// Digits alone would be an integer literal that the parser refuses.
    @Test(
        arguments: [
            (9_007_199_254_740_992, "9.007199254740992e+15"), (-1e20, "-1e+20"), (1e21, "1e+21"),
        ] as [(Double, String)])
    func `an integral number beyond the safe ones keeps an exponent`(double: Double, expected: String) throws {
        #expect(written(.number(double)) == expected)
        #expect(try JSONParser.parse(Array(expected.utf8)) == .number(double))
    }

    /// Texts are looked at eight bytes at a time: every byte at every place of them, beside bytes that its bits could be lent to
    /// or borrowed from.
    @Test(arguments: ["a", "\u{0}", " ", "!", "#", "[", "]", "\u{7F}", "é", "\"", "\\"])
    func `what has to be escaped is escaped wherever it stands`(neighbour: String) {
        for scalar in (0..<0x80 as Range<UInt8>).map(Unicode.Scalar.init) {
            for place in 0..<17 {
                let parts = (0..<17).map { $0 == place ? String(Character(scalar)) : neighbour }
                let expected = parts.map { written(.string($0)).dropFirst().dropLast() }.joined()
                #expect(written(.string(parts.joined())) == "\"\(expected)\"")
            }
        }
    }

    @Test func `writing appends to what the buffer holds`() {
        var buffer = Array("data: ".utf8)
        JSONWriter.append(["a": 1], to: &buffer)
        #expect(String(decoding: buffer, as: UTF8.self) == #"data: {"a":1}"#)
    }
}

struct JSONPrettyPrinterTests {
    @Test func `every member and element has a line, and empty containers none`() {
        let value: JSONValue = ["name": "crm", "tools": ["a", ["b": []]], "none": [:], "n": .number(1e20)]
        let expected = """
            {
              "name": "crm",
              "tools": [
                "a",
                {
                  "b": []
                }
              ],
              "none": {},
              "n": 1e+20
            }
            """
        #expect(value.prettyPrinted() == expected)
        #expect(JSONValue.string("x").prettyPrinted() == #""x""#)
    }
}
