package import HallpassCrypto

package enum IdempotencyScope {
    /// What a key is unique within, and the key, as one SHA-256: connector, environment, tool, subject, key, each preceded by
    /// its length in two bytes, big-endian. The tenant is not in it: storage never looks across tenants.
    package static func digest(
        of key: IdempotencyKey, _ deployment: DeploymentID, _ tool: ToolName, _ subject: Subject
    ) -> SHA256Digest {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        for part in [
            deployment.connector.rawValue, deployment.environment.rawValue, tool.rawValue, subject.rawValue,
            key.rawValue,
        ] {
            let count = part.utf8.count
            bytes.append(UInt8(count >> 8))
            bytes.append(UInt8(count & 0xFF))
            bytes.append(contentsOf: part.utf8)
        }
        return SHA256.hash(bytes)
    }
}
