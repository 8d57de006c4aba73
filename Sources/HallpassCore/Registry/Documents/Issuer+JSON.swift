import StrictJSON

/// `{kind, id, issuer, audiences, algorithms, jwks | jwks_url, claims?: {subject?, groups?, tenant?: {claim, equals}, prefix?},
/// max_age_seconds?, token_types?, description?}`
extension Issuer {
    init?(reading reader: JSONObjectReader) {
        let id: IssuerID? = reader.requiredIdentifier("id")
        let url = reader.requiredString("issuer", orElse: ResourceURI.rule, ResourceURI.init)
        let audiences = reader.requiredSet(
            "audiences", count: 1...Limits.audiencesPerIssuer, rule: Audience.rule, Audience.init)
        let algorithms = reader.requiredWords("algorithms", SignatureAlgorithm.self)
        let keySource = Self.readKeySource(reader)
        let claims = reader.optionalObject("claims", IssuerClaims.init(reading:))
        let maximumAge = reader.optionalInteger("max_age_seconds", in: Limits.identityTokenAgeSeconds)
        let tokenTypes = reader.optionalWords("token_types", IdentityTokenType.self)
        let description = reader.optionalFreeText("description")
        guard let id, let url, let audiences, let algorithms, let keySource else { return nil }
        self.init(
            id: id, url: url, audiences: audiences, algorithms: algorithms, keySource: keySource,
            claims: claims ?? IssuerClaims(), maximumAgeSeconds: maximumAge,
            tokenTypes: tokenTypes ?? Set(IdentityTokenType.allCases), description: description)
        checkAlgorithms(reader)
    }

    func write(to object: inout JSONObject) {
        object["id"] = .string(id.rawValue)
        object["issuer"] = .string(url.rawValue)
        object["audiences"] = JSONValue(names: audiences.sorted().map(\.rawValue))
        object["algorithms"] = JSONValue(names: algorithms.map(\.rawValue).sorted())
        switch keySource {
        case .inline(let keys): object["jwks"] = JSONWebKeySet.json(keys)
        case .published(let url): object["jwks_url"] = .string(url.text)
        }
        object["claims"] = claims.json
        object["max_age_seconds"] = maximumAgeSeconds.map(JSONValue.integer)
        object["token_types"] = JSONValue(names: tokenTypes.map(\.rawValue).sorted())
        object["description"] = description.map(JSONValue.string)
    }

    private static func readKeySource(_ reader: JSONObjectReader) -> KeySource? {
        let keys = reader.optionalKeySet("jwks")
        let url = reader.optionalString("jwks_url", orElse: OutboundURL.rule, OutboundURL.init)
        switch (reader.object.contains("jwks"), reader.object.contains("jwks_url")) {
        case (true, false): return keys.map(KeySource.inline)
        case (false, true): return url.map(KeySource.published)
        case (true, true), (false, false):
            reader.refuse("jwks", rule: "choice", message: "or jwks_url must be there, one of the two")
            return nil
        }
    }

    /// A key that no allowed algorithm is for would never be used, which nobody means.
    private func checkAlgorithms(_ reader: JSONObjectReader) {
        guard case .inline(let keys) = keySource else { return }
        for (index, key) in keys.enumerated() where !algorithms.contains(key.algorithm) {
            reader.refuse(
                at: reader.pointer.appending("jwks").appending("keys").appending(index), rule: "algorithm",
                message: "is a key for \(key.algorithm.rawValue), which algorithms does not have")
        }
    }
}

extension IssuerClaims {
    fileprivate init?(reading reader: JSONObjectReader) {
        let subject = reader.optionalString("subject", orElse: ClaimPath.rule, ClaimPath.init)
        let groups = reader.optionalString("groups", orElse: ClaimPath.rule, ClaimPath.init)
        let tenant = reader.optionalObject("tenant", TenantBinding.init(reading:))
        let prefix = reader.optionalString(
            "prefix", orElse: "must be 1 to \(Limits.identityPrefixBytes) bytes without control characters"
        ) { text in
            text.utf8.count <= Limits.identityPrefixBytes && Subject(text) != nil ? text : nil
        }
        self.init(subject: subject ?? .subject, groups: groups, tenant: tenant, prefix: prefix ?? "")
    }

    fileprivate var json: JSONValue {
        var object = JSONObject()
        object["subject"] = .string(subject.text)
        object["groups"] = groups.map { .string($0.text) }
        object["tenant"] = tenant.map { ["claim": .string($0.claim.text), "equals": .string($0.value.rawValue)] }
        object["prefix"] = prefix.isEmpty ? nil : .string(prefix)
        return .object(object)
    }
}

extension IssuerClaims.TenantBinding {
    fileprivate init?(reading reader: JSONObjectReader) {
        let claim = reader.requiredString("claim", orElse: ClaimPath.rule, ClaimPath.init)
        let value = reader.requiredString("equals", orElse: Audience.rule, Audience.init)
        guard let claim, let value else { return nil }
        self.init(claim: claim, value: value)
    }
}

extension JSONObjectReader {
    /// Some of a closed set of words, at least one.
    fileprivate func requiredWords<Word>(_ name: String, _ words: Word.Type) -> Set<Word>?
    where Word: RawRepresentable<String> & CaseIterable & Hashable {
        requiredSet(name, count: 1...words.allCases.count, rule: Self.rule(words)) { Self.word($0, words) }
    }

    fileprivate func optionalWords<Word>(_ name: String, _ words: Word.Type) -> Set<Word>?
    where Word: RawRepresentable<String> & CaseIterable & Hashable {
        guard object.contains(name) else { return nil }
        return requiredWords(name, words)
    }

    private static func rule<Word>(_ words: Word.Type) -> String where Word: RawRepresentable<String> & CaseIterable {
        "must be one of: \(words.allCases.map(\.rawValue).joined(separator: ", "))"
    }

    /// Not `init(rawValue:)`, which compares by canonical equivalence.
    private static func word<Word>(_ text: String, _ words: Word.Type) -> Word?
    where Word: RawRepresentable<String> & CaseIterable {
        words.allCases.first { $0.rawValue.hasSameBytes(as: text) }
    }
}
