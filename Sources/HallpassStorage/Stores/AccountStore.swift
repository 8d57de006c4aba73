import Foundation
import GRDB
package import HallpassCore
import HallpassCrypto

/// People's accounts, sessions and invitations. What decides is what was read at the start and changed since; nothing is read
/// here for a request.
package struct AccountStore: Sendable {
    private let database: HallpassDatabase
    private let ledger: Ledger

    package init(database: HallpassDatabase, ledger: Ledger) {
        self.database = database
        self.ledger = ledger
    }

    package struct Everything: Sendable {
        package let accounts: [AccountRow]
        package let sessions: [SessionRow]
        package let invitations: [InvitationRow]
    }

    /// Those of deleted tenants are not there any more, whether or not they have been removed yet.
    package func loadAll() async throws -> Everything {
        try await database.read { db in
            Everything(
                accounts: try AccountTable.accounts(db), sessions: try AccountTable.sessions(db),
                invitations: try AccountTable.invitations(db))
        }
    }

    /// Makes all of the changes, with their audit record, or none.
    ///
    /// - Parameter audit: `nil` where only what had ended by itself is cleared away.
    /// - Throws: ``HallpassError/internal`` where the schema refuses a row, and as ``Ledger/submit(_:)``.
    package func commit(
        _ changes: [AccountChange], audit: AuditEntry?, of tenant: TenantID
    ) async throws(HallpassError) {
        try await ledger.transact { transaction in
            for change in changes { try AccountTable.make(change, transaction.db) }
            if let audit { try transaction.record(audit, of: tenant) }
        }
    }

    /// Notes that a session was used; one that is gone stays gone.
    package func touch(_ session: SessionRow) async throws(HallpassError) {
        try await ledger.transact { transaction in
            try transaction.db.run(
                "UPDATE admin_session SET last_used_at = ? WHERE tenant_id = ? AND username = ? AND digest = ?",
                [session.lastUsedAt] + AccountTable.key(session))
        }
    }
}

private enum AccountTable {
    static func make(_ change: AccountChange, _ db: Database) throws {
        switch change {
        case .putAccount(let row): try put(row, db)
        case .removeAccount(let name):
            try db.run("DELETE FROM account WHERE tenant_id = ? AND username = ?", key(name))
        case .addSession(let row): try insert(row, db)
        case .endSession(let row):
            try db.run(
                "DELETE FROM admin_session WHERE tenant_id = ? AND username = ? AND digest = ?", key(row))
        case .putInvitation(let row): try put(row, db)
        case .removeInvitation(let row):
            try db.run(
                "DELETE FROM invitation WHERE tenant_id = ? AND digest = ?",
                [row.tenant.rawValue, Data(row.digest.bytes)])
        }
    }

    static func key(_ name: AccountName) -> StatementArguments { [name.tenant.rawValue, name.username.rawValue] }

    static func key(_ session: SessionRow) -> StatementArguments {
        key(session.owner) + [Data(session.digest.bytes)]
    }

    private static func put(_ row: AccountRow, _ db: Database) throws {
        try db.run(
            """
            INSERT INTO account (tenant_id, username, roles, subject, display_name, password, created_at,
                password_changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET roles = excluded.roles, subject = excluded.subject,
                display_name = excluded.display_name, password = excluded.password,
                password_changed_at = excluded.password_changed_at
            """,
            key(row.account.name) + [
                JSONColumn.text(row.account.roles.map(\.rawValue)), row.account.subject?.rawValue,
                row.account.displayName, row.password?.text, row.createdAt, row.passwordChangedAt,
            ])
    }

    private static func insert(_ row: SessionRow, _ db: Database) throws {
        try db.run(
            """
            INSERT INTO admin_session (tenant_id, username, digest, created_at, last_used_at, address, user_agent)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            key(row) + [row.createdAt, row.lastUsedAt, row.address, row.userAgent])
    }

    private static func put(_ row: InvitationRow, _ db: Database) throws {
        try db.run(
            """
            INSERT INTO invitation (tenant_id, digest, username, expires_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (tenant_id, username) DO UPDATE SET digest = excluded.digest, expires_at = excluded.expires_at
            """,
            [row.tenant.rawValue, Data(row.digest.bytes), row.username?.rawValue, row.expiresAt])
    }

    static func accounts(_ db: Database) throws -> [AccountRow] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT tenant_id, username, roles, subject, display_name, password, created_at, password_changed_at
                FROM account WHERE \(DeletedTenantTable.isNot)
                """
        ).map { row in
            let account = Account(
                name: try name(row), roles: Set(try row.names(at: 2, Role.init(rawValue:)) ?? []),
                subject: try row.optional(at: 3, Subject.init), displayName: try row.decode(atIndex: 4))
            return AccountRow(
                account: account, password: try row.optional(at: 5) { PasswordHash($0) },
                createdAt: try row.decode(atIndex: 6), passwordChangedAt: try row.decode(atIndex: 7))
        }
    }

    static func sessions(_ db: Database) throws -> [SessionRow] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT tenant_id, username, digest, created_at, last_used_at, address, user_agent FROM admin_session
                WHERE \(DeletedTenantTable.isNot)
                """
        ).map { row in
            SessionRow(
                owner: try name(row), digest: try row.digest(at: 2), createdAt: try row.decode(atIndex: 3),
                lastUsedAt: try row.decode(atIndex: 4), address: try row.decode(atIndex: 5),
                userAgent: try row.decode(atIndex: 6))
        }
    }

    static func invitations(_ db: Database) throws -> [InvitationRow] {
        try Row.fetchAll(
            db,
            sql: "SELECT tenant_id, digest, username, expires_at FROM invitation WHERE \(DeletedTenantTable.isNot)"
        ).map { row in
            InvitationRow(
                tenant: try row.value(at: 0, TenantID.init), digest: try row.digest(at: 1),
                username: try row.optional(at: 2, Username.init), expiresAt: try row.decode(atIndex: 3))
        }
    }

    private static func name(_ row: Row) throws -> AccountName {
        AccountName(tenant: try row.value(at: 0, TenantID.init), username: try row.value(at: 1, Username.init))
    }
}

extension Row {
    /// The same as ``value(at:_:)``, of a column that may be NULL.
    fileprivate func optional<Value>(at index: Int, _ make: (String) -> Value?) throws -> Value? {
        try decode(String?.self, atIndex: index) == nil ? nil : try value(at: index, make)
    }
}
