import HTTPTypes
import HallpassBroker
import HallpassCore
import HallpassCrypto
import StrictJSON

/// What a client presents to show who it is; nothing of it is believed yet.
struct ClientCredentials: Sendable {
    let id: String
    /// Nobody needs more of it.
    let secret: SHA256Digest

    /// Source: RFC 6749 section 2.3.1.
    init(id: String, secret: String) {
        self.id = id
        self.secret = ClientSecret.digest(of: secret)
    }

    /// What an `Authorization` header says.
    enum Presented: Sendable {
        case nothing
        case basic(ClientCredentials)
        case bearer(ClientCredentials)
        /// There is a header and no credentials of ours in it.
        case unusable

        /// What every route but those of OAuth takes.
        var forJSON: ClientCredentials? {
            switch self {
            case .basic(let credentials), .bearer(let credentials): credentials
            case .nothing, .unusable: nil
            }
        }
    }

    /// - Parameter memory: of the same connection.
    /// - Throws: ``HallpassError/invalidRequest(_:)`` where there are several: which one counts must not depend on who reads.
    static func read(_ headers: RequestHeaders, _ memory: CredentialMemory) throws(HallpassError) -> Presented {
        let values = headers[values: .authorization]
        guard values.count <= 1 else {
            throw .invalidRequest(
                path: "", rule: "authorization", message: "must not carry more than one Authorization header")
        }
        guard let value = values.first else { return .nothing }
        return memory.presented(in: value, otherwise: read)
    }

    private static func read(_ value: String) -> Presented {
        var value = value
        return value.withUTF8 { bytes in
            guard let space = bytes.firstIndex(of: UInt8(ascii: " ")) else { return .unusable }
            let credentials = UnsafeBufferPointer(rebasing: bytes[(space + 1)...])
            if bytes[..<space].isSameWord(as: "basic".utf8) {
                return ClientCredentials(basic: credentials).map(Presented.basic) ?? .unusable
            }
            guard bytes[..<space].isSameWord(as: "bearer".utf8) else { return .unusable }
            return ClientCredentials(secret: String(decoding: credentials, as: UTF8.self)).map(Presented.bearer)
                ?? .unusable
        }
    }

    /// Both parts are form-urlencoded before they are joined. Source: RFC 6749 section 2.3.1, RFC 7617 section 2.
    private init?(basic encoded: UnsafeBufferPointer<UInt8>) {
        guard let decoded = Base64.decode(encoded), let colon = decoded.firstIndex(of: UInt8(ascii: ":")),
            let id = FormParser.decode(decoded[..<colon]), let secret = FormParser.decode(decoded[(colon + 1)...])
        else { return nil }
        self.init(id: id, secret: secret)
    }

    /// A secret names its client: `hp_<client_id>_<43 characters>`. An underscore may stand in each part, so both ends
    /// are counted off.
    init?(secret: String) {
        let bytes = Array(secret.utf8)
        let prefix = Array("hp_".utf8)
        let idEnd = bytes.count - Self.randomCharacterCount - 1
        guard idEnd > prefix.count, bytes.starts(with: prefix), bytes[idEnd] == UInt8(ascii: "_") else { return nil }
        self.init(id: String(decoding: bytes[prefix.count..<idEnd], as: UTF8.self), secret: secret)
    }

    /// 32 random bytes in base64url.
    private static let randomCharacterCount = 43
}

/// `client_id` and `client_secret` among the parameters of a form.
extension ClientCredentials {
    init?(form: JSONObject) {
        guard let id = form["client_id"]?.stringValue, let secret = form["client_secret"]?.stringValue else {
            return nil
        }
        self.init(id: id, secret: secret)
    }

    /// A form may repeat the client of the header, and must not bring a secret of its own.
    func requireNoOther(in form: JSONObject) throws(HallpassError) {
        guard form["client_secret"] == nil else {
            throw .invalidRequest(
                path: "/client_secret", rule: "authorization", message: "must not stand beside an Authorization header")
        }
        if let id = form["client_id"]?.stringValue, !id.hasSameBytes(as: self.id) {
            throw .invalidRequest(
                path: "/client_id", rule: "authorization", message: "must be the client of the Authorization header")
        }
    }
}

extension JSONObject {
    /// A form without what said who sent it.
    var withoutCredentials: JSONObject {
        var form = self
        form["client_id"] = nil
        form["client_secret"] = nil
        return form
    }
}
