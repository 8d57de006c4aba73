import StrictJSON

/// An identity provider whose tokens prove, in this tenant, who a call is for.
package struct Issuer: Hashable, Sendable {
    /// Where the keys come from that its tokens are signed with.
    package enum KeySource: Hashable, Sendable {
        /// Registered with it.
        case inline([JSONWebKey])
        /// Fetched from there, again and again.
        case published(KeySetURL)
    }

    package let id: IssuerID
    /// `iss` of its tokens, compared byte for byte.
    package let url: ResourceURI
    /// A token must name one of these in `aud`.
    package let audiences: Set<Audience>
    package let algorithms: Set<SignatureAlgorithm>
    package let keySource: KeySource
    package let claims: IssuerClaims
    /// How old a token may be by its `iat`; `nil`: as old as its `exp` lets it become.
    package let maximumAgeSeconds: Int64?
    package let tokenTypes: Set<IdentityTokenType>
    package let description: String?

    package init(
        id: IssuerID, url: ResourceURI, audiences: Set<Audience>, algorithms: Set<SignatureAlgorithm>,
        keySource: KeySource, claims: IssuerClaims = IssuerClaims(), maximumAgeSeconds: Int64? = nil,
        tokenTypes: Set<IdentityTokenType> = Set(IdentityTokenType.allCases), description: String? = nil
    ) {
        self.id = id
        self.url = url
        self.audiences = audiences
        self.algorithms = algorithms
        self.keySource = keySource
        self.claims = claims
        self.maximumAgeSeconds = maximumAgeSeconds
        self.tokenTypes = tokenTypes
        self.description = description
    }
}

/// What an issuer's tokens are read for.
package struct IssuerClaims: Hashable, Sendable {
    /// A claim that must be there and say this, where one provider serves the customers of many.
    package struct TenantBinding: Hashable, Sendable {
        package let claim: ClaimPath
        package let value: Audience

        package init(claim: ClaimPath, value: Audience) {
            self.claim = claim
            self.value = value
        }
    }

    package let subject: ClaimPath
    /// `nil`: its tokens say nothing of groups that is believed here.
    package let groups: ClaimPath?
    package let tenant: TenantBinding?
    /// Stands before every subject and group it names, so that two providers' `alice` are two people.
    package let prefix: String

    package init(
        subject: ClaimPath = .subject, groups: ClaimPath? = nil, tenant: TenantBinding? = nil, prefix: String = ""
    ) {
        self.subject = subject
        self.groups = groups
        self.tenant = tenant
        self.prefix = prefix
    }
}

package typealias IssuerID = Identifier<Issuer>

/// A value of `aud`, or of the claim that names a provider's tenant.
package typealias Audience = OpaqueText<AudienceOwner>
package enum AudienceOwner {}

/// The signatures that are understood. None is symmetric: who could check one could also make it.
package enum SignatureAlgorithm: String, Hashable, Sendable, CaseIterable {
    case rs256 = "RS256"
    case es256 = "ES256"
    case edDSA = "EdDSA"
}

/// What a presenter says its token is. Source: RFC 8693 section 3.
package enum IdentityTokenType: String, Hashable, Sendable, CaseIterable {
    case jwt
    case idToken = "id_token"
    case accessToken = "access_token"
}

/// Where in a token's claims something stands: a claim's name, or a JSON pointer where it starts with a slash.
package struct ClaimPath: Hashable, Sendable {
    package let text: String
    private let pointer: JSONPointer

    package init?(_ text: String) {
        guard OpaqueText<ClaimPath>(text) != nil else { return nil }
        guard text.utf8.first == UInt8(ascii: "/") else {
            self.text = text
            pointer = JSONPointer(tokens: [text])
            return
        }
        guard let pointer = JSONPointer(parsing: text) else { return nil }
        self.text = text
        self.pointer = pointer
    }

    package static let subject: ClaimPath = {
        guard let path = ClaimPath("sub") else { preconditionFailure("a literal claim") }
        return path
    }()

    package static var rule: String { "must be the name of a claim, or a JSON pointer into the claims" }

    func value(in claims: JSONObject) -> JSONValue? { pointer.resolve(in: .object(claims)) }

    package static func == (left: Self, right: Self) -> Bool { left.text.hasSameBytes(as: right.text) }

    package func hash(into hasher: inout Hasher) { text.hashBytes(into: &hasher) }
}

/// Where a provider publishes its keys: https, or http on this machine.
package struct KeySetURL: Hashable, Sendable {
    package let text: String
    /// As it is written; an IPv6 address stands without its brackets.
    package let host: String
    /// Whether the address itself says that it is this machine.
    package let isLoopback: Bool

    package init?(_ text: String) {
        guard text.utf8.count <= Limits.resourceBytes, text.utf8.allSatisfy(VisibleASCII.contains),
            !text.utf8.contains(UInt8(ascii: "#")), let scheme = ["https://", "http://"].first(where: text.hasPrefix)
        else { return nil }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
        guard let host = Self.host(of: authority) else { return nil }
        let isLoopback = ["localhost", "127.0.0.1", "::1"].contains(host.lowercased())
        guard scheme == "https://" || isLoopback else { return nil }
        self.text = text
        self.host = host
        self.isLoopback = isLoopback
    }

    package static var rule: String {
        "must be an https URL without user and fragment; http only at localhost, 127.0.0.1 or [::1]"
    }

    /// - Returns: `nil` for an authority that is empty, names a user, or has a port that is none.
    private static func host(of authority: Substring) -> String? {
        guard !authority.contains("@") else { return nil }
        let host: Substring
        let rest: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            rest = authority[authority.index(after: end)...]
            guard host.utf8.allSatisfy({ Self.isHexDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
            else { return nil }
        } else {
            host = authority.prefix { $0 != ":" }
            rest = authority[host.endIndex...]
            guard host.utf8.allSatisfy(Self.isHostCharacter) else { return nil }
        }
        guard !host.isEmpty, rest.isEmpty || isPort(rest) else { return nil }
        return String(host)
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.first == ":" && text.dropFirst().utf8.allSatisfy { (0x30...0x39).contains($0) }
            && UInt16(text.dropFirst()) ?? 0 > 0
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
    }

    private static func isHostCharacter(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D || byte == 0x2E
    }
}
