import NIOCore
import NIOPosix
import Testing

@testable import hallpass

struct PortProbeTests {
    @Test func `a taken port is said plainly, with the way out`() async throws {
        let holder = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(holder.localAddress?.port)
        let failure = await #expect(throws: CommandFailure.self) {
            try await PortProbe.freePort(host: "127.0.0.1", port: port)
        }
        try await holder.close()
        #expect(failure?.message == "Port \(port) is taken: another program listens on 127.0.0.1:\(port).")
        #expect(failure?.next?.hasSuffix("or choose another: --port \(PortProbe.otherPort(than: port))") == true)
        #expect(failure?.exitCode == .localFile)
    }

    @Test func `any free port is found where none is named`() async throws {
        #expect(try await (1...65_535).contains(PortProbe.freePort(host: "127.0.0.1", port: 0)))
    }

    /// Whoever waits for a server asks until it is there, and would wait for ever on what a probe had taken.
    @Test func `no client is let in by a probe`() async throws {
        // Not of those that outgoing connections get: one that had this port would connect to itself.
        let port = try await Self.freePort(in: 20_000..<32_000)
        async let probes: Void = {
            for _ in 0..<300 { _ = try await PortProbe.freePort(host: "127.0.0.1", port: port) }
        }()
        for _ in 0..<300 {
            await #expect(throws: (any Error).self) {
                try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    .connect(host: "127.0.0.1", port: port).get()
            }
        }
        try await probes
    }

    private static func freePort(in range: Range<Int>) async throws -> Int {
        while true {
            do {
                return try await PortProbe.freePort(host: "127.0.0.1", port: Int.random(in: range))
            } catch is CommandFailure {
                continue
            }
        }
    }

    /// 192.0.2.0/24 is for documentation and no machine's own. Source: RFC 5737.
    @Test func `an address of another machine is refused`() async throws {
        let failure = await #expect(throws: CommandFailure.self) {
            try await PortProbe.freePort(host: "192.0.2.1", port: 8_080)
        }
        #expect(failure?.message == "192.0.2.1 is not an address of this machine that can be listened on.")
    }

    @Test(arguments: [(8_080, 8_081), (65_534, 65_535), (65_535, 65_534)])
    func `the port that is offered instead is one`(port: Int, other: Int) {
        #expect(PortProbe.otherPort(than: port) == other)
    }
}
