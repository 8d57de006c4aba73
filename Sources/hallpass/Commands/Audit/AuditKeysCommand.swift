import ArgumentParser
import HallpassCrypto
import StrictJSON

struct AuditKeysCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Print the public keys that a tenant's checkpoints are checked with.",
        discussion: """
            Note them where the server's machine cannot reach: a key from the same place as the chain proves little.

            Example:
              hallpass audit keys --tenant acme
            """)

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        let keys = try await APIClient.with(settings) { api in try await api.auditKeys(of: tenant) }
            .map { Base64URL.encode($0.bytes) }
        if isJSON {
            try StandardOutput.writeJSON(["items": .array(keys.map { ["public_key": .string($0)] })])
        } else {
            for key in keys { try StandardOutput.writeLine(key) }
        }
    }
}
