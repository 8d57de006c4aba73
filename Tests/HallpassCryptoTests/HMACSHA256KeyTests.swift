import Dispatch
import Foundation
import HallpassCrypto
import Synchronization
import Testing

struct HMACSHA256KeyTests {
    /// RFC 4231 sections 4.2 to 4.8. Case 5 is published as a prefix of 128 bits.
    static let rfc4231: [(key: [UInt8], message: [UInt8], code: String)] = [
        (
            [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            [UInt8](1...25), [UInt8](repeating: 0xcd, count: 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        (
            [UInt8](repeating: 0x0c, count: 20), Array("Test With Truncation".utf8),
            "a3b6167473100ee06e0c796c2955552b"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            Array(
                """
                This is a test using a larger than block-size key and a larger than block-size data. \
                The key needs to be hashed before being used by the HMAC algorithm.
                """.utf8),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ]

    /// Each three times, because from the second on the context is a rewound one.
    @Test(arguments: rfc4231)
    func `the codes of RFC 4231 come out, first time and again`(key: [UInt8], message: [UInt8], code: String) throws {
        let key = try HMACSHA256Key(SecretBytes(copying: key))
        for _ in 0..<3 {
            #expect(try key.authenticationCode(for: message).bytes.starts(with: hex(code)))
        }
    }

    @Test func `the example token of RFC 7515 A1 is valid`() throws {
        let secret = try #require(
            Base64URL.decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"))
        let signed = Array(
            """
            eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
            eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ
            """.utf8)
        let signature = try #require(
            Base64URL.decodeDigest(Array("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".utf8)))
        let key = try HMACSHA256Key(SecretBytes(copying: secret))
        #expect(try key.isValid(signature, for: signed))
        #expect(try signed.withUnsafeBytes { try key.isValid(signature, for: $0) })
        #expect(try !key.isValid(signature, for: signed + [0]))
    }

    /// Exhaustive over the code, because a check that compares a prefix passes any sampled version of this test.
    @Test func `flipping any bit of code or message is refused`() throws {
        let key = try HMACSHA256Key(SecretBytes(copying: [UInt8](repeating: 3, count: 32)))
        let message = Array("message".utf8)
        let code = try key.authenticationCode(for: message)
        #expect(try key.isValid(code, for: message))
        for flipped in flippingEachBit(of: code.bytes) {
            #expect(try !key.isValid(try #require(SHA256Digest(bytes: flipped)), for: message))
        }
        for flipped in flippingEachBit(of: message) {
            #expect(try !key.isValid(code, for: flipped))
        }
    }

    @Test func `an empty key is refused`() {
        #expect(throws: CryptoError.invalidLength(input: "key", count: 0)) {
            try HMACSHA256Key(SecretBytes(copying: []))
        }
    }

    @Test func `what was authenticated before leaves no trace in the next code`() throws {
        let secret = SecretBytes(copying: [UInt8](repeating: 5, count: 32))
        let used = try HMACSHA256Key(secret)
        for count in [0, 1, 63, 64, 65, 400] {
            let message = [UInt8](repeating: 9, count: count)
            #expect(try used.authenticationCode(for: message) == HMACSHA256Key(secret).authenticationCode(for: message))
        }
    }

    /// Threads of its own rather than tasks: tasks share two threads with every other test here, and then two of these
    /// seldom run at the same moment. A context lent twice makes this test fail or crash.
    @Test func `one key used by many threads at once gives every one its own answer`() throws {
        let secret = SecretBytes(copying: [UInt8](repeating: 5, count: 32))
        let messages = (0..<4).map { index in [UInt8](repeating: UInt8(index), count: 200 + index) }
        let expected = try messages.map { try HMACSHA256Key(secret).authenticationCode(for: $0) }
        let shared = try HMACSHA256Key(secret)
        let wrongCount = Mutex(0)
        let running = DispatchGroup()
        for (message, code) in zip(messages, expected) {
            running.enter()
            Thread.detachNewThread {
                let wrong = (0..<5_000).count { _ in
                    // A failure is as wrong as another answer, and counts as one.
                    (try? shared.authenticationCode(for: message)) != code
                }
                wrongCount.withLock { $0 += wrong }
                running.leave()
            }
        }
        running.wait()
        #expect(wrongCount.withLock { $0 } == 0)
    }

    @Test func `one key used by many tasks gives every one its own answer`() async throws {
        let key = try HMACSHA256Key(SecretBytes(copying: [UInt8](repeating: 5, count: 32)))
        let message = Array("message".utf8)
        let expected = try key.authenticationCode(for: message)
        try await withThrowingTaskGroup(of: SHA256Digest.self) { group in
            for _ in 0..<200 { group.addTask { try key.authenticationCode(for: message) } }
            for try await code in group { #expect(code == expected) }
        }
    }

    @Test(.enabled(if: WycheproofVectors.arePresent, "Wycheproof vectors are not on this machine"))
    func `Wycheproof agrees, and no truncated tag is accepted`() throws {
        var fullCount = 0
        var truncatedCount = 0
        for group in try WycheproofVectors("hmac_sha256_test.json").groups {
            for test in group.tests {
                let key = try HMACSHA256Key(SecretBytes(copying: test.bytes("key")))
                let message = try test.bytes("msg")
                let tag = try test.bytes("tag")
                if group.bits("tagSize") == 256 {
                    let code = try #require(SHA256Digest(bytes: tag))
                    #expect(try key.isValid(code, for: message) == test.isValid, "\(test)")
                    fullCount += 1
                } else {
                    let padded = tag + [UInt8](repeating: 0, count: SHA256Digest.byteCount - tag.count)
                    #expect(SHA256Digest(bytes: tag) == nil, "\(test)")
                    #expect(try !key.isValid(try #require(SHA256Digest(bytes: padded)), for: message), "\(test)")
                    truncatedCount += 1
                }
            }
        }
        #expect(fullCount > 80 && truncatedCount > 80)
    }
}
