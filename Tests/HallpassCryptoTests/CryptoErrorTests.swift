import Testing

@testable import HallpassCrypto

struct CryptoErrorTests {
    /// libcrypto says 1 for success; 0, -1 and -2 all occur as failures, and none may pass as "true".
    @Test(arguments: [(status: Int32(1), fails: false), (0, true), (-1, true), (-2, true), (2, true)])
    func `only the status 1 is success`(status: Int32, fails: Bool) {
        if fails {
            #expect(throws: CryptoError.openSSL(operation: "operation", reason: 0)) {
                try CryptoError.check(status, "operation")
            }
        } else {
            #expect(throws: Never.self) { try CryptoError.check(status, "operation") }
        }
    }
}
