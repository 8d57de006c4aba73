import ArgumentParser
import Foundation
import HallpassCore
import StrictJSON

struct AuditTailCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Show audit records as they happen.",
        discussion: """
            Starts with the last ten and goes on until Ctrl-C; a server that is away for a while is waited for. No \
            record is shown twice or left out. With --json, one record a line.

            Example:
              hallpass audit tail --tenant acme
              hallpass audit tail --tenant acme --after 1200 --json >> acme-audit.jsonl
            """)

    @Option(help: "How many past records to start with. Else 10.")
    var lines: Int64?

    @Option(help: "Start after the record with this sequence, to go on where an earlier tail ended.")
    var after: Int64?

    @Option(help: "Seconds between two looks. Else 2.")
    var interval: Double?

    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard lines == nil || after == nil else {
            throw ValidationError("--lines and --after differ on where to start.")
        }
        guard (lines ?? 0) >= 0, (after ?? 0) >= 0 else { throw ValidationError("--lines and --after count from 0.") }
        guard (0.1...3_600).contains(interval ?? 2) else {
            throw ValidationError("--interval must be from 0.1 to 3600.")
        }
    }

    func perform() async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        // Every line is out the moment it is written, so there is nothing to finish.
        signal(SIGINT) { _ in _exit(0) }
        try await APIClient.with(settings) { api in
            var sequence = try await start(api, tenant)
            var isAway = false
            while true {
                do {
                    let page = try await api.auditChain(of: tenant, after: sequence, limit: ClientLimits.pageRows)
                    isAway = false
                    for record in page.records {
                        try show(record)
                        sequence = record.sequence
                    }
                    if page.records.count == ClientLimits.pageRows { continue }
                } catch let failure as CommandFailure where failure.code == "no_server" {
                    if !isAway { StandardError.writeLine("\(failure.message) Waiting for it.".printable) }
                    isAway = true
                } catch let error as APIError where error.isRetryable {
                    // The next look is the retry.
                }
                try await Task.sleep(for: .seconds(interval ?? 2))
            }
        }
    }

    private func start(_ api: APIClient, _ tenant: TenantID) async throws -> Int64 {
        if let after { return after }
        let head = try await api.auditChain(of: tenant, after: 0, limit: 1).head
        return max(0, head.sequence - (lines ?? 10))
    }

    private func show(_ record: AuditRecord) throws {
        do {
            let value = try JSONParser.parse(record.canonical)
            if isJSON {
                try StandardOutput.writeJSONLine(value)
            } else {
                try StandardOutput.writeLine(AuditLine(value).text)
            }
        } catch let error as JSONError {
            throw CommandFailure.badAnswer(
                "Record \(record.sequence) is not acceptable JSON: \(error.message).", next: "hallpass audit verify")
        }
    }
}
