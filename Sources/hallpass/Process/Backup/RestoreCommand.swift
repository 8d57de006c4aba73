import ArgumentParser
import Foundation
import HallpassBroker
import HallpassCore
import HallpassStorage
import StrictJSON

/// `hallpass restore`
struct RestoreCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Put a copy in the place of the database, while no server runs on it.",
        discussion: """
            Takes the settings of hallpass serve from the same places. The copy is examined first, and has to open with the \
            key file. What was there stays beside it under another name. The next start ends every token, approval and \
            session from before, and makes all signing keys anew, because the copy does not know what was used or revoked since.

            To take a tenant's registry back to an earlier revision, use hallpass rollback.

            Example: hallpass restore /backup/hallpass-monday.sqlite --config /etc/hallpass/hallpass.yaml
            """)

    @Argument(help: "The copy that hallpass backup made, or any sound copy of a database.")
    var file: String

    @OptionGroup var flags: ServerFlags

    @Flag(name: .customLong("json"), help: "Answer in JSON, errors too, on standard output.")
    var isJSON = false

    func perform() async throws {
        let environment = ProcessInfo.processInfo.environment
        let settings = try flags.settings(environment: environment)
        if Int64(file) != nil, !LocalFile.exists(file) {
            throw CommandFailure.localFile(
                "There is no file \(file).", next: "hallpass rollback \(file), if a revision of the registry is meant")
        }
        let keys = try await KeyFile(named: settings.keyFile, environment: environment).custody.tenantKeys()
        let now = Int64(Date().timeIntervalSince1970)
        let restored = try await CommandFailure.ofCopying {
            try HallpassDatabase.restore(from: file, to: settings.database, nowSeconds: now) { rows in
                do throws(StartError) {
                    try keys.requireOpening(rows)
                } catch {
                    throw CommandFailure.localFile(
                        error.message, next: "give the key file of the day the copy was made: --kek-file FILE")
                }
            }
        }
        try report(restored, at: settings.database)
    }

    private func report(_ restored: RestoredDatabase, at path: String) throws {
        let moment = restored.copiedAt.map { RFC3339.text(seconds: $0) }
        guard !isJSON else {
            var answer = JSONObject()
            answer["ok"] = true
            answer["database"] = .string(path)
            answer["heads"] = .array(restored.copy.headsJSON)
            answer["undone"] = .array(restored.undone.map(\.json))
            answer["copied_at"] = moment.map(JSONValue.string)
            answer["replaced"] = restored.replaced.map(JSONValue.string)
            return try StandardOutput.writeJSON(.object(answer))
        }
        try StandardOutput.writeLine(
            "Restored \(path)\(moment.map { " as it was at \($0)" } ?? ""): \(restored.copy.bytes) bytes.".printable)
        if let replaced = restored.replaced {
            try StandardOutput.writeLine("What was there is \(replaced).".printable)
        }
        if let heads = restored.copy.headsTable.text { try StandardOutput.writeLine(heads) }
        if let undone = restored.undone.table.text {
            try StandardOutput.writeLine("Done since, and not in the copy:\n\(undone)")
        }
        try StandardOutput.writeLine("Next: hallpass serve, which ends everything from before first.")
    }
}

extension UndoneEvents {
    fileprivate var json: JSONValue {
        ["tenant": .string(tenant.rawValue), "event": .string(event), "count": .integer(count)]
    }
}

extension [UndoneEvents] {
    fileprivate var table: TextTable {
        var table = TextTable("TENANT", "EVENT", "COUNT")
        for events in self { table.append(events.tenant.rawValue, events.event, "\(events.count)") }
        return table
    }
}
