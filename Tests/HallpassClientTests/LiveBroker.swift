import Foundation
import HTTPTypes
import HallpassBroker
import HallpassCore
import HallpassCrypto
import HallpassHTTP
import HallpassStorage
import HummingbirdTesting
import LiveServer
import Logging
import NIOCore
import StrictJSON
import Synchronization

@testable import HallpassClient

/// A real broker behind a real socket, with one tenant, and the gateway that mints for it.
struct LiveBroker: Sendable {
    let port: Int
    let clock: TestClock
    private let gateway: TestClient
    private let broker: Broker
    private let secrets: [String: String]

    /// Runs `body` with a fresh broker, and leaves nothing of it behind.
    static func run<Value: Sendable>(_ body: @Sendable (LiveBroker) async throws -> Value) async throws
        -> Value
    {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hallpass-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer {
            // A folder that stays behind in the system's temporary one does no harm.
            try? FileManager.default.removeItem(at: folder)
        }
        let clock = TestClock()
        let database = try HallpassDatabase.open(path: folder.appending(path: "hallpass.db").path, mode: .create)
        let ledger = try Ledger(database: database)
        let value: Result<Value, any Error>
        do {
            let broker = try Broker(
                settings: BrokerSettings(issuer: "https://broker.example", alarm: { _ in }), database: database,
                ledger: ledger, tenantKeys: TenantKeys(keyEncryptionKey: try SecretBytes.random(count: 32)),
                keySets: KeySetSource { _ throws(KeySetSource.Failure) in throw .unreachable }, clock: clock.clock)
            try await broker.load()
            let secrets = try await register(in: broker)
            var settings = HTTPSettings(host: "127.0.0.1", port: 0)
            // On a machine that is busy with other tests a connection may lie for long before its test goes on.
            settings.idleTimeoutSeconds = 600
            value = .success(
                try await LiveServer.run { onListening in
                    try HallpassApplication(
                        broker: broker, settings: settings, metrics: PrometheusMetrics(),
                        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, onListening: onListening)
                } _: { client, port in
                    try await body(
                        LiveBroker(
                            port: port, clock: clock, gateway: client, broker: broker, secrets: secrets))
                })
        } catch {
            value = .failure(error)
        }
        await ledger.stop()
        try database.close()
        return try value.get()
    }

    /// - Parameter port: of what stands before the broker; its own where it is `nil`.
    func client(
        _ id: String = "crm-server", secret: String? = nil, port: Int? = nil, environment: String? = "prod",
        troubles: TroubleLog = TroubleLog()
    ) throws -> HallpassClient {
        HallpassClient(
            connection: BrokerConnection(
                address: "http://127.0.0.1:\(port ?? self.port)", clientID: id,
                secret: try secret ?? required(secrets[id]), timeout: .seconds(30)),
            environment: environment, onTrouble: troubles.append, pause: { _ in })
    }

    func secret(of client: String) throws -> String { try required(secrets[client]) }

    /// A call token of alice's, bound to the arguments where there are some.
    func token(tool: String = "add_note", arguments: JSON? = nil) async throws -> String {
        var request: [(name: String, value: JSON)] = [
            ("actor", ["sub": "alice"]), ("connector", "crm-mcp"), ("environment", "prod"), ("tool", JSON(tool)),
        ]
        if let arguments { request.append(("arguments", arguments)) }
        let response = try await gateway.execute(
            TestClient.Request(
                "/v1/call-tokens", method: .post, authority: "localhost",
                headers: [
                    .contentType: "application/json", .authorization: "Bearer \(try required(secrets["gateway"]))",
                ],
                body: ByteBuffer(bytes: JSON(members: request).bytes)))
        return try required(JSON(parsing: try required(response.body).readableBytesView)["access_token"]?.string)
    }

    /// What `crm-mcp` reaches its backend with, from a token endpoint at this port.
    func putCredential(tokensAt port: Int) async throws {
        let client = try broker.authenticate(id: "ops", secret: ClientSecret.digest(of: try secret(of: "ops")))
        let authorization = UpstreamAuthorization(
            tokenEndpoint: try required(OutboundURL("http://127.0.0.1:\(port)/token")), revocationEndpoint: nil,
            clientID: "hallpass", clientAuthentication: .basic, resource: nil)
        let deployment = try required(DeploymentID("crm-mcp@prod"))
        _ = try await broker.putCredential(
            try required(CredentialID("crm")),
            CredentialCommand(
                deployment: deployment, subject: nil, authorization: authorization,
                secret: .clientSecret(SecretBytes(copying: Array("s3cret".utf8)))),
            by: try broker.admin(client, of: try required(TenantID("acme"))),
            CallContext(requestID: "fixture", address: nil))
    }

    private static func register(in broker: Broker) async throws -> [String: String] {
        let context = CallContext(requestID: "fixture", address: nil)
        let admin = try required(ClientID("platform-admin"))
        let secret = try await broker.bootstrap(admin: admin, context)
        let client = try broker.authenticate(id: admin.rawValue, secret: ClientSecret.digest(of: secret.text))
        let rights = try broker.admin(client, of: try required(TenantID("acme")))
        let documents = try required(try JSONParser.parse(Array(documents.utf8)).arrayValue)
        let answer = try await broker.apply(documents, isDryRun: false, prune: false, by: rights, context)
        return Dictionary(uniqueKeysWithValues: answer.secrets.map { ($0.key.rawValue, $0.value.text) })
    }

    private static let documents = """
        [{"kind": "Tenant", "id": "acme", "display_name": "Of the tests"},
         {"kind": "Environment", "id": "prod"},
         {"kind": "Environment", "id": "dev"},
         {"kind": "Connector", "id": "crm-mcp", "resource": "https://crm.acme.example/mcp", "tools": [
            {"name": "find_contact", "effect": "read", "scopes": ["contacts:read"]},
            {"name": "add_note", "effect": "write", "scopes": ["notes:write"], "input_schema": {
                "type": "object", "required": ["body", "idempotency_key"], "properties": {
                    "body": {"type": "string", "maxLength": 20}, "idempotency_key": {"type": "string"}}}}]},
         {"server": "crm-mcp", "environment": "prod", "tools_allow": ["find_contact", "add_note"],
          "auth": {"mode": "oauth", "scopes": ["contacts:read", "notes:write"], "token_ttl_seconds": 3600}},
         {"kind": "Grant", "id": "alice-crm", "subject": "user:alice", "connector": "crm-mcp", "environment": "prod",
          "scopes": ["contacts:read", "notes:write"]},
         {"kind": "Client", "id": "gateway", "type": "gateway", "assert_actors": true},
         {"kind": "Client", "id": "ops", "type": "automation", "roles": ["security"]},
         {"kind": "Client", "id": "crm-server", "type": "mcp_server", "deployments": ["crm-mcp@prod"]}]
        """
}

/// A clock that stands still until it is moved.
final class TestClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_800_000_000_000)

    func advance(seconds: Int64) { milliseconds.withLock { $0 += seconds * 1_000 } }

    var clock: HallpassBroker.Clock { HallpassBroker.Clock { self.milliseconds.withLock { $0 } } }
}

/// Keeps what an operator would be told.
final class TroubleLog: Sendable {
    private let kept = Mutex<[Trouble]>([])

    var troubles: [Trouble] { kept.withLock { $0 } }

    var append: @Sendable (Trouble) -> Void { { trouble in self.kept.withLock { $0.append(trouble) } } }
}

/// Counts, for instance how often a tool ran.
final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    @discardableResult
    func increment() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}

/// What a test cannot go on without.
struct MissingValue: Error {}

func required<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw MissingValue() }
    return value
}
