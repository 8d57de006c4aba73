import ArgumentParser
import HallpassCore
import HallpassCrypto
import StrictJSON

struct AuditVerifyCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a tenant's whole audit chain, record by record.",
        discussion: """
            Every hash is computed here, of what a server hands out, of an exported file, or of a database file, with or \
            without a server on it. Prints the count and the head, SEQUENCE:HASH. A head that was noted, or signed \
            checkpoints that were kept elsewhere, also show whether the newest records were removed since. Ends with 5 \
            where a record does not fit, and names the first.

            Example:
              hallpass audit verify --tenant acme
              hallpass audit verify --tenant acme --checkpoint "$(cat acme.head)"
              hallpass audit verify --tenant acme --file acme.jsonl --checkpoints checkpoints.jsonl --public-key KEY
            """)

    @Option(help: "A head that an earlier verify printed: SEQUENCE:HASH.")
    var checkpoint: NotedHead?

    @Option(help: "The server's file of signed checkpoints, or a copy of it.")
    var checkpoints: String?

    // Base64url may begin with "-".
    @Option(
        parsing: .unconditionalSingleValue,
        help: "A key that hallpass audit keys printed, noted before. May be given again. Else the server is asked.")
    var publicKey: [NotedPublicKey] = []

    @Option(help: "What hallpass audit export wrote. No server is asked.")
    var file: String?

    @Option(help: "A database file, or a copy of one. No server is asked.")
    var database: String?

    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard file == nil || database == nil else { throw ValidationError("Name one of --file and --database.") }
        guard !publicKey.isEmpty || checkpoints == nil || isOnline else {
            throw ValidationError("--checkpoints needs --public-key where no server is asked.")
        }
        guard isOnline || client.tenant != nil else { throw ValidationError("--tenant is needed with a file.") }
        if let tenant = client.tenant, TenantID(tenant) == nil { throw ValidationError("--tenant \(TenantID.rule).") }
    }

    private var isOnline: Bool { file == nil && database == nil }

    func perform() async throws {
        let source = try AuditSource(self)
        var heads = [checkpoint?.head].compactMap(\.self)
        let keys = publicKey.isEmpty ? try await source.publicKeys() : publicKey.map(\.key)
        if let checkpoints {
            heads += try CheckpointFile(path: checkpoints).heads(of: source.tenant, signedBy: keys)
        }
        let verification = AuditVerification(
            tenant: source.tenant, checkpoints: heads, keys: keys.isEmpty ? nil : keys)
        let verdict = try await source.verify(verification)
        guard case .intact(let count, let head, let trimmed) = verdict else { throw failure(verdict, source.tenant) }
        // Those before the chain's beginning are about records that nobody has any more.
        let met = heads.count { $0.sequence >= trimmed.sequence }
        let report = WholeChain(
            tenant: source.tenant, count: count, head: head, trimmed: trimmed, isTrimSigned: !keys.isEmpty,
            checkpoints: met)
        if isJSON {
            try StandardOutput.writeJSON(report.json)
        } else {
            try StandardOutput.writeLine(report.text)
        }
    }

    private func failure(_ verdict: AuditVerification.Verdict, _ tenant: TenantID) -> CommandFailure {
        guard case .broken(let sequence, let reason) = verdict else {
            preconditionFailure("a whole chain is no failure")
        }
        return CommandFailure(
            .chainBroken, code: "chain_broken",
            "The chain of tenant \(tenant) is broken at record \(sequence): \(reason).",
            next: "keep the database file as it is and compare it with a backup")
    }
}

/// What there is to say of a chain in which every record fits.
struct WholeChain {
    let tenant: TenantID
    let count: Int64
    let head: AuditHead
    /// The last record that was trimmed away; ``AuditHead/empty`` where none was.
    let trimmed: AuditHead
    /// Whether the checkpoint that it begins after was held against a key.
    let isTrimSigned: Bool
    let checkpoints: Int

    var text: String {
        let records = count == 1 ? "1 record" : "\(count) records"
        let met =
            checkpoints == 0 ? "" : ", and \(checkpoints == 1 ? "1 checkpoint" : "\(checkpoints) checkpoints") met"
        var lines = ["The chain of tenant \(tenant) is whole: \(records)\(met)."]
        if trimmed != .empty {
            let proof = isTrimSigned ? "as a signed checkpoint proves" : "as the chain says; --public-key proves it"
            lines.append("It was trimmed up to record \(trimmed.sequence), \(proof).")
        }
        return (lines + ["Head \(head.text)"]).joined(separator: "\n")
    }

    /// `{"ok","tenant","records","head":{"seq","hash"},"checkpoint","checkpoints_met","trimmed"?:{"seq","hash","signed"}}`
    var json: JSONValue {
        var object = JSONObject()
        object["ok"] = true
        object["tenant"] = .string(tenant.rawValue)
        object["records"] = .integer(count)
        object["head"] = ["seq": .integer(head.sequence), "hash": .string(Base64URL.encode(head.hash))]
        object["checkpoint"] = .string(head.text)
        object["checkpoints_met"] = .integer(Int64(checkpoints))
        if trimmed != .empty {
            object["trimmed"] = [
                "seq": .integer(trimmed.sequence), "hash": .string(Base64URL.encode(trimmed.hash)),
                "signed": .bool(isTrimSigned),
            ]
        }
        return .object(object)
    }
}

/// An end of a chain, as it is noted: `SEQUENCE:HASH`, the hash in base64url.
struct NotedHead: ExpressibleByArgument {
    let head: AuditHead

    init(head: AuditHead) { self.head = head }

    init?(argument: String) {
        let parts = argument.trimmingASCIIWhitespace().split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let sequence = Int64(parts[0]), sequence >= 0,
            let hash = Base64URL.decodeDigest(Array(parts[1].utf8))
        else { return nil }
        head = AuditHead(sequence: sequence, hash: hash)
    }

    var text: String { head.text }
}

/// A public key, as it is noted: 43 characters of base64url.
struct NotedPublicKey: ExpressibleByArgument {
    let key: Ed25519PublicKey

    init?(argument: String) {
        guard let key = Base64URL.decode(argument).flatMap(Ed25519PublicKey.init(bytes:)) else { return nil }
        self.key = key
    }
}
