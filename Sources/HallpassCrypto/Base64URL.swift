/// Base64url without padding, the form of every part of a token, with one text for each byte sequence: no padding, no
/// white space, no other alphabet, no stray bits at the end. Source: RFC 7515 section 2, RFC 4648 sections 3.5 and 5.
package enum Base64URL {
    private static let alphabet = Base64Alphabet(lastTwo: "-_")

    package static func encode(_ bytes: UnsafeRawBufferPointer) -> String {
        let count = Base64Alphabet.encodedCount(ofByteCount: bytes.count)
        return unsafe String(unsafeUninitializedCapacity: count) { output in
            if let start = output.baseAddress { unsafe alphabet.encode(bytes, into: start) }
            return count
        }
    }

    package static func encode(_ bytes: [UInt8]) -> String {
        bytes.withLentBytes { bytes in unsafe encode(bytes) }
    }

    package static func encode(_ digest: SHA256Digest) -> String {
        digest.withUnsafeBytes { bytes in unsafe encode(bytes) }
    }

    package static func append(encoding bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        let start = output.count
        output.append(
            contentsOf: repeatElement(0, count: Base64Alphabet.encodedCount(ofByteCount: bytes.count)))
        unsafe output.withUnsafeMutableBufferPointer { output in
            if let base = output.baseAddress { unsafe alphabet.encode(bytes, into: base + start) }
        }
    }

    package static func append(encoding bytes: [UInt8], to output: inout [UInt8]) {
        bytes.withLentBytes { bytes in unsafe append(encoding: bytes, to: &output) }
    }

    package static func append(encoding digest: SHA256Digest, to output: inout [UInt8]) {
        digest.withUnsafeBytes { bytes in unsafe append(encoding: bytes, to: &output) }
    }

    /// `nil` for any text that ``encode(_:)`` would not have written.
    package static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard let count = Base64Alphabet.decodedCount(ofCharacterCount: text.count) else { return nil }
        var isValid = true
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { output, initializedCount in
            if let start = output.baseAddress { isValid = unsafe alphabet.decode(text, into: start) }
            initializedCount = count
        }
        return isValid ? bytes : nil
    }

    /// `nil` for any text that ``encode(_:)`` would not have written.
    package static func decode(_ text: [UInt8]) -> [UInt8]? {
        unsafe text.withUnsafeBufferPointer { text in unsafe decode(text) }
    }

    /// `nil` for any text that ``encode(_:)`` would not have written.
    package static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        unsafe text.withUnsafeBufferPointer { text in unsafe decode(text) }
    }

    /// `nil` for any text that ``encode(_:)`` would not have written.
    package static func decode(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8 { text in unsafe decode(text) }
    }

    /// Whether ``encode(_:)`` would have written this text.
    package static func isEncoding(_ text: ArraySlice<UInt8>) -> Bool {
        unsafe text.withUnsafeBufferPointer { text in unsafe alphabet.isEncoding(text) }
    }

    /// Appends what the text stands for.
    ///
    /// - Returns: `false`, and nothing is appended, for any text that ``encode(_:)`` would not have written.
    package static func append(decoding text: ArraySlice<UInt8>, to output: inout [UInt8]) -> Bool {
        guard let count = Base64Alphabet.decodedCount(ofCharacterCount: text.count) else { return false }
        let start = output.count
        output.append(contentsOf: repeatElement(0, count: count))
        let isValid = unsafe text.withUnsafeBufferPointer { text in
            unsafe output.withUnsafeMutableBufferPointer { output in
                guard let base = output.baseAddress else { return true }
                return unsafe alphabet.decode(text, into: base + start)
            }
        }
        if !isValid { output.removeLast(count) }
        return isValid
    }

    /// Fills all of `target`, which means nothing when the answer is `false`.
    ///
    /// - Returns: whether `text` is the one encoding of so many bytes.
    package static func decode(
        _ text: UnsafeBufferPointer<UInt8>, filling target: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard Base64Alphabet.decodedCount(ofCharacterCount: text.count) == target.count,
            let start = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        else { return false }
        return unsafe alphabet.decode(text, into: start)
    }

    /// Reads a token's signature straight into a digest, without the heap: `nil` unless `text` is the one encoding, 43
    /// characters long, of 32 bytes.
    package static func decodeDigest(_ text: UnsafeBufferPointer<UInt8>) -> SHA256Digest? {
        var isValid = false
        let digest = SHA256Digest { target in isValid = unsafe decode(text, filling: target) }
        return isValid ? digest : nil
    }

    /// The same for an array.
    package static func decodeDigest(_ text: [UInt8]) -> SHA256Digest? {
        unsafe text.withUnsafeBufferPointer { text in unsafe decodeDigest(text) }
    }

    /// The same for a slice.
    package static func decodeDigest(_ text: ArraySlice<UInt8>) -> SHA256Digest? {
        unsafe text.withUnsafeBufferPointer { text in unsafe decodeDigest(text) }
    }
}
