import ArgumentParser
import HallpassBroker
import HallpassCore
import StrictJSON

/// `hallpass init`
struct InitCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make the key file, the database, the first client and a link for the first person.",
        discussion: """
            Nothing is written over: where one of the files is there already, it refuses and changes nothing.
            Keep a copy of the key file apart from the copies of the database: neither is of use without the other.
            Whoever opens the link first chooses a name and a password and may do everything. It works once, for a day.

            Example: hallpass init --data-dir /var/lib/hallpass
            """)

    @Option(help: "The folder for all of it; made where there is none.")
    var dataDir = "var"

    @Option(name: .customLong("kek-file"), help: "The key file. (default: kek in the folder)")
    var keyFile: String?

    @Option(help: "The database file. (default: hallpass.sqlite in the folder)")
    var database: String?

    @Option(help: "Where the server will be reached, for the first client's file and the link.")
    var url = ServerAddress.defaultText

    @Flag(name: .customLong("json"), help: "Answer in JSON, errors too, on standard output.")
    var isJSON = false

    func perform() async throws {
        guard let address = ServerAddress(url) else {
            throw CommandFailure.usage("--url must be an http:// or https:// URL.", next: "hallpass init --help")
        }
        let instance = Instance(folder: dataDir, keyFile: keyFile, database: database)
        let link = try await instance.create(url: address.text)
        if isJSON {
            try StandardOutput.writeJSON([
                "ok": true, "kek_file": .string(instance.keyFile), "database": .string(instance.database),
                "admin_file": .string(instance.adminFile), "client_id": .string(Instance.adminClient),
                "setup_link": .string(link.link),
                "setup_link_expires_at": .string(RFC3339.text(seconds: link.expiresAt)),
            ])
        } else {
            try StandardOutput.writeLine(
                """
                Made \(instance.keyFile): the key file. Keep a copy of it, apart from the database's.
                Made \(instance.database): the database.
                Made \(instance.adminFile): the secret of client \(Instance.adminClient), which may do everything.
                Next: \(serveCommand(instance))
                Then open this link, which makes the first person's account, once, until \(RFC3339.text(seconds: link.expiresAt)):
                \(link.link)
                """)
        }
    }

    /// Names only what `serve` would not find by itself.
    private func serveCommand(_ instance: Instance) -> String {
        var command = "hallpass serve"
        if instance.database != Setting.database.standard.text { command += " --database \(instance.database)" }
        if instance.keyFile != KeyFile.defaultPath { command += " --kek-file \(instance.keyFile)" }
        return command
    }
}
