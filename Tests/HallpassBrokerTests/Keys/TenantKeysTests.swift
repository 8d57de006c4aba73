import HallpassCore
import HallpassCrypto
import HallpassStorage
import Testing

@testable import HallpassBroker

struct TenantKeysTests {
    private let keys = TenantKeys(keyEncryptionKey: SecretBytes(copying: [UInt8](repeating: 5, count: 32)))

    @Test func `a sealed root opens in its own row and in no other`() throws {
        let row = try keys.makeRow(.root, tenant: "acme", version: 1, createdAt: 0)
        #expect(try keys.open(row, as: .root).count == 32)
        for moved in [
            SealedKeyRow(tenant: "globex", version: 1, sealed: row.sealed, createdAt: 0),
            SealedKeyRow(tenant: "acme", version: 2, sealed: row.sealed, createdAt: 0),
        ] {
            #expect(throws: CryptoError.authenticationFailed) { try keys.open(moved, as: .root) }
        }
    }

    @Test func `a key sealed for one purpose does not open for another`() throws {
        let row = try keys.makeRow(.root, tenant: "acme", version: 1, createdAt: 0)
        #expect(throws: CryptoError.authenticationFailed) { try keys.open(row, as: .data) }
    }

    @Test func `another key encryption key opens nothing`() throws {
        let row = try keys.makeRow(.root, tenant: "acme", version: 1, createdAt: 0)
        let other = TenantKeys(keyEncryptionKey: SecretBytes(copying: [UInt8](repeating: 6, count: 32)))
        #expect(throws: CryptoError.authenticationFailed) { try other.open(row, as: .root) }
    }
}
