import ArgumentParser
import Foundation
import StrictJSON

struct KeysStatusCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Tell how far a change of the key file has come.",
        discussion: """
            Example:
              hallpass keys status
            """)

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let answer = JSONValue.object(
            try await APIClient.with(settings) { api in try await api.send(.get("v1", "key-encryption-key")) })
        guard !isJSON else { return try StandardOutput.writeJSON(answer) }
        let older = answer.text("under_older")
        try StandardOutput.writeLine(
            older == "0"
                ? "All \(answer.text("under_newest")) keys of tenants are sealed under the newest key file."
                : "\(answer.text("under_newest")) keys of tenants are sealed under the newest key file, \(older) under an "
                    + "older one.\nNext: hallpass keys rotate-kek")
    }
}

struct KeysRotateKEKCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-kek", abstract: "Change the key file while the server runs.",
        discussion: """
            Runs where the server runs, as its user. Makes a new key beside the key file and has the server seal every \
            tenant's keys under it; then the new key takes the key file's name, and the old one stays as kek.previous, \
            because backups from before open with it only. Once interrupted, it goes on where it stopped.

            Where the key comes from a service manager, give it both credentials, restart, and use --no-new-key.

            Example:
              hallpass keys rotate-kek --kek-file /var/lib/hallpass/kek
            """)

    @Option(
        name: .customLong("kek-file"),
        help: "The server's key file. Else HALLPASS_KEK_FILE, else \(KeyFile.defaultPath).")
    var keyFile: String?

    @Flag(help: "Make no key; have everything sealed under the newest there is.")
    var noNewKey = false

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let file = KeyFile(
            path: keyFile ?? ProcessInfo.processInfo.environment["HALLPASS_KEK_FILE"] ?? KeyFile.defaultPath)
        if !noNewKey {
            // What is no key file has no successor.
            _ = try file.read()
            _ = try file.createNext()
        }
        let answer = JSONValue.object(
            try await APIClient.with(settings) { api in try await api.send(.post("v1", "key-encryption-key", "rotate"))
            })
        guard noNewKey || !LocalFile.exists(file.next.path) else {
            throw CommandFailure.localFile(
                "The server did not take \(file.next.path): its key file is another one.",
                next: "name the server's key file: --kek-file FILE")
        }
        guard !isJSON else { return try StandardOutput.writeJSON(answer) }
        try StandardOutput.writeLine(
            "Done: \(answer.text("resealed")) keys of tenants sealed anew, all \(answer.text("under_newest")) under the newest."
        )
        if !noNewKey {
            try StandardOutput.writeLine(
                "\(file.path) is the new key: keep a copy of it. \(file.previous.path) opens older backups.".printable)
        }
    }
}
