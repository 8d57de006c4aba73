import ArgumentParser
import HallpassCore
import StrictJSON

struct CredentialsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credentials",
        abstract: "Keep what MCP servers reach their own backends with: put, rotate, revoke, test.",
        discussion: """
            Example:
              hallpass credentials list --tenant acme
            """,
        subcommands: [
            CredentialsPutCommand.self, CredentialsListCommand.self, CredentialsRotateCommand.self,
            CredentialsRevokeCommand.self, CredentialsTestCommand.self, CredentialsDisableCommand.self,
            CredentialsEnableCommand.self,
        ])
}

/// The one credential that a command is about.
struct CredentialChoice: ParsableArguments {
    @Argument(help: "The credential's name.")
    var name: String

    func validate() throws {
        guard CredentialID(name) != nil else { throw ValidationError("The credential's name \(CredentialID.rule).") }
    }

    func post(_ verb: String, _ body: JSONObject, _ client: ClientOptions) async throws -> JSONObject {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        return try await APIClient.with(settings) { api in
            try await api.send(
                .post("v1", "tenants", tenant.rawValue, "credentials", name, verb, body: .json(.object(body))))
        }
    }
}

/// A secret from a file or a pipe: never an argument, which everybody on the machine can read.
enum CredentialText {
    /// - Parameter path: a file that nobody else can read, or `-`. It holds the secret alone, or a JSON object of
    ///   `client_secret` and `refresh_token`.
    static func read(_ path: String, kind: CredentialKind) throws -> JSONObject {
        let bytes = try LocalFile.readSecret(path)
        let name = path == "-" ? "Standard input" : path
        let text = try LocalFile.text(bytes, of: name).trimmingASCIIWhitespace()
        guard !text.isEmpty else { throw CommandFailure.localFile("\(name) holds no secret.") }
        // A secret is no JSON object, so what is none is taken as it stands.
        if let object = (try? JSONParser.parse(Array(text.utf8)))?.objectValue { return object }
        var secret = JSONObject()
        switch kind {
        case .apiKey: secret["api_key"] = .string(text)
        case .oauthClientCredentials: secret["client_secret"] = .string(text)
        case .oauthRefreshToken: secret["refresh_token"] = .string(text)
        }
        return secret
    }
}

extension CredentialKind: ExpressibleByArgument {}
extension UpstreamAuthorization.ClientAuthentication: ExpressibleByArgument {}
