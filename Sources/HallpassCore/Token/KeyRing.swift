package import HallpassCrypto

/// The keys of one tenant: found by the whole header segment, which removes `alg`, `jwk`, `jku` and `kid` attacks as a class.
package struct KeyRing: Sendable {
    private let keysByHeader: [[UInt8]: SigningKey]
    private let activeKeys: [Slot: SigningKey]
    /// Checked against when no key matches, so that an unknown header costs what a bad signature does.
    let decoy: HMACSHA256Key

    private struct Slot: Hashable {
        let deployment: DeploymentID
        let kind: TokenKind
    }

    package init(_ keys: [SigningKey], decoy: HMACSHA256Key) {
        var byHeader: [[UInt8]: SigningKey] = [:]
        var active: [Slot: SigningKey] = [:]
        for key in keys where key.state != .retired {
            byHeader[key.headerSegment] = key
            if key.state == .active { active[Slot(deployment: key.deployment, kind: key.kind)] = key }
        }
        keysByHeader = byHeader
        activeKeys = active
        self.decoy = decoy
    }

    func key(headerSegment: [UInt8]) -> SigningKey? { keysByHeader[headerSegment] }

    /// The key that signs new tokens of this kind for this deployment.
    package func signingKey(for deployment: DeploymentID, kind: TokenKind) -> SigningKey? {
        activeKeys[Slot(deployment: deployment, kind: kind)]
    }
}
