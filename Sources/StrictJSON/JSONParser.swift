/// Parses one JSON text and refuses whatever two readers could understand differently.
///
/// Beyond RFC 8259 it refuses: duplicate member names (compared after their escapes are resolved), lone surrogates,
/// a byte order mark, integer literals beyond ±(2^53 - 1), and numbers that a double can only hold as infinity or as a
/// zero they are not. `-0`, `1.0` and `1e2` are integers. A fraction or exponent is rounded to the nearest double.
///
/// Sources: RFC 8259; RFC 7493 sections 2.1 to 2.3.
package enum JSONParser {
    package static func parse(_ bytes: [UInt8], limits: JSONLimits = .default) throws(JSONError) -> JSONValue {
        try bytes.withUnsafeBufferPointer { buffer throws(JSONError) in
            try parse(buffer, limits: limits)
        }
    }

    package static func parse(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = .default
    ) throws(JSONError) -> JSONValue {
        try bytes.withMemoryRebound(to: UInt8.self) { buffer throws(JSONError) in
            try parse(buffer, limits: limits)
        }
    }

    /// - Parameter bytes: read during the call only; nothing of it is kept.
    package static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits = .default
    ) throws(JSONError) -> JSONValue {
        var scanner = JSONScanner(bytes, limits: limits)
        return try scanner.document()
    }
}
