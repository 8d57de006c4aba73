import HallpassCore
import HallpassCrypto

/// What a client shows to a server: its id and its secret, which no description repeats.
struct ClientCredentials: Sendable {
    let id: String
    private let secret: String

    enum Trouble: Error, Hashable {
        /// The text is not `hp_<client id>_<43 characters>`.
        case notASecret
        /// The secret belongs to this other client.
        case secretOf(String)
        /// There are several secrets, and none of them is the client's.
        case ambiguous
    }

    /// - Parameters:
    ///   - secret: white space around it is dropped, as files end with a line break.
    ///   - id: who the caller says it is; taken from the secret where it does not say.
    init(secret: String, id: String? = nil) throws(Trouble) {
        let secret = secret.trimmingASCIIWhitespace()
        guard let owner = Self.owner(of: secret) else { throw .notASecret }
        if let id, id != owner { throw .secretOf(owner) }
        self.id = owner
        self.secret = secret
    }

    /// What lists call the secret.
    var secretName: String { DemoSecrets.name(of: secret) }

    /// The value of `Authorization`.
    ///
    /// Source: RFC 7617 section 2; RFC 6749 section 2.3.1 has both parts form-encoded first.
    var basicAuthorization: String {
        let pair = "\(FormEncoding.encode(id)):\(FormEncoding.encode(secret))"
        return "Basic \(Base64.encode(Array(pair.utf8)))"
    }

    /// Source: the protocol, "Credentials".
    private static func owner(of secret: String) -> String? {
        let bytes = Array(secret.utf8)
        guard bytes.starts(with: "hp_".utf8), bytes.count > 3 + 44, bytes[bytes.count - 44] == UInt8(ascii: "_"),
            Base64URL.decode(bytes[(bytes.count - 43)...]) != nil
        else { return nil }
        return String(validating: bytes[3..<(bytes.count - 44)], as: UTF8.self).flatMap { ClientID($0) }?.rawValue
    }
}

extension ClientCredentials: CustomStringConvertible, CustomReflectable {
    var description: String { "\(id):<redacted>" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

extension String {
    /// Without the spaces, tabs and line breaks at both ends.
    func trimmingASCIIWhitespace() -> String {
        let isSpace = { (character: Character) in character.isASCII && character.isWhitespace }
        return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
