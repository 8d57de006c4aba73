import ArgumentParser
import Foundation
import HallpassCore
import StrictJSON

struct AuditExportCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a tenant's audit chain to a file, and go on where the file ends.",
        discussion: """
            As JSON Lines with the fields of the chain, which hallpass audit verify --file checks, or as OCSF events of the \
            class API Activity for other systems. Each record is held against the one before it as it comes in; one that \
            does not fit ends the export with 5. Run again, it adds what is new.

            Example:
              hallpass audit export --out acme.jsonl --tenant acme
              hallpass audit export --out acme.ocsf.jsonl --format ocsf --tenant acme
            """)

    @Option(help: "The file; made where there is none, for its owner alone.")
    var out: String

    @Option(help: "jsonl or ocsf. Else jsonl.")
    var format = AuditExportFormat.jsonl

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        var chain = AuditChain(tenant: tenant, after: try head(tenant))
        var count = 0
        try await APIClient.with(settings) { api in
            while true {
                let page = try await api.auditChain(
                    of: tenant, after: chain.head.sequence, limit: ClientLimits.pageRows)
                guard !page.records.isEmpty else { return }
                var lines: [UInt8] = []
                if let trimmed = page.trimmed, trimmed.checkpoint.head.sequence > chain.head.sequence {
                    guard chain.head == .empty else { throw Self.trimmed(trimmed.checkpoint.head, after: chain.head) }
                    chain = AuditChain(tenant: tenant, after: trimmed.checkpoint.head)
                    if format == .jsonl { lines += AuditExportFile.line(trimmed) }
                }
                for record in page.records {
                    if let found = chain.append(record) { throw Self.failure(found, tenant) }
                    lines += format.line(record)
                }
                try PrivateFile.append(out, lines)
                count += page.records.count
            }
        }
        if isJSON {
            try StandardOutput.writeJSON([
                "ok": true, "file": .string(out), "records": .integer(Int64(count)),
                "checkpoint": .string(NotedHead(head: chain.head).text),
            ])
        } else {
            let records = count == 1 ? "1 record" : "\(count) records"
            try StandardOutput.writeLine("Added \(records) to \(out).".printable)
            try StandardOutput.writeLine("Head \(NotedHead(head: chain.head).text)")
        }
    }

    /// A file with a hole in it would prove nothing of what comes after.
    private static func trimmed(_ head: AuditHead, after last: AuditHead) -> CommandFailure {
        CommandFailure.localFile(
            "The records from \(last.sequence + 1) to \(head.sequence) were trimmed before they were exported.",
            next: "keep this file and name a new one: --out FILE")
    }

    /// Where the file ends.
    private func head(_ tenant: TenantID) throws -> AuditHead {
        guard LocalFile.exists(out) else { return .empty }
        try PrivateFile.dropTornLine(out)
        let last =
            switch format {
            case .jsonl: try AuditExportFile.lastRecord(path: out, tenant: tenant)?.head
            case .ocsf: try OCSFEvent.lastHead(path: out, tenant: tenant)
            }
        return last ?? .empty
    }

    private static func failure(_ found: AuditChain.Break, _ tenant: TenantID) -> CommandFailure {
        guard case .broken(let sequence, let reason) = AuditVerification.verdict(found) else {
            preconditionFailure("a break is broken")
        }
        return CommandFailure(
            .chainBroken, code: "chain_broken",
            "The chain of tenant \(tenant) is broken at record \(sequence): \(reason).",
            next: "hallpass audit verify --tenant \(tenant)")
    }
}

extension AuditExportFormat: ExpressibleByArgument {}
