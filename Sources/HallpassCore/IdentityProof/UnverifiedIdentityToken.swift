import HallpassCrypto
import StrictJSON

/// A JWT as someone presented it, taken apart. Nothing in it is to be believed: its claims can be asked for only once
/// ``IdentityTokenVerifier`` has checked them.
///
/// Of the header only `alg`, `kid`, `typ` and `crit` are looked at: a key, or the address of one, that a token brings
/// along is never used.
package struct UnverifiedIdentityToken: Sendable {
    /// `nil`: one that is not understood, `none` and the symmetric ones among them.
    let algorithm: SignatureAlgorithm?
    package let keyID: KeyName?
    /// `typ`, in lower case.
    let type: String?
    /// `iss`, to find the issuer by whose keys it is then held.
    let claimedIssuer: ResourceURI?
    let claims: JSONObject
    /// `header.payload`, exactly as received.
    let signedBytes: [UInt8]
    let signature: [UInt8]

    /// Source: RFC 7515 sections 3.1 and 4.1, RFC 7519 section 7.2.
    package init(_ text: String) throws(ProofFailure) {
        guard text.utf8.count <= Limits.identityTokenBytes else {
            throw ProofFailure(.tokenShape, "the token is over its limit of 131072 bytes")
        }
        let bytes = Array(text.utf8)
        let segments = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard segments.count == 3, let header = Self.object(segments[0]), let claims = Self.object(segments[1]),
            let signature = Base64URL.decode(segments[2]), let name = header["alg"]?.stringValue
        else { throw ProofFailure(.tokenShape, "the token is not a well-formed JWT") }
        guard header["crit"] == nil else {
            throw ProofFailure(.tokenShape, "the token's header has critical parameters, and none is understood here")
        }
        // Not `init(rawValue:)`, which compares by canonical equivalence.
        algorithm = SignatureAlgorithm.allCases.first { $0.rawValue.hasSameBytes(as: name) }
        keyID = try Self.optional(header["kid"]) { KeyName($0) }
        type = try Self.optional(header["typ"]) { $0.lowercased() }
        claimedIssuer = claims["iss"]?.stringValue.flatMap(ResourceURI.init)
        self.claims = claims
        signedBytes = Array(bytes[..<segments[1].endIndex])
        self.signature = signature
    }

    private static func object(_ segment: ArraySlice<UInt8>) -> JSONObject? {
        guard let bytes = Base64URL.decode(segment) else { return nil }
        // Which rule of JSON broke is not said: whoever made the token knows what is in it.
        return (try? JSONParser.parse(bytes, limits: JSONLimits(depth: Limits.jsonDepth)))?.objectValue
    }

    private static func optional<Value>(
        _ value: JSONValue?, _ make: (String) -> Value?
    ) throws(ProofFailure) -> Value? {
        guard let value else { return nil }
        guard let made = value.stringValue.flatMap(make) else {
            throw ProofFailure(.tokenShape, "the token is not a well-formed JWT")
        }
        return made
    }
}
