/// The 64 characters of one Base64 variant, with the tables that read them back. Knows nothing of padding.
///
/// Source: RFC 4648 sections 4 and 5.
struct Base64Alphabet: Sendable {
    /// In `groups`: this byte is not in the alphabet. No real value has these bits, and any combination with it keeps them.
    private static let foreign: UInt32 = 0xFF00_0000

    private let characters: [UInt8]
    /// What each byte says as the first, second, third and fourth of a group: four tables of 256, with the bits where they stand
    /// in the group's three bytes, the first byte in the lowest eight bits. A group is then four entries put together, and one
    /// write: 560 characters took 133 ns, from one table of six bits and byte by byte 233 ns.
    private let groups: [UInt32]

    /// - Parameter lastTwo: the characters for 62 and 63, in which the variants differ.
    init(lastTwo: String) {
        let characters = Array(("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + lastTwo).utf8)
        precondition(characters.count == 64)
        var groups = [UInt32](repeating: Self.foreign, count: 4 * 256)
        for (value, character) in characters.enumerated() {
            for place in 0..<4 {
                // Three bytes, the first the highest: now the first the lowest.
                let bits = UInt32(value) << (18 - 6 * place)
                groups[256 * place + Int(character)] = bits.byteSwapped >> 8
            }
        }
        self.characters = characters
        self.groups = groups
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
    /// - Parameter text: of a length that an encoding has.
    /// - Returns: whether every character is in the alphabet and the bits the last one does not need are zero, so that
    ///   each byte sequence has exactly one text (RFC 4648 section 3.5).
    func decode(_ text: UnsafeBufferPointer<UInt8>, into output: UnsafeMutablePointer<UInt8>) -> Bool {
        unsafe groups.withUnsafeBufferPointer { groups in
            let bytes = UnsafeMutableRawPointer(output)
            var source = 0
            var target = 0
            var seen: UInt32 = 0
            // Not the last group: four bytes are written for three, and the next group's first takes the fourth's place.
            while text.count - source > 4 {
                let left = unsafe groups[Int(text[source])] | groups[256 + Int(text[source + 1])]
                let right = unsafe groups[512 + Int(text[source + 2])] | groups[768 + Int(text[source + 3])]
                let group = left | right
                seen |= group
                unsafe bytes.storeBytes(of: group.littleEndian, toByteOffset: target, as: UInt32.self)
                source += 4
                target += 3
            }
            let (last, isCanonical) = unsafe Self.last(UnsafeBufferPointer(rebasing: text[source...]), groups)
            for index in 0..<max(0, text.count - source - 1) {
                unsafe output[target + index] = UInt8(truncatingIfNeeded: last >> (8 * index))
            }
            return seen < Self.foreign && isCanonical
        }
    }

    /// The same question, with nothing written.
    func isEncoding(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard Self.decodedCount(ofCharacterCount: text.count) != nil else { return false }
        return unsafe groups.withUnsafeBufferPointer { groups in
            let wholeCount = max(0, text.count - 1) / 4 * 4
            var seen: UInt32 = 0
            for index in 0..<wholeCount { seen |= unsafe groups[768 + Int(text[index])] }
            let (_, isCanonical) = unsafe Self.last(UnsafeBufferPointer(rebasing: text[wholeCount...]), groups)
            return seen < Self.foreign && isCanonical
        }
    }

    /// The last group, of none, two, three or four characters.
    ///
    /// - Returns: its bytes; and whether there is nothing beyond them, neither bits nor a foreign character.
    private static func last(
        _ text: UnsafeBufferPointer<UInt8>, _ groups: UnsafeBufferPointer<UInt32>
    ) -> (bytes: UInt32, isCanonical: Bool) {
        var group: UInt32 = 0
        for place in 0..<text.count { group |= unsafe groups[256 * place + Int(text[place])] }
        return (group, group >> (8 * max(0, text.count - 1)) == 0)
    }
}
