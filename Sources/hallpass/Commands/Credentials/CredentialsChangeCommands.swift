import ArgumentParser
import HallpassCore
import StrictJSON

struct CredentialsRotateCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Put another secret in the place of the present one.",
        discussion: """
            Example:
              hallpass credentials rotate billing --kind api_key --secret-file new-key.txt --tenant acme
            """)

    @OptionGroup var choice: CredentialChoice

    @Option(help: "What the secret is: that of an api_key, oauth_client_credentials or oauth_refresh_token.")
    var kind: CredentialKind

    @Option(help: "The secret: a file only you can read, or -.")
    var secretFile: String

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        var body = JSONObject()
        body["secret"] = .object(try CredentialText.read(secretFile, kind: kind))
        let answer = try await choice.post("rotate", body, client)
        guard !isJSON else { return try StandardOutput.writeJSON(.object(answer)) }
        try StandardOutput.writeLine(
            "Done: \(choice.name) is at version \(JSONValue.object(answer).text("version")); the one before is good here no more."
        )
    }
}

struct CredentialsRevokeCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End a credential for good, here and at its provider.",
        discussion: """
            Nothing is given from it once this has begun. For one that its provider could not be told of, the same command \
            tries again.

            Example:
              hallpass credentials revoke crm --reason "laptop lost" --tenant acme
            """)

    @OptionGroup var choice: CredentialChoice

    @Option(help: "Why, for the audit.")
    var reason: String?

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        var body = JSONObject()
        body["reason"] = reason.map(JSONValue.string)
        let answer = try await choice.post("revoke", body, client)
        guard !isJSON else { return try StandardOutput.writeJSON(.object(answer)) }
        let rest =
            switch answer["provider_revocation"]?.stringValue {
            case "done": "Its provider has revoked it too."
            case "not_possible": "It stays good at its provider: change it there by hand."
            default: "Its provider could not be told. Run the same command again."
            }
        try StandardOutput.writeLine("Done: nothing is given from \(choice.name) any more. \(rest)")
    }
}

struct CredentialsTestCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Try whether a credential is good for anything; its value is not shown.",
        discussion: """
            Example:
              hallpass credentials test crm --tenant acme
            """)

    @OptionGroup var choice: CredentialChoice

    @Option(help: "The scopes to ask for, with spaces between them. Else all of the deployment's.")
    var scope: String?

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        var body = JSONObject()
        body["scope"] = scope.map(JSONValue.string)
        let answer = try await choice.post("test", body, client)
        guard !isJSON else { return try StandardOutput.writeJSON(.object(answer)) }
        guard answer["type"] == "bearer" else {
            return try StandardOutput.writeLine("Good: \(choice.name) opens. Whether its server takes it shows in use.")
        }
        let shown = JSONValue.object(answer)
        try StandardOutput.writeLine("Good: the provider gives tokens for \(shown.text("scope")).")
    }
}

struct CredentialsDisableCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Switch a credential off: nothing is given from it, nor in its place.",
        discussion: """
            Example:
              hallpass credentials disable crm --tenant acme
            """)

    @OptionGroup var choice: CredentialChoice
    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let answer = try await choice.post("disable", JSONObject(), client)
        guard !isJSON else { return try StandardOutput.writeJSON(.object(answer)) }
        try StandardOutput.writeLine("Done: \(choice.name) is off.")
    }
}

struct CredentialsEnableCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Switch a credential on again.",
        discussion: """
            Example:
              hallpass credentials enable crm --tenant acme
            """)

    @OptionGroup var choice: CredentialChoice
    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let answer = try await choice.post("enable", JSONObject(), client)
        guard !isJSON else { return try StandardOutput.writeJSON(.object(answer)) }
        try StandardOutput.writeLine("Done: \(choice.name) is on.")
    }
}
