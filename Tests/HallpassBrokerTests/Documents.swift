import StrictJSON

/// The registry of the tests: what an admin would write in files.
extension BrokerFixture {
    static let acme: [JSONValue] = [
        ["kind": "Tenant", "id": "acme"],
        ["kind": "Environment", "id": "prod"],
        [
            "kind": "Connector", "id": "crm-mcp", "resource": "https://crm.example/mcp",
            "tools": [
                ["name": "find_contact", "effect": "read", "scopes": ["contacts:read"]],
                ["name": "add_note", "effect": "write", "scopes": ["notes:write"]],
                ["name": "delete_contact", "effect": "destructive", "scopes": ["contacts:write"]],
            ],
        ],
        [
            "kind": "Connector", "id": "billing-mcp", "resource": "https://billing.example/mcp",
            "tools": [["name": "issue_refund", "effect": "write", "scopes": ["refunds:write"]]],
        ],
        [
            "server": "crm-mcp", "environment": "prod",
            "auth": ["mode": "oauth", "scopes": ["contacts:read", "notes:write"], "token_ttl_seconds": 3600],
            "tools_allow": ["find_contact", "add_note"],
        ],
        [
            "server": "billing-mcp", "environment": "prod",
            "auth": ["mode": "none", "scopes": ["refunds:write"], "token_ttl_seconds": 60],
            "tools_allow": ["issue_refund"],
        ],
        [
            "kind": "Grant", "id": "alice-crm", "subject": "user:alice", "connector": "crm-mcp", "environment": "prod",
            "scopes": ["contacts:read", "notes:write"],
        ],
        [
            "kind": "Grant", "id": "support-crm", "subject": "group:support", "connector": "crm-mcp",
            "environment": "prod", "scopes": ["contacts:read", "notes:write"],
        ],
        ["kind": "Client", "id": "gateway", "type": "gateway", "assert_actors": true],
        ["kind": "Client", "id": "quiet-gateway", "type": "gateway"],
        ["kind": "Client", "id": "crm-server", "type": "mcp_server", "deployments": ["crm-mcp@prod"]],
        ["kind": "Client", "id": "billing-server", "type": "mcp_server", "deployments": ["billing-mcp@prod"]],
        [
            "kind": "Client", "id": "ops", "type": "automation",
            "roles": ["tenant_admin", "security", "auditor"],
        ],
        ["kind": "Client", "id": "looker", "type": "automation", "roles": ["viewer"]],
    ]

    /// The same names in another tenant, so that anything that crosses shows.
    static let globex: [JSONValue] = [
        ["kind": "Tenant", "id": "globex"],
        ["kind": "Environment", "id": "prod"],
        [
            "kind": "Connector", "id": "crm-mcp", "resource": "https://crm.example/mcp",
            "tools": [["name": "add_note", "effect": "write", "scopes": ["notes:write"]]],
        ],
        [
            "server": "crm-mcp", "environment": "prod",
            "auth": ["mode": "none", "scopes": ["notes:write"], "token_ttl_seconds": 60],
            "tools_allow": ["add_note"],
        ],
        [
            "kind": "Grant", "id": "alice-crm", "subject": "user:alice", "connector": "crm-mcp", "environment": "prod",
            "scopes": ["notes:write"],
        ],
        ["kind": "Client", "id": "gateway", "type": "gateway", "assert_actors": true],
        ["kind": "Client", "id": "crm-server", "type": "mcp_server", "deployments": ["crm-mcp@prod"]],
        ["kind": "Client", "id": "ops", "type": "automation", "roles": ["tenant_admin", "security", "auditor"]],
    ]
}
