/// One JSON value as this project holds it: a number is either exact or a finite double, an object has no duplicate names.
///
/// Equality is that of the canonical form: `1`, `1.0` and `1e0` are the same value, the order of an object's members
/// does not matter, and strings are equal where their UTF-8 bytes are. Source: RFC 8259, with the restrictions of
/// RFC 7493 (I-JSON).
package enum JSONValue: Sendable {
    case null
    case bool(Bool)
    /// Any number with an integral value whose magnitude is at most 2^53 - 1, however it was written.
    case integer(Int64)
    /// A finite number that ``integer(_:)`` cannot hold.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    /// 2^53 - 1: up to here every integer is one double and no other integer is the same double (RFC 7493 section 2.2).
    package static let safeIntegerMaximum: Int64 = 9_007_199_254_740_991

    /// The integer where `double` is one that ``integer(_:)`` holds, otherwise the number; `nil` for infinities and NaN.
    package init?(_ double: Double) {
        guard double.isFinite else { return nil }
        if let integer = Int64(exactly: double), integer.magnitude <= Self.safeIntegerMaximum.magnitude {
            self = .integer(integer)
        } else {
            self = .number(double)
        }
    }
}

extension JSONValue {
    package var isNull: Bool {
        guard case .null = self else { return false }
        return true
    }

    package var stringValue: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    package var integerValue: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    /// Any number, an ``integer(_:)`` too.
    package var doubleValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .null, .bool, .string, .array, .object: nil
        }
    }

    package var boolValue: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    package var arrayValue: [JSONValue]? {
        guard case .array(let value) = self else { return nil }
        return value
    }

    package var objectValue: JSONObject? {
        guard case .object(let value) = self else { return nil }
        return value
    }
}

extension JSONValue: Hashable {
    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        // A number made by hand may be integral; the parser's never is one that `integer` could hold.
        case (.integer(let integer), .number(let double)), (.number(let double), .integer(let integer)):
            Int64(exactly: double) == integer
        case (.string(let left), .string(let right)): left.hasSameBytes(as: right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        case (.null, _), (.bool, _), (.integer, _), (.number, _), (.string, _), (.array, _), (.object, _): false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null:
            hasher.combine(0)
        case .bool(let value):
            hasher.combine(1)
            hasher.combine(value)
        case .integer(let value):
            // As a double, because an integer may equal a `number`.
            hasher.combine(2)
            hasher.combine(Double(value))
        case .number(let value):
            hasher.combine(2)
            hasher.combine(value)
        case .string(let value):
            hasher.combine(3)
            value.hashBytes(into: &hasher)
        case .array(let value):
            hasher.combine(4)
            hasher.combine(value)
        case .object(let value):
            hasher.combine(5)
            hasher.combine(value)
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }

    /// - Precondition: `value` is a safe integer; literals are the programmer's own.
    package init(integerLiteral value: Int64) {
        precondition(value.magnitude <= Self.safeIntegerMaximum.magnitude, "an integer literal beyond 2^53 - 1")
        self = .integer(value)
    }

    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(nilLiteral: ()) { self = .null }

    /// - Precondition: the names are distinct.
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        var object = JSONObject()
        for (name, value) in elements {
            let isNew = object.append(name, value)
            precondition(isNew, "a duplicate name in a literal")
        }
        self = .object(object)
    }
}
