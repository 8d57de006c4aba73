import HTTPTypes
import HallpassCore
import StrictJSON
import Testing

@testable import HallpassHTTP

/// A tool whose definition changed on its server is not called until a person has looked.
struct DriftRoutesTests {
    private static let connector = "/v1/tenants/acme/connectors/crm-mcp"

    private static func seen(_ description: String = "", _ schema: JSONValue? = nil) -> JSONValue {
        var note = JSONObject()
        note["name"] = "add_note"
        note["description"] = .string(description)
        note["inputSchema"] = schema
        return [
            "tools": [
                ["name": "find_contact", "title": "Find", "annotations": ["readOnlyHint": true]], .object(note),
                ["name": "delete_contact"],
            ]
        ]
    }

    private static let withKey: JSONValue = [
        "type": "object", "properties": ["body": ["type": "string"], "idempotency_key": ["type": "string"]],
    ]

    private func report(_ body: JSONValue, _ server: TestServer, as client: String = "admin") async throws -> Reply {
        try await server.ask(
            .post, "\(Self.connector)/observed-tools", as: try server.fixture.acme(client), json: body)
    }

    private func quarantine(_ server: TestServer) async throws -> [JSONObject] {
        let reply = try await server.ask(.get, "/v1/tenants/acme/quarantine", as: try server.fixture.acme("viewer"))
        return try required(try reply.json()["items"]?.arrayValue).compactMap(\.objectValue)
    }

    private func decide(_ verb: String, _ digest: String, _ server: TestServer) async throws -> Reply {
        try await server.ask(
            .post, "\(Self.connector)/quarantine/\(verb)", as: try server.fixture.acme("admin"),
            json: ["tools": [["name": "add_note", "digest": .string(digest)]]])
    }

    private func mintCode(_ server: TestServer) async throws -> String? {
        let reply = try await server.ask(
            .post, "/v1/call-tokens", as: try server.fixture.acme("gateway"), json: Flow.mintAddNote)
        return reply.status == 200 ? nil : try reply.code()
    }

    @Test func `a server that has what is registered changes nothing`() async throws {
        try await TestServer.run { server in
            let reply = try await report(Self.seen(), server)
            #expect(reply.status == 200, "\(reply.text)")
            #expect(try reply.json()["quarantined"] == [])
            #expect(try await mintCode(server) == nil)
            let record = try await server.fixture.lastRecord(of: "acme")
            #expect(record["event"]?.stringValue == "mint")
        }
    }

