import Foundation
import GRDB
import HallpassCore
import HallpassCrypto
import HallpassStorage
import Synchronization
import Testing

@testable import HallpassBroker

struct RetentionTests {
    private static let file = ExportDestination(.file, "/var/log/audit.jsonl")

    /// A day's calls, and a checkpoint at its end.
    private func day(_ fixture: BrokerFixture, calls: Int = 4) async throws -> AuditHead {
        for _ in 0..<calls { _ = try await fixture.token() }
        let made = try await fixture.broker.checkpointAudit()
        fixture.advance(seconds: 86_400)
        return try #require(made.first { $0.checkpoint.tenant == "acme" }).checkpoint.head
    }

    private func trimmed(
        _ fixture: BrokerFixture, days: Int64, exportedTo destinations: [ExportDestination] = []
    ) async throws -> AuditHead? {
        let made = try await fixture.broker.trimAudit(
            olderThanDays: days, exportedTo: destinations, fixture.context())
        return made.first { $0.signed.checkpoint.tenant == "acme" }?.head
    }

    private func sequences(_ fixture: BrokerFixture) async throws -> [Int64] {
        try await fixture.broker.auditChain(after: 0, limit: 500, by: fixture.admin(as: "ops")).map(\.sequence)
    }

    private func rows(_ fixture: BrokerFixture, _ table: String) async throws -> [Int64] {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(
            path: fixture.folder.appending(path: "hallpass.sqlite").path, configuration: configuration)
        return try await queue.read { db in
            try Int64.fetchAll(db, sql: "SELECT sequence FROM \(table) WHERE tenant_id = 'acme' ORDER BY sequence")
        }
    }

    @Test func `what is older than it is kept goes, and the rest follows on a signed checkpoint`() async throws {
        try await BrokerFixture.run { fixture in
            let first = try await day(fixture)
            let second = try await day(fixture)
            let third = try await day(fixture)
            #expect(try await trimmed(fixture, days: 1) == second)

            let admin = try fixture.admin(as: "ops")
            let trim = try #require(try await fixture.broker.auditTrim(by: admin))
            let keys = try await fixture.broker.auditKeys(by: admin)
            let isSigned = try keys.contains { try trim.signed.isSigned(by: $0) }
            #expect(isSigned)
            var chain = AuditChain(tenant: "acme", after: trim.head)
            let records = try await fixture.broker.auditChain(after: 0, limit: 500, by: admin)
            for record in records { #expect(chain.append(record) == nil) }
            #expect(records.first?.sequence == second.sequence + 1)
            #expect(try await chain.head == fixture.broker.auditHead(by: admin))
            let told = try #require(try await fixture.broker.audit(AuditQuery(), by: admin).records.first)
            let text = String(decoding: told.canonical, as: UTF8.self)
            #expect(text.contains(#""event":"audit_trim""#))
            #expect(text.contains(#""target":"up to \#(second.text)""#))
            #expect(text.contains(#""count":\#(second.sequence),"#))
            // Gone for everyone before it is gone from the disk.
            #expect(
                try await fixture.broker.audit(AuditQuery(), by: admin).records.last?.sequence == second.sequence + 1)
            #expect(try await rows(fixture, "audit_record").first == 1)

            var pauses = 0
            try await fixture.broker.removeTrimmedAudit(atMost: 3) { pauses += 1 }
            #expect(pauses >= 2)
            #expect(try await rows(fixture, "audit_record") == records.map(\.sequence))
            #expect(try await rows(fixture, "audit_checkpoint") == [second.sequence, third.sequence])
            #expect(first.sequence < second.sequence)
        }
    }

    @Test(arguments: [(0, false), (1, true)] as [(Int64, Bool)])
    func `a checkpoint is old enough past its time, not at it`(seconds: Int64, isTrimmed: Bool) async throws {
        try await BrokerFixture.run { fixture in
            let head = try await day(fixture)
            fixture.advance(seconds: 86_400 + seconds)
            #expect(try await trimmed(fixture, days: 2) == (isTrimmed ? head : nil))
        }
    }

