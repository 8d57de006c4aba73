import Foundation
import GRDB
import HallpassCore
import HallpassCrypto
import StrictJSON

/// A stored value that this program would not have written: the file was changed behind its back.
struct DamagedRow: Error {
    let column: String
}

extension Database {
    /// Executes a statement that is prepared once and kept; most of the time of a small statement goes into preparing it.
    func run(_ sql: String, _ arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}

extension Row {
    /// Reads a text through the initialiser that accepts only valid ones.
    func value<Value>(at index: Int, _ make: (String) -> Value?) throws -> Value {
        guard let value = make(try decode(String.self, atIndex: index)) else { throw damage(at: index) }
        return value
    }

    func bytes(at index: Int) throws -> [UInt8] { [UInt8](try decode(Data.self, atIndex: index)) }

    func digest(at index: Int) throws -> SHA256Digest {
        guard let digest = SHA256Digest(bytes: try decode(Data.self, atIndex: index)) else { throw damage(at: index) }
        return digest
    }

    /// A JSON array of strings; `nil` where the column is NULL.
    func names<Name>(at index: Int, _ make: (String) -> Name?) throws -> [Name]? {
        guard let text = try decode(String?.self, atIndex: index) else { return nil }
        return try JSONColumn.names(text, column: Array(columnNames)[index], make)
    }

    func scopes(at index: Int) throws -> ScopeSet { ScopeSet(try names(at: index, Scope.init) ?? []) }

    func deployment(connectorAt connector: Int, environmentAt environment: Int) throws -> DeploymentID {
        DeploymentID(
            connector: try value(at: connector, ConnectorID.init),
            environment: try value(at: environment, EnvironmentID.init))
    }

    func constraints(at index: Int) throws -> [Constraint] {
        let text = try decode(String.self, atIndex: index)
        // Most have none: making sure of that by JSON was 6 % of a start with 20,000 deployments and 50,000 grants.
        guard text != "[]" else { return [] }
        // Which rule it breaks does not matter: we never wrote it.
        guard let value = try? JSONParser.parse(Array(text.utf8)),
            let constraints = Constraint.list(json: value)
        else { throw damage(at: index) }
        return constraints
    }

    /// - Returns: `nil` where nothing is limited.
    func callLimits(at index: Int) throws -> CallLimits? {
        let text = try decode(String.self, atIndex: index)
        guard text != "{}" else { return nil }
        do {
            return try CallLimits.read(JSONParser.parse(Array(text.utf8)))
        } catch {
            throw damage(at: index)
        }
    }

    private func damage(at index: Int) -> DamagedRow {
        DamagedRow(column: Array(columnNames)[index])
    }
}

/// Lists as they lie in a column.
enum JSONColumn {
    /// A JSON array of the names, sorted by their bytes.
    static func text(_ names: [String]) -> String {
        let sorted = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return text(JSONValue.array(sorted.map(JSONValue.string)))
    }

    /// Reads what ``text(_:)`` wrote.
    static func names<Name>(
        _ text: String, column: @autoclosure () -> String, _ make: (String) -> Name?
    ) throws -> [Name] {
        guard text != "[]" else { return [] }
        // Which rule of JSON it breaks does not matter: we never wrote it.
        guard let elements = try? JSONParser.parse(Array(text.utf8)).arrayValue else {
            throw DamagedRow(column: column())
        }
        return try elements.map { element in
            guard let name = element.stringValue.flatMap(make) else { throw DamagedRow(column: column()) }
            return name
        }
    }

    static func text(_ value: JSONValue) -> String { String(decoding: value.serialized(), as: UTF8.self) }
}
