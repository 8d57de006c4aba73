import Foundation
import HallpassBroker
import HallpassCore
import HallpassHTTP
import HallpassStorage
import Logging
import StrictJSON
import Synchronization
import Testing

@testable import hallpass

/// A place that takes what it is told to take.
private final class Shelf: AuditDestination {
    let destination = ExportDestination(.webhook, "https://siem.example/audit")
    private let state = Mutex<(failures: [DeliveryFailure], deliveries: [[UInt8]])>(([], []))

    func deliver(_ lines: [UInt8]) async throws(DeliveryFailure) {
        let failure = state.withLock { state -> DeliveryFailure? in
            state.deliveries.append(lines)
            return state.failures.isEmpty ? nil : state.failures.removeFirst()
        }
        if let failure { throw failure }
    }

    func fail(_ failures: [DeliveryFailure]) { state.withLock { $0.failures = failures } }

    /// The records of each delivery, those that failed too.
    var deliveries: [[AuditHead]] {
        state.withLock { $0.deliveries }.map { lines in
            lines.split(separator: UInt8(ascii: "\n")).compactMap { line -> AuditHead? in
                // What is no JSON is no record, and is missed.
                guard let value = try? JSONParser.parse(Array(line)) else { return nil }
                return NotedHead(argument: "\(value["seq"]?.integerValue ?? 0):\(value.text("hash"))")?.head
            }
        }
    }
}

struct AuditExportTests {
    /// An instance with nothing but what its making recorded, and that many records more in its chain.
    private func run(
        records: Int = 0, _ body: (Engine, inout AuditExport, Shelf, PrometheusMetrics) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let instance = Instance(folder: "\(folder.path)/var")
        try await instance.create(url: "http://127.0.0.1:8080")
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let engine = try await Engine.start(
            keys: KeyFile(path: instance.keyFile).custody, database: instance.database, mode: .existing,
            issuer: "http://127.0.0.1:8080", logger: logger)
        try await record(records, on: engine)
        let shelf = Shelf()
        let metrics = PrometheusMetrics()
        var export = AuditExport(
            broker: engine.broker, destination: shelf, format: .jsonl, logger: logger,
            metrics: AuditExportMetrics(.webhook, factory: metrics), chance: { 1 })
        do {
            try await body(engine, &export, shelf, metrics)
        } catch {
            try await engine.stop()
            throw error
        }
        try await engine.stop()
    }

