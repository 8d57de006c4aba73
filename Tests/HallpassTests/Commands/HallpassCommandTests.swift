import ArgumentParser
import Testing

@testable import hallpass

struct HallpassCommandTests {
    private static func all(_ command: any ParsableCommand.Type = HallpassCommand.self) -> [any ParsableCommand.Type] {
        [command] + command.configuration.subcommands.flatMap { all($0) }
    }

    @Test func `every command says what it is for and ends with an example`() {
        for command in Self.all().dropFirst() {
            #expect(!command.configuration.abstract.isEmpty, "\(command)")
            #expect(command.configuration.discussion.contains("Example"), "\(command)")
        }
    }

    @Test(arguments: [
        "approvals approve", "approvals approve X", "approvals reject --reason r", "approvals show",
        "approvals list --state waiting", "diff", "diff seeds --from 1", "diff --to 2", "diff --from 1 --prune",
        "apply", "get", "get things",
        "get tenant acme --search x", "get tenants --search x", "get revocation 1", "get clients --json -o yaml",
        "backup", "restore", "rollback", "rollback x", "revoke", "revoke --actor a",
        "revoke --actor a --client b --reason r",
        "revoke --token-file t --reason r", "token mint --sub a", "token verify - --arguments -",
        "token verify --arguments -",
        "audit tail --lines 1 --after 2", "audit tail --lines -1", "audit tail --interval 0", "audit list --limit 0",
        "audit list --since yesterday", "audit list --until 2026-11-21T03:04:05+01:00", "audit verify --checkpoint 7",
        "clients secrets list", "clients secrets list No", "clients secrets issue c --expires-in 59",
        "clients secrets issue c --expires-in 94608001", "clients secrets revoke c",
        "credentials put x --kind api_key --deployment a --secret-file f", "credentials test",
        "credentials put X --kind api_key --deployment a@b --secret-file f",
        "credentials put x --kind oauth_refresh_token --deployment a@b --secret-file f",
        "credentials put x --kind api_key --deployment a@b --token-endpoint t --upstream-client-id c --secret-file f",
        "credentials rotate x --kind api_key",
    ])
    func `a command line that makes no sense ends with 64`(line: String) {
        let error = #expect(throws: (any Error).self) { try parse(line) }
        #expect(error.map { HallpassCommand.exitCode(for: $0) } == .validationFailure)
    }

    @Test(arguments: [
        "approvals list --state pending", "approvals show X --json", "approvals approve X --reason r",
        "approvals reject X --reason r", "token mint --connector c --environment e --sub a --approval X",
        "diff seeds", "diff --from 1 --to 2", "apply a b --prune --dry-run --tenant acme",
        "get Connectors --json -o json",
        "get deployment crm@prod -o yaml", "get connectors --search crm", "backup f --overwrite --json",
        "restore f --kek-file k", "rollback 3", "revoke --actor a --reason r",
        "revoke --token-file -", "token mint --connector c --environment e --sub a --group g --group h", "token decode",
        "token verify a.token --arguments -", "audit tail --after 0 --interval 0.1",
        "audit list --since 2026-11-21T03:04:05Z",
        "clients secrets list c --json", "clients secrets issue c --expires-in 60 --secret-file f",
        "clients secrets revoke c AAAAAAAAAAAA",
        "credentials put x --kind api_key --deployment a@b --secret-file -", "credentials list", "credentials revoke x",
        "audit verify --checkpoint 1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ])
    func `a command line that makes sense is understood`(line: String) throws {
        _ = try parse(line)
    }

    @Test(arguments: [
        "revoke --dry-run --jti", "revoke --dry-run --key", "audit list --jti", "audit list --request-id",
        "admins sessions alice --end",
    ])
    func `an id that begins with a hyphen is no option`(line: String) throws {
        _ = try parse(line + " -OzpCfQoXYGBxOxy4ZznwN")
    }

    @Test func `public keys that begin with a hyphen are no options`() throws {
        let (one, other) = ("-OzpCfQoXYGBxOxy4ZznwNmMyyiJQZ31jCBNgHfhT04", "-" + String(repeating: "A", count: 42))
        let command = try parse("audit verify --public-key \(one) --tenant acme --public-key \(other) --file f")
        #expect((command as? AuditVerifyCommand)?.publicKey.count == 2)
        #expect((command as? AuditVerifyCommand)?.file == "f")
    }

    @Test func `what is not given stays open for the environment`() throws {
        let command = try #require(try parse("get tenants") as? GetCommand)
        #expect(command.client.url == nil)
        #expect(command.client.clientID == nil)
        #expect(command.client.clientSecretFile == nil)
        #expect(command.client.tenant == nil)
    }

    private func parse(_ line: String) throws -> any ParsableCommand {
        try HallpassCommand.parseAsRoot(line.split(separator: " ").map(String.init))
    }
}
