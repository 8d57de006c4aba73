internal import COpenSSL

/// Makes a key of a password, on purpose at a price in memory and time. Source: RFC 7914.
package enum Scrypt {
    /// What one derivation costs whoever makes it, an attacker too.
    package struct Cost: Hashable, Sendable {
        /// `N` is two to this power.
        package let log2N: Int
        /// `r`: the size of a block.
        package let blockSize: Int
        /// `p`: how often in turn; costs time and no memory.
        package let parallelism: Int

        /// - Returns: `nil` for what RFC 7914 section 2 excludes, or takes more than 1 GiB.
        package init?(log2N: Int, blockSize: Int, parallelism: Int) {
            guard (1...24).contains(log2N), (1...64).contains(blockSize), (1...64).contains(parallelism),
                128 * blockSize << log2N <= 1 << 30, log2N < 16 * blockSize
            else { return nil }
            self.log2N = log2N
            self.blockSize = blockSize
            self.parallelism = parallelism
        }

        /// For passwords of today: as hard to guess as `N` = 2^17 with `p` = 1, for a quarter of the memory, 32 MiB. Source:
        /// OWASP Password Storage Cheat Sheet, "scrypt".
        package static let standard: Cost = {
            guard let cost = Cost(log2N: 15, blockSize: 8, parallelism: 3) else { preconditionFailure("literal costs") }
            return cost
        }()

        /// The table that the function fills, and the blocks beside it.
        var memoryBytes: UInt64 {
            let block = 128 * UInt64(blockSize)
            return block << UInt64(log2N) + block * UInt64(parallelism + 4)
        }
    }

    /// Blocks the thread it runs on for as long as the cost says.
    ///
    /// - Parameters:
    ///   - password: may be empty.
    ///   - salt: random, of at least 16 bytes where it is for a password.
    ///   - count: 1 byte or more.
    /// - Throws: ``CryptoError/invalidLength(input:count:)``, or ``CryptoError/openSSL(operation:reason:)``, for instance
    ///   where there is not enough memory.
    package static func deriveKey(
        from password: SecretBytes, salt: [UInt8], cost: Cost, count: Int
    ) throws(CryptoError) -> SecretBytes {
        guard count > 0 else { throw .invalidLength(input: "derived key", count: count) }
        return try SecretBytes(count: count) { (target) throws(CryptoError) in
            let output = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let status = password.withUnsafeBytes { password in
                salt.withLentBytes { salt in
                    unsafe EVP_PBE_scrypt(
                        password.baseAddress?.assumingMemoryBound(to: CChar.self), password.count,
                        salt.baseAddress?.assumingMemoryBound(to: UInt8.self), salt.count,
                        1 << UInt64(cost.log2N), UInt64(cost.blockSize), UInt64(cost.parallelism), cost.memoryBytes,
                        output, target.count)
                }
            }
            try CryptoError.check(status, "EVP_PBE_scrypt")
        }
    }
}
