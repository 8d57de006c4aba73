import HallpassCrypto
import StrictJSON
import Testing

@testable import HallpassCore

struct ArgumentsDigestTests {
    private func digest(_ json: String, tool: String = "add_note") throws -> String {
        let object = try #require(try JSONParser.parse(Array(json.utf8)).objectValue)
        return "\(ArgumentsDigest.of(object, tool: try #require(ToolName(tool))).bytes)"
    }

    @Test func `order and number form do not change the digest`() throws {
        #expect(try digest(#"{"a":1,"b":[1.0,2e0]}"#) == digest(#"{ "b" : [1,2], "a" : 1.0 }"#))
    }

    @Test(arguments: [#"{"a":2}"#, #"{"a":"1"}"#, #"{"a":1,"b":null}"#, #"{"A":1}"#, "{}"])
    func `any other arguments have another digest`(other: String) throws {
        #expect(try digest(#"{"a":1}"#) != digest(other))
    }

    @Test func `the same arguments for another tool have another digest`() throws {
        #expect(try digest("{}") != digest("{}", tool: "delete_contact"))
    }

    /// Computed once with another tool: `printf '{"arguments":{"a":1},"tool":"t"}' | sha256sum`.
    @Test func `the digest is that of the canonical form`() throws {
        let expected: [UInt8] = [
            58, 229, 117, 17, 179, 221, 72, 6, 71, 242, 76, 100, 229, 217, 215, 28, 15, 190, 68, 255, 104, 164, 117, 67,
            114, 68, 210, 40, 92, 241, 105, 185,
        ]
        #expect(try digest(#"{"a":1}"#, tool: "t") == "\(expected)")
    }

    @Test(arguments: [
        "{}", #"{"a":1}"#, #"{"idempotency_key":"k"}"#, #"{"a":1,"idempotency_key":"k"}"#,
        #"{"idempotency_key":{"b":[1,2]},"z":1}"#, #"{"z":1,"idempotency_key":",\"}","a":{"idempotency_key":"inner"}}"#,
        #"{"idempotency_keys":1,"idempotency_ke":2}"#,
    ])
    func `the digest without the key is that of the arguments without it`(json: String) throws {
        let object = try #require(try JSONParser.parse(Array(json.utf8)).objectValue)
        let tool: ToolName = "add_note"
        var without = object
        without["idempotency_key"] = nil
        let both = ArgumentsDigest.both(object, tool: tool)
        #expect(both.whole == ArgumentsDigest.of(object, tool: tool))
        #expect(both.withoutKey == ArgumentsDigest.of(without, tool: tool))
    }
}
