import HallpassBroker
import HallpassCore
import HallpassStorage
import Logging
import StrictJSON
import Testing

@testable import hallpass

struct AuditRetentionTests {
    @Test func `a trimmed chain is proved from the file alone, and by its key`() async throws {
        let folder = try TemporaryFolder()
        let instance = Instance(folder: "\(folder.path)/var")
        try await instance.create(url: "http://127.0.0.1:8080")
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let engine = try await Engine.start(
            keys: KeyFile(path: instance.keyFile).custody, database: instance.database, mode: .existing,
            issuer: "http://127.0.0.1:8080", logger: logger)
        for _ in 0..<5 { try await record(on: engine.ledger) }
        _ = try await engine.broker.checkpointAudit()
        try await record(on: engine.ledger)
        // As old as anything is, tomorrow.
        let made = try await engine.broker.trimAudit(
            olderThanDays: -1, exportedTo: [], CallContext(requestID: "r", address: nil))
        let trim = try #require(made.first)
        await AuditRetention(broker: engine.broker, logger: logger, days: 0, destinations: []).tend()
        try await engine.stop()

        let records = try #require(
            try HallpassDatabase.inspect(path: instance.database).rowCounts.first { $0.table == "audit_record" })
        #expect(records.count == 2)
        let source = AuditSource.database(path: instance.database, .platform)
        let verdict = try await source.verify(AuditVerification(tenant: .platform, checkpoints: [trim.head]))
        guard case .intact(2, let head, trim.head) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        let report = WholeChain(
            tenant: .platform, count: 2, head: head, trimmed: trim.head, isTrimSigned: false, checkpoints: 0)
        #expect(
            report.text.contains(
                "It was trimmed up to record \(trim.head.sequence), as the chain says; --public-key proves it."))
        #expect(report.json["trimmed"]?["signed"] == false)
    }

    private func record(on ledger: Ledger) async throws {
        _ = try await ledger.submit(
            LedgerEntry(tenant: .platform, action: .record, nowSeconds: 0) { _ in
                AuditEntry(event: .mint, decision: .allow, timeMilliseconds: 0, requestID: "r")
            })
    }
}
