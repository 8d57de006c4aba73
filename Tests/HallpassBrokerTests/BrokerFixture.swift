import Foundation
import HallpassCore
import HallpassCrypto
import HallpassStorage
import StrictJSON
import Synchronization
import Testing

@testable import HallpassBroker

/// A broker on a database file of its own, with the clock in the test's hand, and two tenants registered as an admin would.
final class BrokerFixture: Sendable {
    static let start: Int64 = 1_795_216_335
    private static let keyEncryptionKey = [UInt8](repeating: 9, count: 32)

    let folder: URL
    let milliseconds = Mutex(start * 1_000)
    let alarms = Mutex<[String]>([])
    /// What lies where key files lie, newest first; none: it cannot be read.
    let keyEncryptionKeys = Mutex([keyEncryptionKey])
    /// How often the newest took the place of the one before.
    let settled = Mutex(0)
    /// What identity providers publish, by URL.
    let published = Mutex<[String: Result<[UInt8], KeySetSource.Failure>]>([:])
    /// The fetches there were.
    let fetches = Mutex<[String]>([])
    private let secretTexts = Mutex<[String: String]>([:])
    private let parts = Mutex<Parts?>(nil)

    private struct Parts {
        let database: HallpassDatabase
        let ledger: Ledger
        let broker: Broker
    }

    private let upstreamTimeout: Duration

    private init(folder: URL, upstreamTimeout: Duration) {
        self.folder = folder
        self.upstreamTimeout = upstreamTimeout
    }

    /// Runs `body` against a fresh broker and takes everything away afterwards.
    static func run(
        upstreamTimeout: Duration = .seconds(30), _ body: (BrokerFixture) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hallpass-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let fixture = BrokerFixture(folder: folder, upstreamTimeout: upstreamTimeout)
        do {
            try await fixture.open(mode: .create)
            let admin = try await fixture.broker.bootstrap(admin: "root", fixture.context())
            fixture.secretTexts.withLock { $0["root"] = admin.text }
            try await fixture.apply(acme, to: "acme")
            try await fixture.apply(globex, to: "globex")
            try await body(fixture)
        } catch {
            try await fixture.close()
            try FileManager.default.removeItem(at: folder)
            throw error
        }
        try await fixture.close()
        try FileManager.default.removeItem(at: folder)
    }

    var broker: Broker {
        parts.withLock { parts in
            guard let parts else { preconditionFailure("the broker is closed") }
            return parts.broker
        }
    }

    /// Next to nothing, where the cost is not what a test is about.
    static func cost(log2N: Int = 4) throws -> Scrypt.Cost {
        try #require(Scrypt.Cost(log2N: log2N, blockSize: 8, parallelism: 1))
    }

    func open(
        mode: HallpassDatabase.Mode = .existing, keyEncryptionKey: [UInt8] = keyEncryptionKey,
        passwordCost: Scrypt.Cost? = nil
    ) async throws {
        try await open(mode: mode, keyEncryptionKeys: [keyEncryptionKey], passwordCost: passwordCost)
    }

    func open(
        mode: HallpassDatabase.Mode = .existing, keyEncryptionKeys: [[UInt8]], passwordCost: Scrypt.Cost? = nil
    ) async throws {
        let passwordCost = try passwordCost ?? Self.cost()
        let custody = KeyCustody(
            read: {
                let keys = self.keyEncryptionKeys.withLock { $0 }
                guard !keys.isEmpty else { throw UnreadableKeyFile() }
                return keys.map { SecretBytes(copying: $0) }
            },
            settle: { self.settled.withLock { $0 += 1 } })
        let database = try HallpassDatabase.open(path: folder.appending(path: "hallpass.sqlite").path, mode: mode)
        let ledger = try Ledger(database: database)
        let broker = try Broker(
            settings: BrokerSettings(issuer: "https://hallpass.example", passwordCost: passwordCost) { alarm in
                self.alarms.withLock { $0.append(alarm.message) }
            },
            database: database, ledger: ledger,
            tenantKeys: TenantKeys(
                keyEncryptionKey: SecretBytes(copying: keyEncryptionKeys[0]),
                older: keyEncryptionKeys.dropFirst().map { SecretBytes(copying: $0) }),
            keySets: KeySetSource { url throws(KeySetSource.Failure) in try self.keySet(at: url) },
            custody: custody, clock: Clock { self.milliseconds.withLock { $0 } },
            upstream: UpstreamClient(timeout: upstreamTimeout, pause: { _ in }),
            toolServers: ToolServers(timeout: .seconds(600)))
        parts.withLock { $0 = Parts(database: database, ledger: ledger, broker: broker) }
        try await broker.load()
    }

    func close() async throws {
        guard
            let open = parts.withLock({ parts in
                defer { parts = nil }
                return parts
            })
        else { return }
        await open.ledger.stop()
        try open.database.close()
    }

    private func keySet(at url: OutboundURL) throws(KeySetSource.Failure) -> [UInt8] {
        fetches.withLock { $0.append(url.text) }
        return try (published.withLock { $0[url.text] } ?? .failure(.unreachable)).get()
    }

