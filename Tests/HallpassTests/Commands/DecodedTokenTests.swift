import HallpassCrypto
import StrictJSON
import Testing

@testable import hallpass

struct DecodedTokenTests {
    private static func token(_ header: String, _ claims: String, signature: String = "AAAA") -> String {
        "\(Base64URL.encode(Array(header.utf8))).\(Base64URL.encode(Array(claims.utf8))).\(signature)"
    }

    @Test func `a token is shown as it stands and as not verified`() throws {
        let text = Self.token(
            "{\"alg\":\"HS256\",\"typ\":\"call+jwt\"}", "{\"sub\":\"alice\",\"exp\":1795216395,\"iat\":1795216335}")
        let decoded = try #require(DecodedToken(unverified: text))
        #expect(decoded.json["verified"] == false)
        #expect(decoded.json["claims"] == ["sub": "alice", "exp": 1_795_216_395, "iat": 1_795_216_335])
        let lines = decoded.text(now: 1_795_216_355).split(separator: "\n").map(String.init)
        #expect(lines[0].hasPrefix("NOT VERIFIED"))
        #expect(lines.contains("exp  1795216395  2026-11-20T23:13:15Z, in 40 s"))
        #expect(lines.contains("iat  1795216335  2026-11-20T23:12:15Z, 20 s ago"))
    }

    @Test func `a token of any algorithm is shown, because nothing is believed`() {
        #expect(
            DecodedToken(unverified: Self.token("{\"alg\":\"none\"}", "{}", signature: ""))?.header == ["alg": "none"])
    }

    @Test func `claims cannot drive the terminal`() throws {
        let decoded = try #require(DecodedToken(unverified: Self.token("{}", "{\"sub\":\"\\u001b[2J\"}")))
        #expect(!decoded.text(now: 0).contains("\u{1B}"))
    }

    @Test(arguments: [
        "", "a.b", "a.b.c.d", "e30.e30", "e30.e30.e30.e30", "e30=.e30.AAAA", "W10.e30.AAAA", "e30.W10.AAAA",
        "e30.e3.AAAA",
        "hp_gw_x", "e30.eyJhIjoxLCJhIjoyfQ.AAAA",
    ])
    func `what is not three parts with objects is no token`(text: String) {
        #expect(DecodedToken(unverified: text) == nil)
    }

    @Test(arguments: [-1, 253_402_300_800])
    func `times that no calendar has are shown as numbers`(seconds: Int64) throws {
        let decoded = try #require(DecodedToken(unverified: Self.token("{}", "{\"exp\":\(seconds)}")))
        #expect(decoded.text(now: 0).hasSuffix("exp  \(seconds)"))
    }
}
