import ArgumentParser

@main
struct HallpassCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hallpass",
        abstract: "A broker of call tokens for MCP servers.",
        discussion: """
            Every command takes --help, which ends with an example. Commands that ask a server say which with --url, and \
            act as the client that hallpass init made unless told otherwise.

            Exit codes: 0 done; 1 refused, or diff or tools import found differences; 3 no server answers; 4 a local file is in the way; \
            5 the audit chain is broken; 64 the command line makes no sense.
            """,
        subcommands: [
            InitCommand.self, ServeCommand.self, ApplyCommand.self, DiffCommand.self, GetCommand.self,
            RollbackCommand.self, TenantsCommand.self, ToolsCommand.self, TokenCommand.self, KeyForCommand.self,
            RevokeCommand.self,
            DisableCommand.self, EnableCommand.self, ApprovalsCommand.self, ClientsCommand.self, KeysCommand.self,
            IssuersCommand.self, CredentialsCommand.self, AuditCommand.self, AdminsCommand.self, BackupCommand.self,
            RestoreCommand.self, DoctorCommand.self,
            VersionCommand.self,
            DemoCommand.self,
        ])
}
