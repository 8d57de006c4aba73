import ArgumentParser
import HallpassCore
import StrictJSON

struct ClientsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clients", abstract: "See, issue and end the secrets of clients.",
        discussion: """
            Example:
              hallpass clients secrets list crm-server --tenant acme
            """,
        subcommands: [ClientSecretsCommand.self])
}

struct ClientSecretsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secrets", abstract: "See, issue and end the secrets of one client.",
        discussion: """
            A client has at most two live secrets, so that one can follow the other without a gap: issue the second, give \
            it to the machine, revoke the first.

            Example:
              hallpass clients secrets issue crm-server --secret-file crm-server.secret --tenant acme
            """,
        subcommands: [SecretsListCommand.self, SecretsIssueCommand.self, SecretsRevokeCommand.self])
}

struct SecretsListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List a client's secrets by name, with when each was made and last used.",
        discussion: """
            Example:
              hallpass clients secrets list crm-server --tenant acme
            """)

    @OptionGroup var holder: SecretHolder
    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let path = SecretsPath(holder, tenant: try settings.requireTenant())
        let items = try await APIClient.with(settings) { try await $0.all(path.get, isPaged: false) }
        guard !isJSON else { return try StandardOutput.writeJSON(["items": .array(items)]) }
        var table = TextTable("SECRET", "CREATED", "LAST USED", "EXPIRES")
        for item in items {
            table.append(
                item.text("name"), item.text("created_at"), item.text("last_used_at"), item.text("expires_at"))
        }
        try StandardOutput.writeLine(table.text ?? "None.")
    }
}

struct SecretsIssueCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue", abstract: "Make a further secret; it is shown once.",
        discussion: """
            The secret alone goes to standard output, or into a file that its owner alone can read.

            Example:
              hallpass clients secrets issue crm-server --secret-file crm-server.secret --tenant acme
              hallpass clients secrets issue ci --expires-in 86400 --tenant acme
            """)

    @OptionGroup var holder: SecretHolder

    @Option(help: "Seconds after which the secret is refused; else it is good until it is revoked.")
    var expiresIn: Int64?

    @Option(help: "Where the secret goes instead of the screen; a file that is there is replaced.")
    var secretFile: String?

    @OptionGroup var client: ClientOptions

    func validate() throws {
        let range = Limits.secretLifetimeSeconds
        guard expiresIn.map(range.contains) ?? true else {
            throw ValidationError("--expires-in must be \(range.lowerBound) to \(range.upperBound).")
        }
    }

    func perform() async throws {
        let settings = try client.settings()
        let path = SecretsPath(holder, tenant: try settings.requireTenant())
        let file = try secretFile.map(SecretFile.init)
        var body = JSONObject()
        body["expires_in_seconds"] = expiresIn.map(JSONValue.integer)
        let request = path.post(.object(body))
        var answer = try await APIClient.with(settings) { try await $0.send(request) }
        guard let secret = answer["secret"]?.stringValue else {
            throw CommandFailure.badAnswer("The server's answer has no secret.")
        }
        if let file {
            try file.write(secret)
            answer["secret"] = nil
            answer["secret_file"] = .string(file.path)
        }
        guard !isJSON else { return try StandardOutput.writeJSON(.object(answer)) }
        guard let file else { return try StandardOutput.writeLine(secret.printable) }
        let named = JSONValue.object(answer).text("name").printable
        try StandardOutput.writeLine("Secret \(named) of \(holder.name) is in \(file.path), readable by you only.")
    }
}

struct SecretsRevokeCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End one secret; the next request with it is refused.",
        discussion: """
            Tokens that a gateway minted with it stay good; hallpass revoke --client ends those.

            Example:
              hallpass clients secrets revoke crm-server 4yKgG2G3CIHe --tenant acme
            """)

    @OptionGroup var holder: SecretHolder
    @Argument(help: "The secret's name, as the list has it.") var secret: String
    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let path = SecretsPath(holder, tenant: try settings.requireTenant())
        let request = path.delete(secret)
        let answer = try await APIClient.with(settings) { try await $0.send(request) }
        guard !isJSON else { return try StandardOutput.writeJSON(.object(answer)) }
        try StandardOutput.writeLine("Done: secret \(secret.printable) of \(holder.name) is ended.")
    }
}
