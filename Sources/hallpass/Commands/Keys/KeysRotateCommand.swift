import ArgumentParser
import HallpassCore
import StrictJSON

struct KeysRotateCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Follow signing keys with new ones; no token is refused for it.",
        discussion: """
            What the old key signed stays good until the last of it has expired; then the old key retires by itself.

            Example:
              hallpass keys rotate --deployment crm-mcp@prod --tenant acme
              hallpass keys rotate --all --tenant acme
            """)

    @OptionGroup var which: KeyChoice

    @Option(help: "Why, for the audit.")
    var reason: String?

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let answer = try await which.post("rotate", reason: reason, client)
        guard !isJSON else { return try StandardOutput.writeJSON(.object(answer)) }
        let retires = JSONValue.object(answer).text("retires_at")
        try StandardOutput.writeLine(
            "Done: \(KeyChoice.count(answer)) now \(KeyChoice.count(answer) == "1 new key" ? "signs" : "sign"). "
                + (retires.isEmpty ? "" : "The last of the old ones retires at \(retires)."))
    }
}

struct KeysCompromiseCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "compromise", abstract: "The emergency: end signing keys and every token they signed, at once.",
        discussion: """
            Takes effect before the command returns. Gateways mint anew by themselves: a token that is refused says so. \
            With --all the new keys come from a new root.

            Example:
              hallpass keys compromise --deployment crm-mcp@prod --reason "alarm: token never issued" --tenant acme
            """)

    @OptionGroup var which: KeyChoice

    @Option(help: "Why, for the audit.")
    var reason: String

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let answer = try await which.post("compromise", reason: reason, client)
        guard !isJSON else { return try StandardOutput.writeJSON(.object(answer)) }
        let ended = JSONValue.object(answer).text("ended_tokens")
        try StandardOutput.writeLine(
            "Done: \(KeyChoice.count(answer)); \(ended == "1" ? "1 live token" : "\(ended) live tokens") ended.")
    }
}

/// Which deployments' keys are meant; that all are has to be said.
struct KeyChoice: ParsableArguments {
    @Option(help: "The keys of this deployment, as connector@environment.")
    var deployment: String?

    @Flag(help: "The keys of every deployment of the tenant.")
    var all = false

    func validate() throws {
        guard (deployment != nil) != all else { throw ValidationError("Name one of --deployment and --all.") }
        if let deployment, DeploymentID(deployment) == nil {
            throw ValidationError("--deployment \(DeploymentID.rule).")
        }
    }

    func post(_ verb: String, reason: String?, _ client: ClientOptions) async throws -> JSONObject {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        var body = JSONObject()
        body["deployment"] = deployment.map(JSONValue.string)
        if all { body["all"] = true }
        body["reason"] = reason.map(JSONValue.string)
        let document = JSONValue.object(body)
        return try await APIClient.with(settings) { api in
            try await api.send(.post("v1", "tenants", tenant.rawValue, "keys", verb, body: .json(document)))
        }
    }

    /// `3 new keys`
    static func count(_ answer: JSONObject) -> String {
        let count = answer["keys"]?.arrayValue?.count ?? 0
        return count == 1 ? "1 new key" : "\(count) new keys"
    }
}
