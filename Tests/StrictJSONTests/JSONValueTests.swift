import Testing

@testable import StrictJSON

struct JSONValueTests {
    @Test(
        arguments: [
            (0.0, .integer(0)), (-0.0, .integer(0)), (9_007_199_254_740_991, .integer(9_007_199_254_740_991)),
            (9_007_199_254_740_992, .number(9_007_199_254_740_992)), (-1.5, .number(-1.5)), (1e300, .number(1e300)),
            (.infinity, nil), (-.infinity, nil), (.nan, nil),
        ] as [(Double, JSONValue?)])
    func `a double becomes an integer where that is exact and safe`(double: Double, expected: JSONValue?) throws {
        let value = JSONValue(double)
        #expect(value == expected)
        #expect(value?.integerValue == expected?.integerValue)
    }

    /// Values made by hand need not be in the parser's form.
    @Test func `an integral number equals and hashes as the integer`() {
        #expect(JSONValue.number(3) == .integer(3))
        #expect(JSONValue.number(-0.0) == .integer(0))
        #expect(JSONValue.number(3.5) != .integer(3))
        #expect(Set([JSONValue.number(3), .integer(3)]).count == 1)
    }

    @Test func `values of different kinds are different`() {
        let values: [JSONValue] = [nil, false, true, 0, 1, .number(0.5), "", "0", [], [nil], [:], ["": nil]]
        #expect(Set(values).count == values.count)
        for (index, value) in values.enumerated() {
            #expect(values.firstIndex(of: value) == index)
        }
    }

    @Test func `an accessor answers for its own kind only`() {
        let values: [JSONValue] = [nil, true, 7, .number(0.5), "s", [1], ["a": 1]]
        #expect(values.map(\.isNull) == [true, false, false, false, false, false, false])
        #expect(values.compactMap(\.boolValue) == [true])
        #expect(values.compactMap(\.integerValue) == [7])
        #expect(values.compactMap(\.doubleValue) == [7, 0.5])
        #expect(values.compactMap(\.stringValue) == ["s"])
        #expect(values.compactMap(\.arrayValue) == [[1]])
        #expect(values.compactMap(\.objectValue).map(\.count) == [1])
    }
}
