import Foundation
import SeededGenerator
import Testing

@testable import StrictJSON

/// Why `text` is refused and where, or `nil` where it is not.
private func refusal(of text: String, limits: JSONLimits = .default) -> JSONError? {
    refusal(of: Array(text.utf8), limits: limits)
}

private func refusal(of bytes: [UInt8], limits: JSONLimits = .default) -> JSONError? {
    do throws(JSONError) {
        _ = try JSONParser.parse(bytes, limits: limits)
        return nil
    } catch {
        return error
    }
}

struct JSONParserTests {
    @Test(
        arguments: [
            ("null", .null), (" true\n", .bool(true)), ("\tfalse\r", .bool(false)), ("0", 0), ("-0", 0), ("-0.0", 0),
            ("0e5", 0), ("0.000e-999999", 0), ("1.0", 1), ("1e2", 100), ("1E+2", 100), ("1200e-2", 12),
            ("-12.50e1", -125),
            ("9007199254740991", 9_007_199_254_740_991), ("-9007199254740991", -9_007_199_254_740_991),
            ("9007199254740991.0", 9_007_199_254_740_991), ("9007199254740992.0", .number(9_007_199_254_740_992)),
            ("1e20", .number(1e20)), ("0.1", .number(0.1)), ("5e-324", .number(.leastNonzeroMagnitude)),
            ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)), ("[]", []), ("{}", [:]),
            (#"[1, [2 ,{"a" : null}]]"#, [1, [2, ["a": nil]]]), (#""""#, ""),
            (#""\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\uD83D\ude02""#, "\"\\/\u{8}\u{C}\n\r\tAé€😂"),
            (#""\u0000 and the rest of a longer string é""#, "\u{0} and the rest of a longer string é"),
        ] as [(String, JSONValue)])
    func `a valid text is read as this value`(text: String, value: JSONValue) throws {
        #expect(try JSONParser.parse(Array(text.utf8)) == value)
    }

    @Test(
        arguments: [
            ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("[", .unexpectedEnd, 1),
            (#"{"a":"#, .unexpectedEnd, 5),
            (#""abc"#, .unexpectedEnd, 4), (#""abcdefghij"#, .unexpectedEnd, 11), ("-", .unexpectedEnd, 1),
            ("1.", .unexpectedEnd, 2), ("1e+", .unexpectedEnd, 3), ("tru", .unexpectedEnd, 3),
            ("nulL", .unexpectedByte, 3),
            ("[1,]", .unexpectedByte, 3), (#"{"a":1,}"#, .unexpectedByte, 7), ("{a:1}", .unexpectedByte, 1),
            (#"{"a" 1}"#, .unexpectedByte, 5), ("[1}", .unexpectedByte, 2), ("+1", .unexpectedByte, 0),
            (".5", .unexpectedByte, 0), ("[NaN]", .unexpectedByte, 1), ("[\u{0}]", .unexpectedByte, 1),
            ("[1\u{c}]", .unexpectedByte, 2), ("\u{FEFF}{}", .byteOrderMark, 0), ("{}\u{FEFF}", .trailingBytes, 2),
            ("1 2", .trailingBytes, 2), ("1\u{0}", .trailingBytes, 1), ("01", .leadingZero, 0),
            ("[-00]", .leadingZero, 1),
            ("[9007199254740992]", .unsafeInteger, 1), ("-9007199254740992", .unsafeInteger, 0),
            ("10000000000000000", .unsafeInteger, 0), ("1e309", .numberOutOfRange, 0), ("-1e309", .numberOutOfRange, 0),
            ("[1e-400]", .numberOutOfRange, 1), ("0.01e-99999999999999999999", .numberOutOfRange, 0),
            ("1e99999999999999999999", .numberOutOfRange, 0), (#"["a\q"]"#, .invalidEscape, 3),
            (#""\u12g4""#, .invalidEscape, 1), (#""\u12"#, .invalidEscape, 1), (#""\uD800""#, .loneSurrogate, 1),
            (#""x\uDC00""#, .loneSurrogate, 2), (#""\uD800\n""#, .loneSurrogate, 1),
            (#""\uD800\uD800""#, .loneSurrogate, 1), (#""\uDBFF\uE000""#, .loneSurrogate, 1),
            ("\"a\nb\"", .controlCharacter, 2), ("\"abcdefgh\u{1F}\"", .controlCharacter, 9),
            (#"{"a":1,"b":2,"a":3}"#, .duplicateName, 13), (#"{"a":1,"\u0061":1}"#, .duplicateName, 7),
            (#"[{"x":{"":0,"":0}}]"#, .duplicateName, 12),
        ] as [(String, JSONError.Reason, Int)])
    func `an invalid text is refused there and for that`(text: String, reason: JSONError.Reason, offset: Int) {
        #expect(refusal(of: text) == JSONError(reason, offset: offset))
    }

    /// Offsets count from the opening quote; the sequences are the edges of the table in RFC 3629 section 4.
    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0xAF], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x9F, 0xBF], [0xE1, 0x80],
            [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98],
            [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        ] as [[UInt8]])
    func `bytes that are not UTF-8 are refused where they start`(sequence: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(refusal(of: [quote] + sequence + [quote]) == JSONError(.invalidUTF8, offset: 1))
        let afterPlain = [quote] + Array("abcdefé".utf8) + sequence + [quote]
        #expect(refusal(of: afterPlain) == JSONError(.invalidUTF8, offset: 9))
        let afterEscape = [quote] + Array(#"\u00e9\n"#.utf8) + sequence + Array(#"\n""#.utf8)
        #expect(refusal(of: afterEscape) == JSONError(.invalidUTF8, offset: 9))
    }

    /// An escape between the halves must not glue them to one character.
    @Test func `a sequence broken by an escape is refused`() {
        #expect(refusal(of: [0x22, 0xC3] + Array(#"\u0041"#.utf8) + [0xA9, 0x22])?.reason == .invalidUTF8)
    }

    @Test func `every scalar is read as itself, written plainly or escaped`() throws {
        var text = ""
        var escaped: [UInt8] = []
        let digits = Array("0123456789abcDEF".utf8)
        for number in UInt32(0x20)...0x10FFFF {
            guard let scalar = Unicode.Scalar(number), scalar != "\"", scalar != "\\" else { continue }
            text.unicodeScalars.append(scalar)
            for unit in UTF16.encode(scalar) ?? .init() {
                escaped.append(contentsOf: #"\u"#.utf8)
                escaped.append(contentsOf: [12, 8, 4, 0].map { digits[Int(unit >> $0) & 0xF] })
            }
        }
        #expect(try JSONParser.parse([0x22] + Array(text.utf8) + [0x22]) == .string(text))
        #expect(try JSONParser.parse([0x22] + escaped + [0x22]) == .string(text))
    }

    @Test func `names that differ only in normalisation are two names`() throws {
        let object = try JSONParser.parse(Array("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8)).objectValue
        #expect(object?.count == 2)
        #expect(object?["\u{E9}"] == 1)
        #expect(object?["e\u{301}"] == 2)
    }

    @Test(arguments: [17, 18, 1000])
    func `a duplicate is found among many names`(count: Int) {
        let names = (0..<count).map { "\"n\($0)\":0" }
        #expect(refusal(of: "{" + names.joined(separator: ",") + "}") == nil)
        for repeated in [0, count / 2, count - 1] {
            let text = "{" + (names + ["\"n\(repeated)\":1"]).joined(separator: ",") + "}"
            #expect(refusal(of: text)?.reason == .duplicateName)
        }
    }

    @Test func `all three kinds of buffer are read`() throws {
        let bytes = Array(#"{"a":[1]}"#.utf8)
        let expected: JSONValue = ["a": [1]]
        #expect(try JSONParser.parse(bytes) == expected)
        #expect(try bytes.withUnsafeBytes { try JSONParser.parse($0) } == expected)
        #expect(try bytes.withUnsafeBufferPointer { try JSONParser.parse($0) } == expected)
        #expect(refusal(of: [])?.reason == .unexpectedEnd)
    }
}

struct JSONLimitsTests {
    @Test(arguments: [(levels: 63, fits: true), (levels: 64, fits: true), (levels: 65, fits: false)])
    func `nesting is good up to and at 64 levels`(levels: Int, fits: Bool) {
        for (opening, closing) in [("[", "]"), (#"{"a":"#, "}")] {
            let inner = String(repeating: opening, count: levels) + "0" + String(repeating: closing, count: levels)
            let expected = fits ? nil : JSONError(.nestingTooDeep, offset: 64 * opening.utf8.count)
            #expect(refusal(of: inner) == expected)
        }
    }

    @Test(arguments: [(limit: 6, fits: false), (limit: 7, fits: true), (limit: 8, fits: true)])
    func `a document of seven values fits a limit of seven`(limit: Int, fits: Bool) {
        let error = refusal(of: #"[{"a":1,"b":[null,"x"]},true]"#, limits: JSONLimits(valueCount: limit))
        #expect(error == (fits ? nil : JSONError(.tooManyValues, offset: 24)))
    }

    @Test(arguments: [(limit: 3, fits: false), (limit: 4, fits: true), (limit: 5, fits: true)])
    func `a string is measured in bytes after its escapes`(limit: Int, fits: Bool) {
        for text in [#"["abcd"]"#, #"["aé\n"]"#, #"["\ud83d\ude02"]"#] {
            let expected = fits ? nil : JSONError(.stringTooLong, offset: 1)
            #expect(refusal(of: text, limits: JSONLimits(stringBytes: limit)) == expected)
        }
        #expect((refusal(of: #"{"abcd":1}"#, limits: JSONLimits(stringBytes: limit)) == nil) == fits)
    }

    @Test func `a hundred thousand open brackets are refused without using the stack`() {
        #expect(refusal(of: String(repeating: "[", count: 100_000))?.reason == .nestingTooDeep)
        #expect(refusal(of: String(repeating: #"{"":"#, count: 100_000))?.reason == .nestingTooDeep)
    }

    /// Debug builds have the largest frames, so this bounds release builds as well.
    @Test func `the deepest document there may be fits a quarter of a stack`() async {
        let depth = JSONLimits.depthMaximum
        let isSame = await withCheckedContinuation { continuation in
            let thread = Thread {
                let text = String(repeating: #"[{"a":"#, count: depth / 2) + String(repeating: "}]", count: depth / 2)
                let bytes = Array(text.replacing(":}", with: ":0}").utf8)
                // A refusal is no value, and no value is the failure that the test reports.
                let value = try? JSONParser.parse(bytes, limits: JSONLimits(depth: depth))
                let isHashed = Set([value, value]).count == 1
                let isWritten = value?.serialized() == bytes && value.map(CanonicalJSON.bytes(of:)) == bytes
                continuation.resume(returning: isHashed && isWritten && value?.prettyPrinted().isEmpty == false)
            }
            thread.stackSize = 2 * 1024 * 1024
            thread.start()
        }
        #expect(isSame)
    }
}

struct JSONParserPropertyTests {
    private static let document = #"""
        {"tool":"add_note","arguments":{"id":"c_18","body":"caf\u00e9 “ok” \ud83d\ude02\n","n":[1,-2.5e3,0.1,{}]},"x":null}
        """#

    @Test func `no prefix of a document is a document`() {
        let bytes = Array(Self.document.utf8)
        for length in 0..<bytes.count {
            #expect(refusal(of: Array(bytes[..<length])) != nil)
        }
    }

    /// Whatever the bytes, there is a value that survives writing or an error that points into them.
    @Test func `damaged documents are read consistently or refused in place`() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<10_000 {
            var bytes = Array(Self.document.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            if let error = refusal(of: bytes) {
                #expect((0...bytes.count).contains(error.offset))
            } else {
                let value = try JSONParser.parse(bytes)
                #expect(try JSONParser.parse(value.serialized()) == value)
            }
        }
    }

    @Test func `what is written is read back as the same value`() throws {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<100 {
            let value = generator.value(depth: 4)
            #expect(try JSONParser.parse(value.serialized()) == value)
            #expect(try JSONParser.parse(Array(value.prettyPrinted().utf8)) == value)
        }
    }
}

struct JSONErrorTests {
    @Test func `a message names reason and place and nothing else`() {
        #expect(refusal(of: #"{"secret-name":1,"secret-name":2}"#)?.message == "duplicate member name at byte 17")
        #expect("\(JSONError(.invalidUTF8, offset: 3))" == "invalid UTF-8 at byte 3")
    }
}
