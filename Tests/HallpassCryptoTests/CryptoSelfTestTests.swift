import HallpassCrypto
import Testing

struct CryptoSelfTestTests {
    @Test func `the libcrypto of this machine passes the self-test`() {
        #expect(throws: Never.self) { try CryptoSelfTest.run() }
    }
}
