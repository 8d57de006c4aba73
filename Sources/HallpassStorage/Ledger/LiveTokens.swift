import Foundation
import GRDB
import HallpassCore
import HallpassCrypto

/// Counts the tokens that are good: issued, not used, not expired, not cut off.
///
/// It reads all of a tenant's tokens, which are those of the last two hours: not for the writing thread. Which of them a
/// cutoff reaches is asked of ``RevocationCutoffs``, so that what is counted is what dies.
enum LiveTokens {
    static func count(
        reachedBy dimension: RevocationDimension, id: String, of tenant: TenantID, nowSeconds: Int64, in db: Database
    ) throws -> Int64 {
        let wanted = RevocationCutoffs([
            RevocationCutoff(dimension: dimension, id: id, cutoff: .max, createdAt: nowSeconds)
        ])
        let past = RevocationCutoffs(try RevocationTable.recent(db, of: tenant, nowSeconds: nowSeconds))
        let keys = try SigningKeyTable.all(db, of: tenant)
        // Reading a row costs many times what skipping it does, and most cutoffs reach few.
        let condition = LiveToken.condition(dimension, id, keys: keys)
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT \(LiveToken.columns) FROM token WHERE tenant_id = ? AND state = 0 AND expires_at > ?
                    AND (\(condition.sql))
                """,
            arguments: [tenant.rawValue, nowSeconds] + condition.arguments)
        var count: Int64 = 0
        while let row = try rows.next() {
            let token = try LiveToken(row, tenant: tenant)
            let names = { token.names(in: $0, keys: keys) }
            if wanted.revokes(sequence: token.sequence, names: names),
                !past.revokes(sequence: token.sequence, names: names)
            {
                count += 1
            }
        }
        return count
    }

    /// Whether some cutoff on record reaches one token, whatever has become of it.
    static func isCutOff(_ sequence: Int64, of tenant: TenantID, nowSeconds: Int64, in db: Database) throws -> Bool {
        let row = try Row.fetchOne(
            db, sql: "SELECT \(LiveToken.columns) FROM token WHERE tenant_id = ? AND sequence = ?",
            arguments: [tenant.rawValue, sequence])
        guard let token = try row.map({ try LiveToken($0, tenant: tenant) }) else { return false }
        let keys = try SigningKeyTable.all(db, of: tenant)
        return RevocationCutoffs(try RevocationTable.recent(db, of: tenant, nowSeconds: nowSeconds))
            .revokes(sequence: sequence) { token.names(in: $0, keys: keys) }
    }
}

/// A good token's row, as far as a cutoff can name it; the same names as its claims have.
private struct LiveToken {
    static let columns = "sequence, token_id, subject, client_id, connector_id, environment_id, txn, agents"

    let tenant: TenantID
    let sequence: Int64
    private let id: [UInt8]
    private let subject: String
    private let client: String
    private let connector: String
    private let environment: String
    private let transaction: String?
    private let agents: [String]?

    init(_ row: Row, tenant: TenantID) throws {
        self.tenant = tenant
        sequence = try row.decode(atIndex: 0)
        id = try row.bytes(at: 1)
        subject = try row.decode(atIndex: 2)
        client = try row.decode(atIndex: 3)
        connector = try row.decode(atIndex: 4)
        environment = try row.decode(atIndex: 5)
        transaction = try row.decode(atIndex: 6)
        agents = try row.names(at: 7) { $0 }
    }

    func names(in dimension: RevocationDimension, keys: [SigningKeyRow]) -> [String] {
        switch dimension {
        case .token: TokenID(bytes: id).map { [$0.text] } ?? []
        case .txn: transaction.map { [$0] } ?? []
        case .actor: [subject]
        case .agent: agents ?? [client]
        case .client: [client]
        case .connector: [connector]
        case .environment: [environment]
        case .deployment: [deployment]
        case .key: keys.filter(mayBeSigned(by:)).map(\.id.text)
        case .tenant: [tenant.rawValue]
        }
    }

    /// What holds of the rows that ``names(in:keys:)`` names so, and perhaps of others.
    static func condition(
        _ dimension: RevocationDimension, _ id: String, keys: [SigningKeyRow]
    ) -> (sql: String, arguments: StatementArguments) {
        switch dimension {
        case .token: ("token_id = ?", [TokenID(id).map { Data($0.bytes) }])
        case .txn: ("txn = ?", [id])
        case .actor: ("subject = ?", [id])
        case .agent: ("client_id = ? OR agents IS NOT NULL", [id])
        case .client: ("client_id = ?", [id])
        case .connector: ("connector_id = ?", [id])
        case .environment: ("environment_id = ?", [id])
        case .deployment: ("connector_id || '@' || environment_id = ?", [id])
        case .key:
            (
                "connector_id || '@' || environment_id = ?",
                [keys.first { $0.id.text == id }.map(\.deployment.text)]
            )
        case .tenant: ("1", [])
        }
    }

    private var deployment: String { "\(connector)@\(environment)" }

    /// Whether it was minted while that key signed: the row does not say by which it was.
    private func mayBeSigned(by key: SigningKeyRow) -> Bool {
        key.deployment.text == deployment && key.firstSequence < sequence && sequence <= key.lastSequence ?? .max
    }
}
