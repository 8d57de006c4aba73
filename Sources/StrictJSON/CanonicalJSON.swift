/// The one byte sequence that stands for a value, so that two parties can hash it: RFC 8785 (JCS).
///
/// Members are sorted by the UTF-16 code units of their names, numbers are printed as JavaScript prints them, nothing
/// is escaped that need not be, and text is not normalised. Integral numbers from 2^53 to below 1e21 come out as a row of
/// digits, which ``JSONParser`` refuses: canonical bytes are for hashing and comparing, not for reading back.
package enum CanonicalJSON {
    package static func bytes(of value: JSONValue) -> [UInt8] {
        var buffer: [UInt8] = []
        append(value, to: &buffer)
        return buffer
    }

    package static func append(_ value: JSONValue, to buffer: inout [UInt8]) {
        switch value {
        case .array(let elements):
            buffer.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { buffer.append(UInt8(ascii: ",")) }
                append(element, to: &buffer)
            }
            buffer.append(UInt8(ascii: "]"))
        case .object(let object):
            _ = append(object, to: &buffer, finding: nil)
        case .number(let value):
            ECMAScriptNumber.append(value, to: &buffer)
        case .null, .bool, .integer, .string:
            JSONWriter.appendScalar(value, to: &buffer)
        }
    }

    /// - Returns: where the member `name` stands, with the one comma that would go with it; `nil` where there is none. What is
    ///   left without it is the canonical form of the object without that member.
    package static func append(
        _ object: JSONObject, to buffer: inout [UInt8], finding name: String?
    ) -> Range<Int>? {
        var found: Range<Int>?
        buffer.append(UInt8(ascii: "{"))
        let members = object.members
        // Their places are sorted and not they themselves: a member is two values to be counted at each move.
        let places = members.indices.sorted { precedes(members[$0].name, members[$1].name) }
        for (index, place) in places.enumerated() {
            let start = buffer.count
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            JSONWriter.appendString(members[place].name, to: &buffer)
            buffer.append(UInt8(ascii: ":"))
            append(members[place].value, to: &buffer)
            guard let name, members[place].name.hasSameBytes(as: name) else { continue }
            found = start..<(index == 0 && members.count > 1 ? buffer.count + 1 : buffer.count)
        }
        buffer.append(UInt8(ascii: "}"))
        return found
    }

    /// The order of UTF-16 code units (RFC 8785 section 3.2.3), told from the UTF-8 bytes.
    ///
    /// UTF-8 sorts by scalar. UTF-16 differs in one thing: its surrogates, D800 to DFFF, put the scalars above U+FFFF
    /// (first byte F0 to F4) before U+E000 to U+FFFF (first byte EE or EF). Lifting those two bytes over F4 swaps the
    /// groups; below the first byte the two orders agree.
    static func precedes(_ left: String, _ right: String) -> Bool {
        let answer = left.utf8.withContiguousStorageIfAvailable { left in
            right.utf8.withContiguousStorageIfAvailable { right in precedes(left, right) }
        }
        // Only a bridged string has no contiguous storage; those do not exist on Linux.
        return (answer ?? nil) ?? left.utf16.lexicographicallyPrecedes(right.utf16)
    }

    private static func precedes(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
        for index in 0..<min(left.count, right.count) where left[index] != right[index] {
            return rank(left[index]) < rank(right[index])
        }
        return left.count < right.count
    }

    private static func rank(_ byte: UInt8) -> UInt8 {
        byte == 0xEE || byte == 0xEF ? byte + 0x10 : byte
    }
}