    func advance(seconds: Int64) { milliseconds.withLock { $0 += seconds * 1_000 } }

    func context() -> CallContext {
        CallContext(requestID: UUID().uuidString, address: "127.0.0.1")
    }

    func client(_ id: String, tenant: String = "acme") throws -> AuthenticatedClient {
        let secret = try #require(secretTexts.withLock { $0[id == "root" ? id : "\(tenant)/\(id)"] })
        return try broker.authenticate(id: id, secret: ClientSecret.digest(of: secret))
    }

    func secret(_ id: String, tenant: String = "acme") throws -> String {
        try #require(secretTexts.withLock { $0["\(tenant)/\(id)"] })
    }

    func admin(of tenant: TenantID = "acme", as id: String = "root") throws -> TenantAdmin {
        try broker.admin(client(id, tenant: tenant.rawValue), of: tenant)
    }

    @discardableResult
    func apply(
        _ documents: [JSONValue], to tenant: TenantID, isDryRun: Bool = false, prune: Bool = false
    ) async throws -> RegistryAnswer {
        let answer = try await broker.apply(
            documents, isDryRun: isDryRun, prune: prune, by: admin(of: tenant), context())
        for (id, secret) in answer.secrets {
            secretTexts.withLock { $0["\(tenant)/\(id)"] = secret.text }
        }
        return answer
    }
}

extension BrokerFixture {
    func command(
        _ subject: Subject = "alice", groups: Set<GroupName> = [], tool: ToolName? = "add_note",
        connector: ConnectorID = "crm-mcp", _ change: (inout MintCommand) -> Void = { _ in }
    ) -> MintCommand {
        var command = MintCommand(
            proof: .asserted(Actor(subject: subject, groups: groups)), target: .connector(connector),
            environment: "prod")
        command.tool = tool
        change(&command)
        return command
    }

    func mint(_ command: MintCommand, as client: String = "gateway", tenant: String = "acme") async throws -> Result<
        MintedToken, Refusal
    > {
        try await broker.mint(command, by: self.client(client, tenant: tenant), context())
    }

    /// A good token for Alice's `add_note`.
    func token() async throws -> MintedToken { try await mint(command()).get() }

    /// Asks with a key of its own, so that nothing is taken for a retry that is none.
    func verify(
        _ token: String, tool: ToolName? = "add_note", as client: String = "crm-server", tenant: String = "acme",
        _ change: (inout VerifyCommand) -> Void = { _ in }
    ) async throws -> Result<Execution, Refusal> {
        let answer = try await ask(token, tool: tool, key: UUID().uuidString, as: client, tenant: tenant, change)
        return try answer.map { answer in
            guard case .execute(let execution) = answer else { throw UnexpectedReplay() }
            return execution
        }
    }

    func ask(
        _ token: String, tool: ToolName? = "add_note", key: String?, as client: String = "crm-server",
        tenant: String = "acme", _ change: (inout VerifyCommand) -> Void = { _ in }
    ) async throws -> Result<VerifyAnswer, Refusal> {
        var command = VerifyCommand(token: token)
        command.tool = tool
        command.idempotencyKey = key.flatMap(IdempotencyKey.init)
        change(&command)
        return try await broker.verify(command, by: self.client(client, tenant: tenant), context())
    }

    func isActive(_ token: String, as client: String = "crm-server") async throws -> Bool {
        try await broker.introspect(token, by: self.client(client), context()) != nil
    }

    /// The whole chain of a tenant, verified link by link.
    func audit(_ tenant: TenantID = "acme") async throws -> [JSONObject] {
        var chain = AuditChain(tenant: tenant)
        var records: [JSONObject] = []
        while true {
            let page = try await broker.auditStore.records(tenant, after: chain.head.sequence, limit: 500)
            guard !page.isEmpty else { return records }
            for record in page {
                #expect(chain.append(record) == nil)
                records.append(try #require(try JSONParser.parse(record.canonical).objectValue))
            }
        }
    }
}

extension BrokerFixture {
    /// What a cutoff calls the token by, last in its chain where there are several.
    func name(of token: MintedToken, in dimension: RevocationDimension) throws -> String {
        let keys = try client("crm-server").snapshot.keys
        let verified = try TokenVerifier.verify(UnverifiedToken(Array(token.text.utf8)), keys: keys)
        return try #require(verified.names(in: dimension).last)
    }
}

extension Result where Failure == Refusal {
    var refusal: HallpassError? {
        guard case .failure(let refusal) = self else { return nil }
        return refusal.error
    }
}

struct UnexpectedReplay: Error {}
struct UnreadableKeyFile: Error {}

extension Result where Failure == Refusal {
    /// `Result.map` with a transformation that may throw.
    func map<Value>(_ transform: (Success) throws -> Value) throws -> Result<Value, Refusal> {
        switch self {
        case .success(let success): .success(try transform(success))
        case .failure(let refusal): .failure(refusal)
        }
    }
}
