package import HallpassCrypto
import StrictJSON

/// The keys of one tenant: found by the whole header segment, which removes `alg`, `jwk`, `jku` and `kid` attacks as a class.
package struct KeyRing: Sendable {
    private let keysByHeader: [Header: SigningKey]
    private let activeKeys: [Slot: SigningKey]
    /// Checked against when no key matches, so that an unknown header costs what a bad signature does.
    let decoy: HMACSHA256Key

    private struct Slot: Hashable {
        let deployment: DeploymentID
        let kind: TokenKind
    }

    /// Compared whole, and not byte by byte as arrays are.
    private struct Header: Hashable {
        let segment: ArraySlice<UInt8>

        static func == (left: Self, right: Self) -> Bool {
            left.segment.withUnsafeBytes { left in right.segment.withUnsafeBytes { left.hasSameBytes(as: $0) } }
        }

        /// Of its end, which says the key's random id; the rest is the same in all of them.
        func hash(into hasher: inout Hasher) {
            segment.withUnsafeBytes { hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0.suffix(24))) }
        }
    }

    package init(_ keys: [SigningKey], decoy: HMACSHA256Key) {
        var byHeader: [Header: SigningKey] = [:]
        var active: [Slot: SigningKey] = [:]
        for key in keys where key.state != .retired {
            byHeader[Header(segment: key.headerSegment[...])] = key
            if key.state == .active { active[Slot(deployment: key.deployment, kind: key.kind)] = key }
        }
        keysByHeader = byHeader
        activeKeys = active
        self.decoy = decoy
    }

    func key(headerSegment: ArraySlice<UInt8>) -> SigningKey? { keysByHeader[Header(segment: headerSegment)] }

    /// The key that signs new tokens of this kind for this deployment.
    package func signingKey(for deployment: DeploymentID, kind: TokenKind) -> SigningKey? {
        activeKeys[Slot(deployment: deployment, kind: kind)]
    }
}
