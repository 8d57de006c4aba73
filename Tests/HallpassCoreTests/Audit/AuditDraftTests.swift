import HallpassCore
import HallpassCrypto
import Testing

struct AuditDraftTests {
    @Test(arguments: [0, 8, 9, 99, 123_456_788, Int64.max - 1])
    func `a draft ends a chain where the record of the same entry ends it`(before: Int64) {
        let previous = AuditHead(sequence: before, hash: SHA256.hash([1]))
        for entry in [
            AuditRecordTests.fullEntry,
            AuditEntry(event: .mint, decision: .allow, timeMilliseconds: 0, requestID: #"","seq":0,""#),
        ] {
            let draft = AuditDraft(entry, of: AuditRecordTests.acme)
            let record = AuditRecord(entry, of: AuditRecordTests.acme, after: previous)
            #expect(draft.head(after: previous) == record.head)
            #expect(draft.event == entry.event && draft.timeMilliseconds == entry.timeMilliseconds)
        }
    }
}
