import ArgumentParser
import Foundation
import HallpassCore
import StrictJSON

struct ToolsImportCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Compare what an MCP server has with what is registered, or make a document of it.",
        discussion: """
            Asks a running server for its tools, or reads a saved answer to tools/list, and reports them. A tool whose name is \
            registered and whose description or schema is another one is put into quarantine: no call of it is let \
            through until somebody accepts the change. Ends with 0 where everything is as registered and with 1 where \
            something is not.

            --print writes a Connector document to start from and asks no hallpass server: effects are what the MCP \
            server says of itself, destructive where it says nothing, and scopes are for you to fill in.

            Example:
              hallpass tools import --connector crm-mcp --url http://127.0.0.1:8802/mcp --tenant acme
              hallpass tools import --connector new-mcp --file tools.json --print > new-mcp.yaml
            """)

    @Option(help: "The connector's name.")
    var connector: String

    @Option(help: "The MCP server's endpoint, over streamable HTTP.")
    var url: String?

    @Option(help: "A saved answer instead; - is standard input.")
    var file: String?

    @Option(help: "A file with a bearer token for the MCP server; readable by you only.")
    var tokenFile: String?

    @Flag(help: "Compare and stop there.")
    var dryRun = false

    @Flag(name: .customLong("print"), help: "Write a Connector document instead of comparing.")
    var printsDocument = false

    @OptionGroup var client: BrokerOptions

    var isJSON: Bool { client.isJSON }

    func validate() throws {
        guard (url == nil) != (file == nil) else { throw ValidationError("Name one of --url and --file.") }
        guard url != nil || tokenFile == nil else { throw ValidationError("--token-file needs --url.") }
        guard !printsDocument || !dryRun else { throw ValidationError("--print compares nothing.") }
    }

    func perform() async throws {
        guard let id = ConnectorID(connector) else {
            throw CommandFailure.usage("The connector's name \(ConnectorID.rule).", next: "hallpass get connectors")
        }
        guard printsDocument else { return try await compare(id) }
        let document = try await observed().connector(id, resource: url ?? "https://\(id).example/mcp")
        guard !isJSON else { return try StandardOutput.writeJSON(document) }
        let notes = """
            # Made from what the server says of itself. Before you apply it: check each effect, and put the scopes that a
            # call needs in place of \(ObservedTools.unknownScope)\(url == nil ? ", and the server's own address under resource" : "").
            """
        try StandardOutput.write(Array("\(notes)\n\(try YAMLText.write([document]))".utf8))
    }

    private func compare(_ id: ConnectorID) async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        let tools = try await observed()
        let answer = try await APIClient.with(settings) { api in
            try await api.send(
                .post(
                    "v1", "tenants", tenant.rawValue, "connectors", id.rawValue, "observed-tools",
                    body: .json(["tools": tools.pinned, "dry_run": .bool(dryRun)])))
        }
        let report = try DriftReport(answer)
        if isJSON {
            try StandardOutput.writeJSON(.object(answer))
        } else {
            try StandardOutput.writeLine(report.text(isDryRun: dryRun))
        }
        if report.hasDrift { throw ExitCode.refused }
    }

    private func observed() async throws -> ObservedTools {
        if let file { return try ObservedTools(file: file) }
        guard let url, let address = ServerAddress(url) else {
            throw CommandFailure.usage(
                "The MCP server's address must be an http:// or https:// URL without query.",
                next: "add --url http://127.0.0.1:8802/mcp")
        }
        var token: String?
        if let tokenFile {
            guard address.isEncrypted || address.isLoopback || client.allowsInsecureHTTP else {
                throw CommandFailure.usage(
                    "\(address) is not encrypted, and the token would cross the network in the clear.",
                    next: "use https://, or add --insecure-http where the network itself is trusted")
            }
            let text = try LocalFile.text(LocalFile.readSecret(tokenFile), of: tokenFile).trimmingASCIIWhitespace()
            guard !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw CommandFailure.localFile("\(tokenFile) does not hold a token.")
            }
            token = text
        }
        return try ObservedTools(await MCPServer(address: address, token: token).tools())
    }
}

/// ``ClientOptions`` for a command whose `--url` is another server's.
struct BrokerOptions: ParsableArguments {
    @Option(help: "The hallpass server. Else HALLPASS_URL, else \(ServerAddress.defaultText).")
    var hallpassURL: String?

    @Option(help: "The client to act as. Else HALLPASS_CLIENT_ID, else the one in \(AdminFile.path).")
    var clientID: String?

    @Option(help: "The file that holds its secret. Else HALLPASS_CLIENT_SECRET_FILE or HALLPASS_CLIENT_SECRET.")
    var clientSecretFile: String?

    @Option(help: "The tenant. Else HALLPASS_TENANT.")
    var tenant: String?

    @Flag(name: .customLong("insecure-http"), help: "Send secrets unencrypted to another machine.")
    var allowsInsecureHTTP = false

    @Flag(name: .customLong("json"), help: "Answer in JSON, errors too, on standard output.")
    var isJSON = false

    func settings() throws -> ClientSettings {
        try ClientSettings(
            flags: ClientSettings.Flags(
                url: hallpassURL, clientID: clientID, clientSecretFile: clientSecretFile, tenant: tenant,
                allowsInsecureHTTP: allowsInsecureHTTP),
            environment: ProcessInfo.processInfo.environment,
            adminFile: { try AdminFile.read() },
            readSecret: { path in try LocalFile.text(LocalFile.readSecret(path), of: path) })
    }
}
