internal import StrictJSON

/// One JSON value, as it was received and as it is sent on.
///
/// What is parsed is written again as the same value: members keep their order, names and strings their bytes, and a
/// number its value. Texts that two readers could understand differently (a name twice in one object, an integer beyond
/// 2^53 - 1, half a surrogate pair) are refused, here as by the broker.
///
/// Equality is that of JSON: `1` and `1.0` are the same, and the order of members does not matter.
public struct JSON: Hashable, Sendable {
    let value: JSONValue

    init(_ value: JSONValue) { self.value = value }
}

extension JSON {
    /// Reads one JSON text in UTF-8: the body of a request, or what an encoder made.
    ///
    /// - Throws: ``JSONTextError``, which says what is wrong and where, and repeats nothing of the text.
    public init(parsing text: some Sequence<UInt8>) throws(JSONTextError) {
        try self.init(parsing: Array(text), within: ClientLimits.json)
    }

    init(parsing text: [UInt8], within limits: JSONLimits) throws(JSONTextError) {
        do throws(JSONError) {
            value = try JSONParser.parse(text, limits: limits)
        } catch {
            throw JSONTextError(description: error.message)
        }
    }

    /// The value as JSON in UTF-8, without white space.
    public var bytes: [UInt8] { value.serialized() }

    /// The same as a string.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Why a text is not a JSON value that can be sent on; for example "duplicate member name at byte 17".
public struct JSONTextError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, and at which byte.
    public let description: String
}

extension JSON {
    /// Not a `nil` literal, which would make `json["name"] == nil` ask for a null where a missing member is meant.
    public static let null = JSON(.null)

    /// Whether the value is `null`.
    public var isNull: Bool { value.isNull }
    /// The text, where the value is one.
    public var string: String? { value.stringValue }
    /// The number, where it is an integer that fits.
    public var int: Int? { value.integerValue.flatMap(Int.init(exactly:)) }
    /// Any number.
    public var double: Double? { value.doubleValue }
    /// The truth value, where it is one.
    public var bool: Bool? { value.boolValue }
    /// The elements, where the value is an array.
    public var array: [JSON]? { value.arrayValue?.map(JSON.init) }
    /// The members in the order they were written, where the value is an object.
    public var members: [(name: String, value: JSON)]? { value.objectValue?.map { ($0.name, JSON($0.value)) } }

    /// A member of an object; `nil` where there is none, and for any other value.
    public subscript(name: String) -> JSON? { value.objectValue?[name].map(JSON.init) }
}

extension JSON {
    /// A string.
    public init(_ text: String) { value = .string(text) }
    /// `true` or `false`.
    public init(_ flag: Bool) { value = .bool(flag) }
    /// An integer beyond 2^53 - 1 is one that no two programs need agree on, and the broker refuses it: send a string.
    public init(_ integer: Int) { value = .integer(Int64(integer)) }
    /// - Returns: `nil` for infinities and NaN, for which JSON has no words.
    public init?(_ number: Double) {
        guard let value = JSONValue(number) else { return nil }
        self.value = value
    }
    /// An array.
    public init(_ elements: [JSON]) { value = .array(elements.map(\.value)) }

    /// An object of these members, in this order; of two with one name the later value counts.
    public init(members: some Sequence<(name: String, value: JSON)>) {
        var object = JSONObject()
        for (name, value) in members { object[name] = value.value }
        value = .object(object)
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A string.
    public init(stringLiteral text: String) { self.init(text) }
    /// An integer.
    public init(integerLiteral integer: Int) { self.init(integer) }
    /// - Precondition: the literal is within the range of a double.
    public init(floatLiteral number: Double) {
        guard let value = JSONValue(number) else { preconditionFailure("a literal beyond the range of a double") }
        self.value = value
    }
    /// `true` or `false`.
    public init(booleanLiteral flag: Bool) { self.init(flag) }
    /// An array.
    public init(arrayLiteral elements: JSON...) { self.init(elements) }
    /// An object, its members in the order they are written.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self.init(members: elements.map { (name: $0.0, value: $0.1) })
    }
}
