import ArgumentParser

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "See, rotate and end the keys that sign tokens, and change data keys and the key file.",
        discussion: """
            Example:
              hallpass keys list --tenant acme
            """,
        subcommands: [
            KeysListCommand.self, KeysRotateCommand.self, KeysCompromiseCommand.self, KeysDataCommand.self,
            KeysRotateDataCommand.self, KeysStatusCommand.self, KeysRotateKEKCommand.self,
        ])
}
