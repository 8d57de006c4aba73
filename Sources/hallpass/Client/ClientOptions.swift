import ArgumentParser
import Foundation

/// How every command that asks a server is told which and as whom.
///
/// Nothing has a default here: a default would count as given and beat the environment.
struct ClientOptions: ParsableArguments {
    @Option(help: "The server. Else HALLPASS_URL, else \(ServerAddress.defaultText).")
    var url: String?

    @Option(help: "The client to act as. Else HALLPASS_CLIENT_ID, else the one in \(AdminFile.path).")
    var clientID: String?

    @Option(
        help: """
            The file that holds its secret, or what apply --secrets-file wrote; readable by you only. Else \
            HALLPASS_CLIENT_SECRET_FILE, else the secret in HALLPASS_CLIENT_SECRET.
            """)
    var clientSecretFile: String?

    @Option(help: "The tenant. Else HALLPASS_TENANT.")
    var tenant: String?

    @Flag(name: .customLong("insecure-http"), help: "Send the secret unencrypted to another machine.")
    var allowsInsecureHTTP = false

    @Flag(name: .customLong("json"), help: "Answer in JSON, errors too, on standard output.")
    var isJSON = false

    func settings() throws -> ClientSettings {
        try ClientSettings(
            flags: ClientSettings.Flags(
                url: url, clientID: clientID, clientSecretFile: clientSecretFile, tenant: tenant,
                allowsInsecureHTTP: allowsInsecureHTTP),
            environment: ProcessInfo.processInfo.environment,
            adminFile: { try AdminFile.read() },
            readSecret: { path in try LocalFile.text(LocalFile.readSecret(path), of: path) })
    }
}
