import Foundation
import HTTPTypes
import HallpassBroker
import HallpassCore
import HallpassCrypto
import HummingbirdTesting
import LiveServer
import Logging
import NIOCore
import NIOHTTP1
import StrictJSON
import Synchronization
import Testing

@testable import HallpassHTTP

/// The HTTP server over a ``TestBroker``, and a client that asks it.
struct TestServer: Sendable {
    let fixture: TestBroker
    let application: HallpassApplication
    let log: RecordingLog
    /// The one connection, where there is a socket.
    private let client: TestClient?
    let port: Int?

    enum Setup {
        /// The responder itself is asked.
        case inProcess
        /// Through a socket.
        case live
    }

    static func run<Value: Sendable>(
        _ setup: Setup = .inProcess, queueCapacity: Int = Limits.ledgerQueueEntries,
        heartbeat: Duration = .milliseconds(50), _ body: @Sendable (TestServer) async throws -> Value
    ) async throws -> Value {
        try await TestBroker.run(queueCapacity: queueCapacity) { fixture in
            let log = RecordingLog()
            var settings = HTTPSettings(host: "localhost", port: 0, publicDirectory: Repository.folder("Public").path)
            // On a machine that is busy with other tests a connection may lie for long before its test goes on.
            settings.idleTimeoutSeconds = 600
            settings.heartbeat = heartbeat
            settings.activityPause = .milliseconds(10)
            let made = settings
            let make = { @Sendable (onListening: @escaping @Sendable (Int) async -> Void) in
                try HallpassApplication(
                    broker: fixture.broker, settings: made, metrics: PrometheusMetrics(),
                    logger: Logger(label: "test") { _ in log.handler }, onListening: onListening)
            }
            guard setup == .live else {
                return try await body(
                    TestServer(fixture: fixture, application: try make { _ in }, log: log, client: nil, port: nil))
            }
            let application = Mutex<HallpassApplication?>(nil)
            return try await LiveServer.run { onListening in
                let live = try make(onListening)
                application.withLock { $0 = live }
                return live
            } _: { client, port in
                let live = try required(application.withLock { $0 })
                return try await body(
                    TestServer(fixture: fixture, application: live, log: log, client: client, port: port))
            }
        }
    }

    /// One request with nothing in it but what is given.
    func ask(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields = [:], body: [UInt8]? = nil
    ) async throws -> Reply {
        let reply =
            if let client {
                try await ask(client, method, path, headers, body)
            } else {
                try await askResponder(method, path, headers, body)
            }
        expectKnownCode(reply)
        return reply
    }

    private func ask(
        _ client: TestClient, _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields, _ body: [UInt8]?
    ) async throws -> Reply {
        let response = try await client.execute(
            TestClient.Request(
                path, method: method, authority: "localhost", headers: headers, body: body.map { ByteBuffer(bytes: $0) }
            ))
        return Reply(
            status: response.status.code, headers: response.headers,
            bytes: response.body.map { Array($0.readableBytesView) } ?? [])
    }

    private func askResponder(
        _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields, _ body: [UInt8]?
    ) async throws -> Reply {
        var sent = HTTPHeaders([("Host", "localhost")])
        for field in headers { sent.add(name: field.name.rawName, value: field.value) }
        if let body { sent.add(name: "Content-Length", value: String(body.count)) }
        let response = await application.responder.respond(
            to: IncomingRequest(
                method: method, target: path, headers: RequestHeaders(sent), body: IncomingBody(body ?? []),
                address: nil, credentials: CredentialMemory()))
        guard case .bytes(let bytes) = response.body else { throw MissingValue() }
        let lines = String(decoding: response.head.bytes, as: UTF8.self).split(separator: "\r\n")
        var fields = HTTPFields()
        for line in lines.dropFirst() {
            let parts = line.split(separator: ": ", maxSplits: 1).map(String.init)
            fields.append(HTTPField(name: try required(HTTPField.Name(parts[0])), value: try required(parts.last)))
        }
        let status = lines[0].split(separator: " ")
        return Reply(status: try required(Int(status[1])), headers: fields, bytes: bytes)
    }

    /// Whatever a test asks: no code is ever met that is neither in the table nor a constraint's.
    private func expectKnownCode(_ reply: Reply) {
        guard let body = try? reply.json(), body["ok"] == false, let code = try? reply.code() else { return }
        let registries = fixture.broker.snapshot.tenants.values.map(\.registry)
        let constraints = registries.flatMap { registry in
            registry.deployments.values.flatMap(\.constraints) + registry.grants.values.flatMap(\.constraints)
        }
        let isKnown = ErrorCode.wireCases.contains { $0.rawValue == code }
        #expect(isKnown || constraints.contains { $0.whenViolated.code == code }, "\(reply.text)")
    }

    /// One request of this client with a JSON body.
    func ask(
        _ method: HTTPRequest.Method, _ path: String, as client: TestBroker.Credentials?, json: JSONValue? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Reply {
        var headers = headers
        if let client { headers[.authorization] = client.basic }
        if json != nil { headers[.contentType] = "application/json" }
        return try await ask(method, path, headers: headers, body: json?.serialized())
    }

    /// One form of this client.
    func post(_ path: String, as client: TestBroker.Credentials?, form: String) async throws -> Reply {
        var headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
        if let client { headers[.authorization] = client.basic }
        return try await ask(.post, path, headers: headers, body: Array(form.utf8))
    }
}

/// An answer.
struct Reply: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The body, which must be an object.
    func json() throws -> JSONObject { try required(try JSONParser.parse(bytes).objectValue) }

    /// The error, which on OAuth's routes stands beside OAuth's own.
    func error() throws -> JSONObject {
        let body = try json()
        return body["error"]?.objectValue ?? body
    }

    func code() throws -> String { try required(try error()["code"]?.stringValue) }

    func text(_ member: String) throws -> String { try required(try json()[member]?.stringValue) }
}

extension TestBroker.Credentials {
    var basic: String { "Basic \(Base64.encode(Array("\(id):\(secret)".utf8)))" }
    var bearer: String { "Bearer \(secret)" }
}

/// Where the project's own files are, from wherever the tests run.
enum Repository {
    static func folder(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: name)
    }
}

extension HTTPField.Name {
    static let requestID = literal("X-Request-Id")
    static let contentTypeOptions = literal("X-Content-Type-Options")
}
