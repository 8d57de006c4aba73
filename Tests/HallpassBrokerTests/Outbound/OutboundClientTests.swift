import HallpassCore
import ScriptedServer
import Synchronization
import Testing

@testable import HallpassBroker

struct OutboundClientTests {
    private static let thisMachine: [UInt8] = [127, 0, 0, 1]
    private static let public4: [UInt8] = [1, 1, 1, 1]

    /// A client to which every name leads to these addresses.
    private func client(_ addresses: [[UInt8]]) throws -> OutboundClient {
        let addresses = try addresses.map { try #require(NetworkAddress(bytes: $0)) }
        return OutboundClient { _ in addresses }
    }

    private func request(_ url: String, timeout: Duration = .seconds(30)) throws -> OutboundClient.Request {
        OutboundClient.Request(
            method: .post, url: try #require(OutboundURL(url)), body: [1, 2, 3], timeout: timeout, answerBytes: 1_000)
    }

    private func failure(
        _ client: OutboundClient, _ request: OutboundClient.Request
    ) async -> OutboundClient.Failure? {
        do throws(OutboundClient.Failure) {
            _ = try await client.send(request)
            return nil
        } catch {
            return error
        }
    }

    private static func address6(_ first: [UInt8], _ last: UInt8) -> [UInt8] {
        first + [UInt8](repeating: 0, count: 15 - first.count) + [last]
    }

    static let insiders: [[[UInt8]]] = [
        [[10, 0, 0, 1]], [[169, 254, 169, 254]], [[192, 168, 1, 1]], [thisMachine], [[0, 0, 0, 0]],
        [address6([0xFE, 0x80], 1)], [address6([0xFD], 0)], [address6([], 1)], [public4, [10, 0, 0, 1]],
        [[10, 0, 0, 1], public4],
    ]

    /// Nothing listens there in a test, so that a connection would end otherwise than by the judgement.
    @Test(arguments: insiders)
    func `nobody is asked behind a name that leads into a network that is not everybody's`(
        addresses: [[UInt8]]
    ) async throws {
        let request = try request("https://id.example/")
        #expect(try await failure(client(addresses), request) == .privateAddress)
    }

    /// Nothing listens there, so that the connection ends otherwise than by the judgement.
    @Test func `the operator's own place may lie in a network of theirs, but no name pretends to be this machine`()
        async throws
    {
        var request = try request("https://siem.example:1/")
        request.isOperators = true
        #expect(try await failure(client([[127, 0, 0, 1]]), request) == .unreachable)
        var pretender = try self.request("http://localhost:1/")
        pretender.isOperators = true
        #expect(try await failure(client([[10, 0, 0, 1]]), pretender) == .privateAddress)
    }

    @Test func `what says that it is this machine is this machine or nothing`() async throws {
        for addresses in [[Self.public4], [Self.thisMachine, Self.public4], [[169, 254, 169, 254]]] {
            let request = try request("http://localhost:1/")
            #expect(try await failure(client(addresses), request) == .privateAddress)
        }
        #expect(try await failure(client([]), request("http://localhost:1/")) == .unresolved)
    }

    /// A name that is judged once and looked up again for the connection is a name that can change in between.
    @Test func `a name is looked up once, and the connection goes where it was judged to lead`() async throws {
        try await ScriptedServer.run([.status(200)]) { server in
            let lookups = Mutex(0)
            let address = try #require(NetworkAddress(bytes: Self.thisMachine))
            let client = OutboundClient { _ in
                lookups.withLock { $0 += 1 }
                return [address]
            }
            let answer = try await client.send(try request("http://localhost:\(server.port)/a?b=c"))
            #expect(answer.status == 200)
            #expect(lookups.withLock { $0 } == 1)
            let received = try #require(server.requests.first)
            #expect(received.hasPrefix("POST /a?b=c HTTP/1.1\r\n"))
            #expect(received.lowercased().contains("host: localhost:\(server.port)\r\n"))
        }
    }

    @Test(arguments: ["http://169.254.169.254/latest", "http://127.0.0.1:1/", "https://elsewhere.example/"])
    func `a redirect is an answer, and nobody goes there`(location: String) async throws {
        let script = ScriptedServer.Script(status: 307, headers: ["Location: \(location)"])
        try await ScriptedServer.run([script]) { server in
            let answer = try await client([Self.thisMachine]).send(try request("http://localhost:\(server.port)/"))
            #expect(answer.status == 307)
            #expect(server.requests.count == 1)
        }
    }

    @Test(
        arguments: [
            (.init(body: String(repeating: "a", count: 1_000)), nil),
            (.init(body: String(repeating: "a", count: 1_001)), .tooLarge),
            (.init(body: String(repeating: "a", count: 10 << 20)), .tooLarge), (.cut, .unreachable),
        ] as [(ScriptedServer.Script, OutboundClient.Failure?)])
    func `an answer has its bounds`(script: ScriptedServer.Script, expected: OutboundClient.Failure?) async throws {
        try await ScriptedServer.run([script]) { server in
            let client = try client([Self.thisMachine])
            let request = try request("http://127.0.0.1:\(server.port)/")
            #expect(await failure(client, request) == expected)
        }
    }

    @Test(arguments: [ScriptedServer.Script.silence, .stall])
    func `an answer that does not begin, or does not end, is not waited for`(
        script: ScriptedServer.Script
    ) async throws {
        try await ScriptedServer.run([script]) { server in
            let request = try request("http://127.0.0.1:\(server.port)/", timeout: .seconds(1))
            #expect(try await failure(client([Self.thisMachine]), request) == .tooSlow)
        }
    }

    /// The port is free for the other family, so a connection there is refused at once.
    @Test func `where one family of addresses leads nowhere the other is tried, but nothing is sent twice`()
        async throws
    {
        let other = [UInt8](repeating: 0, count: 15) + [1]
        try await ScriptedServer.run([.status(200), .cut]) { server in
            let request = try request("http://localhost:\(server.port)/")
            #expect(try await failure(client([other, Self.thisMachine]), request) == nil)
            #expect(try await failure(client([Self.thisMachine, other]), request) == .unreachable)
            #expect(server.requests.count == 2)
        }
    }
}

/// The same over what key sets are fetched with.
struct KeySetSourceTests {
    @Test(
        arguments: [
            (.init(body: String(repeating: " ", count: 10 << 20)), .tooLarge), (.status(500), .notOK),
            (.init(status: 302, headers: ["Location: http://169.254.169.254/"]), .notOK), (.silence, .tooSlow),
            (.stall, .tooSlow), (.cut, .unreachable),
        ] as [(ScriptedServer.Script, KeySetSource.Failure)])
    func `what a provider publishes badly is no key set, and why is said`(
        script: ScriptedServer.Script, expected: KeySetSource.Failure
    ) async throws {
        try await ScriptedServer.run([script]) { server in
            let url = try #require(OutboundURL("http://127.0.0.1:\(server.port)/jwks"))
            let isSlow = expected == .tooSlow
            let source = KeySetSource(OutboundClient(), timeout: isSlow ? .seconds(1) : .seconds(30))
            await #expect(throws: expected) { try await source.fetch(url) }
            #expect(server.requests.count <= 1)
        }
    }

    @Test func `a key set of this machine is fetched where its address says so`() async throws {
        try await ScriptedServer.run([.init(body: #"{"keys":[]}"#)]) { server in
            let url = try #require(OutboundURL("http://127.0.0.1:\(server.port)/jwks"))
            let bytes = try await KeySetSource.network.fetch(url)
            #expect(bytes == Array(#"{"keys":[]}"#.utf8))
        }
    }
}
