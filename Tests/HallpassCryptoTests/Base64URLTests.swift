import HallpassCrypto
import Testing

struct Base64URLTests {
    static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// RFC 4648 section 10 without padding, and RFC 7515 appendix C, which uses the two characters that differ.
    static let known: [(bytes: [UInt8], text: String)] = [
        ([], ""), (Array("f".utf8), "Zg"), (Array("fo".utf8), "Zm8"), (Array("foo".utf8), "Zm9v"),
        (Array("foob".utf8), "Zm9vYg"), (Array("fooba".utf8), "Zm9vYmE"), (Array("foobar".utf8), "Zm9vYmFy"),
        ([3, 236, 255, 224, 193], "A-z_4ME"),
    ]

    @Test(arguments: known)
    func `known bytes and texts turn into each other`(bytes: [UInt8], text: String) {
        #expect(Base64URL.encode(bytes) == text)
        #expect(Base64URL.decode(text) == bytes)
        #expect(Base64URL.decode(Array(text.utf8)) == bytes)
        #expect(Base64URL.decode(([0] + Array(text.utf8))[1...]) == bytes)
        #expect(Array(text.utf8).withUnsafeBufferPointer { Base64URL.decode($0) } == bytes)
        var output: [UInt8] = [1]
        Base64URL.append(encoding: bytes, to: &output)
        #expect(output == [1] + Array(text.utf8))
        output = [1]
        let isRead = Base64URL.append(decoding: Array(text.utf8)[...], to: &output)
        #expect(isRead)
        #expect(output == [1] + bytes)
    }

    @Test(arguments: ["A", "A===", "AB", "Zm9v YmE"])
    func `nothing is appended of a text that no bytes are written as`(text: String) {
        var output: [UInt8] = [1]
        let isRead = Base64URL.append(decoding: Array(text.utf8)[...], to: &output)
        #expect(!isRead)
        #expect(output == [1])
    }

    @Test func `every length up to 200 comes back`() {
        for count in 0...200 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
            let text = Base64URL.encode(bytes)
            #expect(Base64URL.decode(text) == bytes)
            #expect(Base64URL.isEncoding(Array(text.utf8)[...]))
        }
    }

    /// Exhaustive: each byte value at each position of a group, and in a tail of two and of three.
    @Test(arguments: ["AAAA", "AAAAAA", "AAAAAAA"])
    func `a byte outside the alphabet is refused at every position`(text: String) {
        for position in 0..<text.utf8.count {
            for byte in UInt8.min...UInt8.max where !Self.alphabet.contains(byte) {
                var changed = Array(text.utf8)
                changed[position] = byte
                #expect(Base64URL.decode(changed) == nil)
                #expect(!Base64URL.isEncoding(changed[...]))
            }
        }
    }

    /// Exhaustive over the last character: of 64, only those whose unused bits are zero are the text of some bytes.
    @Test(arguments: [(prefix: "A", unusedBits: 4), ("AA", 2), ("AAA", 0), ("AAAAA", 4), ("AAAAAA", 2)])
    func `unused bits at the end must be zero`(prefix: String, unusedBits: Int) {
        for (value, character) in Self.alphabet.enumerated() {
            let text = Array(prefix.utf8) + [character]
            let isCanonical = value.isMultiple(of: 1 << unusedBits)
            #expect((Base64URL.decode(text) != nil) == isCanonical)
            #expect(Base64URL.isEncoding(text[...]) == isCanonical)
            if let bytes = Base64URL.decode(text) { #expect(Array(Base64URL.encode(bytes).utf8) == text) }
        }
    }

    @Test(arguments: ["A", "AAAAA", "Zg==", "Zm8=", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9v=", "====", "=", "A+/A", "Zm9vé"])
    func `no other form is accepted`(text: String) {
        #expect(Base64URL.decode(text) == nil)
        #expect(!Base64URL.isEncoding(Array(text.utf8)[...]))
    }

    @Test func `only a text of just so many bytes fills a place`() {
        let text = Array(Base64URL.encode([UInt8](1...16)).utf8)
        var bytes = [UInt8](repeating: 0, count: 16)
        let isRead = bytes.withUnsafeMutableBytes { bytes in
            text.withUnsafeBufferPointer { Base64URL.decode($0, filling: bytes) }
        }
        #expect(isRead)
        #expect(bytes == [UInt8](1...16))
        for other: [UInt8] in [[], Array(text.dropLast()), text + text.prefix(1), text.dropLast() + [0x3D]] {
            let isRead = bytes.withUnsafeMutableBytes { bytes in
                other.withUnsafeBufferPointer { Base64URL.decode($0, filling: bytes) }
            }
            #expect(!isRead)
        }
    }

    @Test func `a digest is read from its 43 characters only`() {
        let digest = SHA256.hash([1])
        let text = Array(Base64URL.encode(digest).utf8)
        #expect(text.count == 43)
        #expect(Base64URL.encode(digest) == Base64URL.encode(digest.bytes))
        #expect(Base64URL.decodeDigest(text) == digest)
        #expect(Base64URL.decodeDigest(([0] + text)[1...]) == digest)
        #expect(text.withUnsafeBufferPointer { Base64URL.decodeDigest($0) } == digest)
        for other in [[], Array(text.dropLast()), text + text.prefix(1), Array(text.prefix(22)), text + [0x3D]] {
            #expect(Base64URL.decodeDigest(other) == nil)
        }
        var output: [UInt8] = []
        Base64URL.append(encoding: digest, to: &output)
        #expect(output == text)
    }

    /// Two bits of the 43rd character are unused: of its 64 values, 16 are texts of a digest.
    @Test func `a digest has one text`() {
        let text = Array(Base64URL.encode(SHA256.hash([1])).utf8)
        let accepted = Self.alphabet.filter { Base64URL.decodeDigest(text.dropLast() + [$0]) != nil }
        #expect(accepted.count == 16)
        let digests = Set(accepted.compactMap { Base64URL.decodeDigest(text.dropLast() + [$0]) })
        #expect(digests.count == 16)
    }
}
