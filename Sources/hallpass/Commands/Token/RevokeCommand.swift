import ArgumentParser
import HallpassCore
import StrictJSON

struct RevokeCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Kill one token, or all tokens of a person, a client, a connector and so on.",
        discussion: """
            Takes effect before the command returns: no verify that starts afterwards says yes. It cannot be undone. \
            Tokens minted later are not touched; to keep those from being minted, hallpass disable.

            Example:
              hallpass revoke --client support-gateway --dry-run
              hallpass revoke --actor alice --reason "lost laptop" --tenant acme
              hallpass revoke --token-file alice.token
            """)

    @Option(help: "Everything minted for this person.")
    var actor: String?

    @Option(name: .customLong("client"), help: "Everything this client minted.")
    var revokedClient: String?

    @Option(help: "Everything with this agent anywhere in its act chain.")
    var agent: String?

    @Option(help: "Everything minted for this connector.")
    var connector: String?

    @Option(help: "Everything minted for this environment.")
    var environment: String?

    @Option(help: "Everything minted for this CONNECTOR@ENVIRONMENT.")
    var deployment: String?

    // Base64url may begin with "-".
    @Option(parsing: .unconditional, help: "Everything signed with the key of this kid.")
    var key: String?

    @Option(help: "Everything minted in this transaction.")
    var txn: String?

    // As above.
    @Option(parsing: .unconditional, help: "The one token of this id.")
    var jti: String?

    @Flag(help: "Everything of the tenant that --tenant names.")
    var wholeTenant = false

    @Flag(help: "Only count the tokens that would die.")
    var dryRun = false

    @Option(help: "Why, for the audit.")
    var reason: String?

    @Option(help: "The one token in this file, or - for standard input.")
    var tokenFile: String?

    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard named.count + (tokenFile == nil ? 0 : 1) + (wholeTenant ? 1 : 0) == 1 else {
            throw ValidationError(
                """
                Name one of --actor, --client, --agent, --connector, --environment, --deployment, --key, --txn, --jti, \
                --whole-tenant and --token-file.
                """)
        }
        guard tokenFile == nil || (reason == nil && !dryRun) else {
            throw ValidationError("Neither --reason nor --dry-run goes with --token-file.")
        }
        guard tokenFile != nil || dryRun || reason != nil else {
            throw ValidationError("--reason is needed: it stands in the audit.")
        }
    }

    func perform() async throws {
        let settings = try client.settings()
        if let tokenFile {
            try await revokeToken(TokenText.read(tokenFile), settings)
        } else if wholeTenant {
            try await revoke(.tenant, settings.requireTenant().rawValue, settings)
        } else if let (dimension, id) = named.first {
            try await revoke(dimension, id, settings)
        }
    }

    private var named: [(RevocationDimension, String)] {
        let given: [(RevocationDimension, String?)] = [
            (.actor, actor), (.client, revokedClient), (.agent, agent), (.connector, connector),
            (.environment, environment), (.deployment, deployment), (.key, key), (.txn, txn), (.token, jti),
        ]
        return given.compactMap { dimension, id in id.map { (dimension, $0) } }
    }

    private func revokeToken(_ token: String, _ settings: ClientSettings) async throws {
        _ = try await APIClient.with(settings) { api in
            try await api.send(.post("oauth", "revoke", body: .form([("token", token)])))
        }
        if isJSON {
            try StandardOutput.writeJSON(["ok": true])
        } else {
            // The server does not say whether it knew the token (RFC 7009 section 2.2).
            try StandardOutput.writeLine("Done: if that was a live token of yours, it is dead now.")
        }
    }

    private func revoke(_ dimension: RevocationDimension, _ id: String, _ settings: ClientSettings) async throws {
        var body = JSONObject()
        body["dimension"] = .string(dimension.rawValue)
        body["id"] = .string(id)
        body["reason"] = reason.map(JSONValue.string)
        let document = JSONValue.object(body)
        // Without a tenant the server takes the caller's own.
        let path = settings.tenant.map { ["v1", "tenants", $0.rawValue, "revocations"] } ?? ["v1", "revocations"]
        let answer = try await APIClient.with(settings) { api in
            try await api.send(
                APIRequest(
                    method: .post, path: path, query: dryRun ? [("dry_run", "1")] : [], body: .json(document)))
        }
        if isJSON {
            try StandardOutput.writeJSON(.object(answer))
        } else {
            let count = JSONValue.object(answer).text("revoked_tokens")
            let tokens = count == "1" ? "1 live token" : "\(count.isEmpty ? "no" : count) live tokens"
            let outcome = dryRun ? "\(tokens) would be revoked. Nothing was done." : "\(tokens) revoked."
            try StandardOutput.writeLine("\(dryRun ? "" : "Done: ")\(dimension.rawValue) \(id), \(outcome)".printable)
        }
    }
}
