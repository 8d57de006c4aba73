import HallpassCore
import StrictJSON
import Testing

@testable import hallpass

struct SeedsTests {
    private static func documents(_ tenant: String) throws -> [JSONValue] {
        try Manifest.read(["\(Repository.root)/seeds/\(tenant)"]).documents.map(\.value)
    }

    private static func registry(_ tenant: String) throws -> RegistryPlan {
        let id = try #require(TenantID(tenant))
        return try RegistryPlan.make(
            current: TenantRegistry(tenant: Tenant(id: id)), documents: RegistryResource.readAll(documents(tenant)),
            prune: false)
    }

    @Test(arguments: [
        (
            "acme",
            """
            tenant acme, environment dev, environment prod, connector billing-mcp, connector crm-mcp, \
            deployment billing-mcp@prod, deployment crm-mcp@dev, deployment crm-mcp@prod, grant alice-crm-prod, \
            grant bob-billing-prod, grant support-crm-dev, grant support-crm-prod, client acme-ops, \
            client billing-mcp-server, client crm-mcp-server, client support-gateway
            """
        ),
        (
            "globex",
            """
            tenant globex, environment prod, connector crm-mcp, deployment crm-mcp@prod, grant alice-crm-prod, \
            client crm-mcp-server, client globex-ops, client support-gateway
            """
        ),
    ])
    func `a fresh apply makes each company whole`(tenant: String, resources: String) throws {
        let plan = try Self.registry(tenant)
        #expect(plan.changes.map(\.key.text).joined(separator: ", ") == resources)
        #expect(plan.changes.allSatisfy { $0.operation == .create })
    }

    /// The protocol, "The registry document".
    @Test func `the card of crm-mcp is the protocol's`() throws {
        let card: JSONValue = [
            "server": "crm-mcp",
            "auth": ["mode": "oauth", "scopes": ["contacts:read", "notes:write"], "token_ttl_seconds": 3600],
            "environment": "prod", "tools_allow": ["find_contact", "add_note"],
        ]
        #expect(try Self.documents("acme").contains(card))
    }

    /// The protocol, "The registry document".
    @Test func `add_note is the protocol's`() throws {
        let tool: JSONValue = [
            "name": "add_note", "description": "Attach a note to a CRM contact.", "effect": "write",
            "scopes": ["notes:write"],
            "input_schema": [
                "type": "object", "required": ["contact_id", "body", "idempotency_key"], "additionalProperties": false,
                "properties": [
                    "contact_id": ["type": "string"], "body": ["type": "string", "maxLength": 2000],
                    "visibility": ["type": "string", "enum": ["internal", "shared"]],
                    "idempotency_key": ["type": "string", "minLength": 1, "maxLength": 255],
                ],
            ],
        ]
        let connector = try Self.documents("acme").first { $0["id"] == "crm-mcp" }
        #expect(connector?["tools"]?.arrayValue?.contains(tool) == true)
    }

    @Test func `the tools of crm-mcp are one of each effect, and the one that destroys is not allowed`() throws {
        let registry = try Self.registry("acme").result
        let crm = try #require(ConnectorID("crm-mcp").flatMap { registry.connectors[$0] })
        #expect(crm.tools.map(\.effect) == [.read, .write, .destructive])
        for deployment in registry.deployments.values where deployment.id.connector == crm.id {
            #expect(!crm.tools.filter(deployment.allows).contains { $0.effect == .destructive })
        }
    }
}
