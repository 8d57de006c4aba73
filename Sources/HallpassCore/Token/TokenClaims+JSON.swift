import HallpassCrypto
package import StrictJSON

extension TokenClaims {
    /// The claims in the protocol's order, as they are signed.
    package var json: JSONValue {
        var object = JSONObject()
        object["iss"] = .string(issuer)
        object["aud"] = .string(audience.rawValue)
        object["sub"] = .string(subject.rawValue)
        object["act"] = act.json
        object["client_id"] = .string(client.rawValue)
        object["tenant"] = .string(tenant.rawValue)
        object["environment"] = .string(deployment.environment.rawValue)
        object["connector"] = .string(deployment.connector.rawValue)
        if let tool { object["tool"] = .string(tool.rawValue) }
        object["scope"] = .string(scope.spaceSeparated)
        if let argumentsDigest { object["args_sha256"] = .string(Base64URL.encode(argumentsDigest)) }
        object["jti"] = .string(id.text)
        if let transaction { object["txn"] = .string(transaction.rawValue) }
        object["seq"] = .integer(sequence)
        object["iat"] = .integer(issuedAt)
        object["exp"] = .integer(expiresAt)
        return .object(object)
    }

    /// Reads the payload of a token whose signature matched.
    ///
    /// - Returns: `nil` when a claim is missing, `null`, of another type, out of its rule, or not in the closed set.
    ///   There is one answer for all of these: whoever can cause them holds a signing key.
    init?(payload: [UInt8], kind: TokenKind) {
        guard let value = try? JSONParser.parse(payload), case .object(let object) = value else {
            // Which rule of JSON broke does not matter here: the answer is the same.
            return nil
        }
        var read = ClaimReader(object)
        guard let issuer = read.text("iss"), !issuer.isEmpty,
            let audience = read.text("aud").flatMap(ResourceURI.init),
            let subject = read.text("sub").flatMap(Subject.init),
            let act = read.value("act").flatMap(ActorChain.init(json:)),
            let client = read.text("client_id").flatMap(ClientID.init),
            let tenant = read.text("tenant").flatMap(TenantID.init),
            let environment = read.text("environment").flatMap(EnvironmentID.init),
            let connector = read.text("connector").flatMap(ConnectorID.init),
            let scope = read.text("scope").flatMap(ScopeSet.init(spaceSeparated:)),
            let id = read.text("jti").flatMap({ TokenID($0) }),
            let sequence = read.natural("seq"),
            let issuedAt = read.natural("iat"),
            let expiresAt = read.natural("exp"),
            issuedAt < expiresAt
        else { return nil }
        let tool = read.optionalText("tool", ToolName.init)
        let digest = read.optionalText("args_sha256") { Base64URL.decodeDigest(Array($0.utf8)) }
        let transaction = read.optionalText("txn", TransactionID.init)
        guard read.tookEverything, (tool != nil) == (kind == .call), kind == .call || digest == nil else { return nil }
        self.init(
            kind: kind, issuer: issuer, audience: audience, subject: subject, act: act, client: client, tenant: tenant,
            deployment: DeploymentID(connector: connector, environment: environment), tool: tool, scope: scope,
            argumentsDigest: digest, id: id, transaction: transaction, sequence: sequence, issuedAt: issuedAt,
            expiresAt: expiresAt)
    }
}

/// Takes claims one by one and knows whether any is left or was malformed.
private struct ClaimReader {
    private let object: JSONObject
    private var taken = 0
    private var isMalformed = false

    init(_ object: JSONObject) { self.object = object }

    var tookEverything: Bool { !isMalformed && taken == object.count }

    mutating func value(_ name: String) -> JSONValue? {
        guard let value = object[name] else { return nil }
        taken += 1
        return value
    }

    mutating func text(_ name: String) -> String? { value(name)?.stringValue }

    mutating func natural(_ name: String) -> Int64? { value(name)?.integerValue.flatMap { $0 >= 0 ? $0 : nil } }

    mutating func optionalText<Value>(_ name: String, _ make: (String) -> Value?) -> Value? {
        guard let value = value(name) else { return nil }
        guard let text = value.stringValue, let made = make(text) else {
            isMalformed = true
            return nil
        }
        return made
    }
}

extension ActorChain {
    package var json: JSONValue {
        subjects.reversed().reduce(JSONValue.null) { inner, subject in
            var link = JSONObject()
            link["sub"] = .string(subject.rawValue)
            if inner != .null { link["act"] = inner }
            return .object(link)
        }
    }

    /// Reads `{"sub":…,"act":{…}}`; any other member, or a fifth link, and it is refused.
    package init?(json: JSONValue) {
        var subjects: [Subject] = []
        var next: JSONValue? = json
        while let current = next {
            guard case .object(let link) = current, let text = link["sub"]?.stringValue, let subject = Subject(text),
                link.count == (link["act"] == nil ? 1 : 2), subjects.count < Limits.actorChainDepth
            else { return nil }
            subjects.append(subject)
            next = link["act"]
        }
        self.init(subjects)
    }
}
