import HallpassCrypto
import Testing

struct SHA256Tests {
    /// FIPS 180-4 examples, the empty message, and NIST's million of `a`.
    static let answers: [(message: [UInt8], digest: String)] = [
        ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (Array("abc".utf8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ]

    @Test(arguments: answers)
    func `known messages have their published digests`(message: [UInt8], digest: String) {
        #expect(SHA256.hash(message).bytes == hex(digest))
        #expect(message.withUnsafeBytes { SHA256.hash($0) }.bytes == hex(digest))
    }

    @Test(arguments: [0, 1, 55, 56, 63, 64, 65, 128])
    func `parts hash like their concatenation, wherever the cut is`(count: Int) {
        let message = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        for cut in 0...count {
            var stream = SHA256Stream()
            stream.update(Array(message[..<cut]))
            stream.update(Array(message[cut...]))
            #expect(stream.finalize() == SHA256.hash(message))
        }
    }

    @Test func `a byte, a digest and an array can be chained without copying them together`() {
        let previous = SHA256.hash(Array("previous".utf8))
        let record = Array("record".utf8)
        var stream = SHA256Stream()
        stream.update(0x00)
        stream.update(previous)
        stream.update(record)
        #expect(stream.finalize() == SHA256.hash([0x00] + previous.bytes + record))
    }
}
