import HallpassCore
import HallpassCrypto
import StrictJSON
import Testing

@testable import hallpass

struct AuditVerificationTests {
    private static func chain(_ count: Int, of tenant: TenantID, saying word: String = "x") -> [AuditRecord] {
        var head = AuditHead.empty
        return (0..<count).map { index in
            var entry = AuditEntry(event: .verify, decision: .execute, timeMilliseconds: Int64(index), requestID: "r")
            entry.target = word
            let record = AuditRecord(entry, of: tenant, after: head)
            head = record.head
            return record
        }
    }

    /// What a server would answer that has these records and says that the chain ends at `head`.
    private static func page(
        _ records: [AuditRecord], after sequence: Int64, head: AuditHead?, size: Int = 3
    ) -> AuditChainPage {
        let rest = records.drop { $0.sequence <= sequence }
        return AuditChainPage(records: Array(rest.prefix(size)), head: head ?? records.last?.head ?? .empty)
    }

    private static func verdict(
        _ records: [AuditRecord], head: AuditHead? = nil, checkpoint: AuditHead? = nil
    ) async throws -> AuditVerification.Verdict {
        let tenant = TenantIDs.acme
        let verification = AuditVerification(tenant: tenant, checkpoints: [checkpoint].compactMap(\.self))
        // By position, as a server does whose rows were tampered with.
        var position = 0
        return try await verification.run { _ in
            let page = Array(records[position...].prefix(3))
            position += page.count
            return AuditChainPage(records: page, head: head ?? records.last?.head ?? .empty)
        }
    }

    @Test(arguments: [0, 1, 2, 3, 4, 7])
    func `a whole chain is whole however it falls into pages`(count: Int) async throws {
        let records = Self.chain(count, of: TenantIDs.acme)
        let head = records.last?.head ?? .empty
        #expect(try await Self.verdict(records) == .intact(count: Int64(count), head: head))
    }

    @Test func `each page is asked for after the last record that fitted`() async throws {
        let tenant = TenantIDs.acme
        let records = Self.chain(7, of: tenant)
        var asked: [Int64] = []
        _ = try await AuditVerification(tenant: tenant, checkpoints: []).run { after in
            asked.append(after)
            return Self.page(records, after: after, head: nil)
        }
        #expect(asked == [0, 3, 6, 7])
    }

    @Test func `records that arrive meanwhile are checked too`() async throws {
        let tenant = TenantIDs.acme
        let records = Self.chain(5, of: tenant)
        var visible = 2
        let verdict = try await AuditVerification(tenant: tenant, checkpoints: []).run { after in
            defer { visible = min(visible + 1, 5) }
            return Self.page(Array(records[..<visible]), after: after, head: nil)
        }
        #expect(verdict == .intact(count: 5, head: records[4].head))
    }

    @Test(arguments: 0..<5)
    func `a changed record is the first that does not fit`(index: Int) async throws {
        var records = Self.chain(5, of: TenantIDs.acme)
        records[index] = records[index].changed { text in text.replacing("execute", with: "deny") }
        #expect(try await Self.verdict(records).brokenSequence == Int64(index + 1))
    }

    @Test(arguments: 0..<4)
    func `a removed record leaves a gap at its place`(index: Int) async throws {
        var records = Self.chain(5, of: TenantIDs.acme)
        records.remove(at: index)
        #expect(try await Self.verdict(records).brokenSequence == Int64(index + 1))
    }

    @Test(arguments: 0..<4)
    func `two records in each other's place are noticed at the first`(index: Int) async throws {
        var records = Self.chain(5, of: TenantIDs.acme)
        records.swapAt(index, index + 1)
        #expect(try await Self.verdict(records).brokenSequence == Int64(index + 1))
    }

    @Test func `a record that was chained anew does not fit the one after it`() async throws {
        let tenant = TenantIDs.acme
        var records = Self.chain(5, of: tenant)
        records[2] = Self.chain(3, of: tenant, saying: "y")[2]
        #expect(try await Self.verdict(records).brokenSequence == 3)
    }

