/// What is kept of a password: enough to recognise it, and what it costs to try one.
package struct PasswordHash: Hashable, Sendable {
    package let cost: Scrypt.Cost
    private let salt: [UInt8]
    private let digest: SHA256Digest

    private static let saltByteCount = 16

    /// Blocks the thread it runs on for as long as the cost says.
    package init(_ password: SecretBytes, cost: Scrypt.Cost) throws(CryptoError) {
        self.cost = cost
        salt = try RandomBytes.generate(count: Self.saltByteCount)
        digest = try Self.digest(password, salt: salt, cost: cost)
    }

    /// Blocks the thread it runs on for as long as the cost says, whatever the answer.
    package func matches(_ password: SecretBytes) throws(CryptoError) -> Bool {
        try Self.digest(password, salt: salt, cost: cost).constantTimeEquals(digest)
    }

    private static func digest(
        _ password: SecretBytes, salt: [UInt8], cost: Scrypt.Cost
    ) throws(CryptoError) -> SHA256Digest {
        let key = try Scrypt.deriveKey(from: password, salt: salt, cost: cost, count: SHA256Digest.byteCount)
        return try key.withUnsafeBytes { (bytes) throws(CryptoError) in
            guard let digest = unsafe SHA256Digest(bytes: bytes) else {
                throw .invalidLength(input: "derived key", count: bytes.count)
            }
            return digest
        }
    }
}

/// As it is stored: `$scrypt$ln=15,r=8,p=3$SALT$HASH`, in base64url.
extension PasswordHash {
    package var text: String {
        "$scrypt$ln=\(cost.log2N),r=\(cost.blockSize),p=\(cost.parallelism)"
            + "$\(Base64URL.encode(salt))$\(Base64URL.encode(digest))"
    }

    /// - Returns: `nil` for anything that ``text`` does not give.
    package init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt",
            let cost = Self.cost(parts[2]), let salt = Base64URL.decode(String(parts[3])),
            let bytes = Base64URL.decode(String(parts[4])), let digest = SHA256Digest(bytes: bytes)
        else { return nil }
        self.cost = cost
        self.salt = salt
        self.digest = digest
    }

    private static func cost(_ text: Substring) -> Scrypt.Cost? {
        let names = ["ln=", "r=", "p="]
        let fields = text.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == names.count else { return nil }
        var numbers: [Int] = []
        for (name, field) in zip(names, fields) {
            guard field.hasPrefix(name), let number = Int(field.dropFirst(name.count)) else { return nil }
            numbers.append(number)
        }
        return Scrypt.Cost(log2N: numbers[0], blockSize: numbers[1], parallelism: numbers[2])
    }
}

extension PasswordHash {
    /// One that no password matches, and that costs as much to find out.
    package static func decoy(cost: Scrypt.Cost) throws(CryptoError) -> PasswordHash {
        let digest = SHA256.hash(try RandomBytes.generate(count: SHA256Digest.byteCount))
        return PasswordHash(
            cost: cost, salt: try RandomBytes.generate(count: saltByteCount), digest: digest)
    }

    private init(cost: Scrypt.Cost, salt: [UInt8], digest: SHA256Digest) {
        self.cost = cost
        self.salt = salt
        self.digest = digest
    }
}