    @Test func `what only an admin says of a tool stays when its changed definition is accepted`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            let path = Self.connector
            var document = try await server.ask(.get, path, as: admin).json()
            let tools = try required(document["tools"]?.arrayValue).map { tool in
                var tool = try required(tool.objectValue)
                if tool["name"] == "add_note" { tool["approval"] = "required" }
                if tool["name"] == "add_note" { tool["idempotent"] = true }
                return JSONValue.object(tool)
            }
            document["tools"] = .array(tools)
            let put = try await server.ask(.put, path, as: admin, json: .object(document))
            #expect(put.status == 200, "\(put.text)")
            #expect(try await report(Self.seen("Send the note to everyone.", Self.withKey), server).status == 200)
            let row = try required(try await quarantine(server).first)
            let accepted = try await decide("accept", try required(row["digest"]?.stringValue), server)
            #expect(accepted.status == 200, "\(accepted.text)")
            let changed = try await server.ask(.get, path, as: admin).json()
            let tool = try required(
                changed["tools"]?.arrayValue?.compactMap(\.objectValue).first { $0["name"] == "add_note" })
            #expect(tool["description"] == "Send the note to everyone.")
            #expect(tool["approval"] == "required" && tool["idempotent"] == true && tool["effect"] == "write")
        }
    }

    @Test func `a changed tool is refused at mint and at verify and is off the list, until it is accepted`()
        async throws
    {
        try await TestServer.run { server in
            let token = try await Flow.mintedToken(server)
            let reply = try await report(Self.seen("Send the note to everyone.", Self.withKey), server)
            #expect(try reply.json()["quarantined"] == ["add_note"])
            #expect(try await mintCode(server) == "disabled")
            let verified = try await Flow.verify(token, server)
            #expect(try verified.code() == "disabled")
            #expect(try verified.error()["suggested_action"] == "contact_admin")
            #expect(verified.text.contains("definition changed"))
            let list = try await server.ask(
                .get, "/v1/tools?connector=crm-mcp&environment=prod", as: try server.fixture.acme("gateway"))
            #expect(!list.text.contains("add_note"))
            let row = try required(try await quarantine(server).first)
            #expect(row["reported_by"] == "client:admin")
            #expect(row["observed"]?.objectValue?["description"] == "Send the note to everyone.")
            let accepted = try await decide("accept", try required(row["digest"]?.stringValue), server)
            #expect(accepted.status == 200, "\(accepted.text)")
            #expect(try accepted.json()["revision"]?.integerValue == 2)
            #expect(try await quarantine(server).isEmpty)
            #expect(try await mintCode(server) == nil)
            let document = try await server.ask(.get, Self.connector, as: try server.fixture.acme("viewer"))
            #expect(document.text.contains("Send the note to everyone."))
            #expect(document.text.contains("notes:write"))
        }
    }

    @Test func `only what was looked at is accepted`() async throws {
        try await TestServer.run { server in
            _ = try await report(Self.seen("First.", Self.withKey), server)
            let first = try required(try await quarantine(server).first?["digest"]?.stringValue)
            _ = try await report(Self.seen("Second.", Self.withKey), server)
            #expect(try await decide("accept", first, server).status == 409)
            #expect(try await mintCode(server) == "disabled")
        }
    }

    @Test func `a tool that writes is not accepted without a key, nor with a schema that does not compile`()
        async throws
    {
        try await TestServer.run { server in
            for (schema, path) in [
                (["type": "object"], "/tools/1/input_schema/properties"),
                (
                    ["type": "object", "properties": ["idempotency_key": ["pattern": "("]]],
                    "/tools/1/input_schema/properties/idempotency_key/pattern"
                ),
            ] as [(JSONValue, String)] {
                _ = try await report(Self.seen("Changed.", schema), server)
                let digest = try required(try await quarantine(server).first?["digest"]?.stringValue)
                let reply = try await decide("accept", digest, server)
                #expect(reply.status == 400, "\(reply.text)")
                #expect(reply.text.contains(path), "\(reply.text)")
                #expect(try await mintCode(server) == "disabled")
            }
        }
    }

    @Test func `a server that was put right is let through again by a person, and not by itself`() async throws {
        try await TestServer.run { server in
            _ = try await report(Self.seen("Changed.", Self.withKey), server)
            let digest = try required(try await quarantine(server).first?["digest"]?.stringValue)
            let early = try await decide("dismiss", digest, server)
            #expect(early.status == 400, "\(early.text)")
            _ = try await report(Self.seen(), server)
            #expect(try await mintCode(server) == "disabled")
            #expect(try await quarantine(server).first?["settled_at"] != nil)
            #expect(try await decide("dismiss", digest, server).status == 200)
            #expect(try await mintCode(server) == nil)
            #expect(try await decide("dismiss", digest, server).status == 404)
        }
    }

    @Test func `applying the definition that the server shows accepts it`() async throws {
        try await TestServer.run { server in
            _ = try await report(Self.seen("Changed.", Self.withKey), server)
            let admin = try server.fixture.acme("admin")
            var document = try await server.ask(.get, Self.connector, as: admin).json()
            var tools = try required(document["tools"]?.arrayValue)
            var tool = try required(tools[1].objectValue)
            tool["description"] = "Changed."
            tool["input_schema"] = Self.withKey
            tools[1] = .object(tool)
            document["tools"] = .array(tools)
            let reply = try await server.ask(.put, Self.connector, as: admin, json: .object(document))
            #expect(reply.status == 200, "\(reply.text)")
            #expect(try await quarantine(server).isEmpty)
            let record = try await server.fixture.lastRecord(of: "acme")
            #expect(record["event"]?.stringValue == "tool_accept")
            #expect(record["tool"]?.stringValue == "add_note")
        }
    }

    @Test func `a dry run tells and does nothing`() async throws {
        try await TestServer.run { server in
            var body = try required(Self.seen("Changed.", Self.withKey).objectValue)
            body["dry_run"] = true
            let before = try await server.fixture.auditCount()
            let reply = try await report(.object(body), server)
            #expect(try reply.json()["quarantined"] == ["add_note"])
            #expect(try await quarantine(server).isEmpty)
            #expect(try await server.fixture.auditCount() == before)
        }
    }

    @Test func `what was reported is on record with the tool's name`() async throws {
        try await TestServer.run { server in
            let before = try await server.fixture.auditCount()
            _ = try await report(Self.seen("Changed.", Self.withKey), server)
            #expect(try await server.fixture.auditCount() == before + 2)
            let record = try await server.fixture.lastRecord(of: "acme")
            #expect(record["event"]?.stringValue == "tool_quarantine")
            #expect(record["connector"]?.stringValue == "crm-mcp")
            #expect(record["tool"]?.stringValue == "add_note")
            _ = try await report(Self.seen("Changed.", Self.withKey), server)
            #expect(try await server.fixture.auditCount() == before + 3)
        }
    }

    @Test(
        arguments: [
            ("viewer", ["tools": []], 403), ("admin", ["tools": [["description": "x"]]], 400),
            ("admin", ["tools": [["name": "a"], ["name": "a"]]], 400), ("admin", [:], 400),
            ("admin", ["tools": [["name": "a", "inputSchema": "x"]]], 400),
        ] as [(String, JSONValue, Int)])
    func `a report that is none is refused`(client: String, body: JSONValue, status: Int) async throws {
        try await TestServer.run { server in
            let reply = try await report(body, server, as: client)
            #expect(reply.status == status, "\(reply.text)")
        }
    }
}
