import Foundation
import HTTPTypes
import HallpassBroker
import NIOCore
import NIOPosix
import StrictJSON
import Testing

@testable import HallpassHTTP

/// What only a socket shows: the parser, header limits, keep-alive, a body that goes on for ever.
struct LiveServerTests {
    /// Sends bytes as they are and reads until the server closes, or `enough` says so.
    private static func exchange(
        _ port: Int, _ parts: [[UInt8]], until enough: @escaping @Sendable (String) -> Bool = { _ in false }
    ) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "localhost", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            // The server may close before it has taken everything; what it answered is what matters.
            for part in parts { try? await outbound.write(ByteBuffer(bytes: part)) }
            var text = ""
            do {
                for try await buffer in inbound {
                    text += String(buffer: buffer)
                    if enough(text) { break }
                }
            } catch {
                // A reset after the answer is one way to close.
                return text
            }
            return text
        }
    }

    private static func request(_ lines: String...) -> [UInt8] {
        Array((lines + ["Host: localhost", "", ""]).joined(separator: "\r\n").utf8)
    }

    /// The body of an answer as it came over the wire.
    private static func expectRefusal(_ text: String) throws {
        let body = try required(text.split(separator: "\r\n\r\n").last)
        let error = try required(JSONParser.parse(Array(body.utf8)).objectValue?["error"]?.objectValue)
        #expect(error["code"]?.stringValue == "invalid_request")
        #expect(error["request_id"]?.stringValue?.utf8.count == 22)
        #expect(text.contains("X-Request-Id: "))
    }

    @Test func `a body that breaks off HTTP's own rules is refused in the one shape and recorded`() async throws {
        try await TestServer.run(.live) { server in
            let before = try await server.fixture.auditCount()
            let client = try server.fixture.acme("crm-server")
            let head = Self.request(
                "POST /v1/verify HTTP/1.1", "Authorization: \(client.basic)", "Content-Type: application/json",
                "Transfer-Encoding: chunked")
            let text = try await Self.exchange(try required(server.port), [head, Array("zz\r\n{}\r\n".utf8)])
            #expect(text.hasPrefix("HTTP/1.1 400"), "\(text.prefix(200))")
            try Self.expectRefusal(text)
            #expect(try await server.fixture.auditCount() == before + 1)
            #expect(try await server.fixture.lastRecord(of: "acme")["check"] == "admission")
        }
    }

    @Test func `one connection serves several requests, refused ones too`() async throws {
        try await TestServer.run(.live) { server in
            let admin = try server.fixture.acme("admin")
            for _ in 0..<3 {
                #expect(try await server.ask(.get, "/v1/tenants", as: admin).status == 200)
                let refused = try await server.ask(.post, "/v1/verify", as: nil, json: ["token": "x"])
                #expect(refused.status == 401)
                try expectErrorShape(refused, "\(refused.text)")
            }
        }
    }

    @Test func `a body over the limit is answered and the connection goes on`() async throws {
        try await TestServer.run(.live) { server in
            let body = JSONValue.object(
                {
                    var object = JSONObject()
                    object["token"] = .string(String(repeating: "a", count: 1 << 20))
                    return object
                }())
            let client = try server.fixture.acme("crm-server")
            let reply = try await server.ask(.post, "/v1/verify", as: client, json: body)
            #expect(reply.status == 413)
            #expect(try await server.ask(.get, "/healthz").status == 200)
        }
    }

    @Test func `a body without end is answered and cut off`() async throws {
        try await TestServer.run(.live) { server in
            let port = try required(server.port)
            let head = Self.request("POST /v1/verify HTTP/1.1", "Transfer-Encoding: chunked")
            let chunk = Array("100000\r\n".utf8) + [UInt8](repeating: 0x61, count: 1 << 20) + Array("\r\n".utf8)
            let text = try await Self.exchange(port, [head] + Array(repeating: chunk, count: 40))
            // Whether its answer reaches a client that never stops sending is up to the network; that it ends is not.
            #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 401"))
        }
    }

    @Test func `headers beyond the limits end the connection`() async throws {
        try await TestServer.run(.live) { server in
            let port = try required(server.port)
            let before = try await server.fixture.auditCount()
            let long = "X-Long: " + String(repeating: "a", count: WireLimits.headerFieldBytes + 1)
            let many = (0...WireLimits.headerFieldCount).map { "X-\($0): a" }.joined(separator: "\r\n")
            for line in [long, many] {
                let text = try await Self.exchange(port, [Self.request("GET /healthz HTTP/1.1", line)])
                #expect(text.hasPrefix("HTTP/1.1 431"), "\(text.prefix(200))")
                try Self.expectRefusal(text)
            }
            #expect(try await server.fixture.auditCount() == before)
        }
    }

    @Test(arguments: [
        "GET /healthz HTTP/9.9", "nonsense", "GET /healthz HTTP/1.1\r\nBad Header: a",
        "POST /v1/verify HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6",
        "POST /v1/verify HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
        "POST /v1/verify HTTP/1.1\r\nContent-Length: -1", "GET /\u{0} HTTP/1.1",
    ])
    func `what is no HTTP is refused and the connection ended`(start: String) async throws {
        try await TestServer.run(.live) { server in
            let text = try await Self.exchange(try required(server.port), [Self.request(start)])
            #expect(text.hasPrefix("HTTP/1.1 400"), "\(text.prefix(200))")
            #expect(!text.contains("nonsense"))
            try Self.expectRefusal(text)
        }
    }

    @Test func `a whole URL is as good as its path`() async throws {
        try await TestServer.run(.live) { server in
            let text = try await Self.exchange(
                try required(server.port),
                [Self.request("GET http://localhost/healthz HTTP/1.1", "Connection: close")])
            #expect(text.hasPrefix("HTTP/1.1 200"), "\(text.prefix(200))")
        }
    }

    @Test func `every answer says when it was given, by the broker's clock`() async throws {
        try await TestServer.run(.live) { server in
            let expected = DateField().text(atSeconds: server.fixture.broker.clock.nowSeconds)
            for path in ["/healthz", "/no/such/path"] {
                let dates = try await server.ask(.get, path).headers[values: .date]
                #expect(dates == [expected])
            }
        }
    }

    @Test(arguments: [
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings", "Upgrade: websocket\r\nConnection: Upgrade",
    ])
    func `whoever would rather speak something else is answered, and the connection ends`(wish: String) async throws {
        try await TestServer.run(.live) { server in
            let text = try await Self.exchange(
                try required(server.port),
                [Self.request("GET /healthz HTTP/1.1", wish), Self.request("GET /healthz HTTP/1.1")])
            #expect(text.hasPrefix("HTTP/1.1 200"), "\(text.prefix(200))")
            #expect(text.contains("Connection: close\r\n"))
            #expect(text.components(separatedBy: "HTTP/1.1 200").count == 2)
        }
    }

    @Test func `a body that breaks off and goes on is refused once`() async throws {
        try await TestServer.run(.live) { server in
            let client = try server.fixture.acme("crm-server")
            let head = Self.request(
                "POST /v1/verify HTTP/1.1", "Authorization: \(client.basic)", "Content-Type: application/json",
                "Transfer-Encoding: chunked")
            let more = [UInt8](repeating: 0x61, count: 1 << 18)
            let text = try await Self.exchange(
                try required(server.port), [head, Array("zz\r\n{}\r\n".utf8), more, more])
            #expect(text.hasPrefix("HTTP/1.1 400"), "\(text.prefix(200))")
            try Self.expectRefusal(text)
        }
    }

    @Test func `garbage behind a request does not take its answer`() async throws {
        try await TestServer.run(.live) { server in
            let good = Self.request("GET /healthz HTTP/1.1")
            let text = try await Self.exchange(
                try required(server.port), [good + Array("nonsense\r\n\r\n".utf8), Array("more\r\n\r\n".utf8)])
            #expect(text.hasPrefix("HTTP/1.1 200"), "\(text.prefix(200))")
            #expect(text.contains("HTTP/1.1 400"))
        }
    }
}
