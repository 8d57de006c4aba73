import HallpassCore
import HallpassCrypto
import StrictJSON
import Testing

struct AuditChainTests {
    private let records: [AuditRecord]

    init() {
        var head = AuditHead.empty
        records = (1...5).map { number in
            let entry = AuditEntry(
                event: .mint, decision: .allow, timeMilliseconds: Int64(number), requestID: "r\(number)")
            let record = AuditRecord(entry, of: AuditRecordTests.acme, after: head)
            head = record.head
            return record
        }
    }

    private func firstBreak(_ records: [AuditRecord], after head: AuditHead = .empty) -> AuditChain.Break? {
        var chain = AuditChain(tenant: AuditRecordTests.acme, after: head)
        for record in records {
            if let found = chain.append(record) { return found }
        }
        return nil
    }

    private func changed(_ record: AuditRecord, to text: String, rehash previous: SHA256Digest? = nil) -> AuditRecord {
        let bytes = Array(text.utf8)
        return AuditRecord(
            tenant: record.tenant, sequence: record.sequence, canonical: bytes,
            hash: previous.map { AuditRecord.hash(bytes, after: $0) } ?? record.hash)
    }

    @Test func `an untouched chain holds`() {
        #expect(firstBreak(records) == nil)
        #expect(firstBreak(Array(records[2...]), after: records[1].head) == nil)
    }

    /// Exhaustive over one record: each bit of what it says counts.
    @Test func `any changed bit of a record is found at that record`() {
        let middle = records[2]
        for bit in 0..<(middle.canonical.count * 8) {
            var bytes = middle.canonical
            bytes[bit / 8] ^= 1 << (bit % 8)
            let bad = AuditRecord(tenant: middle.tenant, sequence: 3, canonical: bytes, hash: middle.hash)
            #expect(firstBreak(Array(records[..<2]) + [bad] + Array(records[3...])) == .hashMismatch(sequence: 3))
        }
    }

    @Test func `a record hashed anew breaks at the next`() {
        let text = String(decoding: records[2].canonical, as: UTF8.self).replacing("allow", with: "alloW")
        let bad = changed(records[2], to: text, rehash: records[1].hash)
        #expect(firstBreak(Array(records[..<2]) + [bad] + Array(records[3...])) == .hashMismatch(sequence: 4))
    }

    @Test func `removed, doubled and swapped records are out of sequence`() {
        #expect(firstBreak(Array(records[..<2]) + Array(records[3...])) == .outOfSequence(expected: 3, found: 4))
        #expect(firstBreak(Array(records[..<3]) + Array(records[2...])) == .outOfSequence(expected: 4, found: 3))
        #expect(firstBreak([records[1], records[0]]) == .outOfSequence(expected: 1, found: 2))
    }

    @Test func `a record moved to another place keeps its hash and is still found`() {
        let moved = AuditRecord(
            tenant: records[0].tenant, sequence: 3, canonical: records[0].canonical,
            hash: AuditRecord.hash(records[0].canonical, after: records[1].hash))
        #expect(firstBreak(Array(records[..<2]) + [moved]) == .misplaced(sequence: 3))
    }

    @Test func `a record of another tenant does not fit`() {
        let entry = AuditEntry(event: .mint, decision: .allow, timeMilliseconds: 1, requestID: "r")
        let foreign = AuditRecord(entry, of: "globex", after: records[4].head)
        #expect(firstBreak(records + [foreign]) == .misplaced(sequence: 6))
    }

    @Test(arguments: ["", "x", "[]", "{}", #"{"seq":1,"tenant":"acme"} "#, #"{"tenant":"acme","seq":1}"#])
    func `what is not canonical JSON does not fit, even well hashed`(text: String) {
        let bad = changed(records[0], to: text, rehash: AuditHead.empty.hash)
        #expect(firstBreak([bad]) == .misplaced(sequence: 1))
    }
}
