import ArgumentParser

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Read a tenant's audit, follow it, explain it, check and export its chain.",
        discussion: """
            Needs a client with the role auditor in that tenant.

            Example:
              hallpass audit list --tenant acme --decision deny --since 2026-11-21T00:00:00Z
              hallpass audit verify --tenant acme
            """,
        subcommands: [
            AuditTailCommand.self, AuditListCommand.self, AuditExplainCommand.self, AuditVerifyCommand.self,
            AuditExportCommand.self, AuditKeysCommand.self,
        ])
}
