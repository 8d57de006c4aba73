import ArgumentParser
import HallpassCore
import StrictJSON

struct CredentialsPutCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "put", abstract: "Register an upstream credential for a deployment, or for one person in it.",
        discussion: """
            The secret is read from a file that nobody else can read, or from - for standard input; it is never shown again. \
            A file for an oauth kind may hold a JSON object with client_secret and refresh_token.

            Example:
              hallpass credentials put billing --kind api_key --deployment billing-mcp@prod --secret-file key.txt --tenant acme
              hallpass credentials put crm --kind oauth_client_credentials --deployment crm-mcp@prod \\
                --token-endpoint https://login.example/token --upstream-client-id hallpass --secret-file - --tenant acme
            """)

    @OptionGroup var choice: CredentialChoice

    @Option(help: "api_key, oauth_client_credentials or oauth_refresh_token.")
    var kind: CredentialKind

    @Option(help: "Whose server it is for, as connector@environment.")
    var deployment: String

    @Option(help: "Only for this person's calls, before everyone's.")
    var sub: String?

    @Option(help: "Where access tokens come from.")
    var tokenEndpoint: String?

    @Option(help: "Where they are revoked (RFC 7009), if anywhere.")
    var revocationEndpoint: String?

    @Option(help: "As the provider knows us.")
    var upstreamClientID: String?

    @Option(help: "client_secret_basic, client_secret_post or none; else by whether there is a client secret.")
    var clientAuthentication: UpstreamAuthorization.ClientAuthentication?

    @Option(help: "RFC 8707's resource, where the provider wants one.")
    var resource: String?

    @Option(help: "The secret: a file only you can read, or -.")
    var secretFile: String

    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard DeploymentID(deployment) != nil else { throw ValidationError("--deployment \(DeploymentID.rule).") }
        let hasEndpoint = tokenEndpoint != nil && upstreamClientID != nil
        guard (kind == .apiKey) != hasEndpoint else {
            throw ValidationError(
                "The oauth kinds need --token-endpoint and --upstream-client-id, and api_key takes neither.")
        }
    }

    func perform() async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        let document = try document()
        let answer = try await APIClient.with(settings) { api in
            try await api.send(
                .put("v1", "tenants", tenant.rawValue, "credentials", choice.name, body: .json(document)))
        }
        guard !isJSON else { return try StandardOutput.writeJSON(.object(answer)) }
        let shown = JSONValue.object(answer)
        try StandardOutput.writeLine("Done: \(shown.text("name")) version \(shown.text("version")) is kept, sealed.")
        if answer["revocable_at_provider"] == false {
            try StandardOutput.writeLine(
                "Note: hallpass cannot revoke it at its provider; a leaked one has to be changed there too.")
        }
    }

    private func document() throws -> JSONValue {
        let secret = try CredentialText.read(secretFile, kind: kind)
        var body = JSONObject()
        body["kind"] = .string(kind.rawValue)
        let id = DeploymentID(deployment)
        body["connector"] = id.map { .string($0.connector.rawValue) }
        body["environment"] = id.map { .string($0.environment.rawValue) }
        body["sub"] = sub.map(JSONValue.string)
        if let tokenEndpoint, let upstreamClientID {
            var authorization = JSONObject()
            authorization["token_endpoint"] = .string(tokenEndpoint)
            authorization["revocation_endpoint"] = revocationEndpoint.map(JSONValue.string)
            authorization["client_id"] = .string(upstreamClientID)
            let byDefault: UpstreamAuthorization.ClientAuthentication =
                secret.contains("client_secret") ? .basic : .none
            authorization["client_authentication"] = .string((clientAuthentication ?? byDefault).rawValue)
            authorization["resource"] = resource.map(JSONValue.string)
            body["authorization"] = .object(authorization)
        }
        body["secret"] = .object(secret)
        return .object(body)
    }
}
