import ArgumentParser
import Foundation
import HallpassCore
import HallpassStorage
import NIOPosix
import StrictJSON

/// `hallpass backup`
struct BackupCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy the database, whether or not a server is running on it.",
        discussion: """
            Takes the settings of hallpass serve from the same places. The copy is of one moment, is examined before it takes \
            its name, and is for its owner only. Nobody waits for it. The key file is not in it: keep a copy of that elsewhere.

            Example: hallpass backup /backup/hallpass-monday.sqlite --config /etc/hallpass/hallpass.yaml
            """)

    @Argument(help: "The file to make.")
    var file: String

    @Flag(help: "Replace the file where it is there already, once the new one is whole.")
    var overwrite = false

    @OptionGroup var flags: ServerFlags

    @Flag(name: .customLong("json"), help: "Answer in JSON, errors too, on standard output.")
    var isJSON = false

    func perform() async throws {
        let settings = try flags.settings(environment: ProcessInfo.processInfo.environment)
        let now = Int64(Date().timeIntervalSince1970)
        let copy = try await CommandFailure.ofCopying {
            try HallpassDatabase.backUp(
                path: settings.database, to: file, overwriting: overwrite, nowSeconds: now)
        }
        if isJSON {
            try StandardOutput.writeJSON([
                "ok": true, "file": .string(file), "bytes": .integer(copy.bytes),
                "schema_version": .integer(Int64(copy.schemaVersion)), "heads": .array(copy.headsJSON),
            ])
        } else {
            try StandardOutput.writeLine(
                "Made \(file): \(copy.bytes) bytes, schema version \(copy.schemaVersion), sound.".printable)
            if let heads = copy.headsTable.text { try StandardOutput.writeLine(heads) }
        }
    }
}

extension DatabaseCopy {
    /// As `hallpass audit verify --checkpoint` takes them.
    var headsTable: TextTable {
        var table = TextTable("TENANT", "AUDIT HEAD")
        for (tenant, head) in heads { table.append(tenant.rawValue, NotedHead(head: head).text) }
        return table
    }

    var headsJSON: [JSONValue] {
        heads.map { tenant, head in ["tenant": .string(tenant.rawValue), "head": .string(NotedHead(head: head).text)] }
    }
}

extension CommandFailure {
    /// Runs what reads and writes whole databases, away from the threads that others wait for.
    static func ofCopying<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        do {
            return try await NIOThreadPool.singleton.runIfActive(body)
        } catch let error as DatabaseCopyError {
            throw CommandFailure.localFile(error.message, next: error.hint)
        }
    }
}
