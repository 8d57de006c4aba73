import HTTPTypes
import HallpassBroker
import StrictJSON
import Testing

@testable import HallpassHTTP

/// What was asked and what is on record.
struct AuditTests {
    /// How many records one request makes: one for everything asked, more for a batch, none for what nobody asked for.
    private struct Asked: Sendable {
        let method: HTTPRequest.Method
        let path: String
        let client: String?
        var json: JSONValue?
        var form: String?
        let status: Int
        var records: Int64 = 1
    }

    private static let mixed: [Asked] = [
        Asked(method: .get, path: "/healthz", client: nil, status: 200, records: 0),
        Asked(method: .get, path: "/nothing", client: "admin", status: 404, records: 0),
        Asked(method: .post, path: "/v1/call-tokens", client: "gateway", json: Flow.mintAddNote, status: 200),
        Asked(method: .post, path: "/v1/call-tokens", client: "unproven", json: Flow.mintAddNote, status: 401),
        Asked(method: .post, path: "/v1/call-tokens", client: "admin", json: Flow.mintAddNote, status: 403),
        Asked(method: .post, path: "/v1/call-tokens", client: "gateway", json: [:], status: 400),
        Asked(method: .post, path: "/v1/call-tokens", client: nil, json: Flow.mintAddNote, status: 401),
        Asked(
            method: .post, path: "/v1/call-tokens/batch", client: "gateway",
            json: ["items": .array([Flow.mintAddNote, [:], Flow.mintAddNote])], status: 200, records: 3),
        Asked(method: .post, path: "/v1/call-tokens/batch", client: "gateway", json: ["items": []], status: 400),
        Asked(method: .post, path: "/v1/verify", client: "crm-server", json: ["token": "nonsense"], status: 200),
        Asked(method: .post, path: "/v1/verify", client: "gateway", json: ["token": "nonsense"], status: 403),
        Asked(method: .post, path: "/oauth/introspect", client: "crm-server", form: "token=nonsense", status: 200),
        Asked(method: .post, path: "/oauth/revoke", client: "gateway", form: "token=nonsense", status: 200),
        Asked(method: .post, path: "/oauth/token", client: "gateway", form: "grant_type=password", status: 400),
        Asked(
            method: .post, path: "/v1/revocations", client: "admin",
            json: ["dimension": "actor", "id": "alice", "reason": "a test"], status: 200),
        Asked(
            method: .post, path: "/v1/revocations", client: "viewer",
            json: ["dimension": "actor", "id": "alice", "reason": "a test"], status: 403),
        Asked(method: .get, path: "/v1/tenants/acme/clients", client: "admin", status: 200, records: 0),
        Asked(method: .get, path: "/v1/tenants/acme/clients/nobody", client: "admin", status: 404),
        Asked(method: .get, path: "/v1/tenants/globex/clients", client: "admin", status: 404),
        Asked(method: .get, path: "/v1/tenants/acme/audit", client: "viewer", status: 403),
        Asked(
            method: .put, path: "/v1/tenants/acme/environments/test", client: "admin",
            json: ["kind": "Environment", "id": "test"], status: 201),
        Asked(method: .delete, path: "/v1/tenants/acme/environments/test", client: "admin", status: 200),
        Asked(method: .delete, path: "/v1/tenants/acme/environments/prod", client: "admin", status: 409),
        Asked(method: .post, path: "/v1/tenants/acme/clients/gateway/secrets", client: "admin", status: 201),
        Asked(method: .post, path: "/v1/tenants/acme/clients/gateway/secrets", client: "admin", status: 409),
    ]

    @Test func `every answer to something asked has its record, and nothing else has`() async throws {
        try await TestServer.run { server in
            var expected = try await server.fixture.auditCount()
            for asked in Self.mixed {
                let client = try asked.client.map { try server.fixture.acme($0) }
                let reply: Reply
                if let form = asked.form {
                    reply = try await server.post(asked.path, as: client, form: form)
                } else {
                    reply = try await server.ask(asked.method, asked.path, as: client, json: asked.json)
                }
                let place: Comment = "\(asked.method) \(asked.path) by \(asked.client ?? "nobody"): \(reply.text)"
                #expect(reply.status == asked.status, place)
                expected += asked.records
                #expect(try await server.fixture.auditCount() == expected, place)
            }
        }
    }

