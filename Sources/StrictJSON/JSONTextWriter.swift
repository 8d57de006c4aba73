/// Writes JSON whose shape is known, as it comes: the fixed parts as they stand, and the values between them.
///
/// ```swift
/// var writer = JSONTextWriter(capacity: 64)
/// writer.append(#"{"token":"#, text: token)
/// writer.append(#","expires_in":"#, number: seconds)
/// writer.append("}")
/// ```
///
/// Nothing looks whether it is JSON: that is for the tests of who writes with it. By way of a ``JSONObject`` the answer to an
/// introspection took 31 thousand instructions instead of 8.
package struct JSONTextWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    /// - Parameter capacity: how many bytes most of what is written has.
    package init(capacity: Int) { bytes.reserveCapacity(capacity) }

    package mutating func append(_ fixed: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: fixed.utf8Start, count: fixed.utf8CodeUnitCount))
    }

    /// With a string behind it, in quotes.
    package mutating func append(_ fixed: StaticString, text: String) {
        append(fixed)
        JSONWriter.appendString(text, to: &bytes)
    }

    package mutating func append(_ fixed: StaticString, number: Int64) {
        append(fixed)
        bytes.append(contentsOf: String(number).utf8)
    }

    package mutating func append(json: [UInt8]) { bytes.append(contentsOf: json) }

    /// With a string behind it that `write` appends, and that needs no escape.
    package mutating func append(_ fixed: StaticString, quoted write: (inout [UInt8]) -> Void) {
        append(fixed)
        bytes.append(UInt8(ascii: "\""))
        write(&bytes)
        bytes.append(UInt8(ascii: "\""))
    }
}
