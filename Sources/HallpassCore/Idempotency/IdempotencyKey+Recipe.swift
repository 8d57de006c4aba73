import HallpassCrypto

extension OpaqueText where Owner == IdempotencyKeyOwner {
    /// The documented recipe: `tool:entity:turn`, as in `add_note:c-17:turn-42`.
    ///
    /// The same three give the same key, for ever and everywhere; any other three give another. A colon or a percent sign in a
    /// part is percent-encoded, a turn that is a number alone is written `turn-N`, and what would be longer than a key may be
    /// keeps its tool and has the SHA-256 of entity and turn instead of them.
    ///
    /// - Returns: `nil` where a part is empty or has a control character.
    package static func recipe(tool: ToolName, entity: String, turn: String) -> IdempotencyKey? {
        guard !entity.isEmpty, !turn.isEmpty else { return nil }
        let isNumber = turn.utf8.allSatisfy { (0x30...0x39).contains($0) }
        let start = escaped(tool.rawValue)
        let rest = "\(escaped(entity)):\(isNumber ? "turn-\(turn)" : escaped(turn))"
        // Read through the rule of keys before it is hashed, so that a long part has no more freedom than a short one.
        guard (entity + turn).utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        let key = "\(start):\(rest)"
        guard key.utf8.count > Limits.subjectBytes else { return IdempotencyKey(key) }
        let digest = Base64URL.encode(SHA256.hash(Array(rest.utf8)))
        let short = "\(start):sha256-\(digest)"
        guard short.utf8.count > Limits.subjectBytes else { return IdempotencyKey(short) }
        return IdempotencyKey("sha256-\(Base64URL.encode(SHA256.hash(Array(key.utf8))))")
    }

    private static func escaped(_ part: String) -> String {
        String(
            decoding: part.utf8.flatMap { byte -> [UInt8] in
                switch byte {
                case UInt8(ascii: ":"): Array("%3A".utf8)
                case UInt8(ascii: "%"): Array("%25".utf8)
                default: [byte]
                }
            }, as: UTF8.self)
    }
}
