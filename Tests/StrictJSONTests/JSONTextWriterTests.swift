import Testing

@testable import StrictJSON

struct JSONTextWriterTests {
    @Test func `what is known beforehand stands as it is, and what comes between is written as JSON`() throws {
        var writer = JSONTextWriter(capacity: 0)
        writer.append(#"{"text":"#, text: "a\"\n\u{e9}")
        writer.append(#","number":"#, number: -9_007_199_254_740_991)
        writer.append(#","quoted":"#, quoted: { $0 += Array("YQ".utf8) })
        writer.append(#","json":"#)
        writer.append(json: [0x5B, 0x5D])
        writer.append("}")
        let expected: JSONValue = [
            "text": "a\"\n\u{e9}", "number": .integer(-9_007_199_254_740_991), "quoted": "YQ", "json": [],
        ]
        #expect(writer.bytes == expected.serialized())
        #expect(try JSONParser.parse(writer.bytes) == expected)
    }
}
