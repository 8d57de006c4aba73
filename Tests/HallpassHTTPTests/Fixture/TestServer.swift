import Foundation
import HTTPTypes
import HallpassBroker
import HallpassCore
import HallpassCrypto
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import StrictJSON
import Testing

@testable import HallpassHTTP

/// The HTTP server over a ``TestBroker``, and a client that asks it.
struct TestServer: Sendable {
    let fixture: TestBroker
    let application: HallpassApplication
    let log: RecordingLog
    private let client: any TestClientProtocol

    /// Runs `body` against the responder itself; `setup` `.live` goes through a socket.
    static func run<Value: Sendable>(
        _ setup: TestingSetup = .router, queueCapacity: Int = Limits.ledgerQueueEntries,
        heartbeat: Duration = .milliseconds(50), _ body: @Sendable (TestServer) async throws -> Value
    ) async throws -> Value {
        try await TestBroker.run(queueCapacity: queueCapacity) { fixture in
            let log = RecordingLog()
            var settings = HTTPSettings(host: "localhost", port: 0, publicDirectory: Repository.folder("Public").path)
            // On a machine that is busy with other tests a connection may lie for long before its test goes on.
            settings.idleTimeoutSeconds = 600
            settings.heartbeat = heartbeat
            settings.activityPause = .milliseconds(10)
            let application = try HallpassApplication(
                broker: fixture.broker, settings: settings, metrics: PrometheusMetrics(),
                logger: Logger(label: "test") { _ in log.handler })
            return try await application.application.test(setup) { client in
                try await body(TestServer(fixture: fixture, application: application, log: log, client: client))
            }
        }
    }

    var port: Int? { client.port }

    /// One request with nothing in it but what is given.
    func ask(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields = [:], body: [UInt8]? = nil
    ) async throws -> Reply {
        let response = try await client.execute(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(bytes: $0) })
        let reply = Reply(
            status: response.status.code, headers: response.headers, bytes: Array(response.body.readableBytesView))
        expectKnownCode(reply)
        return reply
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
