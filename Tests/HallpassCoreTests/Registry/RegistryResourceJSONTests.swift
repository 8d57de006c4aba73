import HallpassCore
import StrictJSON
import Testing

struct `Registry documents` {
    @Test func `the connector card of the protocol is read without a kind`() throws {
        let expected = Deployment(
            id: "crm-mcp@prod", authMode: .oauth, scopes: "contacts:read notes:write", tokenLifetimeSeconds: 3_600,
            allowedTools: ["add_note", "find_contact"])
        #expect(try read(RegistryText.card) == .deployment(expected))
    }

    @Test func `a connector keeps its tools in order and their schemas as they are`() throws {
        guard case .connector(let connector) = try read(RegistryText.connector) else {
            Issue.record("not a connector")
            return
        }
        #expect(connector.id == "crm-mcp")
        #expect(connector.resource == "https://crm.example/mcp")
        #expect(connector.owner == "crm-team")
        #expect(connector.description == "The CRM")
        #expect(connector.tools.map(\.name) == ["find_contact", "add_note", "delete_contact"])
        #expect(connector.tools.map(\.effect) == [.read, .write, .destructive])
        #expect(connector.tools[1].scopes == "notes:write")
        #expect(connector.tools[1].description == "Attach a note to a CRM contact.")
        #expect(
            try connector.tools[1].inputSchema
                == JSONPointer(tokens: ["input_schema"]).resolve(in: json(RegistryText.addNote)))
        #expect(connector.tools[0].inputSchema == nil)
    }

    @Test func `the other kinds are read`() throws {
        #expect(try read(RegistryText.tenant) == .tenant(Tenant(id: "acme", displayName: "Acme Ltd")))
        #expect(
            try read(RegistryText.prod)
                == .environment(Environment(id: "prod", isProtected: true, description: "Customers")))
        #expect(try read(RegistryText.dev) == .environment(Environment(id: "dev")))
        #expect(
            try read(RegistryText.grant)
                == .grant(
                    Grant(
                        id: "alice-crm", subject: .user("alice"), deployment: "crm-mcp@prod",
                        scopes: "contacts:read notes:write", tools: ["add_note", "find_contact"],
                        expiresAt: 1_798_761_600)))
        #expect(try read(RegistryText.gateway) == .client(Client(id: "gate", kind: .gateway(assertsActors: true))))
        #expect(
            try read(RegistryText.server)
                == .client(Client(id: "crm-server", kind: .mcpServer(deployments: ["crm-mcp@prod"]))))
        #expect(
            try read(RegistryText.automation)
                == .client(Client(id: "ci", kind: .automation(roles: [.auditor, .viewer]), description: "Applies")))
    }

    @Test func `a card may name scopes for sessions`() throws {
        let text = try changed(RegistryText.card, "/auth/session_scopes", to: #"["notes:write"]"#)
        guard case .deployment(let deployment) = try read(text) else {
            Issue.record("not a deployment")
            return
        }
        #expect(deployment.sessionScopes == "notes:write")
        #expect(try RegistryResource.read(RegistryResource.deployment(deployment).json) == .deployment(deployment))
    }

    @Test func `a card may say how often it is called`() throws {
        let limits = #"{"actor":{"calls":60,"seconds":60},"tools":{"add_note":{"calls":5,"seconds":3600}}}"#
        let text = try changed(RegistryText.card, "/limits", to: limits)
        guard case .deployment(let deployment) = try read(text) else {
            Issue.record("not a deployment")
            return
        }
        #expect(deployment.limits?.deployment == nil)
        #expect(deployment.limits?.actor == RateLimit(calls: 60, seconds: 60))
        #expect(deployment.limits?.tools == ["add_note": try #require(RateLimit(calls: 5, seconds: 3_600))])
        #expect(RegistryResource.deployment(deployment).json.objectValue?["limits"] == (try json(limits)))
        #expect(try RegistryResource.read(RegistryResource.deployment(deployment).json) == .deployment(deployment))
    }

    @Test(arguments: ["{}", #"{"tools":{}}"#, nil])
    func `limits that limit nothing are none`(limits: String?) throws {
        #expect(try read(changed(RegistryText.card, "/limits", to: limits)) == read(RegistryText.card))
    }

    @Test(arguments: RegistryText.everything)
    func `what is written is read back as it was`(text: String) throws {
        let resource = try read(text)
        #expect(try RegistryResource.read(resource.json) == resource)
        #expect(try RegistryResource.read(resource.json).json == resource.json)
    }

    @Test func `the written form leaves nothing to a default and sorts lists of names`() throws {
        #expect(
            try read(RegistryText.card).json
                == json(
                    """
                    {"kind": "Deployment", "server": "crm-mcp", "environment": "prod",
                     "auth": {"mode": "oauth", "scopes": ["contacts:read", "notes:write"], "token_ttl_seconds": 3600,
                              "session_scopes": []},
                     "tools_allow": ["add_note", "find_contact"], "constraints": [],
                     "idempotency": {"retention_seconds": 86400, "lease_seconds": 300},
                     "approval": {"tools": [], "expires_in_seconds": 3600}}
                    """))
        #expect(
            try read(RegistryText.dev).json == json(#"{"kind": "Environment", "id": "dev", "protected": false}"#))
        #expect(
            try read(#"{"kind": "Client", "id": "g", "type": "gateway"}"#).json
                == json(#"{"kind": "Client", "id": "g", "type": "gateway", "assert_actors": false}"#))
        let bare = #"{"kind":"Connector","id":"c","resource":"a:b","tools":[{"name":"t","effect":"read"}]}"#
        #expect(
            try read(bare).json
                == json(
                    """
                    {"kind":"Connector","id":"c","resource":"a:b",
                     "tools":[{"name":"t","effect":"read","scopes":[],"idempotent":false}]}
                    """))
    }

    @Test func `an allow-list of nothing is not the same as none`() throws {
        let empty = try read(changed(RegistryText.card, "/tools_allow", to: "[]"))
        let absent = try read(changed(RegistryText.card, "/tools_allow", to: nil))
        guard case .deployment(let none) = empty, case .deployment(let unset) = absent else {
            Issue.record("not deployments")
            return
        }
        #expect(none.allowedTools == [])
        #expect(unset.allowedTools == nil)
        #expect(empty.json != absent.json)
    }

    @Test func `everything wrong with a document is told at once`() throws {
        let found = try faults(
            """
            {"kind": "Deployment", "server": "CRM", "environment": 7, "tools_allow": ["ok", "a b", "ok", 1],
             "auth": {"mode": "magic", "scopes": ["x", "\\"", "x"], "token_ttl_seconds": 0, "extra": 1}, "tags": {},
             "limits": {"actor": {"calls": 0, "seconds": 3601}, "deployment": 5, "team": {},
                        "tools": {"a b": {"calls": 1, "seconds": 1}, "add_note": {"calls": 1}}}}
            """)
        #expect(
            Set(found) == [
                "/server format", "/environment type", "/tools_allow/1 format", "/tools_allow/2 unique",
                "/tools_allow/3 type", "/auth/mode choice", "/auth/scopes/1 format", "/auth/scopes/2 unique",
                "/auth/token_ttl_seconds range", "/auth/extra unknown", "/tags unknown",
                "/limits/actor/calls range", "/limits/actor/seconds range", "/limits/deployment type",
                "/limits/team unknown", "/limits/tools/a b unknown", "/limits/tools/add_note/seconds required",
            ])
        #expect(found.count == 17)
    }

    @Test func `paths start where the document stands`() throws {
        let error = #expect(throws: JSONViolations.self) {
            try RegistryResource.read(["kind": "Tenant"], at: JSONPointer(tokens: ["documents", "3"]))
        }
        #expect(error?.violations.map(\.path) == ["/documents/3/id"])
    }

    @Test func `reading many documents tells what is wrong in each, by number`() throws {
        let documents = try [RegistryText.dev, #"{"kind": "Tenant"}"#, RegistryText.card, "[]"].map(json)
        let error = #expect(throws: RegistryViolations.self) { try RegistryResource.readAll(documents) }
        #expect(error?.violations.map(\.document) == [1, 3])
        #expect(error?.violations.map(\.violation.path) == ["/id", ""])
        #expect(try RegistryResource.readAll(RegistryText.everything.map(json)).count == 9)
    }
}

/// One spoilt member at a time.
struct `A registry document is refused` {
    @Test(arguments: [
        ("[]", [" type"]),
        ("{}", ["/kind required"]),
        (#"{"id": "x", "protected": true}"#, ["/kind required"]),
        (#"{"kind": "Provider", "issuer": "https://x"}"#, ["/kind choice"]),
        (#"{"kind": "tenant", "id": "x"}"#, ["/kind choice"]),
        (#"{"kind": null, "server": "x"}"#, ["/kind type"]),
        (#"{"kind": "Tenant", "server": "x", "id": "x"}"#, ["/server unknown"]),
    ])
    func `when its kind is missing or not known`(text: String, expected: [String]) throws {
        #expect(try faults(text) == expected)
    }

    @Test(arguments: [
        (RegistryText.tenant, "/id", "\"Acme\"", "/id format"),
        (RegistryText.tenant, "/display_name", "null", "/display_name type"),
        (RegistryText.tenant, "/display_name", #""\u001b[2J""#, "/display_name format"),
        (RegistryText.tenant, "/display_name", #""\u0000""#, "/display_name format"),
        (RegistryText.tenant, "/display_name", #""\u0085""#, "/display_name format"),
        (RegistryText.prod, "/protected", "\"yes\"", "/protected type"),
        (RegistryText.prod, "/extra", "1", "/extra unknown"),
        (RegistryText.card, "/auth", "[]", "/auth type"),
        (RegistryText.card, "/auth/mode", "\"OAUTH\"", "/auth/mode choice"),
        (RegistryText.card, "/auth/token_ttl_seconds", "0", "/auth/token_ttl_seconds range"),
        (RegistryText.card, "/auth/token_ttl_seconds", "3601", "/auth/token_ttl_seconds range"),
        (RegistryText.card, "/auth/token_ttl_seconds", "1.5", "/auth/token_ttl_seconds type"),
        (RegistryText.card, "/auth/session_scopes", "\"notes:write\"", "/auth/session_scopes type"),
        (RegistryText.card, "/constraints", "{}", "/constraints type"),
        (RegistryText.card, "/idempotency", #"{"lease_seconds": 0}"#, "/idempotency/lease_seconds range"),
        (RegistryText.card, "/idempotency", #"{"retention_seconds": 3599}"#, "/idempotency/retention_seconds range"),
        (RegistryText.card, "/approval", "[]", "/approval type"),
        (RegistryText.card, "/limits", "[]", "/limits type"),
        (RegistryText.card, "/tools_allow", "{}", "/tools_allow type"),
        (RegistryText.connector, "/resource", "\"crm\"", "/resource format"),
        (RegistryText.connector, "/resource", "\"https://crm.example/#a\"", "/resource format"),
        (RegistryText.connector, "/tools/1/name", "\"find_contact\"", "/tools/1/name unique"),
        (RegistryText.connector, "/tools/1/name", "\"add note\"", "/tools/1/name format"),
        (RegistryText.connector, "/tools/1/effect", "\"delete\"", "/tools/1/effect choice"),
        (RegistryText.connector, "/tools/1/scopes/0", "\"a b\"", "/tools/1/scopes/0 format"),
        (RegistryText.connector, "/tools/1/input_schema", "true", "/tools/1/input_schema type"),
        (RegistryText.connector, "/tools/1/input_schema/type", "\"array\"", "/tools/1/input_schema/type schema"),
        (RegistryText.connector, "/tools/1/input_schema/type", "[\"object\"]", "/tools/1/input_schema/type schema"),
        (
            RegistryText.connector, "/tools/1/input_schema/properties", "[]",
            "/tools/1/input_schema/properties idempotency_key"
        ),
        (RegistryText.connector, "/tools/2/input_schema", "{}", "/tools/2/input_schema/properties idempotency_key"),
        (RegistryText.connector, "/tools/1/kind", "\"Tool\"", "/tools/1/kind unknown"),
        (RegistryText.grant, "/subject", "\"alice\"", "/subject format"),
        (RegistryText.grant, "/subject", "\"robot:alice\"", "/subject format"),
        (RegistryText.grant, "/tools", "[]", "/tools count"),
        (RegistryText.grant, "/expires_at", "\"2027-01-01T00:00:00+01:00\"", "/expires_at format"),
        (RegistryText.grant, "/expires_at", "1798761600", "/expires_at type"),
        (RegistryText.server, "/deployments", "[]", "/deployments count"),
        (RegistryText.server, "/deployments/0", "\"crm-mcp\"", "/deployments/0 format"),
        (RegistryText.automation, "/roles", "[]", "/roles count"),
        (RegistryText.automation, "/roles/1", "\"root\"", "/roles/1 format"),
        (RegistryText.automation, "/roles/1", "\"viewer\"", "/roles/1 unique"),
        (RegistryText.gateway, "/type", "\"human\"", "/type choice"),
    ])
    func `for one bad member, which it names`(text: String, pointer: String, value: String, expected: String) throws {
        #expect(try faults(changed(text, pointer, to: value)) == [expected])
    }

    @Test(arguments: [
        (RegistryText.tenant, ["/id"]),
        (RegistryText.prod, ["/id"]),
        (RegistryText.connector, ["/id", "/resource", "/tools", "/tools/0/name", "/tools/0/effect"]),
        (RegistryText.card, ["/auth", "/auth/mode", "/auth/scopes", "/auth/token_ttl_seconds", "/environment"]),
        (RegistryText.grant, ["/id", "/subject", "/connector", "/environment", "/scopes"]),
        (RegistryText.gateway, ["/id"]),
        (RegistryText.server, ["/deployments"]),
        (RegistryText.automation, ["/roles"]),
    ])
    func `without a member it needs`(text: String, pointers: [String]) throws {
        for pointer in pointers { #expect(try faults(changed(text, pointer, to: nil)) == ["\(pointer) required"]) }
    }

    @Test func `when a client's type is missing, without calling its other fields wrong`() throws {
        for text in [RegistryText.gateway, RegistryText.server, RegistryText.automation] {
            #expect(try faults(changed(text, "/type", to: nil)) == ["/type required"])
        }
    }

    @Test(arguments: [
        (RegistryText.gateway, "/roles", "[\"viewer\"]", "automation"),
        (RegistryText.gateway, "/deployments", "[\"crm-mcp@prod\"]", "mcp_server"),
        (RegistryText.server, "/assert_actors", "false", "gateway"),
        (RegistryText.server, "/roles", "[]", "automation"),
        (RegistryText.automation, "/assert_actors", "true", "gateway"),
        (RegistryText.automation, "/deployments", "null", "mcp_server"),
    ])
    func `when a client has a field of another type, which it names`(
        text: String, pointer: String, value: String, owner: String
    ) throws {
        let document = try json(changed(text, pointer, to: value))
        let error = #expect(throws: JSONViolations.self) { try RegistryResource.read(document) }
        #expect(
            error?.violations == [
                JSONViolation(path: pointer, rule: "type", message: "is a field of clients whose type is \(owner)")
            ])
    }

    @Test(arguments: [(64, true), (65, false)])
    func `with more scopes than a set may hold`(count: Int, isAccepted: Bool) throws {
        let scopes = (0..<count).map { "\"s\($0)\"" }.joined(separator: ",")
        let text = try changed(RegistryText.card, "/auth/scopes", to: "[\(scopes)]")
        #expect(try faults(text) == (isAccepted ? [] : ["/auth/scopes count"]))
    }

    @Test(arguments: [(4_095, true), (4_096, true), (4_097, false)])
    func `with free text over its limit`(bytes: Int, isAccepted: Bool) throws {
        let text = try changed(RegistryText.prod, "/description", to: "\"\(String(repeating: "x", count: bytes))\"")
        #expect(try faults(text) == (isAccepted ? [] : ["/description length"]))
    }

    @Test(arguments: [1, 2, 3_599, 3_600])
    func `but not for any lifetime within its range`(seconds: Int) throws {
        #expect(try faults(changed(RegistryText.card, "/auth/token_ttl_seconds", to: "\(seconds)")) == [])
    }

    @Test func `but not for line breaks and tabs in free text, nor a tool that reads without a key`() throws {
        #expect(try faults(changed(RegistryText.prod, "/description", to: #""a\n\tb\r\nü""#)) == [])
        #expect(try faults(changed(RegistryText.connector, "/tools/0/input_schema", to: "{}")) == [])
    }
}

/// What documents say about approvals.
struct `Approvals in registry documents` {
    private static let constraint = """
        {"tool": "add_note", "schema": {}, "approval": "offer", "when_violated":
          {"code": "X", "message": "m", "retryable": false, "suggested_action": "route_to_human_approval"}}
        """

    private func card(_ constraint: String) throws -> String {
        try changed(RegistryText.card, "/constraints", to: "[\(constraint)]")
    }

    @Test func `a tool, a constraint and a deployment can ask for one, and are read back as they were written`() throws
    {
        let tool = try changed(RegistryText.connector, "/tools/2/approval", to: #""required""#)
        let constrained = try card(Self.constraint)
        let deployed = try changed(
            RegistryText.card, "/approval", to: #"{"tools": ["find_contact", "add_note"], "expires_in_seconds": 60}"#)
        for text in [tool, constrained, deployed] {
            let resource = try read(text)
            #expect(try RegistryResource.read(resource.json) == resource)
            #expect(try resource.json != read(RegistryText.card).json)
        }
        guard case .connector(let connector) = try read(tool), case .deployment(let deployment) = try read(deployed)
        else {
            Issue.record("not what was written")
            return
        }
        #expect(connector.tools.map(\.needsApproval) == [false, false, true])
        #expect(deployment.approval == DeploymentApproval(tools: ["add_note", "find_contact"], lifetimeSeconds: 60))
    }

    @Test func `a constraint offers an approval only where it says so to the model too`() throws {
        let other = try changed(Self.constraint, "/when_violated/suggested_action", to: #""call_support""#)
        #expect(try faults(card(other)) == ["/constraints/0/when_violated/suggested_action approval"])
        #expect(try faults(card(changed(other, "/approval", to: #""required""#))) == [])
        #expect(try faults(card(changed(other, "/approval", to: nil))) == [])
    }

    @Test(arguments: [
        (#"{"expires_in_seconds": 59}"#, "/approval/expires_in_seconds range"),
        (#"{"expires_in_seconds": 604801}"#, "/approval/expires_in_seconds range"),
        (#"{"tools": ["a b"]}"#, "/approval/tools/0 format"), (#"{"tool": "x"}"#, "/approval/tool unknown"),
        (#""required""#, "/approval type"),
    ])
    func `what a deployment says of approvals is checked`(value: String, fault: String) throws {
        #expect(try faults(changed(RegistryText.card, "/approval", to: value)) == [fault])
    }

    @Test func `a tool's approval is required or is not there`() throws {
        #expect(
            try faults(changed(RegistryText.connector, "/tools/0/approval", to: #""offer""#)) == [
                "/tools/0/approval choice"
            ])
    }

    @Test func `a deployment asks for approvals of tools that are there`() throws {
        var registry = try TenantRegistry.acme()
        registry.put(try read(changed(RegistryText.card, "/approval", to: #"{"tools": ["add_nte"]}"#)))
        let violation = try #require(RegistryValidation.violations(in: registry).first)
        #expect(violation.violation.path == "/approval/tools")
        #expect(violation.violation.message.contains("add_note"))
    }
}
