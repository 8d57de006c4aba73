import ArgumentParser

struct ToolsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tools",
        abstract: "What models read, and what servers really have.",
        discussion: """
            Example:
              hallpass tools list --connector crm-mcp --environment prod
              hallpass tools import --connector crm-mcp --url http://127.0.0.1:8802/mcp
              hallpass tools accept --connector crm-mcp add_note
            """,
        subcommands: [
            ToolsListCommand.self, ToolsImportCommand.self, ToolsQuarantineCommand.self, ToolsAcceptCommand.self,
            ToolsDismissCommand.self,
        ])
}