    @Test func `the list is newest first, pages without gaps, and filters`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            for _ in 0..<5 { _ = try await Flow.mintedToken(server) }
            var sequences: [Int64] = []
            var cursor = ""
            while true {
                let path = "/v1/tenants/acme/audit?limit=2\(cursor)"
                let page = try await server.ask(.get, path, as: admin).json()
                let items = try required(page["items"]?.arrayValue)
                sequences += items.compactMap { $0.objectValue?["seq"]?.integerValue }
                guard let next = page["next_cursor"]?.stringValue else { break }
                cursor = "&cursor=\(next)"
            }
            #expect(sequences == (1...6).reversed())
            let mints = try await server.ask(.get, "/v1/tenants/acme/audit?event=mint&sub=alice", as: admin).json()
            #expect(mints["items"]?.arrayValue?.count == 5)
            let none = try await server.ask(.get, "/v1/tenants/acme/audit?code=bad_signature", as: admin).json()
            #expect(none["items"]?.arrayValue?.isEmpty == true)
        }
    }

    @Test(arguments: [
        "event=sleep", "limit=0", "limit=501", "limit=x", "cursor=*", "cursor=YWJj", "since=yesterday", "sub=",
        "event=mint&event=mint", "event=%4",
    ])
    func `a filter that means nothing is refused`(query: String) async throws {
        try await TestServer.run { server in
            let reply = try await server.ask(
                .get, "/v1/tenants/acme/audit?\(query)", as: try server.fixture.acme("admin"))
            #expect(reply.status == 400, "\(reply.text)")
            try expectErrorShape(reply, "\(query)")
        }
    }

    @Test func `what became of the calls of late is counted by the minute`() async throws {
        try await TestServer.run { server in
            let token = try await Flow.mintedToken(server)
            for _ in 0..<2 { _ = try await Flow.verify(token, server) }
            let admin = try server.fixture.acme("admin")
            let answer = try await server.ask(.get, "/v1/tenants/acme/activity?minutes=5", as: admin).json()
            #expect(answer["complete"] == true)
            let minute = try required(answer["minutes"]?.arrayValue?.first?.objectValue)
            #expect(minute["execute"] == 1)
            #expect(minute["replay"] == 0)
            #expect(minute["deny"] == 1)
            #expect(answer["codes"] == [["code": "token_already_used", "count": 1]])
            let elsewhere = try await server.ask(
                .get, "/v1/tenants/globex/activity", as: try server.fixture.globex("admin"))
            #expect(try elsewhere.json()["minutes"] == [])
        }
    }

    @Test func `the chain can be verified from its answers alone`() async throws {
        try await TestServer.run { server in
            for _ in 0..<3 { _ = try await Flow.mintedToken(server) }
            let admin = try server.fixture.acme("admin")
            let reply = try await server.ask(.get, "/v1/tenants/acme/audit/chain?after=0&limit=500", as: admin).json()
            let items = try required(reply["items"]?.arrayValue?.compactMap(\.objectValue))
            #expect(items.count == 4)
            #expect(try ChainCheck.verify(items, tenant: "acme") == reply["head"]?.objectValue)
            let rest = try await server.ask(.get, "/v1/tenants/acme/audit/chain?after=3", as: admin).json()
            #expect(rest["items"]?.arrayValue == [.object(try required(items.last))])
        }
    }

    @Test func `a trimmed chain says what it begins after, and no page shows what is gone`() async throws {
        try await TestServer.run { server in
            for _ in 0..<3 { _ = try await Flow.mintedToken(server) }
            let admin = try server.fixture.acme("admin")
            _ = try await server.fixture.broker.checkpointAudit()
            server.fixture.clock.advance(seconds: 86_401)
            _ = try await Flow.mintedToken(server)
            _ = try await server.fixture.broker.trimAudit(
                olderThanDays: 1, exportedTo: [], CallContext(requestID: "trim", address: nil))
            let chain = try await server.ask(.get, "/v1/tenants/acme/audit/chain?after=2", as: admin).json()
            let checkpoints = try await server.ask(.get, "/v1/tenants/acme/audit/checkpoints", as: admin).json()
            #expect(chain["trimmed"] == checkpoints["items"]?.arrayValue?.first)
            #expect(chain["trimmed"]?.objectValue?["checkpoint"]?.objectValue?["seq"] == 4)
            #expect(chain["items"]?.arrayValue?.compactMap { $0.objectValue?["seq"]?.integerValue } == [5, 6])
            let page = try await server.ask(.get, "/v1/tenants/acme/audit?limit=2", as: admin).json()
            #expect(page["items"]?.arrayValue?.compactMap { $0.objectValue?["seq"]?.integerValue } == [6, 5])
            #expect(page["next_cursor"] == nil)
            #expect(page["items"]?.arrayValue?.first?.objectValue?["event"] == "audit_trim")
        }
    }
}
