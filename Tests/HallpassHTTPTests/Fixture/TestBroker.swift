import Foundation
import GRDB
import HallpassBroker
import HallpassCore
import HallpassCrypto
import StrictJSON
import Synchronization

@testable import HallpassStorage

/// A whole broker on a database of its own, with two tenants that look alike and share nothing.
final class TestBroker: Sendable {
    let broker: Broker
    let clock: TestClock
    let disk: TestDisk
    /// Of `platform-admin`, who may do everything a platform admin may.
    let platformAdmin: Credentials
    private let acme: [String: String]
    private let globex: [String: String]
    private let database: HallpassDatabase
    let ledger: Ledger
    private let folder: URL
    /// Those that fill the ledger.
    private let waiting = Mutex<[Task<Void, any Error>]>([])

    /// What a client presents.
    struct Credentials: Sendable {
        let id: String
        let secret: String
    }

    private init(folder: URL, queueCapacity: Int) async throws {
        self.folder = folder
        let clock = TestClock()
        self.clock = clock
        database = try HallpassDatabase.open(path: folder.appending(path: "hallpass.db").path, mode: .create)
        let disk = TestDisk()
        self.disk = disk
        ledger = try Ledger(database: database, queueCapacity: queueCapacity, beforeCommit: disk.beforeCommit)
        let settings = BrokerSettings(
            issuer: "https://broker.example",
            passwordCost: try required(Scrypt.Cost(log2N: 4, blockSize: 8, parallelism: 1)),
            alarm: { _ in })
        broker = try Broker(
            settings: settings, database: database, ledger: ledger,
            tenantKeys: TenantKeys(keyEncryptionKey: try SecretBytes.random(count: 32)),
            keySets: KeySetSource { _ throws(KeySetSource.Failure) in throw .unreachable }, clock: clock.clock)
        try await broker.load()
        let adminID = try required(ClientID("platform-admin"))
        let context = CallContext(requestID: "fixture", address: nil)
        let secret = try await broker.bootstrap(admin: adminID, context)
        platformAdmin = Credentials(id: adminID.rawValue, secret: secret.text)
        acme = try await Self.register("acme", in: broker, by: platformAdmin)
        globex = try await Self.register("globex", in: broker, by: platformAdmin)
    }

    /// Runs `body` with a fresh broker, and leaves nothing of it behind.
    static func run<Value>(
        queueCapacity: Int = Limits.ledgerQueueEntries, _ body: (TestBroker) async throws -> Value
    ) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hallpass-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer {
            // A folder that stays behind in the system's temporary one does no harm.
            try? FileManager.default.removeItem(at: folder)
        }
        let fixture = try await TestBroker(folder: folder, queueCapacity: queueCapacity)
        let value: Result<Value, any Error>
        do {
            value = .success(try await body(fixture))
        } catch {
            value = .failure(error)
        }
        fixture.disk.release()
        // How they ended is of no interest; that they did is.
        for task in fixture.waiting.withLock({ $0 }) { _ = await task.result }
        await fixture.ledger.stop()
        try fixture.database.close()
        return try value.get()
    }

    /// A client of tenant acme: `gateway`, `crm-server`, `billing-server`, `admin`, `viewer`, or `unproven`.
    func acme(_ client: String) throws -> Credentials { Credentials(id: client, secret: try required(acme[client])) }

    /// The same of tenant globex.
    func globex(_ client: String) throws -> Credentials {
        Credentials(id: client, secret: try required(globex[client]))
    }

    /// How many records the chains of all tenants hold.
    func auditCount() async throws -> Int64 {
        let store = AuditStore(database: database)
        var count: Int64 = 0
        for tenant in ["platform", "acme", "globex"] { count += try await store.count(try required(TenantID(tenant))) }
        return count
    }

    /// The newest record of a tenant's chain.
    func lastRecord(of tenant: String) async throws -> JSONObject {
        let store = AuditStore(database: database)
        let page = try await store.list(try required(TenantID(tenant)), AuditQuery(limit: 1))
        let record = try required(page.records.first)
        return try required(try JSONParser.parse(record.canonical).objectValue)
    }

    /// Ends the one writer, as a full disk would: from now on nothing can be recorded.
    func stopLedger() async { await ledger.stop() }

    /// Leaves no room for anyone, of a ledger that has room for one to wait.
    func fillLedger() async {
        disk.hold()
        for count in 0...1 {
            let entry = LedgerEntry(tenant: .platform, action: .record, nowSeconds: 0) { _ in
                AuditEntry(event: .verify, decision: .deny, timeMilliseconds: 0, requestID: "fixture")
            }
            waiting.withLock { $0.append(Task { [ledger] in _ = try await ledger.submit(entry) }) }
            if count == 0 { await disk.untilHeld() }
            while ledger.queuedCount < count { await Task.yield() }
        }
    }

    /// Spoils the rows of all tokens, as someone who edits the file would.
    func damageTokens() async throws {
        try await ledger.transact { try $0.db.run("UPDATE token SET groups = '[1]'", []) }
    }

    private static func register(
        _ tenant: String, in broker: Broker, by admin: Credentials
    ) async throws -> [String: String] {
        let client = try broker.authenticate(id: admin.id, secret: ClientSecret.digest(of: admin.secret))
        let rights = try broker.admin(client, of: try required(TenantID(tenant)))
        let documents = try required(try JSONParser.parse(Array(DemoTenant.documents(tenant).utf8)).arrayValue)
        let answer = try await broker.apply(
            documents, isDryRun: false, prune: false, by: rights, CallContext(requestID: "fixture", address: nil))
        return Dictionary(uniqueKeysWithValues: answer.secrets.map { ($0.key.rawValue, $0.value.text) })
    }
}

/// A clock that stands still until it is moved.
final class TestClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_800_000_000_000)

    func advance(seconds: Int64) { milliseconds.withLock { $0 += seconds * 1_000 } }

    var clock: Clock { Clock { self.milliseconds.withLock { $0 } } }
}

/// What a test cannot go on without.
struct MissingValue: Error {}

func required<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw MissingValue() }
    return value
}
