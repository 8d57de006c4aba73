/// How long a signing key that was followed by another stays good for what it signed.
package enum KeyOverlap {
    /// Unix seconds at which the last token of the old key has expired, whichever of these is last: the tokens on record, those
    /// being minted at this moment on the old key, and a margin for a mint that waits for the disk.
    ///
    /// - Parameters:
    ///   - tokenLifetimeSeconds: the ceiling for tokens of the deployment.
    ///   - lastExpiry: of the deployment's tokens on record, in Unix seconds.
    package static func retiresAt(nowSeconds: Int64, tokenLifetimeSeconds: Int64, lastExpiry: Int64?) -> Int64 {
        max(nowSeconds + tokenLifetimeSeconds, lastExpiry ?? 0) + Limits.keyOverlapMarginSeconds
    }
}
