import HallpassBroker
import HallpassCore
import HallpassCrypto
import StrictJSON

/// The parameters of `POST /oauth/token`. Source: RFC 8693 section 2.1; the protocol, "Mint".
struct TokenExchangeForm {
    static let grantType = "urn:ietf:params:oauth:grant-type:token-exchange"
    static let accessTokenType = "urn:ietf:params:oauth:token-type:access_token"
    private static let typePrefix = "urn:ietf:params:oauth:token-type:"
    private static let unsignedType = typePrefix + "unsigned_json"

    /// `nil` for a kind of proof that is not accepted.
    private let actor: ActorProof?
    private let agent: AgentProof?
    private let hasActorToken: Bool
    private let target: MintRequest.Target
    private let environment: EnvironmentID
    private let tool: ToolName?
    private let arguments: JSONObject?
    private let digest: SHA256Digest?
    private let scope: ScopeSet?
    private let lifetimeSeconds: Int64?
    private let transaction: TransactionID?
    private let approval: ApprovalID?

    /// - Throws: ``HallpassError/invalidRequest(_:)``, or ``HallpassError/actorNotProven(_:)`` for a kind of proof that is
    ///   not accepted.
    static func read(_ form: JSONValue) throws -> MintCommand {
        try JSONObjectReader.decode(form, TokenExchangeForm.init(reading:)).command()
    }

    private init?(reading reader: JSONObjectReader) {
        Self.checkGrantType(reader)
        let subjectType = reader.requiredString("subject_token_type", lengthBytes: 1...Limits.descriptionBytes)
        let subjectToken = reader.requiredString("subject_token")
        let actorType = reader.optionalString("actor_token_type", lengthBytes: 1...Limits.descriptionBytes)
        let actorToken = reader.optionalString("actor_token")
        if (actorType == nil) != (actorToken == nil) {
            reader.refuse("actor_token_type", rule: "pair", message: "and actor_token stand together or not at all")
        }
        let target = Self.readTarget(reader)
        let environment = reader.requiredEnvironment()
        tool = reader.optionalTool()
        arguments = Self.readArguments(reader)
        digest = reader.optionalDigest()
        scope = reader.optionalScope()
        lifetimeSeconds = reader.optionalNumber("expires_in", in: Limits.tokenLifetimeSeconds)
        transaction = reader.optionalTransaction()
        approval = reader.optionalApproval()
        hasActorToken = actorType != nil
        if subjectType == Self.unsignedType {
            actor = Self.readActor(subjectToken, reader).map(ActorProof.asserted)
        } else {
            actor = Self.identityToken(subjectToken, subjectType).map(ActorProof.token)
        }
        if actorType == Self.unsignedType {
            agent = Self.readAgent(actorToken, reader).map(AgentProof.asserted)
        } else {
            agent = Self.identityToken(actorToken, actorType).map(AgentProof.token)
        }
        guard let target, let environment else { return nil }
        self.target = target
        self.environment = environment
    }

    private func command() throws(HallpassError) -> MintCommand {
        guard let actor else {
            throw .actorNotProven("as subject_token_type jwt, id_token, access_token and unsigned_json are accepted")
        }
        guard agent != nil || !hasActorToken else {
            throw .actorNotProven("as actor_token_type jwt, id_token, access_token and unsigned_json are accepted")
        }
        var command = MintCommand(proof: actor, target: target, environment: environment)
        command.agent = agent
        command.tool = tool
        command.arguments = arguments
        command.argumentsDigest = digest
        command.scope = scope
        command.lifetimeSeconds = lifetimeSeconds
        command.transaction = transaction
        command.approval = approval
        return command
    }

    private static func checkGrantType(_ reader: JSONObjectReader) {
        if let type = reader.requiredString("grant_type"), type != grantType {
            reader.refuse(at: reader.pointer.appending("grant_type"), rule: "choice", message: "must be \(grantType)")
        }
        if let type = reader.optionalString("requested_token_type"), type != accessTokenType {
            reader.refuse(
                at: reader.pointer.appending("requested_token_type"), rule: "choice",
                message: "must be \(accessTokenType)")
        }
    }

    /// `audience` is a connector's name or its resource, `resource` the latter.
    private static func readTarget(_ reader: JSONObjectReader) -> MintRequest.Target? {
        let rule = "must be a connector's name or its resource"
        let audience = reader.optional("audience", rule: rule) { text -> MintRequest.Target? in
            ConnectorID(text).map(MintRequest.Target.connector) ?? ResourceURI(text).map(MintRequest.Target.resource)
        }
        let resource = reader.optional("resource", rule: ResourceURI.rule, ResourceURI.init)
        switch (reader.object.contains("audience"), reader.object.contains("resource")) {
        case (true, false): return audience
        case (false, true): return resource.map(MintRequest.Target.resource)
        case (true, true), (false, false):
            reader.refuse("audience", rule: "choice", message: "or resource must be there, one of the two")
            return nil
        }
    }

    private static func readArguments(_ reader: JSONObjectReader) -> JSONObject? {
        reader.optional("arguments", rule: "must be the text of a JSON object", jsonObject)
    }

    private static func identityToken(_ token: String?, _ type: String?) -> IdentityToken? {
        guard let token, let type,
            let known = IdentityTokenType.allCases.first(where: { (typePrefix + $0.rawValue).hasSameBytes(as: type) })
        else { return nil }
        return IdentityToken(text: token, type: known)
    }

    private static func readActor(_ token: String?, _ reader: JSONObjectReader) -> Actor? {
        guard let token else { return nil }
        if let actor = unsigned(token).flatMap(actor) { return actor }
        reader.refuse("subject_token", rule: "format", message: "must be {\"sub\", \"groups\"?} in base64url")
        return nil
    }

    private static func readAgent(_ token: String?, _ reader: JSONObjectReader) -> ActorChain? {
        guard let token else { return nil }
        if let chain = unsigned(token).flatMap({ ActorChain(json: .object($0)) }) { return chain }
        reader.refuse("actor_token", rule: "format", message: "must be {\"sub\", \"act\"?} in base64url")
        return nil
    }

    private static func actor(_ object: JSONObject) -> Actor? {
        // What exactly is wrong inside is not said: the whole parameter is what has to be made anew.
        try? JSONObjectReader.decode(.object(object)) { $0.readActor() }
    }

    private static func unsigned(_ token: String) -> JSONObject? {
        guard let bytes = Base64URL.decode(token) else { return nil }
        return jsonObject(bytes)
    }

    private static func jsonObject(_ text: String) -> JSONObject? { jsonObject(Array(text.utf8)) }

    private static func jsonObject(_ bytes: [UInt8]) -> JSONObject? {
        // Which rule of JSON broke is not said, for the same reason.
        (try? JSONParser.parse(bytes, limits: JSONLimits(depth: Limits.jsonDepth)))?.objectValue
    }
}
