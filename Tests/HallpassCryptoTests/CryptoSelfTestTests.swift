import HallpassCrypto
import Testing

struct CryptoSelfTestTests {
    @Test func `the libcrypto of this machine passes the self-test`() throws {
        try CryptoSelfTest.run()
    }
}
