import ArgumentParser

struct IssuersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issuers",
        abstract: "Try out the identity providers of a tenant.",
        discussion: """
            They are registered by hallpass apply, and shown by hallpass get issuers.

            Example:
              hallpass issuers test --issuer corp --token-file alice.jwt --tenant acme
            """,
        subcommands: [IssuersTestCommand.self])
}
