import HTTPTypes
import HummingbirdTesting
import Logging
import ServiceLifecycle
import StrictJSON
import Testing

@testable import HallpassHTTP

struct HallpassApplicationTests {
    @Test func `shutting down closes connections that are kept open and ends the service`() async throws {
        try await TestBroker.run { fixture in
            let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
            let application = try HallpassApplication(
                broker: fixture.broker, settings: HTTPSettings(host: "localhost", port: 0),
                metrics: PrometheusMetrics(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                onListening: { continuation.yield($0) })
            let group = ServiceGroup(
                configuration: .init(
                    services: [application], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                ))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                let port = try required(await ports.first { _ in true })
                let client = TestClient(host: "localhost", port: port)
                client.connect()
                let response = try await client.execute(.init("/healthz", method: .get, authority: "localhost"))
                #expect(response.status == .ok)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                try await client.shutdown()
            }
        }
    }

    @Test(arguments: [
        ("/no/such.pem", "/no/such.key", HTTPStartError.unreadableCertificate(path: "/no/such.pem"))
    ])
    func `a certificate that cannot be read keeps the server from starting`(
        certificate: String, key: String, error: HTTPStartError
    ) async throws {
        try await TestBroker.run { fixture in
            let settings = HTTPSettings(tls: .init(certificatePath: certificate, keyPath: key))
            #expect(throws: error) {
                try HallpassApplication(
                    broker: fixture.broker, settings: settings, metrics: PrometheusMetrics(),
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            }
            #expect(!error.message.isEmpty && !error.hint.isEmpty)
        }
    }
}
