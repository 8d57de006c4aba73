import ArgumentParser
import HallpassCore
import HallpassCrypto
import StrictJSON

struct AuditVerifyCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a tenant's whole audit chain, record by record.",
        discussion: """
            Every hash is computed here. Prints the count and the head, SEQUENCE:HASH; noted elsewhere and given back \
            as --checkpoint, it also shows whether the newest records were removed since. Ends with 5 where a record \
            does not fit, and names the first.

            Example:
              hallpass audit verify --tenant acme
              hallpass audit verify --tenant acme --checkpoint "$(cat acme.head)"
            """)

    @Option(help: "A head that an earlier verify printed: SEQUENCE:HASH.")
    var checkpoint: AuditCheckpoint?

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        let verification = AuditVerification(tenant: tenant, checkpoint: checkpoint?.head)
        let verdict = try await APIClient.with(settings) { api in
            try await verification.run { after in
                try await api.auditChain(of: tenant, after: after, limit: ClientLimits.pageRows)
            }
        }
        switch verdict {
        case .intact(let count, let head):
            let text = AuditCheckpoint(head: head).text
            guard isJSON else {
                let records = count == 1 ? "1 record" : "\(count) records"
                return try StandardOutput.writeLine("The chain of tenant \(tenant) is whole: \(records).\nHead \(text)")
            }
            try StandardOutput.writeJSON([
                "ok": true, "tenant": .string(tenant.rawValue), "records": .integer(count),
                "head": ["seq": .integer(head.sequence), "hash": .string(Base64URL.encode(head.hash))],
                "checkpoint": .string(text),
            ])
        case .broken(let sequence, let reason):
            throw CommandFailure(
                .chainBroken, code: "chain_broken",
                "The chain of tenant \(tenant) is broken at record \(sequence): \(reason).",
                next: "keep the database file as it is and compare it with a backup")
        }
    }
}

/// An end of a chain, as it is noted: `SEQUENCE:HASH`, the hash in base64url.
struct AuditCheckpoint: ExpressibleByArgument {
    let head: AuditHead

    init(head: AuditHead) { self.head = head }

    init?(argument: String) {
        let parts = argument.trimmingASCIIWhitespace().split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let sequence = Int64(parts[0]), sequence >= 0,
            let hash = Base64URL.decodeDigest(Array(parts[1].utf8))
        else { return nil }
        head = AuditHead(sequence: sequence, hash: hash)
    }

    var text: String { "\(head.sequence):\(Base64URL.encode(head.hash))" }
}
