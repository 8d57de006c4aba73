import StrictJSON

/// An identity provider whose tokens prove, in this tenant, who a call is for.
package struct Issuer: Hashable, Sendable {
    /// Where the keys come from that its tokens are signed with.
    package enum KeySource: Hashable, Sendable {
        /// Registered with it.
        case inline([JSONWebKey])
        /// Fetched from there, again and again.
        case published(OutboundURL)
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
