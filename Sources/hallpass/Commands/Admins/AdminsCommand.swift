import ArgumentParser
import HallpassCore

struct AdminsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admins",
        abstract: "Manage the people who sign in.",
        discussion: """
            Needs a client with the role tenant_admin in that tenant, or platform_admin. Passwords are never seen here: a \
            person sets their own, by a link that works once.

            Example:
              hallpass admins put alice --role security --role auditor --tenant acme
              hallpass admins invite alice --tenant acme
            """,
        subcommands: [
            AdminsListCommand.self, AdminsPutCommand.self, AdminsInviteCommand.self, AdminsRemoveCommand.self,
            AdminsSessionsCommand.self,
        ])
}

/// Where a tenant's people are.
struct AdminsPath {
    let tenant: TenantID

    init(_ settings: ClientSettings) throws { tenant = try settings.requireTenant() }

    func callAsFunction(_ rest: String...) -> [String] { ["v1", "tenants", tenant.rawValue, "admins"] + rest }
}
