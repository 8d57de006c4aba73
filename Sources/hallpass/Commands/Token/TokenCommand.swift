import ArgumentParser

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Mint, verify and look into tokens.",
        discussion: """
            Example:
              hallpass token mint --connector crm-mcp --environment prod --tool find_contact --sub alice > alice.token
              hallpass token decode alice.token
              hallpass token verify alice.token --tool find_contact
            """,
        subcommands: [TokenMintCommand.self, TokenVerifyCommand.self, TokenDecodeCommand.self])
}
