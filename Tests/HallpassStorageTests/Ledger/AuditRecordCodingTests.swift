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
        let canonical = try verification().text(tenant: place.tenant, sequence: place.sequence).canonical
        #expect(comesBack(canonical))
        #expect(AuditRecordCoding.encode(canonical, at: place).count * 2 < canonical.count)
    }

    /// An entry with every field for each thing that is recorded.
    private func fullEntries() -> [AuditEntry] {
        AuditEvent.allCases.enumerated().map { index, event in
            let decision = AuditDecision.allCases[index % AuditDecision.allCases.count]
            var entry = AuditEntry(
                event: event, decision: decision, timeMilliseconds: place.timeMilliseconds + Int64(index) * 86_399_999,
                requestID: index.isMultiple(of: 2) ? Base64URL.encode(SHA256.hash([UInt8(index)])) : "r\(index)")
            // Of 22 and 43 characters too, some of which are base64url of 16 and 32 bytes.
            let names = [
                "alice", "zoë \"the\\best\" \u{1F600}", String(repeating: "A", count: 22),
                String(repeating: "A", count: 21) + "B", String(repeating: "A", count: 43), "\u{7F}a,b}{",
            ]
            let name = names[index % names.count]
            entry.code = "token_expired"
            entry.check = Check.allCases[index % Check.allCases.count]
            entry.client = ClientID("crm-server")
            entry.admin = name
            entry.address = "127.0.0.1"
            entry.subject = Subject(names[(index + 1) % 5])
            entry.act = ActorChain((0...(index % 4)).compactMap { Subject(names[(index + $0) % 5]) })
            entry.issuer = IssuerID("corp")
            entry.actIssuer = IssuerID("agents")
            entry.proofCheck = .signature
            entry.connector = ConnectorID("crm-mcp")
            entry.environment = EnvironmentID("prod")
            entry.tool = ToolName("add_note")
            entry.scope = ScopeSet(spaceSeparated: index.isMultiple(of: 3) ? "" : "contacts:read notes:write")
            entry.argumentsDigest = SHA256.hash([UInt8(index)])
            entry.credentialDigest = SHA256.hash([UInt8(index), 1])
            entry.tokenID = TokenID(bytes: [UInt8](repeating: UInt8(index), count: 16))
            entry.tokenKind = .session
            entry.callID = CallID(sequence: Int64(index), nonce: [1, 2, 3, 4, 5, 6, 7, 8])
            entry.approvalID = ApprovalID(bytes: [UInt8](repeating: 5, count: 16))
            entry.transaction = TransactionID("order-17")
            entry.durationMicroseconds = Int64(index)
            entry.target = "connector \(name)"
            entry.revision = 9_007_199_254_740_991
            entry.count = -1
            entry.reason = "leaked\nbadly \(name)"
            return entry
        }
    }

    @Test func `an entry is coded as its text would be, and comes back as it, whatever was recorded`() throws {
        var entries = fullEntries()
        entries += AuditEvent.allCases.map {
            AuditEntry(event: $0, decision: .deny, timeMilliseconds: 0, requestID: "")
        }
        entries.append(try verification())
        for (index, entry) in entries.enumerated() {
            let place = AuditRecordCoding.Place(
                tenant: place.tenant, sequence: Int64(index) + 1, timeMilliseconds: entry.timeMilliseconds)
            let text = entry.text(tenant: place.tenant, sequence: place.sequence)
            let coded = AuditRecordCoding.encode(text)
            #expect(coded == AuditRecordCoding.encode(text.canonical, at: place))
            #expect(AuditRecordCoding.decode(coded, at: place) == text.canonical)
            let value = try JSONParser.parse(text.canonical)
            #expect(CanonicalJSON.bytes(of: value) == text.canonical)
            #expect(value.objectValue?["act"] == entry.act?.json)
        }
        #expect(
            try entries.map { try JSONParser.parse($0.text(tenant: place.tenant, sequence: 1).canonical) }
                .compactMap { $0.objectValue?.count }.max() == AuditMember.allCases.count)
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

    @Test func `the outcome of a call is read without its JSON`() throws {
        var entry = try verification()
        func outcome() -> AuditRecordCoding.Outcome? {
            let text = entry.text(tenant: place.tenant, sequence: place.sequence)
            return AuditRecordCoding.outcome(of: AuditRecordCoding.encode(text))
        }
        let executed = try #require(outcome())
        #expect((executed.event, executed.decision) == ("verify", "execute"))
        #expect(executed.code == nil)
        entry = entry.refused(Refusal(.ledger, .tokenAlreadyUsed))
        let refused = try #require(outcome())
        #expect((refused.event, refused.decision) == ("verify", "deny"))
        #expect(refused.code == "token_already_used")
    }

    /// They are read from the JSON, and not wrongly from here.
    @Test(arguments: [
        // Not coded; of another time than its row; an escape; a name that lies there as 16 bytes.
        #"{"event":"verify","unheard_of":1}"#, #"{"event":"verify","time":"2026-11-20T23:12:15.679Z"}"#,
        #"{"event":"verify"}"#, #"{"code":"a\"b","time":"2026-11-20T23:12:15.678Z"}"#,
        #"{"code":"AAAAAAAAAAAAAAAAAAAAAA","time":"2026-11-20T23:12:15.678Z"}"#,
        #"{"code":7,"time":"2026-11-20T23:12:15.678Z"}"#,
    ])
    func `an outcome that lies there in another way is not read without its JSON`(text: String) {
        #expect(AuditRecordCoding.outcome(of: AuditRecordCoding.encode(Array(text.utf8), at: place)) == nil)
    }

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
