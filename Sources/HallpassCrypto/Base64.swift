/// Base64 with padding, for HTTP Basic and for keys kept as text: as strict as ``Base64URL``, so padding is required and
/// there is no white space. Source: RFC 4648 sections 3.5 and 4, RFC 7617 section 2.
package enum Base64 {
    private static let alphabet = Base64Alphabet(lastTwo: "+/")
    private static let padding = UInt8(ascii: "=")

    package static func encode(_ bytes: [UInt8]) -> String {
        let count = Base64Alphabet.encodedCount(ofByteCount: bytes.count)
        let paddedCount = (count + 3) / 4 * 4
        return unsafe String(unsafeUninitializedCapacity: paddedCount) { output in
            if let start = output.baseAddress {
                bytes.withLentBytes { bytes in unsafe alphabet.encode(bytes, into: start) }
            }
            for position in count..<paddedCount { unsafe output[position] = padding }
            return paddedCount
        }
    }

    /// `nil` for any text that ``encode(_:)`` would not have written.
    package static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        let paddingCount = unsafe text.suffix(2).reversed().prefix { $0 == padding }.count
        let unpadded = unsafe UnsafeBufferPointer(rebasing: text.dropLast(paddingCount))
        guard let count = Base64Alphabet.decodedCount(ofCharacterCount: unpadded.count) else { return nil }
        var isValid = true
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { output, initializedCount in
            if let start = output.baseAddress { isValid = unsafe alphabet.decode(unpadded, into: start) }
            initializedCount = count
        }
        return isValid ? bytes : nil
    }

    /// `nil` for any text that ``encode(_:)`` would not have written.
    package static func decode(_ text: [UInt8]) -> [UInt8]? {
        unsafe text.withUnsafeBufferPointer { text in unsafe decode(text) }
    }

    /// `nil` for any text that ``encode(_:)`` would not have written.
    package static func decode(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8 { text in unsafe decode(text) }
    }
}
