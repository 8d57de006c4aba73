/// The 64 characters of one Base64 variant, with the table that reads them back. Knows nothing of padding.
///
/// Source: RFC 4648 sections 4 and 5.
struct Base64Alphabet: Sendable {
    /// In `values`: this byte is not in the alphabet. No real value has this bit, and any combination with it keeps it.
    private static let foreign: UInt8 = 0x80

    private let characters: [UInt8]
    private let values: [UInt8]

    /// - Parameter lastTwo: the characters for 62 and 63, in which the variants differ.
    init(lastTwo: String) {
        let characters = Array(("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + lastTwo).utf8)
        precondition(characters.count == 64)
        var values = [UInt8](repeating: Self.foreign, count: 256)
        for (value, character) in characters.enumerated() { values[Int(character)] = UInt8(value) }
        self.characters = characters
        self.values = values
    }

    static func encodedCount(ofByteCount count: Int) -> Int {
        (count * 4 + 2) / 3
    }

    /// `nil` for a length no encoding has: one character alone holds 6 bits, less than a byte.
    static func decodedCount(ofCharacterCount count: Int) -> Int? {
        count % 4 == 1 ? nil : count / 4 * 3 + max(0, count % 4 - 1)
    }

    /// Writes exactly ``encodedCount(ofByteCount:)`` characters.
    func encode(_ bytes: UnsafeRawBufferPointer, into output: UnsafeMutablePointer<UInt8>) {
        unsafe characters.withUnsafeBufferPointer { characters in
            var source = 0
            var target = 0
            while bytes.count - source >= 3 {
                let group =
                    unsafe Int(bytes[source]) << 16 | Int(bytes[source + 1]) << 8 | Int(bytes[source + 2])
                unsafe output[target] = characters[group >> 18]
                unsafe output[target + 1] = characters[group >> 12 & 63]
                unsafe output[target + 2] = characters[group >> 6 & 63]
                unsafe output[target + 3] = characters[group & 63]
                source += 3
                target += 4
            }
            guard source < bytes.count else { return }
            let first = unsafe Int(bytes[source]) << 16
            let second = source + 1 < bytes.count ? unsafe Int(bytes[source + 1]) << 8 : 0
            unsafe output[target] = characters[(first | second) >> 18]
            unsafe output[target + 1] = characters[(first | second) >> 12 & 63]
            if source + 1 < bytes.count { unsafe output[target + 2] = characters[second >> 6 & 63] }
        }
    }

    /// Writes exactly ``decodedCount(ofCharacterCount:)`` bytes, which mean nothing when the answer is `false`.
    ///
    /// - Returns: whether every character is in the alphabet and the bits the last one does not need are zero, so that
    ///   each byte sequence has exactly one text (RFC 4648 section 3.5).
    func decode(_ text: UnsafeBufferPointer<UInt8>, into output: UnsafeMutablePointer<UInt8>) -> Bool {
        unsafe values.withUnsafeBufferPointer { values in
            var source = 0
            var target = 0
            var seen: UInt8 = 0
            while text.count - source >= 4 {
                let first = unsafe values[Int(text[source])]
                let second = unsafe values[Int(text[source + 1])]
                let third = unsafe values[Int(text[source + 2])]
                let fourth = unsafe values[Int(text[source + 3])]
                seen |= first | second | third | fourth
                unsafe output[target] = first << 2 | second >> 4
                unsafe output[target + 1] = second << 4 | third >> 2
                unsafe output[target + 2] = third << 6 | fourth
                source += 4
                target += 3
            }
            guard source < text.count else { return seen < Self.foreign }

            let first = unsafe values[Int(text[source])]
            let second = unsafe values[Int(text[source + 1])]
            unsafe output[target] = first << 2 | second >> 4
            guard source + 2 < text.count else { return seen | first | second < Self.foreign && second & 0x0F == 0 }
            let third = unsafe values[Int(text[source + 2])]
            unsafe output[target + 1] = second << 4 | third >> 2
            return seen | first | second | third < Self.foreign && third & 0x03 == 0
        }
    }
}
