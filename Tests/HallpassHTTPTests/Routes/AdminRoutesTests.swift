import HTTPTypes
import StrictJSON
import Testing

@testable import HallpassHTTP

struct AdminRoutesTests {
    private static let collection = "/v1/tenants/acme/environments"

    @Test func `a resource is created, shown, changed and removed`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            let path = "\(Self.collection)/test"
            let document: JSONValue = ["kind": "Environment", "id": "test", "protected": false]
            let created = try await server.ask(.put, path, as: admin, json: document, headers: [.ifNoneMatch: "*"])
            #expect(created.status == 201, "\(created.text)")
            let tag = try required(created.headers[.eTag])
            let shown = try await server.ask(.get, path, as: admin)
            #expect(shown.status == 200)
            #expect(shown.headers[.eTag] == tag)
            #expect(try JSONParser.parse(shown.bytes) == document)
            let changed: JSONValue = ["kind": "Environment", "id": "test", "protected": true]
            let replaced = try await server.ask(.put, path, as: admin, json: changed, headers: [.ifMatch: tag])
            #expect(replaced.status == 200, "\(replaced.text)")
            let stale = try await server.ask(.put, path, as: admin, json: document, headers: [.ifMatch: tag])
            #expect(stale.status == 409)
            #expect(try stale.code() == "revision_conflict")
            let twice = try await server.ask(.put, path, as: admin, json: document, headers: [.ifNoneMatch: "*"])
            #expect(twice.status == 409)
            #expect(try await server.ask(.delete, path, as: admin).status == 200)
            #expect(try await server.ask(.get, path, as: admin).status == 404)
        }
    }

    @Test(arguments: ["tag", "\"a\", \"b\"", "W/\"a\"", "\"\""])
    func `an If-Match that is no single tag is refused`(tag: String) async throws {
        try await TestServer.run { server in
            let reply = try await server.ask(
                .put, "\(Self.collection)/dev", as: try server.fixture.acme("admin"),
                json: ["kind": "Environment", "id": "dev"], headers: [.ifMatch: tag])
            #expect(reply.status == 400)
        }
    }

    @Test func `a document under another name than its path is refused`() async throws {
        try await TestServer.run { server in
            let reply = try await server.ask(
                .put, "\(Self.collection)/one", as: try server.fixture.acme("admin"),
                json: ["kind": "Environment", "id": "two"])
            #expect(reply.status == 400)
        }
    }

    @Test func `what is in use stays, unless all that needs it goes too`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            let path = "\(Self.collection)/prod"
            let kept = try await server.ask(.delete, path, as: admin)
            #expect(kept.status == 409)
            #expect(try kept.code() == "in_use")
            let gone = try await server.ask(.delete, "\(path)?cascade=1", as: admin)
            #expect(gone.status == 200, "\(gone.text)")
            #expect(try required(try gone.json()["changes"]?.arrayValue).count > 2)
        }
    }

    @Test func `a deployment is found by its name, the at sign escaped or not`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            for name in ["crm-mcp@prod", "crm-mcp%40prod"] {
                let reply = try await server.ask(.get, "/v1/tenants/acme/deployments/\(name)", as: admin)
                #expect(reply.status == 200)
            }
        }
    }

    @Test func `a list pages without gaps and searches by name`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            var names: [String] = []
            var cursor = ""
            while true {
                let page = try await server.ask(.get, "/v1/tenants/acme/clients?limit=2\(cursor)", as: admin).json()
                names += try required(page["items"]?.arrayValue).compactMap { $0.objectValue?["id"]?.stringValue }
                guard let next = page["next_cursor"]?.stringValue else { break }
                cursor = "&cursor=\(next)"
            }
            #expect(names == ["admin", "billing-server", "crm-server", "gateway", "unproven", "viewer"])
            let found = try await server.ask(.get, "/v1/tenants/acme/clients?q=server", as: admin).json()
            #expect(found["items"]?.arrayValue?.count == 2)
        }
    }

    /// By what they name, so that "what can this person do" is one question and not a walk through every grant.
    @Test(arguments: [
        ("grants?subject=user:alice", 1), ("grants?subject=group:alice", 0), ("grants?connector=crm-mcp", 1),
        ("grants?connector=crm-mcp&environment=dev", 0), ("deployments?connector=crm-mcp&environment=prod", 1),
        ("deployments?environment=staging", 0),
    ])
    func `grants and deployments are found by what they name`(query: String, count: Int) async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            let page = try await server.ask(.get, "/v1/tenants/acme/\(query)", as: admin).json()
            #expect(page["items"]?.arrayValue?.count == count)
        }
    }

    @Test func `a filter is refused where it says nothing, and a subject that is none`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            for query in ["connectors?connector=crm-mcp", "deployments?subject=user:alice", "grants?subject=alice"] {
                let reply = try await server.ask(.get, "/v1/tenants/acme/\(query)", as: admin)
                #expect(reply.status == 400)
            }
        }
    }

    @Test func `applying shows its plan, keeps what is the same and shows a new client's secret once`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            let documents: JSONValue = [["kind": "Client", "id": "second", "type": "gateway"]]
            let dry = try await server.ask(
                .post, "/v1/tenants/acme/apply", as: admin, json: ["documents": documents, "dry_run": true])
            #expect(dry.status == 200, "\(dry.text)")
            #expect(try dry.json()["secrets"] == [:])
            let done = try await server.ask(.post, "/v1/tenants/acme/apply", as: admin, json: ["documents": documents])
            let secret = try required(try done.json()["secrets"]?.objectValue?["second"]?.stringValue)
            let client = TestBroker.Credentials(id: "second", secret: secret)
            #expect(try await server.ask(.get, "/v1/tenants", as: client).status == 403)
            let again = try await server.ask(.post, "/v1/tenants/acme/apply", as: admin, json: ["documents": documents])
            #expect(try again.json()["plan"] == ["changes": []])
            #expect(try again.json()["revision"] == done.json()["revision"])
        }
    }

    @Test func `a bad document is named by its place, and nothing of the others is changed`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            let reply = try await server.ask(
                .post, "/v1/tenants/acme/apply", as: admin,
                json: ["documents": [["kind": "Environment", "id": "new"], ["kind": "Environment", "id": "NO"]]])
            #expect(reply.status == 400)
            let path = try reply.error()["details"]?.arrayValue?.first?.objectValue?["path"]?.stringValue
            #expect(path == "/documents/1/id")
            #expect(try await server.ask(.get, "\(Self.collection)/new", as: admin).status == 404)
        }
    }

    @Test func `a revision is listed, shown, compared and restored`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            let revisions = "/v1/tenants/acme/revisions"
            let changed: JSONValue = ["kind": "Environment", "id": "dev", "protected": true]
            _ = try await server.ask(.put, "\(Self.collection)/dev", as: admin, json: changed)
            let list = try await server.ask(.get, revisions, as: admin).json()
            let numbers = list["items"]?.arrayValue?.compactMap { $0.objectValue?["revision"]?.integerValue }
            #expect(numbers == [2, 1])
            let first = try await server.ask(.get, "\(revisions)/1", as: admin).json()
            #expect(first["revision"]?.integerValue == 1)
            let diff = try await server.ask(.get, "\(revisions)/1/diff", as: admin).json()
            #expect(diff["from"]?.integerValue == 1)
            #expect(diff["to"]?.integerValue == 2)
            #expect(diff["changes"]?.arrayValue?.count == 1)
            let restored = try await server.ask(.post, "\(revisions)/1/restore", as: admin)
            #expect(restored.status == 200, "\(restored.text)")
            #expect(try restored.json()["revision"]?.integerValue == 3)
            let same = try await server.ask(.get, "\(revisions)/1/diff?to=3", as: admin).json()
            #expect(same["changes"] == [])
            for path in ["\(revisions)/99", "\(revisions)/x", "\(revisions)/-1", "\(revisions)/1/diff?to=99"] {
                #expect(try await server.ask(.get, path, as: admin).status == 404, "\(path)")
            }
        }
    }

    @Test func `a client's secret is rotated with an overlap`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            let path = "/v1/tenants/acme/clients/viewer/secrets"
            let old = try server.fixture.acme("viewer")
            let issued = try await server.ask(.post, path, as: admin, json: [:])
            #expect(issued.status == 201, "\(issued.text)")
            let new = TestBroker.Credentials(id: "viewer", secret: try issued.text("secret"))
            let rows = try await server.ask(.get, path, as: admin)
            #expect(!rows.text.contains(new.secret))
            let names = try required(try rows.json()["items"]?.arrayValue)
                .compactMap { $0.objectValue?["name"]?.stringValue }
            #expect(names.count == 2)
            #expect(names.contains(try issued.text("name")))
            for client in [old, new] {
                let reply = try await server.ask(.get, "/v1/tenants", as: client)
                #expect(reply.status == 200)
            }
            let oldName = try required(names.first { $0 != (try? issued.text("name")) })
            #expect(try await server.ask(.delete, "\(path)/\(oldName)", as: admin).status == 200)
            #expect(try await server.ask(.get, "/v1/tenants", as: old).status == 401)
            #expect(try await server.ask(.get, "/v1/tenants", as: new).status == 200)
            #expect(try await server.ask(.delete, "\(path)/\(oldName)", as: admin).status == 404)
        }
    }

    @Test func `a cutoff kills what was minted before it and nothing after`() async throws {
        try await TestServer.run { server in
            let before = try await Flow.mintedToken(server)
            let admin = try server.fixture.acme("admin")
            let reply = try await server.ask(
                .post, "/v1/tenants/acme/revocations", as: admin,
                json: ["dimension": "actor", "id": "alice", "reason": "left the company"])
            #expect(reply.status == 200, "\(reply.text)")
            #expect(try reply.json()["revoked_tokens"]?.integerValue == 1)
            let after = try await Flow.mintedToken(server)
            #expect(try await Flow.verify(before, server).code() == "token_revoked")
            #expect(try await Flow.verify(after, server).text("decision") == "execute")
            let list = try await server.ask(.get, "/v1/tenants/acme/revocations", as: admin).json()
            let row = try required(list["items"]?.arrayValue?.first?.objectValue)
            #expect(row["reason"]?.stringValue == "left the company")
        }
    }

    @Test func `a dry run counts and does nothing, and there is no way back from a cutoff`() async throws {
        try await TestServer.run { server in
            let token = try await Flow.mintedToken(server)
            let admin = try server.fixture.acme("admin")
            let path = "/v1/tenants/acme/revocations"
            let body: JSONValue = ["dimension": "environment", "id": "prod"]
            for route in ["\(path)?dry_run=1", "/v1/revocations?dry_run=1"] {
                let dry = try await server.ask(.post, route, as: admin, json: body)
                #expect(dry.status == 200, "\(dry.text)")
                #expect(try dry.json()["dry_run"] == true)
                #expect(try dry.json()["revoked_tokens"] == 1)
                #expect(try dry.json()["cutoff"] == nil)
            }
            #expect(try await server.ask(.post, path, as: admin, json: body).status == 400)
            #expect(try await server.ask(.post, "\(path)?dry_run=2", as: admin, json: body).status == 400)
            let looker = try server.fixture.acme("viewer")
            #expect(try await server.ask(.post, "\(path)?dry_run=1", as: looker, json: body).status == 403)
            let undo = try await server.ask(.delete, "\(path)/7", as: admin)
            #expect(undo.status == 400)
            #expect(try undo.error()["message"]?.stringValue?.contains("stays ended") == true)
            #expect(try await Flow.verify(token, server).text("decision") == "execute")
        }
    }

    @Test func `a switch is turned, listed and turned back`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            let body: JSONValue = ["dimension": "tool", "id": "crm-mcp/add_note", "reason": "it loops"]
            let off = try await server.ask(.post, "/v1/tenants/acme/disable", as: admin, json: body)
            #expect(off.status == 200, "\(off.text)")
            let refused = try await server.ask(
                .post, "/v1/call-tokens", as: try server.fixture.acme("gateway"), json: Flow.mintAddNote)
            #expect(refused.status == 403)
            #expect(try refused.code() == "disabled")
            for id in ["a", "b", "c"] {
                let actor: JSONValue = ["dimension": "actor", "id": .string(id), "reason": "left"]
                #expect(try await server.ask(.post, "/v1/tenants/acme/disable", as: admin, json: actor).status == 200)
            }
            var listed: [String] = []
            var cursor = ""
            while true {
                let page = try await server.ask(.get, "/v1/tenants/acme/disabled?limit=2\(cursor)", as: admin).json()
                listed += try required(page["items"]?.arrayValue).compactMap { $0.objectValue?["id"]?.stringValue }
                guard let next = page["next_cursor"]?.stringValue else { break }
                cursor = "&cursor=\(next)"
            }
            #expect(listed == ["a", "b", "c", "crm-mcp/add_note"])
            #expect(try await server.ask(.post, "/v1/tenants/acme/enable", as: admin, json: body).status == 200)
            #expect(try await server.ask(.post, "/v1/tenants/acme/enable", as: admin, json: body).status == 404)
            _ = try await Flow.mintedToken(server)
        }
    }

    @Test func `a disabled client is told so on every route, in its own tenant's audit`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            for client in ["gateway", "crm-server", "viewer"] {
                let body: JSONValue = ["dimension": "client", "id": .string(client), "reason": "leaked"]
                #expect(try await server.ask(.post, "/v1/tenants/acme/disable", as: admin, json: body).status == 200)
                let credentials = try server.fixture.acme(client)
                for example in RouteExample.all(server) {
                    let reply = try await server.ask(example.route.method, example.path(), as: credentials)
                    #expect(reply.status == 403, "\(example.testDescription) \(reply.text)")
                    #expect(try reply.code() == "disabled")
                }
                let record = try await server.fixture.lastRecord(of: "acme")
                #expect(record["code"] == "disabled")
                #expect(record["check"] == "enabled")
                #expect(record["client_id"]?.stringValue == client)
            }
        }
    }

    @Test func `a platform admin creates a tenant, others do not`() async throws {
        try await TestServer.run { server in
            let document: JSONValue = ["kind": "Tenant", "id": "initech"]
            let admin = server.fixture.platformAdmin
            #expect(try await server.ask(.put, "/v1/tenants/initech", as: admin, json: document).status == 201)
            #expect(try await server.ask(.put, "/v1/tenants/initech", as: admin, json: document).status == 200)
            let other = try server.fixture.acme("admin")
            #expect(try await server.ask(.get, "/v1/tenants/initech", as: other).status == 404)
            #expect(try await server.ask(.put, "/v1/tenants/umbrella", as: other, json: document).status == 404)
        }
    }

    @Test(arguments: [(59, 400), (60, 201), (94_608_000, 201), (94_608_001, 400)] as [(Int64, Int)])
    func `a secret may be given an expiry of a minute to three years`(seconds: Int64, status: Int) async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            let path = "/v1/tenants/acme/clients/viewer/secrets"
            let issued = try await server.ask(
                .post, path, as: admin, json: ["expires_in_seconds": .integer(seconds)])
            #expect(issued.status == status, "\(issued.text)")
            guard status == 201 else { return #expect(try issued.code() == "invalid_request") }
            let rows = try required(try await server.ask(.get, path, as: admin).json()["items"]?.arrayValue)
            let name = try issued.json()["name"]
            let row = rows.compactMap(\.objectValue).first { $0["name"] == name }
            #expect(row?["expires_at"] == (try issued.json()["expires_at"]))
            server.fixture.clock.advance(seconds: seconds)
            let client = TestBroker.Credentials(id: "viewer", secret: try issued.text("secret"))
            #expect(try await server.ask(.get, "/v1/tenants", as: client).status == 401)
        }
    }

    @Test func `the list of secrets says when each was last used`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            let path = "/v1/tenants/acme/clients/viewer/secrets"
            let before = try await server.ask(.get, path, as: admin).json()["items"]?.arrayValue?.first?.objectValue
            #expect(before != nil && before?["last_used_at"] == nil)
            _ = try await server.ask(.get, "/v1/tenants", as: try server.fixture.acme("viewer"))
            let after = try await server.ask(.get, path, as: admin).json()["items"]?.arrayValue?.first?.objectValue
            #expect(after?["last_used_at"] == "2027-01-15T08:00:00Z")
        }
    }
}
