import HallpassCore
import HallpassCrypto
import StrictJSON

/// What a token says of itself. Nothing of it is to be believed: the signature is not looked at, and could not be here.
struct DecodedToken {
    let header: JSONValue
    let claims: JSONValue

    /// - Returns: `nil` where the text is not three segments of base64url, the first two of which are JSON objects.
    init?(unverified text: String) {
        let segments = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.utf8.count <= Limits.tokenBytes, segments.count == 3, Base64URL.decode(Array(segments[2])) != nil,
            let header = Self.object(Array(segments[0])), let claims = Self.object(Array(segments[1]))
        else { return nil }
        self.header = header
        self.claims = claims
    }

    private static func object(_ segment: [UInt8]) -> JSONValue? {
        // Which rule of JSON broke does not matter: it is not a token.
        guard let bytes = Base64URL.decode(segment), let value = try? JSONParser.parse(bytes),
            value.objectValue != nil
        else { return nil }
        return value
    }
}

extension DecodedToken {
    static let warning = "NOT VERIFIED: anyone can write a token that says this. To be sure: hallpass token verify"

    var json: JSONValue {
        ["verified": false, "warning": .string(Self.warning), "header": header, "claims": claims]
    }

    /// Several lines without a line break at the end.
    ///
    /// - Parameter now: Unix seconds.
    func text(now: Int64) -> String {
        let members = (header.objectValue?.members ?? []) + (claims.objectValue?.members ?? [])
        let width = members.map { $0.name.count }.max() ?? 0
        let rows = members.map { "\($0.name.padded(to: width))  \(Self.words($0, now))".printable }
        return ([Self.warning, ""] + rows).joined(separator: "\n")
    }

    private static func words(_ member: JSONObject.Member, _ now: Int64) -> String {
        let text = member.value.stringValue ?? String(decoding: member.value.serialized(), as: UTF8.self)
        // Times that no calendar has are shown as they are.
        guard ["iat", "exp"].contains(member.name), let seconds = member.value.integerValue,
            (0..<253_402_300_800).contains(seconds)
        else { return text }
        let distance = seconds > now ? "in \(seconds - now) s" : "\(now - seconds) s ago"
        return "\(text)  \(RFC3339.text(seconds: seconds)), \(distance)"
    }
}
