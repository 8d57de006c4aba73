import Foundation
import GRDB
import HallpassCore
import StrictJSON

/// Counts the tokens that are good: issued, not used, not expired, not cut off.
///
/// It looks at all of a tenant's tokens, which are those of the last two hours: not for the writing thread. What no earlier
/// cutoff can have reached SQLite counts by itself, a million rows in 0.2 s of CPU, or 0.5 where all were used. Of the rest, whether one did is asked of
/// ``RevocationCutoffs``, so that what is counted is what dies; that takes some ten times as long, so it is asked only of
/// what the new cutoff reaches and is younger than the last cutoff of the same thing.
enum LiveTokens {
    /// - Parameter past: the cutoffs that there are.
    static func count(
        reachedBy dimension: RevocationDimension, id: String, past: RevocationCutoffs, of tenant: TenantID,
        nowSeconds: Int64, in db: Database
    ) throws -> Int64 {
        guard let reach = try CutoffReach(dimension, id, of: tenant, in: db) else { return 0 }
        let ended = max(past.last(dimension, id: id) ?? 0, past.last(.tenant, id: tenant.rawValue) ?? 0)
        let asked = reach.isExact ? max(ended, past.newest) : .max
        let condition = "tenant_id = ? AND expires_at > ? AND (\(reach.sql)) AND \(TokenTable.isUnspent)"
        let arguments: StatementArguments = [tenant.rawValue, nowSeconds] + reach.arguments
        let unasked = try Int64.fetchOne(
            db, sql: "SELECT count(*) FROM token WHERE \(condition) AND sequence > ?", arguments: arguments + [asked])
        let rows = try Row.fetchCursor(
            db,
            sql: "SELECT \(LiveToken.columns) FROM token WHERE \(condition) AND sequence > ? AND sequence <= ?",
            arguments: arguments + [ended, asked])
        let keys = NamedKeys(past, of: tenant, db)
        var count = unasked ?? 0
        while let row = try rows.next() {
            let token = LiveToken(row: row, tenant: tenant, keys: keys)
            guard try reach.isExact || token.names(in: dimension).contains(where: { $0.hasSameBytes(as: id) }) else {
                continue
            }
            if try !token.isReached(by: past) { count += 1 }
        }
        return count
    }

    /// Whether some cutoff on record reaches one token, whatever has become of it.
    static func isCutOff(_ sequence: Int64, of tenant: TenantID, in db: Database) throws -> Bool {
        let cutoffs = RevocationCutoffs(try RevocationTable.all(db, of: tenant, from: sequence))
        let row = try Row.fetchOne(
            db, sql: "SELECT \(LiveToken.columns) FROM token WHERE tenant_id = ? AND sequence = ?",
            arguments: [tenant.rawValue, sequence])
        guard let row else { return false }
        return try LiveToken(row: row, tenant: tenant, keys: NamedKeys(cutoffs, of: tenant, db)).isReached(by: cutoffs)
    }
}

/// Which rows a cutoff reaches, for SQLite to tell from the rest.
private struct CutoffReach {
    let sql: String
    let arguments: StatementArguments
    /// Whether it reaches all of them.
    let isExact: Bool

    private init(_ sql: String, _ arguments: StatementArguments, isExact: Bool = true) {
        self.sql = sql
        self.arguments = arguments
        self.isExact = isExact
    }

    /// - Returns: `nil` where nothing can be called so.
    init?(_ dimension: RevocationDimension, _ id: String, of tenant: TenantID, in db: Database) throws {
        switch dimension {
        case .token:
            guard let token = TokenID(id) else { return nil }
            self.init("token_id = ?", [Data(token.bytes)])
        case .txn: self.init("txn = ?", [id])
        case .actor: self.init("subject = ?", [id])
        case .agent:
            // A list that names it has it as JSON somewhere; and so has, perhaps, one that does not.
            self.init(
                "CASE WHEN agents IS NULL THEN client_id = ? ELSE instr(agents, ?) END",
                [id, JSONColumn.text(.string(id))], isExact: false)
        case .client: self.init("client_id = ?", [id])
        case .connector: self.init("connector_id = ?", [id])
        case .environment: self.init("environment_id = ?", [id])
        case .deployment:
            guard let deployment = DeploymentID(id) else { return nil }
            self.init(deployment)
        case .key:
            guard let key = try KeyID(id).flatMap({ try SigningKeyTable.find($0, of: tenant, db) }) else { return nil }
            let deployment = CutoffReach(key.deployment)
            self.init(
                "\(deployment.sql) AND sequence > ? AND sequence <= ?",
                deployment.arguments + [key.firstSequence, key.lastSequence ?? .max])
        case .tenant:
            guard id == tenant.rawValue else { return nil }
            self.init("1", [])
        }
    }

    private init(_ deployment: DeploymentID) {
        self.init(
            "connector_id = ? AND environment_id = ?",
            [deployment.connector.rawValue, deployment.environment.rawValue])
    }
}

/// A token's row, as far as a cutoff can name it; the same names as its claims have. Each is read when it is asked for: most
/// are not.
private struct LiveToken {
    static let columns = "sequence, token_id, subject, client_id, connector_id, environment_id, txn, agents"

    /// Good until the cursor goes on.
    let row: Row
    let tenant: TenantID
    let keys: NamedKeys

    func isReached(by cutoffs: RevocationCutoffs) throws -> Bool {
        try cutoffs.revokes(sequence: row.decode(atIndex: 0), names: names)
    }

    func names(in dimension: RevocationDimension) throws -> [String] {
        switch dimension {
        case .token: try TokenID(bytes: row.bytes(at: 1)).map { [$0.text] } ?? []
        case .txn: try row.decode(String?.self, atIndex: 6).map { [$0] } ?? []
        case .actor: [try row.decode(atIndex: 2)]
        case .agent: try row.names(at: 7) { $0 } ?? names(in: .client)
        case .client: [try row.decode(atIndex: 3)]
        case .connector: [try row.decode(atIndex: 4)]
        case .environment: [try row.decode(atIndex: 5)]
        case .deployment: [try deployment()]
        case .key: try keys.names(of: deployment(), sequence: row.decode(atIndex: 0))
        case .tenant: [tenant.rawValue]
        }
    }

    private func deployment() throws -> String {
        "\(try row.decode(String.self, atIndex: 4))@\(try row.decode(String.self, atIndex: 5))"
    }
}

/// The keys that some cutoffs name, of which one may have signed a token: its row does not say which.
private final class NamedKeys {
    private let load: () throws -> [SigningKeyRow]
    private var byDeployment: [String: [SigningKeyRow]]?

    init(_ cutoffs: RevocationCutoffs, of tenant: TenantID, _ db: Database) {
        load = {
            try cutoffs.names(in: .key).compactMap(KeyID.init).compactMap {
                try SigningKeyTable.find($0, of: tenant, db)
            }
        }
    }

    /// Those that signed for a deployment as a token was minted.
    func names(of deployment: String, sequence: Int64) throws -> [String] {
        let keys = try byDeployment ?? Dictionary(grouping: load()) { $0.deployment.text }
        byDeployment = keys
        return (keys[deployment] ?? []).filter { $0.firstSequence < sequence && sequence <= $0.lastSequence ?? .max }
            .map(\.id.text)
    }
}