    @Test func `another tenant's chain is not this tenant's`() async throws {
        let records = Self.chain(2, of: TenantIDs.umbrella)
        #expect(try await Self.verdict(records).brokenSequence == 1)
    }

    @Test func `a chain that is said to be longer than it is has lost its end`() async throws {
        let records = Self.chain(5, of: TenantIDs.acme)
        #expect(try await Self.verdict(Array(records[..<3]), head: records[4].head).brokenSequence == 4)
    }

    @Test func `a chain that is said to end otherwise is broken at its end`() async throws {
        let records = Self.chain(3, of: TenantIDs.acme)
        let other = AuditHead(sequence: 3, hash: records[0].hash)
        #expect(try await Self.verdict(records, head: other).brokenSequence == 3)
        #expect(try await Self.verdict(records, head: records[1].head).brokenSequence == 3)
    }

    @Test func `only a checkpoint shows a removed end or a chain written anew`() async throws {
        let tenant = TenantIDs.acme
        let records = Self.chain(5, of: tenant)
        let checkpoint = records[3].head
        #expect(try await Self.verdict(records, checkpoint: checkpoint).brokenSequence == nil)
        #expect(try await Self.verdict(Array(records[..<3])).brokenSequence == nil)
        #expect(try await Self.verdict(Array(records[..<3]), checkpoint: checkpoint).brokenSequence == 4)
        #expect(
            try await Self.verdict(Self.chain(5, of: tenant, saying: "y"), checkpoint: checkpoint).brokenSequence == 4)
        #expect(try await Self.verdict([], checkpoint: .empty) == .intact(count: 0, head: .empty))
    }

    /// A chain of ten that says it was trimmed up to its fourth, which a key has signed.
    private struct Trimmed {
        let key: Ed25519PublicKey
        let start: SignedCheckpoint
        let records: [AuditRecord]

        init(telling target: String? = nil) throws {
            var records = AuditVerificationTests.chain(8, of: TenantIDs.acme)
            let head = records[3].head
            var entry = AuditEntry(event: .auditTrim, decision: .allow, timeMilliseconds: 0, requestID: "r")
            entry.target = target ?? AuditTrim.target(head)
            records.append(AuditRecord(entry, of: TenantIDs.acme, after: records[7].head))
            let checkpoint = AuditCheckpoint(tenant: TenantIDs.acme, head: head, timeSeconds: 1_795_216_335)
            let signer = try Ed25519PrivateKey(seed: SecretBytes.random(count: Ed25519PrivateKey.seedByteCount))
            key = signer.publicKey
            start = SignedCheckpoint(
                checkpoint: checkpoint, signature: try signer.signature(for: checkpoint.signedBytes))
            self.records = records
        }

        func verdict(
            of records: [AuditRecord]? = nil, keys: [Ed25519PublicKey]? = nil
        ) async throws -> AuditVerification.Verdict {
            let records = records ?? Array(self.records[4...])
            return try await AuditVerification(tenant: TenantIDs.acme, checkpoints: [], keys: keys).run { after in
                AuditChainPage(
                    records: Array(records.drop { $0.sequence <= after }.prefix(3)),
                    head: self.records.last?.head ?? .empty, trimmed: start)
            }
        }
    }

    @Test func `a trimmed chain is whole from the checkpoint that it follows on`() async throws {
        let trimmed = try Trimmed()
        let head = trimmed.start.checkpoint.head
        let whole = AuditVerification.Verdict.intact(count: 5, head: trimmed.records[8].head, trimmed: head)
        #expect(try await trimmed.verdict(keys: [trimmed.key]) == whole)
        #expect(try await trimmed.verdict() == whole)
    }

    @Test func `the checkpoint that a chain follows on has to be signed by a key that was given`() async throws {
        let trimmed = try Trimmed()
        let other = try Trimmed()
        #expect(try await trimmed.verdict(keys: [other.key]).brokenSequence == 5)
        #expect(try await trimmed.verdict(keys: [other.key, trimmed.key]).brokenSequence == nil)
    }

    /// Whoever has the database can lay a real checkpoint down in the place of a trim.
    @Test func `a beginning that was removed by hand is missing, though a signed checkpoint stands in its place`()
        async throws
    {
        let trimmed = try Trimmed(telling: AuditTrim.target(.empty))
        #expect(try await trimmed.verdict(keys: [trimmed.key]).brokenSequence == 1)
        #expect(try await trimmed.verdict(of: Array(try Trimmed().records[5...])).brokenSequence == 5)
    }

    @Test func `a chain that is trimmed while it is read is read anew`() async throws {
        let trimmed = try Trimmed()
        var asked = 0
        let verdict = try await AuditVerification(tenant: TenantIDs.acme, checkpoints: [], keys: [trimmed.key]).run {
            after in
            asked += 1
            // Trimmed after the first page, which ends in the middle of what goes.
            let isTrimmed = asked > 1
            let visible = isTrimmed ? trimmed.records[4...] : trimmed.records[...]
            return AuditChainPage(
                records: Array(visible.drop { $0.sequence <= after }.prefix(2)),
                head: trimmed.records[8].head, trimmed: isTrimmed ? trimmed.start : nil)
        }
        #expect(
            verdict == .intact(count: 5, head: trimmed.records[8].head, trimmed: trimmed.start.checkpoint.head))
    }

    @Test func `what was read just before its trim is passed over`() async throws {
        let trimmed = try Trimmed()
        #expect(try await trimmed.verdict(of: trimmed.records).brokenSequence == nil)
    }

    @Test func `a page is read from the server's answer as it stands`() throws {
        let tenant = TenantIDs.acme
        let record = try #require(Self.chain(1, of: tenant).first)
        let hash = JSONValue.string(Base64URL.encode(record.hash))
        let answer: JSONValue = [
            "items": [["seq": 1, "hash": hash, "record": .string(String(decoding: record.canonical, as: UTF8.self))]],
            "head": ["seq": 1, "hash": hash],
        ]
        let page = try AuditChainPage(answer.objectValue ?? JSONObject(), tenant: tenant)
        #expect(page.records == [record])
        #expect(page.head == record.head)
    }

    @Test(arguments: [
        "{}", "{\"items\":[]}", "{\"items\":[],\"head\":{\"seq\":0}}",
        "{\"items\":[],\"head\":{\"seq\":0,\"hash\":\"short\"}}",
        "{\"items\":[{}],\"head\":{\"seq\":0,\"hash\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}}",
    ])
    func `what is no part of a chain is not read as one`(text: String) throws {
        let answer = try JSONParser.parse(Array(text.utf8)).objectValue ?? JSONObject()
        let tenant = TenantIDs.acme
        #expect(throws: CommandFailure.self) { try AuditChainPage(answer, tenant: tenant) }
    }

    @Test func `a checkpoint is read as it is printed`() throws {
        let head = try #require(Self.chain(2, of: TenantIDs.acme).last).head
        #expect(NotedHead(argument: " \(NotedHead(head: head).text)\n")?.head == head)
        for text in ["", "2", "2:", ":x", "-1:\(Base64URL.encode(head.hash))", "2:\(Base64URL.encode(head.hash)):"] {
            #expect(NotedHead(argument: text) == nil)
        }
    }
}

extension AuditVerification.Verdict {
    fileprivate var brokenSequence: Int64? {
        guard case .broken(let sequence, _) = self else { return nil }
        return sequence
    }
}

extension AuditRecord {
    fileprivate func changed(_ change: (String) -> String) -> AuditRecord {
        let text = change(String(decoding: canonical, as: UTF8.self))
        return AuditRecord(tenant: tenant, sequence: sequence, canonical: Array(text.utf8), hash: hash)
    }
}
