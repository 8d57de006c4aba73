import HallpassCore
import HallpassCrypto
import Testing

struct UnverifiedTokenTests {
    private static let signature = String(repeating: "A", count: 43)

    private func isToken(_ text: String) -> Bool {
        do throws(HallpassError) {
            _ = try UnverifiedToken(Array(text.utf8))
            return true
        } catch {
            return false
        }
    }

    @Test(arguments: [
        "", ".", "..", "...", "e30", "e30.e30", "e30.e30.\(signature).e30", "e30.e30.\(signature).",
        ".e30.\(signature)",
        "e30..\(signature)", "e30.e30.", "e30.e30.\(signature)=", "e30=.e30.\(signature)", "e30.e30=.\(signature)",
        " e30.e30.\(signature)", "e30.e30.\(signature)\n", "e+0.e30.\(signature)", "e30.e/0.\(signature)",
        "e30.e30.\(String(signature.dropLast()))", "e30.e30.A\(signature)", "e30.e30.é\(signature.dropLast())",
        "Bearer e30.e30.\(signature)", "e30.e30.\(signature),e30.e30.\(signature)", "e30\0.e30.\(signature)",
    ])
    func `what is not three segments of strict base64url is malformed`(text: String) {
        #expect(throws: HallpassError.malformedToken) { try UnverifiedToken(Array(text.utf8)) }
    }

    @Test func `three segments have the shape of a token`() {
        #expect(throws: Never.self) { try UnverifiedToken(Array("e30.e30.\(Self.signature)".utf8)) }
    }

    /// The last character of 43 carries two bits that encode nothing, the last of two carries four: set, they would give
    /// one token many spellings.
    @Test(arguments: Array("BCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))
    func `unused bits in the last character are refused`(last: Character) {
        let signature = Self.signature.dropLast() + String(last)
        let isClean = "EIMQUYcgkosw048".contains(last)
        #expect(isToken("e30.e30.\(signature)") == isClean)
        #expect(isToken("e30.A\(last).\(Self.signature)") == "Qgw".contains(last))
    }

    @Test(arguments: [(4_095, true), (4_096, true), (4_097, false)])
    func `a token has at most 4096 bytes`(count: Int, isAccepted: Bool) {
        let payload = String(repeating: "A", count: count - "AAAA..".utf8.count - Self.signature.utf8.count)
        let token = "AAAA.\(payload).\(Self.signature)"
        #expect(token.utf8.count == count)
        #expect(isToken(token) == isAccepted)
    }

    @Test func `ten megabytes are refused without being looked at`() {
        #expect(throws: HallpassError.malformedToken) {
            try UnverifiedToken([UInt8](repeating: 0x41, count: 10_000_000))
        }
    }
}
