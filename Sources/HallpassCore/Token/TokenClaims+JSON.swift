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

    /// Reads the payload of a token whose signature matched: ``json``, as it was signed, and nothing else that JSON could
    /// hold.
    ///
    /// - Returns: `nil` when a claim is missing, `null`, of another type, out of its rule or its place, or not in the closed
    ///   set. There is one answer for all of these: whoever can cause them holds a signing key.
    init?(payload: [UInt8], kind: TokenKind) {
        guard let claims = payload.withUnsafeBufferPointer({ TokenClaims(reading: ClaimReader($0), kind: kind) }) else {
            return nil
        }
        self = claims
    }

    private init?(reading reader: ClaimReader, kind: TokenKind) {
        var read = reader
        guard let issuer = read.text("iss"), !issuer.isEmpty,
            let audience = read.text("aud").flatMap(ResourceURI.init),
            let subject = read.text("sub").flatMap(Subject.init),
            let act = read.chain("act"),
            let client = read.text("client_id").flatMap(ClientID.init),
            let tenant = read.text("tenant").flatMap(TenantID.init),
            let environment = read.text("environment").flatMap(EnvironmentID.init),
            let connector = read.text("connector").flatMap(ConnectorID.init)
        else { return nil }
        let tool = read.optionalText("tool", ToolName.init)
        guard let scope = read.text("scope").flatMap(ScopeSet.init(spaceSeparated:)) else { return nil }
        let digest = read.optionalText("args_sha256") { Base64URL.decodeDigest(Array($0.utf8)) }
        guard let id = read.text("jti").flatMap({ TokenID($0) }) else { return nil }
        let transaction = read.optionalText("txn", TransactionID.init)
        guard let sequence = read.natural("seq"), let issuedAt = read.natural("iat"),
            let expiresAt = read.natural("exp"),
            issuedAt < expiresAt, read.tookEverything, (tool != nil) == (kind == .call), kind == .call || digest == nil
        else { return nil }
        self.init(
            kind: kind, issuer: issuer, audience: audience, subject: subject, act: act, client: client, tenant: tenant,
            deployment: DeploymentID(connector: connector, environment: environment), tool: tool, scope: scope,
            argumentsDigest: digest, id: id, transaction: transaction, sequence: sequence, issuedAt: issuedAt,
            expiresAt: expiresAt)
    }
}

/// Takes claims one by one, in the order that they are signed in.
///
/// A reader of any JSON makes a tree of it and looks each claim up there, which took three times as long.
private struct ClaimReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0
    private var isMalformed = false

    /// - Parameter bytes: have to outlive the reader.
    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var tookEverything: Bool { !isMalformed && index == bytes.count - 1 && bytes[index] == UInt8(ascii: "}") }

    mutating func text(_ name: StaticString) -> String? { take(name) ? string() : nil }

    mutating func optionalText<Value>(_ name: StaticString, _ make: (String) -> Value?) -> Value? {
        guard take(name) else { return nil }
        guard let made = string().flatMap(make) else {
            isMalformed = true
            return nil
        }
        return made
    }

    /// Up to 2^53 - 1, written as JSON has it.
    mutating func natural(_ name: StaticString) -> Int64? {
        guard take(name) else { return nil }
        let start = index
        var value: Int64 = 0
        while let digit = byte(at: index).map({ $0 &- UInt8(ascii: "0") }), digit <= 9 {
            value = value * 10 + Int64(digit)
            guard value <= JSONValue.safeIntegerMaximum else { return nil }
            index += 1
        }
        guard index > start, index == start + 1 || bytes[start] != UInt8(ascii: "0") else { return nil }
        return value
    }

    /// `{"sub":…,"act":{…}}`, one link to four.
    mutating func chain(_ name: StaticString) -> ActorChain? {
        var subjects: [Subject] = []
        var next = name
        while take(next) {
            guard byte(at: index) == UInt8(ascii: "{"), subjects.count < Limits.actorChainDepth,
                let subject = text("sub").flatMap(Subject.init)
            else { return nil }
            subjects.append(subject)
            next = "act"
        }
        for _ in subjects {
            guard byte(at: index) == UInt8(ascii: "}") else { return nil }
            index += 1
        }
        return ActorChain(subjects)
    }

    /// Steps over a member's name and what stands around it; stays where it is if another is next.
    private mutating func take(_ name: StaticString) -> Bool {
        let length = name.utf8CodeUnitCount
        let end = index + length + 4
        // Before anything is looked at: a text that ended too early has led beyond the end.
        guard end <= bytes.count else { return false }
        let isFirst = index == 0 || bytes[index - 1] == UInt8(ascii: ":")
        guard bytes[index] == (isFirst ? UInt8(ascii: "{") : UInt8(ascii: ",")),
            bytes[index + 1] == UInt8(ascii: "\""), bytes[end - 2] == UInt8(ascii: "\""),
            bytes[end - 1] == UInt8(ascii: ":"),
            has(name, from: index + 2)
        else { return false }
        index = end
        return true
    }

    private func has(_ name: StaticString, from start: Int) -> Bool {
        for offset in 0..<name.utf8CodeUnitCount where bytes[start + offset] != name.utf8Start[offset] { return false }
        return true
    }

    private mutating func string() -> String? {
        guard byte(at: index) == UInt8(ascii: "\"") else { return nil }
        let start = index
        index += 1
        var hasEscapes = false
        var seen: UInt8 = 0
        while let byte = byte(at: index), byte != UInt8(ascii: "\""), byte >= 0x20 {
            if byte == UInt8(ascii: "\\") { hasEscapes = true }
            seen |= byte
            index += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        guard byte(at: index) == UInt8(ascii: "\"") else { return nil }
        index += 1
        // Few names have any, and one reader of escapes is enough. Which rule they break does not matter here.
        if hasEscapes { return (try? JSONParser.parse(Array(bytes[start..<index])))?.stringValue }
        let text = bytes[(start + 1)..<(index - 1)]
        // ASCII cannot be wrong UTF-8, and is read without being looked at again.
        return seen < 0x80 ? String(decoding: text, as: UTF8.self) : String(validating: text, as: UTF8.self)
    }

    private func byte(at index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }
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
