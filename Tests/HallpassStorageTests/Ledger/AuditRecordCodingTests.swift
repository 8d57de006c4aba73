import GRDB
import HallpassCore
import HallpassCrypto
import StrictJSON
import Testing

@testable import HallpassStorage

struct AuditRecordCodingTests {
    private let place = AuditRecordCoding.Place(
        tenant: Fixture.acme, sequence: 9, timeMilliseconds: 1_795_216_335_678)

    private func comesBack(_ canonical: [UInt8]) -> Bool {
        AuditRecordCoding.decode(AuditRecordCoding.encode(canonical, at: place), at: place) == canonical
    }

    /// As a verify that was let through leaves it.
    private func verification() throws -> AuditEntry {
        var entry = AuditEntry(
            event: .verify, decision: .execute, timeMilliseconds: place.timeMilliseconds,
            requestID: Base64URL.encode([UInt8](repeating: 0xAB, count: 16)))
        entry.act = ActorChain([try #require(Subject("gateway"))])
        entry.address = "127.0.0.1"
        entry.argumentsDigest = SHA256.hash([1])
        entry.callID = CallID(sequence: 4, nonce: [1, 2, 3, 4, 5, 6, 7, 8])
        entry.client = ClientID("crm-mcp-server")
        entry.connector = ConnectorID("crm-mcp")
        entry.durationMicroseconds = 671
        entry.environment = EnvironmentID("prod")
        entry.tokenID = TokenID(bytes: [UInt8](repeating: 7, count: 16))
        entry.scope = ScopeSet(spaceSeparated: "notes:write")
        entry.subject = Subject("alice")
        entry.tokenKind = .call
        entry.tool = ToolName("add_note")
        return entry
    }

    @Test func `a call's record takes less than half of its text and comes back byte for byte`() throws {
        let canonical = try verification().canonical(tenant: place.tenant, sequence: place.sequence)
        #expect(comesBack(canonical))
        #expect(AuditRecordCoding.encode(canonical, at: place).count * 2 < canonical.count)
    }

    /// All that JSON can hold where a record has a text, a number or an object, and what only looks like one of ours.
    @Test(arguments: [
        #"{"act":{"act":{"sub":"},{\"\\"},"sub":"a,b"},"sub":"zoë \u0001\"\\\n😀"}"#,
        #"{"reason":"","sub":"x"}"#, #"{"count":-1,"revision":9007199254740991}"#, #"{"reason":"}{][,:"}"#,
        #"{"reason":"\\"}"#, #"{"act":[[],{},"]"],"sub":null}"#,
        // 22 and 43 characters that are no base64url of 16 and 32 bytes, or have stray bits.
        #"{"reason":"AAAAAAAAAAAAAAAAAAAAAB"}"#, #"{"reason":"äääääääääää"}"#,
        #"{"reason":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB"}"#, #"{"reason":"AAAAAAAAAAAAAAAAAAAAAA"}"#,
        // Another place than the row's, and the row's.
        #"{"seq":10,"tenant":"globex","time":"2026-11-20T23:12:15.679Z"}"#,
        #"{"seq":9,"tenant":"acme","time":"2026-11-20T23:12:15.678Z"}"#, #"{"seq":"9","tenant":9}"#,
        // What has no number stays as it is.
        #"{"unheard_of":1}"#, #"{"sub":"x","unheard_of":1}"#, "{}", "[]", "", "{", #"{"sub":}"#, #"{"sub":"x"}}"#,
        #"{"sub":"x"},"#, #"{"\u0073ub":"x"}"#,
    ])
    func `whatever is encoded comes back`(text: String) { #expect(comesBack(Array(text.utf8))) }

    @Test func `bytes that nobody encoded come back as they are`() {
        for bytes: [UInt8] in [[1], [1, 200], [9, 0], [4, 5, 0], [0], [5, 24, 77]] {
            #expect(AuditRecordCoding.decode(bytes, at: place) == bytes)
        }
    }

    /// The numbers are on disk: a name that changes its own changes every record.
    @Test func `every member of a record has the number it always had`() throws {
        let names = [
            "act", "act_issuer", "address", "admin", "approval_id", "args_sha256", "call_id", "check", "client_id",
            "code", "connector", "count", "credential_sha256", "decision", "duration_us", "environment", "event",
            "issuer", "jti", "proof_check", "reason", "request_id", "revision", "scope", "seq", "sub", "target",
            "tenant", "time", "token_kind", "tool", "txn",
        ]
        for (number, name) in names.enumerated() {
            let coded = AuditRecordCoding.encode(Array(#"{"\#(name)":true}"#.utf8), at: place)
            #expect(coded == [2, UInt8(number)] + Array("true".utf8))
        }
    }

    /// A chain of one record about Alice, in the text form that version 13 kept.
    private func writeAsBefore(to folder: ScratchFolder) throws -> AuditRecord {
        var old = Fixture.auditEntry()
        old.subject = Subject("alice")
        let record = AuditRecord(old, of: Fixture.acme, after: .empty)
        let row: StatementArguments = [
            "acme", old.timeMilliseconds, Fixture.data(record.hash), String(decoding: record.canonical, as: UTF8.self),
        ]
        let queue = try DatabaseQueue(path: folder.database)
        try queue.writeWithoutTransaction { db in
            try Migrations.run(on: db, to: 13)
            try db.execute(sql: "INSERT INTO audit_record VALUES (?, 1, ?, ?, ?)", arguments: row)
        }
        try queue.close()
        return record
    }

    @Test func `records from before are found and extended`() async throws {
        let folder = try ScratchFolder()
        let record = try writeAsBefore(to: folder)
        try await Storage.with(folder: folder) { storage in
            _ = try await storage.ledger.submit(Fixture.entry(.record))
            #expect(try await storage.chainBreak(Fixture.acme) == nil)
            var query = AuditQuery()
            query.subject = Subject("alice")
            #expect(try await storage.audit.list(Fixture.acme, query).records.map(\.canonical) == [record.canonical])
        }
    }
}
