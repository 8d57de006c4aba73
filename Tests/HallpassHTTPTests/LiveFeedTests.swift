import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON
import Testing

@testable import HallpassHTTP

/// The feed over a socket, because that is where it is a feed.
struct LiveFeedTests {
    private static func following(
        _ server: TestServer, as client: String = "crm-server", query: String = "", headers: [String] = [],
        _ body: @escaping @Sendable (inout LiveStream) async throws -> Void
    ) async throws {
        let authorization = "Authorization: \(try server.fixture.acme(client).basic)"
        try await LiveStream.read(
            "/v1/revocations/feed\(query)", at: try required(server.port), headers: [authorization] + headers, body)
    }

    private static func revoke(_ server: TestServer, _ actor: String) async throws -> Int64 {
        let reply = try await server.ask(
            .post, "/v1/revocations", as: try server.fixture.acme("admin"),
            json: ["dimension": "actor", "id": .string(actor), "reason": "a secret reason"])
        return try required(try reply.json()["cutoff"]?.integerValue)
    }

    @Test func `what is in force is told first, then what comes, with heartbeats between`() async throws {
        try await TestServer.run(.live) { server in
            let first = try await Self.revoke(server, "alice")
            try await Self.following(server) { lines in
                #expect(
                    try await lines.wait(
                        for: "event: state\ndata: {\"disabled\":[],\"quarantined\":[],\"revision\":1}\n\n"))
                #expect(lines.text.hasPrefix("HTTP/1.1 200"))
                #expect(lines.text.contains("Content-Type: text/event-stream\r\n"))
                #expect(
                    lines.text.contains(
                        "id: \(first)\nevent: revocation\ndata: {\"dimension\":\"actor\",\"id\":\"alice\""))
                #expect(try await lines.wait(for: ": heartbeat\n\n"))
                let second = try await Self.revoke(server, "bob")
                #expect(try await lines.wait(for: "id: \(second)\nevent: revocation\n"))
                #expect(!lines.text.contains("secret reason"))
            }
        }
    }

    @Test(arguments: ["header", "query"])
    func `a break is gone on from`(way: String) async throws {
        try await TestServer.run(.live) { server in
            let first = try await Self.revoke(server, "alice")
            _ = try await Self.revoke(server, "bob")
            let query = way == "query" ? "?after=\(first)" : "?after=0"
            let headers = way == "header" ? ["Last-Event-ID: \(first)"] : []
            try await Self.following(server, query: query, headers: headers) { lines in
                let hasBegun = try await lines.wait(for: "event: state")
                #expect(hasBegun)
                #expect(lines.text.contains("\"bob\""))
                #expect(!lines.text.contains("\"alice\""))
            }
        }
    }

    @Test func `a client that is switched off hears no more`() async throws {
        try await TestServer.run(.live) { server in
            try await Self.following(server, as: "gateway") { lines in
                #expect(try await lines.wait(for: "event: state"))
                let off = try await server.ask(
                    .post, "/v1/tenants/acme/disable", as: try server.fixture.acme("admin"),
                    json: ["dimension": "client", "id": "gateway", "reason": "leaked"])
                #expect(off.status == 200)
                // The end of a chunked body.
                #expect(try await lines.wait(for: "\r\n0\r\n\r\n"))
                #expect(!lines.text.contains("event: disable"))
            }
        }
    }

    @Test func `followers of a tenant that is deleted are told that everything is revoked, and no more`() async throws {
        try await TestServer.run(.live) { server in
            try await Self.following(server) { lines in
                #expect(try await lines.wait(for: "event: state"))
                let gone = try await server.ask(
                    .delete, "/v1/tenants/acme?cascade=1", as: server.fixture.platformAdmin,
                    json: ["confirm": "acme", "reason": "left"])
                #expect(gone.status == 200, "\(gone.text)")
                // The end of a chunked body.
                #expect(try await lines.wait(for: "\r\n0\r\n\r\n"))
                #expect(lines.text.contains("event: revocation\ndata: {\"dimension\":\"tenant\",\"id\":\"acme\""))
            }
        }
    }

    @Test(.timeLimit(.minutes(5))) func `a stream does not hold up the server's end`() async throws {
        let (servers, server) = AsyncStream.makeStream(of: (port: Int, authorization: String).self)
        let (readings, reading) = AsyncStream.makeStream(of: Bool.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // The server stops as soon as the stream has begun.
                try await TestServer.run(.live) { live in
                    let client = try live.fixture.acme("crm-server")
                    server.yield((try required(live.port), client.basic))
                    server.finish()
                    for await _ in readings { break }
                }
            }
            group.addTask {
                for await (port, authorization) in servers {
                    try await LiveStream.read(
                        "/v1/revocations/feed", at: port, headers: ["Authorization: \(authorization)"]
                    ) { lines in
                        let hasBegun = try await lines.wait(for: "event: state")
                        #expect(hasBegun)
                        reading.yield(hasBegun)
                        // The end of a chunked body.
                        let hasEnded = try await lines.wait(for: "\r\n0\r\n\r\n")
                        #expect(hasEnded)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test(arguments: ["?after=x", "?after=-1", "?since=1"])
    func `a place that is none is refused`(query: String) async throws {
        try await TestServer.run { server in
            let reply = try await server.ask(
                .get, "/v1/revocations/feed\(query)", as: try server.fixture.acme("admin"))
            #expect(reply.status == 400)
            try expectErrorShape(reply, "\(query)")
        }
    }

    @Test func `a mere viewer is refused`() async throws {
        try await TestServer.run { server in
            let reply = try await server.ask(.get, "/v1/revocations/feed", as: try server.fixture.acme("viewer"))
            #expect(reply.status == 403)
        }
    }
}
