import Testing

@testable import HallpassClient

struct JSONTests {
    /// Precomposed and decomposed letters are two names; members keep their order.
    @Test(arguments: [
        #"{"b":1,"a":[true,null,"x"],"é":{},"e\#u{301}":1.5}"#, "9007199254740991", "-0.1", #""\u0000\"\\""#, "[]",
        "1e+300",
    ])
    func `what was read is written as it was`(text: String) throws {
        #expect(try JSON(parsing: text.utf8).text == text)
    }

    @Test(arguments: [#"{"a":1,"a":2}"#, "9007199254740992", #""\ud800""#, "{", "", "[1] 2", "\u{FEFF}1"])
    func `what two readers could understand differently is refused`(text: String) {
        #expect(throws: JSONTextError.self) { try JSON(parsing: text.utf8) }
    }

    @Test func `members are found by name, in order, and values by kind`() throws {
        let json: JSON = ["n": 1, "f": 1.5, "t": "x", "b": true, "l": [1, 2], "o": ["k": .null]]
        #expect(json.members?.map(\.name) == ["n", "f", "t", "b", "l", "o"])
        #expect(json["n"]?.int == 1 && json["n"]?.double == 1)
        #expect(json["f"]?.double == 1.5 && json["f"]?.int == nil)
        #expect(json["t"]?.string == "x" && json["b"]?.bool == true)
        #expect(json["l"]?.array == [1, 2])
        #expect(json["o"]?["k"]?.isNull == true && json["o"]?["x"] == nil && json["n"]?["x"] == nil)
        #expect(JSON(Double.nan) == nil && JSON(Double.infinity) == nil)
    }
}
