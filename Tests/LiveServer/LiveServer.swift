package import HallpassHTTP
package import HummingbirdTesting
import Logging
import ServiceLifecycle

/// The HTTP server on a socket of this machine, for as long as a test runs.
package enum LiveServer {
    /// Runs `body` with one connection to it and its port, and stops it as a service manager would.
    ///
    /// - Parameter make: makes the server; what it is given has to hear of the port.
    package static func run<Value: Sendable>(
        _ make: (_ onListening: @escaping @Sendable (Int) async -> Void) throws -> HallpassApplication,
        _ body: @Sendable (TestClient, _ port: Int) async throws -> Value
    ) async throws -> Value {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let application = try make { continuation.yield($0) }
        let group = ServiceGroup(
            configuration: .init(
                services: [application], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                try await group.run()
                continuation.finish()
            }
            guard let port = await ports.first(where: { _ in true }) else { throw DidNotStart() }
            let client = TestClient(host: "localhost", port: port, configuration: .init(timeout: .seconds(20)))
            client.connect()
            let value: Result<Value, any Error>
            do {
                value = .success(try await body(client, port))
            } catch {
                value = .failure(error)
            }
            try await client.shutdown()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return try value.get()
        }
    }

    struct DidNotStart: Error {}
}
