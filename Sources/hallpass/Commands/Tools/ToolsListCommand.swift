import ArgumentParser
import HallpassCore
import StrictJSON

struct ToolsListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the tools of a deployment as a model reads them.",
        discussion: """
            Those that can be called there, with the deployment's constraints in their schemas; --json shows all of it, in \
            the shape of MCP's tools/list.

            Example:
              hallpass tools list --connector crm-mcp --environment prod --tenant acme
            """)

    @Option(help: "The connector.")
    var connector: String

    @Option(help: "The environment.")
    var environment: String

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        let list = try await APIClient.with(settings) { api in
            try await api.send(
                .get("v1", "tenants", tenant.rawValue, "deployments", "\(connector)@\(environment)", "tools"))
        }
        guard !isJSON else { return try StandardOutput.writeJSON(.object(list)) }
        var table = TextTable("NAME", "DOES", "DESCRIPTION")
        for tool in list["tools"]?.arrayValue ?? [] {
            let hints = tool["annotations"]
            let does =
                hints?["readOnlyHint"] == true ? "reads" : hints?["destructiveHint"] == true ? "destroys" : "writes"
            table.append(tool.text("name"), does, tool.text("description"))
        }
        try StandardOutput.writeLine(table.text ?? "No tool can be called there.")
    }
}
