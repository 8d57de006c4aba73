import ArgumentParser
import HallpassCore
import StrictJSON

struct RevokeCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Kill one token, or all tokens of a person, a client or a connector.",
        discussion: """
            Takes effect before the command returns: no verify that starts afterwards says yes. Tokens minted later \
            are not touched; to keep those from being minted, remove the grant or the client.

            Example:
              hallpass revoke --actor alice --reason "lost laptop" --tenant acme
              hallpass revoke --token-file alice.token
            """)

    @Option(help: "Everything minted for this person.")
    var actor: String?

    @Option(name: .customLong("client"), help: "Everything this client minted.")
    var revokedClient: String?

    @Option(help: "Everything minted for this connector.")
    var connector: String?

    @Option(help: "Why, for the audit.")
    var reason: String?

    @Option(help: "The one token in this file, or - for standard input.")
    var tokenFile: String?

    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard [actor, revokedClient, connector, tokenFile].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("Name one of --actor, --client, --connector and --token-file.")
        }
        guard (tokenFile == nil) == (reason != nil) else {
            throw ValidationError(
                tokenFile == nil
                    ? "--reason is needed: it stands in the audit." : "--reason does not go with --token-file.")
        }
    }

    func perform() async throws {
        let settings = try client.settings()
        if let tokenFile {
            try await revokeToken(TokenText.read(tokenFile), settings)
        } else if let (dimension, id) = target {
            try await revoke(dimension, id, settings)
        }
    }

    private var target: (RevocationDimension, String)? {
        let given: [(RevocationDimension, String?)] = [
            (.actor, actor), (.client, revokedClient), (.connector, connector),
        ]
        return given.lazy.compactMap { dimension, id in id.map { (dimension, $0) } }.first
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
        let body: JSONValue = [
            "dimension": .string(dimension.rawValue), "id": .string(id), "reason": .string(reason ?? ""),
        ]
        // Without a tenant the server takes the caller's own.
        let path = settings.tenant.map { ["v1", "tenants", $0.rawValue, "revocations"] } ?? ["v1", "revocations"]
        let answer = try await APIClient.with(settings) { api in
            try await api.send(APIRequest(method: .post, path: path, body: .json(body)))
        }
        if isJSON {
            try StandardOutput.writeJSON(.object(answer))
        } else {
            let count = JSONValue.object(answer).text("revoked_tokens")
            let tokens = count == "1" ? "1 live token" : "\(count.isEmpty ? "no" : count) live tokens"
            try StandardOutput.writeLine("Done: \(dimension.rawValue) \(id), \(tokens) revoked.".printable)
        }
    }
}