    private func record(_ count: Int, of tenant: TenantID = .platform, reason: String? = nil, on engine: Engine)
        async throws
    {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask {
                    let entry = LedgerEntry(tenant: tenant, action: .record, nowSeconds: 0) { _ in
                        var entry = AuditEntry(
                            event: .verify, decision: .allow, timeMilliseconds: 1_795_216_335_000, requestID: "r")
                        entry.reason = reason
                        return entry
                    }
                    _ = try await engine.ledger.submit(entry)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `everything arrives in order, once, and then there is nothing to deliver`() async throws {
        try await run(records: 1_200) { engine, export, shelf, metrics in
            var pauses: [Duration] = []
            repeat { pauses.append(await export.step()) } while pauses.last == .zero
            let sizes = shelf.deliveries.map(\.count)
            #expect(sizes.prefix(2) == [500, 500])
            #expect(pauses.dropLast().allSatisfy { $0 == .zero })
            var head = AuditHead.empty
            for place in shelf.deliveries.joined() {
                #expect(place.sequence == head.sequence + 1)
                head = place
            }
            #expect(head.sequence >= 1_200)
            #expect(await export.step() == .seconds(1))
            #expect(shelf.deliveries.count == sizes.count)
            try await record(1, on: engine)
            _ = await export.step()
            #expect(shelf.deliveries.last?.map(\.sequence) == [head.sequence + 1])
            _ = await export.step()
            let text = String(decoding: metrics.exposition(), as: UTF8.self)
            #expect(text.contains(#"hallpass_audit_export_lag_records{destination="webhook"} 0.0"#))
            #expect(text.contains(#"hallpass_audit_export_records_total{destination="webhook"} \#(head.sequence + 1)"#))
        }
    }

    @Test func `what did not arrive is delivered again, later and later, and nothing is left out`() async throws {
        try await run { engine, export, shelf, metrics in
            shelf.fail(
                Array(repeating: DeliveryFailure("it answered 500"), count: 4) + [
                    DeliveryFailure("x", retryAfterSeconds: 60)
                ])
            var pauses: [Duration] = []
            for _ in 0..<6 { pauses.append(await export.step()) }
            #expect(pauses == [.seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(60), .seconds(1)])
            #expect(Set(shelf.deliveries).count == 1)
            #expect(export.isSound)
            let text = String(decoding: metrics.exposition(), as: UTF8.self)
            #expect(text.contains(#"hallpass_audit_export_failures_total{destination="webhook"} 5"#))
        }
    }

    @Test func `an export that begins anew goes on where it was`() async throws {
        try await run(records: 3) { engine, export, shelf, metrics in
            shelf.fail([DeliveryFailure("it answered 500")])
            _ = await export.step()
            _ = await export.step()
            try await record(1, on: engine)
            var again = AuditExport(
                broker: engine.broker, destination: shelf, format: .jsonl, logger: export.logger,
                metrics: export.metrics)
            _ = await again.step()
            #expect(shelf.deliveries.count == 3)
            #expect(shelf.deliveries[0] == shelf.deliveries[1])
            #expect(shelf.deliveries[2].count == 1)
            #expect(shelf.deliveries[2][0].sequence == shelf.deliveries[1].last.map { $0.sequence + 1 })
        }
    }

    @Test func `trouble that lasts is told once, and that it is over`() async throws {
        try await run { engine, export, shelf, _ in
            let log = Mutex<[String]>([])
            var loud = AuditExport(
                broker: engine.broker, destination: shelf, format: .jsonl,
                logger: Logger(label: "test") { _ in Listener { line in log.withLock { $0.append(line) } } },
                metrics: export.metrics)
            let down = DeliveryFailure("it cannot be reached")
            shelf.fail([down, down, down, down, down, DeliveryFailure("it answered 503"), down])
            for _ in 0..<2 { _ = await loud.step() }
            #expect(log.withLock { $0 }.isEmpty)
            for _ in 0..<6 { _ = await loud.step() }
            #expect(
                log.withLock { $0 } == [
                    "warning it cannot be reached", "warning it answered 503", "warning it cannot be reached", "info ",
                ])
        }
    }

    @Test func `a delivery is no larger than its limit, unless one record is`() async throws {
        try await run { engine, export, shelf, _ in
            while await export.step() == .zero {}
            let before = shelf.deliveries.count
            try await record(6, reason: String(repeating: "x", count: Limits.exportBatchBytes / 3), on: engine)
            try await record(1, reason: String(repeating: "y", count: Limits.exportBatchBytes * 2), on: engine)
            while await export.step() == .zero {}
            let sizes = shelf.deliveries.dropFirst(before).map(\.count)
            #expect(sizes.reduce(0, +) == 7)
            #expect(sizes == [2, 2, 2, 1])
        }
    }

    @Test func `a tenant with many records keeps nobody else's back`() async throws {
        try await run(records: 600) { engine, export, shelf, _ in
            let small = try #require(TenantID("acme"))
            try await record(2, of: small, on: engine)
            _ = await export.step()
            // The few of the first tenant, then as many of the other as there is room for.
            #expect(shelf.deliveries[0].count == 500)
            #expect(shelf.deliveries[0].prefix(3).map(\.sequence) == [1, 2, 1])
            try await record(1, of: small, on: engine)
            _ = await export.step()
            #expect(shelf.deliveries[1].contains { $0.sequence == 3 })
        }
    }
}

/// Hears what is logged.
private struct Listener: LogHandler {
    let hear: @Sendable (String) -> Void
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    init(hear: @escaping @Sendable (String) -> Void) { self.hear = hear }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        hear("\(event.level.rawValue) \(event.metadata?["because"].map { "\($0)" } ?? "")")
    }
}

struct ExportFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
    }

    @Test func `a file that was renamed is followed by a new one, for its owner alone`() async throws {
        let file = ExportFile(path: "\(folder.path)/a.jsonl")
        try await file.deliver(Array("1\n".utf8))
        try await file.deliver(Array("2\n".utf8))
        try FileManager.default.moveItem(atPath: file.path, toPath: "\(folder.path)/a.jsonl.1")
        try await file.deliver(Array("3\n".utf8))
        #expect(try text("a.jsonl.1") == "1\n2\n")
        #expect(try text("a.jsonl") == "3\n")
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `a file that was emptied in place is added to`() async throws {
        let file = ExportFile(path: "\(folder.path)/a.jsonl")
        try await file.deliver(Array("1\n".utf8))
        #expect(truncate(file.path, 0) == 0)
        try await file.deliver(Array("2\n".utf8))
        #expect(try text("a.jsonl") == "2\n")
    }

    @Test func `half a line that a crash left is gone before the next is added`() async throws {
        let file = ExportFile(path: try folder.write("a.jsonl", "1\n{\"ha"))
        try await file.deliver(Array("2\n".utf8))
        #expect(try text("a.jsonl") == "1\n2\n")
    }

    @Test func `a folder that is not there is a failure in one clause`() async throws {
        let path = "\(folder.path)/none/a.jsonl"
        await #expect(throws: DeliveryFailure("\(path) cannot be written: no such file or directory")) {
            try await ExportFile(path: path).deliver([])
        }
    }
}
