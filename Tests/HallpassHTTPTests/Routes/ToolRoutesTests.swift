import HTTPTypes
import StrictJSON
import Testing

@testable import HallpassHTTP

struct ToolRoutesTests {
    private static let path = "/v1/tools?connector=crm-mcp&environment=prod"

    @Test func `a gateway and the server that owns the deployment read the same list, in MCP's shape`() async throws {
        try await TestServer.run { server in
            let asGateway = try await server.ask(.get, Self.path, as: try server.fixture.acme("gateway"))
            #expect(asGateway.status == 200, "\(asGateway.text)")
            let body = try asGateway.json()
            #expect(body.members.map(\.name) == ["tools", "digest"])
            let tools = try required(body["tools"]?.arrayValue).compactMap(\.objectValue)
            #expect(tools.compactMap { $0["name"]?.stringValue } == ["find_contact", "add_note"])
            for tool in tools {
                #expect(tool.members.map(\.name) == ["name", "description", "inputSchema", "annotations"])
                #expect(tool["inputSchema"]?.objectValue?["type"] == "object")
            }
            let asServer = try await server.ask(.get, Self.path, as: try server.fixture.acme("crm-server"))
            #expect(asServer.text == asGateway.text)
            let asAdmin = try await server.ask(
                .get, "/v1/tenants/acme/deployments/crm-mcp@prod/tools", as: try server.fixture.acme("viewer"))
            #expect(asAdmin.text == asGateway.text)
        }
    }

    @Test func `whoever has the list is told that it is still good, until it is not`() async throws {
        try await TestServer.run { server in
            let gateway = try server.fixture.acme("gateway")
            let first = try await server.ask(.get, Self.path, as: gateway)
            let tag = try required(first.headers[.eTag])
            #expect(tag == "\"\(try first.text("digest"))\"")
            #expect(first.headers[.cacheControl] == "private, no-cache")
            for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                let again = try await server.ask(.get, Self.path, as: gateway, headers: [.ifNoneMatch: known])
                #expect(again.status == 304, "\(known)")
                #expect(again.bytes.isEmpty)
                #expect(again.headers[.eTag] == tag)
                #expect(again.headers[.contentType] == nil)
            }
            let other = try await server.ask(.get, Self.path, as: gateway, headers: [.ifNoneMatch: "\"other\""])
            #expect(other.status == 200)
            let admin = try server.fixture.acme("admin")
            let deployment = "/v1/tenants/acme/deployments/crm-mcp@prod"
            var document = try await server.ask(.get, deployment, as: admin).json()
            document["tools_allow"] = ["find_contact"]
            #expect(try await server.ask(.put, deployment, as: admin, json: .object(document)).status == 200)
            let changed = try await server.ask(.get, Self.path, as: gateway, headers: [.ifNoneMatch: tag])
            #expect(changed.status == 200)
            #expect(!changed.text.contains("add_note"))
        }
    }

    @Test func `a constraint stands in the schema that a model reads`() async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            let path = "/v1/tenants/acme/deployments/crm-mcp@prod"
            var document = try await server.ask(.get, path, as: admin).json()
            document["constraints"] = [
                [
                    "tool": "add_note", "schema": ["properties": ["body": ["type": "string", "maxLength": 10]]],
                    "when_violated": [
                        "code": "TOO_LONG", "message": "Too long.", "retryable": false, "suggested_action": "shorten",
                    ],
                ]
            ]
            #expect(try await server.ask(.put, path, as: admin, json: .object(document)).status == 200)
            let list = try await server.ask(.get, Self.path, as: try server.fixture.acme("gateway")).json()
            let tool = try required(list["tools"]?.arrayValue?.last?.objectValue)
            #expect(
                tool["inputSchema"] == [
                    "type": "object",
                    "properties": [
                        "body": ["type": "string", "maxLength": 10, "description": "Text, at most 10 characters."]
                    ],
                ])
        }
    }

    @Test(
        arguments: [
            ("gateway", "connector=no-such&environment=prod", 400, "unknown_connector"),
            ("gateway", "connector=crm-mcp&environment=no-such", 400, "unknown_environment"),
            ("gateway", "connector=crm-mcp&environment=dev", 400, "unknown_connector"),
            ("crm-server", "connector=billing-mcp&environment=prod", 400, "unknown_connector"),
            ("crm-server", "connector=no-such&environment=prod", 400, "unknown_connector"),
            ("admin", "connector=crm-mcp&environment=prod", 403, "forbidden"),
            ("gateway", "connector=crm-mcp", 400, "invalid_request"),
            ("gateway", "connector=Crm&environment=prod", 400, "invalid_request"),
        ])
    func `what is not the caller's to read is refused, and the refusal is recorded`(
        client: String, query: String, status: Int, code: String
    ) async throws {
        try await TestServer.run { server in
            let reply = try await server.ask(.get, "/v1/tools?\(query)", as: try server.fixture.acme(client))
            #expect(reply.status == status, "\(reply.text)")
            #expect(try reply.code() == code)
            let record = try await server.fixture.lastRecord(of: "acme")
            #expect(record["event"]?.stringValue == "tools_read")
            #expect(record["code"]?.stringValue == code)
        }
    }

    @Test func `reading the list leaves no record where it is allowed`() async throws {
        try await TestServer.run { server in
            let gateway = try server.fixture.acme("gateway")
            let before = try await server.fixture.auditCount()
            #expect(try await server.ask(.get, Self.path, as: gateway).status == 200)
            #expect(try await server.fixture.auditCount() == before)
        }
    }
}
