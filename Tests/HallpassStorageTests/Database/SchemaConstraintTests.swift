import GRDB
import Testing

@testable import HallpassStorage

/// What the schema refuses whatever the code above it does.
struct SchemaConstraintTests {
    private let queue: DatabaseQueue

    init() throws {
        queue = try DatabaseQueue()
        try queue.writeWithoutTransaction { db in
            try Migrations.run(on: db)
            try db.execute(
                sql: """
                    INSERT INTO tenant VALUES ('acme', NULL, 1), ('globex', NULL, 1);
                    INSERT INTO environment VALUES ('acme', 'prod', 1, NULL), ('globex', 'prod', 1, NULL);
                    INSERT INTO connector VALUES ('acme', 'crm', 'https://crm', NULL, NULL);
                    \(Self.insertDeployment) ('acme', 'crm', 'prod', 'none', '[]', '[]', 60);
                    INSERT INTO client VALUES ('acme', 'gateway', 'gateway', 1, '[]', NULL);
                    INSERT INTO root_key VALUES ('acme', 1, x'00', 0);
                    """)
        }
    }

    /// The columns that have no default.
    private static let insertDeployment = """
        INSERT INTO deployment (
            tenant_id, connector_id, environment_id, auth_mode, scopes, session_scopes, token_lifetime_seconds) VALUES
        """
    private static let tokenColumns = """
        tenant_id, sequence, token_id, kind, state, expires_at, connector_id, environment_id, client_id, subject
        """
    private static let id = "x'00112233445566778899aabbccddeeff'"
    private static let otherID = "x'ffeeddccbbaa99887766554433221100'"

    @Test(arguments: [
        "\(insertDeployment) ('globex', 'crm', 'prod', 'none', '[]', '[]', 60)",
        "INSERT INTO access_grant VALUES ('globex', 'g', 'user:bob', 'crm', 'prod', '[]', NULL, NULL, '[]')",
        "INSERT INTO client_deployment VALUES ('globex', 'gateway', 'crm', 'prod')",
        "INSERT INTO client_secret VALUES ('globex', 'gateway', zeroblob(32), 0, NULL, NULL)",
        "INSERT INTO signing_key (tenant_id, key_id, connector_id, environment_id, root_version, state) VALUES ('globex', \(id), 'crm', 'prod', 1, 'active')",
        """
        INSERT INTO tool (tenant_id, connector_id, name, position, effect, scopes)
        VALUES ('globex', 'crm', 't', 0, 'read', '[]')
        """,
        "INSERT INTO environment VALUES ('nobody', 'prod', 0, NULL)",
    ])
    func `a row cannot refer to what is another tenant's`(sql: String) {
        expectRefusal(sql, .SQLITE_CONSTRAINT_FOREIGNKEY)
    }

    @Test(arguments: [
        "\(insertDeployment) ('acme', 'crm', 'prod', 'none', '[]', '[]', 60) -- twice",
        "INSERT INTO connector VALUES ('acme', 'billing', 'https://crm', NULL, NULL) -- the same resource",
    ])
    func `a name is one thing's`(sql: String) {
        #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: sql) } }
    }

    @Test(arguments: [
        "UPDATE deployment SET token_lifetime_seconds = 0", "UPDATE deployment SET token_lifetime_seconds = 3601",
        "UPDATE deployment SET auth_mode = 'basic'", "UPDATE deployment SET scopes = '{}'",
        "UPDATE deployment SET scopes = '[' ", "UPDATE deployment SET allowed_tools = '\"t\"'",
        "UPDATE deployment SET limits = '[]'",
        "UPDATE client SET kind = 'mcp_server'", "UPDATE client SET roles = '[\"viewer\"]'",
        "UPDATE environment SET is_protected = 2", "UPDATE tenant SET revision = 0",
        "INSERT INTO access_grant VALUES ('acme', 'g', 'bob', 'crm', 'prod', '[]', NULL, NULL, '[]')",
        "INSERT INTO client_secret VALUES ('acme', 'gateway', zeroblob(31), 0, NULL, NULL)",
        "INSERT INTO signing_key (tenant_id, key_id, connector_id, environment_id, root_version, state) VALUES ('acme', zeroblob(15), 'crm', 'prod', 1, 'active')",
        "INSERT INTO signing_key (tenant_id, key_id, connector_id, environment_id, root_version, state) VALUES ('acme', \(id), 'crm', 'prod', 1, 'asleep')",
        "INSERT INTO revocation VALUES ('acme', 1, 'mood', 'x', 'a', 'r', 0)",
        "INSERT INTO token (\(tokenColumns)) VALUES ('acme', 0, \(id), 0, 0, 0, 'crm', 'prod', 'gateway', 'bob')",
        "INSERT INTO token (\(tokenColumns)) VALUES ('acme', 1, \(id), 2, 0, 0, 'crm', 'prod', 'gateway', 'bob')",
        "INSERT INTO token (\(tokenColumns)) VALUES ('acme', 1, \(id), 1, 1, 0, 'crm', 'prod', 'gateway', 'bob')",
        "INSERT INTO token (\(tokenColumns)) VALUES ('acme', 1, zeroblob(17), 0, 0, 0, 'crm', 'prod', 'gateway', 'bob')",
        """
        INSERT INTO token (\(tokenColumns), signature)
        VALUES ('acme', 1, \(id), 0, 0, 0, 'crm', 'prod', 'gateway', 'bob', zeroblob(15))
        """,
        "INSERT INTO audit_record VALUES ('acme', 0, 0, zeroblob(32), x'7B7D')",
        "INSERT INTO audit_record VALUES ('acme', 1, 0, zeroblob(33), x'7B7D')",
        "INSERT INTO ledger_state (id, last_sequence) VALUES (2, 0)",
    ])
    func `a value out of its range is refused`(sql: String) { expectRefusal(sql, .SQLITE_CONSTRAINT_CHECK) }

    @Test func `a deployment has one active key`() throws {
        let insert =
            "INSERT INTO signing_key (tenant_id, key_id, connector_id, environment_id, root_version, state) VALUES ('acme', %, 'crm', 'prod', 1, 'active')"
        try queue.write { try $0.execute(sql: insert.replacing("%", with: Self.id)) }
        expectRefusal(insert.replacing("%", with: Self.otherID), .SQLITE_CONSTRAINT_UNIQUE)
        try queue.write { db in
            try db.execute(sql: "UPDATE signing_key SET state = 'verify_only'")
            try db.execute(sql: insert.replacing("%", with: Self.otherID))
        }
    }

    @Test func `what is in use is not removed`() {
        expectRefusal("DELETE FROM environment WHERE tenant_id = 'acme'", .SQLITE_CONSTRAINT_FOREIGNKEY)
        expectRefusal("DELETE FROM connector WHERE tenant_id = 'acme'", .SQLITE_CONSTRAINT_FOREIGNKEY)
        expectRefusal("DELETE FROM tenant WHERE tenant_id = 'acme'", .SQLITE_CONSTRAINT_FOREIGNKEY)
    }

    private func expectRefusal(_ sql: String, _ code: ResultCode) {
        let error = #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: sql) } }
        #expect(error?.extendedResultCode == code)
    }
}