    @Test func `a chain is trimmed once a day at most, and goes on from there`() async throws {
        try await BrokerFixture.run { fixture in
            let first = try await day(fixture)
            let second = try await day(fixture)
            fixture.advance(seconds: -86_400)
            #expect(try await trimmed(fixture, days: 0) == first)
            fixture.advance(seconds: 86_399)
            #expect(try await trimmed(fixture, days: 0) == nil)
            fixture.advance(seconds: 1)
            #expect(try await trimmed(fixture, days: 0) == second)
            fixture.advance(seconds: 86_400)
            #expect(try await trimmed(fixture, days: 0) == nil)
            let records = try await sequences(fixture)
            #expect(records.first == second.sequence + 1)
        }
    }

    @Test func `what a destination lacks stays`() async throws {
        try await BrokerFixture.run { fixture in
            let first = try await day(fixture)
            let second = try await day(fixture)
            #expect(try await trimmed(fixture, days: 0, exportedTo: [Self.file]) == nil)
            let records = try await fixture.broker.auditStore.records("acme", limit: 500)
            let some = records.filter { $0.sequence < second.sequence }
            try await fixture.broker.noteExported(some, to: Self.file)
            let webhook = ExportDestination(.webhook, "https://siem.example")
            #expect(try await trimmed(fixture, days: 0, exportedTo: [Self.file, webhook]) == nil)
            #expect(try await trimmed(fixture, days: 0, exportedTo: [Self.file]) == first)
        }
    }

    @Test func `a destination that comes later is given what is left`() async throws {
        try await BrokerFixture.run { fixture in
            let head = try await day(fixture)
            #expect(try await trimmed(fixture, days: 0) == head)
            let batch = try await fixture.broker.exportBatch(for: Self.file, after: nil)
            #expect(batch.records.first { $0.tenant == "acme" }?.sequence == head.sequence + 1)
        }
    }

    @Test(arguments: [
        "UPDATE audit_record SET time_ms = time_ms + 1 WHERE tenant_id = 'acme' AND sequence = 4",
        "DELETE FROM audit_record WHERE tenant_id = 'acme' AND sequence = 3",
        "UPDATE audit_checkpoint SET created_at = created_at - 1 WHERE tenant_id = 'acme'",
        "UPDATE audit_checkpoint SET signature = zeroblob(64) WHERE tenant_id = 'acme'",
        "UPDATE audit_checkpoint SET hash = zeroblob(32) WHERE tenant_id = 'acme'",
    ])
    func `what somebody has changed is not trimmed away, and the operator hears of it`(sql: String) async throws {
        try await BrokerFixture.run { fixture in
            _ = try await day(fixture)
            try await fixture.close()
            try await DatabaseQueue(path: fixture.folder.appending(path: "hallpass.sqlite").path).write {
                try $0.execute(sql: sql)
            }
            try await fixture.open()
            let before = try await rows(fixture, "audit_record")
            #expect(try await trimmed(fixture, days: 0) == nil)
            try await fixture.broker.removeTrimmedAudit {}
            #expect(try await rows(fixture, "audit_record") == before)
            #expect(fixture.alarms.withLock { $0 }.contains { $0.hasPrefix("The audit of tenant acme does not fit") })
        }
    }

    @Test func `a removal that a crash cut short is finished later, and the chain goes on meanwhile`() async throws {
        try await BrokerFixture.run { fixture in
            let head = try await day(fixture)
            #expect(try await trimmed(fixture, days: 0) == head)
            struct Crash: Error {}
            await #expect(throws: Crash.self) {
                try await fixture.broker.removeTrimmedAudit(atMost: 2) { throw Crash() }
            }
            try await fixture.close()
            try await fixture.open()
            _ = try await fixture.token()
            let records = try await sequences(fixture)
            #expect(records.first == head.sequence + 1)
            #expect(records == Array(head.sequence + 1...head.sequence + Int64(records.count)))
            #expect(try await rows(fixture, "audit_record").first == 3)
            try await fixture.broker.removeTrimmedAudit {}
            #expect(try await rows(fixture, "audit_record") == records)
        }
    }
}
