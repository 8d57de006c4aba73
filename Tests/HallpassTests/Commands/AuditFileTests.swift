import Foundation
import HallpassCore
import HallpassCrypto
import StrictJSON
import Testing

@testable import hallpass

struct AuditFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static func records(_ count: Int, of tenant: TenantID = TenantIDs.acme) -> [AuditRecord] {
        var head = AuditHead.empty
        return (0..<count).map { index in
            var entry = AuditEntry(
                event: .verify, decision: .deny, timeMilliseconds: Int64(index) * 1_000 + 1_795_216_335_000,
                requestID: "request-\(index)")
            entry.subject = Subject("alice")
            entry.connector = ConnectorID("crm-mcp")
            entry.environment = EnvironmentID("prod")
            entry.tool = ToolName("add_note")
            entry.check = .grant
            entry.code = "actor_not_granted"
            let record = AuditRecord(entry, of: tenant, after: head)
            head = record.head
            return record
        }
    }

    private func export(_ records: [AuditRecord]) throws -> String {
        try folder.write("a.jsonl", String(decoding: records.flatMap(AuditExportFile.line), as: UTF8.self))
    }

    private func verdict(_ path: String, checkpoints: [AuditHead] = []) async throws -> AuditVerification.Verdict {
        let file = try AuditExportFile(path: path, tenant: TenantIDs.acme)
        return try await AuditVerification(tenant: TenantIDs.acme, checkpoints: checkpoints).run {
            try file.page(after: $0)
        }
    }

    @Test(arguments: [0, 1, 3])
    func `an exported chain is whole without a server`(count: Int) async throws {
        let records = Self.records(count)
        let head = records.last?.head ?? .empty
        let path = try export(records)
        #expect(try await verdict(path) == .intact(count: Int64(count), head: head))
        #expect(try AuditExportFile.lastRecord(path: path, tenant: TenantIDs.acme)?.head == records.last?.head)
    }

    @Test func `a record changed, removed, inserted or moved in the file is named`() async throws {
        let records = Self.records(5)
        var changed = records
        changed[2] = AuditRecord(
            tenant: TenantIDs.acme, sequence: 3, canonical: Array(#"{"seq":3,"tenant":"acme"}"#.utf8),
            hash: records[2].hash)
        let files: [([AuditRecord], Int64)] = [
            (changed, 3), ([records[0], records[1], records[3], records[4]], 3),
            ([records[0], changed[2], records[1], records[2]], 2),
            ([records[0], records[2], records[1], records[3]], 2),
        ]
        for (file, sequence) in files {
            guard case .broken(sequence, _) = try await verdict(try export(file)) else {
                Issue.record("nothing wrong was found at \(sequence)")
                continue
            }
        }
    }

    @Test func `a file of the continuous export is read past other tenants and past what it has twice`() async throws {
        let records = Self.records(5)
        let others = Self.records(4, of: TenantIDs.globex)
        let path = try export([
            records[0], others[0], records[1], others[1], records[2], records[1], records[2], others[1], others[2],
            records[3], records[4], records[4],
        ])
        #expect(try await verdict(path) == .intact(count: 5, head: records[4].head))
    }

    @Test func `an export of a trimmed chain begins with the checkpoint that it follows on`() async throws {
        var records = Self.records(4)
        var entry = AuditEntry(event: .auditTrim, decision: .allow, timeMilliseconds: 0, requestID: "r")
        entry.target = AuditTrim.target(records[1].head)
        records.append(AuditRecord(entry, of: TenantIDs.acme, after: records[3].head))
        let checkpoint = AuditCheckpoint(tenant: TenantIDs.acme, head: records[1].head, timeSeconds: 0)
        let start = SignedCheckpoint(checkpoint: checkpoint, signature: [UInt8](repeating: 0, count: 64))
        let lines = AuditExportFile.line(start) + records[2...].flatMap(AuditExportFile.line)
        let path = try folder.write("a.jsonl", String(decoding: lines, as: UTF8.self))
        let whole = AuditVerification.Verdict.intact(count: 3, head: records[4].head, trimmed: records[1].head)
        #expect(try await verdict(path) == whole)
        #expect(try AuditExportFile.lastRecord(path: path, tenant: TenantIDs.acme)?.head == records[4].head)
        let bare = try export(Array(records[2...]))
        guard case .broken(1, _) = try await verdict(bare) else {
            Issue.record("a beginning that is missing was not found")
            return
        }
    }

    @Test func `what comes again in other words is no repetition`() async throws {
        let records = Self.records(4)
        let changed = AuditRecord(
            tenant: TenantIDs.acme, sequence: 2, canonical: Array(#"{"seq":2,"tenant":"acme"}"#.utf8),
            hash: records[1].hash)
        guard case .broken(4, _) = try await verdict(try export(records.dropLast() + [changed, records[3]])) else {
            Issue.record("a changed repetition was passed over")
            return
        }
    }

    @Test func `a file without its newest records is found out by a checkpoint alone`() async throws {
        let records = Self.records(5)
        let path = try export(Array(records.prefix(3)))
        #expect(try await verdict(path) == .intact(count: 3, head: records[2].head))
        guard case .broken(4, _) = try await verdict(path, checkpoints: [records[1].head, records[4].head]) else {
            Issue.record("the missing tail was not found")
            return
        }
    }

    @Test func `a file that is no export is refused with the line`() throws {
        let path = try folder.write(
            "a.jsonl", "\(String(decoding: AuditExportFile.line(Self.records(1)[0]), as: UTF8.self))nonsense\n")
        let file = try AuditExportFile(path: path, tenant: TenantIDs.acme)
        let failure = #expect(throws: CommandFailure.self) { try file.page(after: 0) }
        #expect(failure?.message.hasPrefix("Line 2 of ") == true)
    }

    /// What a crash in the middle of writing leaves.
    @Test(arguments: [("", ""), ("a", ""), ("a\n", "a\n"), ("a\nb", "a\n"), ("a\nb\n", "a\nb\n")])
    func `a torn last line is taken away before more is added`(text: String, rest: String) throws {
        let path = try folder.write("torn", text)
        try PrivateFile.dropTornLine(path)
        try PrivateFile.append(path, Array("c\n".utf8))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == rest + "c\n")
    }

    @Test func `a torn line longer than what is read at once is taken away whole`() throws {
        let path = try folder.write("torn", "a\n" + String(repeating: "x", count: 200_000))
        try PrivateFile.dropTornLine(path)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "a\n")
    }

    @Test func `what is appended to is made for its owner alone`() throws {
        let path = "\(folder.path)/new"
        try PrivateFile.append(path, [1])
        #expect(try Mode.of(path) == 0o600)
    }

    @Test func `checkpoints of other tenants are passed over, and one that nobody signed is refused`() throws {
        let key = try Ed25519PrivateKey(seed: SecretBytes(copying: [UInt8](repeating: 1, count: 32)))
        let head = Self.records(2)[1].head
        func line(_ tenant: TenantID) throws -> String {
            let checkpoint = AuditCheckpoint(tenant: tenant, head: head, timeSeconds: 0)
            let signed = SignedCheckpoint(
                checkpoint: checkpoint, signature: try key.signature(for: checkpoint.signedBytes))
            return String(decoding: signed.json.serialized(), as: UTF8.self) + "\n"
        }
        let path = try folder.write("c.jsonl", line(TenantIDs.umbrella) + line(TenantIDs.acme))
        let file = CheckpointFile(path: path)
        #expect(try file.heads(of: TenantIDs.acme, signedBy: [key.publicKey]) == [head])
        let other = try Ed25519PrivateKey(seed: SecretBytes(copying: [UInt8](repeating: 2, count: 32))).publicKey
        let failure = #expect(throws: CommandFailure.self) {
            try file.heads(of: TenantIDs.acme, signedBy: [other])
        }
        #expect(failure?.exitCode == .chainBroken)
    }

    @Test func `an event for other systems holds the record as it was hashed`() throws {
        let record = Self.records(1)[0]
        let event = JSONValue.object(OCSFEvent.event(record))
        #expect(event["class_uid"] == 6_003)
        #expect(event["type_uid"] == 600_302)
        #expect(event["status_id"] == 2)
        #expect(event["status_code"] == "actor_not_granted")
        #expect(event["time"] == 1_795_216_335_000)
        #expect(event["actor"]?["user"]?["name"] == "alice")
        #expect(event["api"]?["operation"] == "verify add_note")
        #expect(event["unmapped"]?["record"]?.stringValue == String(decoding: record.canonical, as: UTF8.self))
        let path = try folder.write("o.jsonl", String(decoding: OCSFEvent.line(record), as: UTF8.self))
        #expect(try OCSFEvent.lastHead(path: path, tenant: TenantIDs.acme) == record.head)
        #expect(throws: CommandFailure.self) { try OCSFEvent.lastHead(path: path, tenant: TenantIDs.umbrella) }
    }

    @Test func `an explanation of what was let through names the checks of its kind and no other`() throws {
        for (event, last) in [("mint", "approval"), ("verify", "idempotency"), ("introspect", "approval")] {
            var record = JSONObject()
            record["event"] = .string(event)
            record["decision"] = "allow"
            let passed = Explanation(.object(record)).json.objectValue?["passed"]?.arrayValue?.compactMap(\.stringValue)
            #expect(passed?.last == last)
            #expect(passed?.contains("credential") == false)
            #expect(passed?.contains("actor_proof") == (event == "mint"))
        }
    }

    @Test func `an explanation lists what passed, what refused, and what would have to change`() throws {
        let record = try JSONParser.parse(Self.records(1)[0].canonical)
        let explanation = Explanation(record)
        let object = try #require(explanation.json.objectValue)
        let passed = object["passed"]?.arrayValue?.compactMap(\.stringValue)
        #expect(passed?.first == "admission")
        #expect(passed?.last == "scopes")
        #expect(object["refused"] == "grant")
        #expect(explanation.text.contains("refused  grant  actor_not_granted"))
        #expect(explanation.text.contains("add a grant for this person"))
    }
}
