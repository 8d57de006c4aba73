import ArgumentParser

struct ApprovalsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approvals",
        abstract: "See which calls wait for a person, and decide on them.",
        discussion: """
            Needs a client with the role security in that tenant; an auditor may list and show, without arguments. Nobody \
            decides on a call that they are part of.

            Example:
              hallpass approvals list --tenant acme --state pending
              hallpass approvals show ID --tenant acme
              hallpass approvals approve ID --reason "Checked with the customer." --tenant acme
            """,
        subcommands: [
            ApprovalsListCommand.self, ApprovalsShowCommand.self, ApprovalsApproveCommand.self,
            ApprovalsRejectCommand.self,
        ])
}
