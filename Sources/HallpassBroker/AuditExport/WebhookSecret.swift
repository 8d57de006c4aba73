package import HallpassCrypto

/// What deliveries to a webhook are signed with. Source: Standard Webhooks 1.0.0, "Signature scheme".
package struct WebhookSecret: Sendable {
    private static let prefix = "whsec_"
    private static let byteCount = 24...64

    private let key: HMACSHA256Key

    /// Reads `whsec_` and 24 to 64 bytes in base64; `nil` for anything else.
    package init?(_ text: String) {
        guard text.hasPrefix(Self.prefix), let bytes = Base64.decode(String(text.dropFirst(Self.prefix.count))),
            Self.byteCount.contains(bytes.count),
            // It refuses only an empty key.
            let key = try? HMACSHA256Key(SecretBytes(copying: bytes))
        else { return nil }
        self.key = key
    }

    package static var rule: String { "must hold one or two lines of whsec_ and 24 to 64 bytes in base64" }

    /// Reads a file's text: a secret, and while one replaces another a second line with the older one.
    package static func list(_ text: String) -> [WebhookSecret]? {
        let lines = text.split(whereSeparator: \.isNewline)
        let secrets = lines.compactMap { WebhookSecret(String($0)) }
        return (1...2).contains(lines.count) && secrets.count == lines.count ? secrets : nil
    }

    /// `v1,` and the code over `id.timestamp.body`, in base64.
    package func signature(id: String, timestamp: Int64, body: [UInt8]) throws(CryptoError) -> String {
        let code = try key.authenticationCode(for: Array("\(id).\(timestamp).".utf8) + body)
        return "v1,\(Base64.encode(Array(code.bytes)))"
    }
}
