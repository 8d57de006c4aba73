import HallpassCrypto
import Testing

struct Base64Tests {
    /// RFC 4648 section 10, and the two characters in which the alphabets differ.
    static let known: [(bytes: [UInt8], text: String)] = [
        ([], ""), (Array("f".utf8), "Zg=="), (Array("fo".utf8), "Zm8="), (Array("foo".utf8), "Zm9v"),
        (Array("foob".utf8), "Zm9vYg=="), (Array("fooba".utf8), "Zm9vYmE="), (Array("foobar".utf8), "Zm9vYmFy"),
        ([0xFB, 0xEF, 0xFF], "++//"),
    ]

    @Test(arguments: known)
    func `known bytes and texts turn into each other`(bytes: [UInt8], text: String) {
        #expect(Base64.encode(bytes) == text)
        #expect(Base64.decode(text) == bytes)
        #expect(Base64.decode(Array(text.utf8)) == bytes)
    }

    @Test(arguments: [
        "Zg", "Zg=", "Zg===", "Z===", "====", "==", "=", "Zm8", "Zm8==", "Zm9v====", "Zg==Zg==", "Zm=v", "=m9v",
        "Zm9v\n",
        "Zm9v\r\n\r\n", " Zm9", "--__",
    ])
    func `padding is required, once, at the end, and nothing else is accepted`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: [("Zh==", "Zg=="), ("Zm9=", "Zm8=")])
    func `unused bits at the end must be zero`(stray: String, canonical: String) {
        #expect(Base64.decode(stray) == nil)
        #expect(Base64.decode(canonical) != nil)
    }
}
