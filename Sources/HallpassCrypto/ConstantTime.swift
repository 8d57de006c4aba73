internal import COpenSSL

/// Comparison whose time depends on the lengths only, never on the content.
package enum ConstantTime {
    /// Lengths that differ are unequal at once: a length is not treated as secret.
    package static func equals(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        guard let leftStart = left.baseAddress, let rightStart = right.baseAddress else { return true }
        return unsafe CRYPTO_memcmp(leftStart, rightStart, left.count) == 0
    }

    /// Lengths that differ are unequal at once: a length is not treated as secret.
    package static func equals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.withLentBytes { left in
            right.withLentBytes { right in unsafe equals(left, right) }
        }
    }
}
