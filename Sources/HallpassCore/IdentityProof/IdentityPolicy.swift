import StrictJSON

/// Who a token proves its bearer to be: every check has spoken.
package struct ProvenIdentity: Sendable {
    package let issuer: IssuerID
    package let actor: Actor
    /// Who acts for the actor already by the token's own word, nearest first.
    let act: [Subject]
    /// Of the verified token, for what another's `may_act` asks of it.
    let claims: JSONObject

    fileprivate init(issuer: IssuerID, actor: Actor, act: [Subject], claims: JSONObject) {
        self.issuer = issuer
        self.actor = actor
        self.act = act
        self.claims = claims
    }
}

/// Whether what an issuer once signed is meant for us, holds now, and names somebody.
package enum IdentityPolicy {
    /// - Throws: ``HallpassError/actorTokenExpired``, or ``HallpassError/actorNotProven(_:)`` with the reason.
    package static func identity(
        of token: VerifiedIdentityToken, nowSeconds: Int64
    ) throws(ProofFailure) -> ProvenIdentity {
        let issuer = token.issuer
        try checkAudience(token.claims, issuer)
        try checkTime(token.claims, issuer, nowSeconds: nowSeconds)
        try checkTenant(token.claims, issuer)
        let subject = try subject(token.claims, issuer.claims)
        let groups = try groups(token.claims, issuer.claims)
        return ProvenIdentity(
            issuer: issuer.id, actor: Actor(subject: subject, groups: groups),
            act: try Delegation.chain(token.claims["act"], prefix: issuer.claims.prefix), claims: token.claims)
    }

    /// Source: RFC 7519 section 4.1.3.
    private static func checkAudience(_ claims: JSONObject, _ issuer: Issuer) throws(ProofFailure) {
        let named: [JSONValue] = claims["aud"].map { $0.arrayValue ?? [$0] } ?? []
        guard named.contains(where: { $0.stringValue.flatMap(Audience.init).map(issuer.audiences.contains) ?? false })
        else { throw ProofFailure(.audience, "the token is for another audience") }
    }

    /// The issuer's clock may be ahead of ours by ``Limits/issuerClockLeewaySeconds``; no token lives longer for that.
    ///
    /// Source: RFC 7519 sections 4.1.4 to 4.1.6.
    private static func checkTime(
        _ claims: JSONObject, _ issuer: Issuer, nowSeconds: Int64
    ) throws(ProofFailure) {
        let now = Double(nowSeconds)
        let ahead = now + Double(Limits.issuerClockLeewaySeconds)
        guard let expiry = claims["exp"]?.doubleValue else { throw ProofFailure(.time, "the token has no expiry") }
        guard now < expiry else { throw ProofFailure(.time, .actorTokenExpired) }
        for name in ["nbf", "iat"] {
            guard let value = claims[name] else { continue }
            guard let time = value.doubleValue, time <= ahead else {
                throw ProofFailure(.time, "the token is not valid yet")
            }
        }
        guard let maximumAge = issuer.maximumAgeSeconds else { return }
        guard let issued = claims["iat"]?.doubleValue else {
            throw ProofFailure(.time, "the token does not say when it was issued")
        }
        guard now < issued + Double(maximumAge) else { throw ProofFailure(.time, .actorTokenExpired) }
    }

    private static func checkTenant(_ claims: JSONObject, _ issuer: Issuer) throws(ProofFailure) {
        guard let binding = issuer.claims.tenant else { return }
        guard binding.claim.value(in: claims)?.stringValue.flatMap(Audience.init) == binding.value else {
            throw ProofFailure(.tenant, "the token is of another tenant of its issuer")
        }
    }

    private static func subject(_ claims: JSONObject, _ names: IssuerClaims) throws(ProofFailure) -> Subject {
        guard let text = names.subject.value(in: claims)?.stringValue, !text.isEmpty,
            let subject = Subject(names.prefix + text)
        else { throw ProofFailure(.subject, "the token does not name its subject as it should") }
        return subject
    }

    /// A provider leaves the claim out where somebody is in no group; anything but a list of names is refused whole, because
    /// a group that is not there could be one that a grant's constraints hang on.
    private static func groups(_ claims: JSONObject, _ names: IssuerClaims) throws(ProofFailure) -> Set<GroupName> {
        guard let value = names.groups?.value(in: claims) else { return [] }
        guard let elements = value.arrayValue else {
            throw ProofFailure(.groups, "the token's groups are not a list of names")
        }
        guard elements.count <= Limits.groupsPerActor else {
            throw ProofFailure(.groups, "the token has more groups than are looked at")
        }
        var groups: Set<GroupName> = []
        for element in elements {
            guard let text = element.stringValue, !text.isEmpty, let group = GroupName(names.prefix + text) else {
                throw ProofFailure(.groups, "the token's groups are not a list of names")
            }
            groups.insert(group)
        }
        return groups
    }
}
