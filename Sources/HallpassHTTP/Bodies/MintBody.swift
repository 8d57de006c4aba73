import HallpassBroker
import HallpassCore
import HallpassCrypto
import StrictJSON

/// `{"actor","agent"?,"connector"|"resource","environment","tool"?,"arguments"?,"arguments_sha256"?,"scope"?,"expires_in"?,
/// "txn"?,"approval_id"?}`
enum MintBody {
    /// - Parameter pointer: where the request has this; an item of a batch is not its root.
    static func read(
        _ document: JSONValue, at pointer: JSONPointer = .root
    ) throws(HallpassError) -> MintCommand {
        do {
            return try JSONObjectReader.decode(document, at: pointer, read)
        } catch {
            throw .invalidRequest(error.violations)
        }
    }

    /// `{"items":[…]}`: 1 to 64, each read by itself.
    static func readBatch(_ document: JSONValue) throws -> [Result<MintCommand, HallpassError>] {
        let items = try JSONObjectReader.decode(document) { reader in
            reader.requiredArray("items", count: 1...Limits.mintsPerBatch)
        }
        return items.enumerated().map { index, item in
            Result { () throws(HallpassError) in
                try read(item, at: JSONPointer.root.appending("items").appending(index))
            }
        }
    }

    private static func read(_ reader: JSONObjectReader) -> MintCommand? {
        let actor = reader.requiredObject("actor", readActor)
        let agent = readAgent(reader)
        let target = readTarget(reader)
        let environment = reader.requiredEnvironment()
        let tool = reader.optionalTool()
        let arguments = reader.optionalObject("arguments")
        let digest = reader.optionalDigest()
        let scope = reader.optionalScope()
        let lifetime = reader.optionalInteger("expires_in", in: Limits.tokenLifetimeSeconds)
        let transaction = reader.optionalTransaction()
        let approval = reader.optionalApproval()
        guard let actor, let target, let environment else { return nil }
        var command = MintCommand(proof: actor, target: target, environment: environment)
        command.agent = agent
        command.tool = tool
        command.arguments = arguments
        command.argumentsDigest = digest
        command.scope = scope
        command.lifetimeSeconds = lifetime
        command.transaction = transaction
        command.approval = approval
        return command
    }

    /// `{"sub","groups"?}`, or `{"token","token_type"?}`
    private static func readActor(_ reader: JSONObjectReader) -> ActorProof? {
        guard reader.object.contains("token") else { return reader.readActor().map(ActorProof.asserted) }
        return reader.readIdentityToken().map(ActorProof.token)
    }

    /// `{"sub","act"?}`, or `{"token","token_type"?}`
    private static func readAgent(_ reader: JSONObjectReader) -> AgentProof? {
        guard let agent = reader.optionalObject("agent") else { return nil }
        if agent.contains("token") {
            return reader.optionalObject("agent") { $0.readIdentityToken() }.map(AgentProof.token)
        }
        if let chain = ActorChain(json: .object(agent)) { return .asserted(chain) }
        reader.refuse(at: reader.pointer.appending("agent"), rule: "format", message: ActorChain.rule)
        return nil
    }

    private static func readTarget(_ reader: JSONObjectReader) -> MintRequest.Target? {
        let connector = reader.optional("connector", rule: ConnectorID.rule, ConnectorID.init)
        let resource = reader.optional("resource", rule: ResourceURI.rule, ResourceURI.init)
        switch (reader.object.contains("connector"), reader.object.contains("resource")) {
        case (true, false): return connector.map(MintRequest.Target.connector)
        case (false, true): return resource.map(MintRequest.Target.resource)
        case (true, true), (false, false):
            reader.refuse("connector", rule: "choice", message: "or resource must be there, one of the two")
            return nil
        }
    }
}

extension JSONObjectReader {
    func optionalDigest() -> SHA256Digest? {
        optional("arguments_sha256", rule: "must be a SHA-256 in base64url, 43 characters") { text in
            Base64URL.decodeDigest(Array(text.utf8))
        }
    }
}
