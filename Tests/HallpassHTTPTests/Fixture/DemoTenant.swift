/// What each tenant of the fixture has registered.
enum DemoTenant {
    static func documents(_ tenant: String) -> String {
        """
        [{"kind": "Tenant", "id": "\(tenant)", "display_name": "Of the tests"},
         {"kind": "Environment", "id": "dev"},
         {"kind": "Environment", "id": "prod", "protected": true},
         {"kind": "Connector", "id": "crm-mcp", "resource": "https://crm.\(tenant).example/mcp", "tools": [
            {"name": "find_contact", "effect": "read", "scopes": ["contacts:read"]},
            {"name": "add_note", "effect": "write", "scopes": ["notes:write"]},
            {"name": "delete_contact", "effect": "destructive", "scopes": ["contacts:write"]}]},
         {"kind": "Connector", "id": "billing-mcp", "resource": "https://billing.\(tenant).example/mcp", "tools": [
            {"name": "issue_refund", "effect": "write", "scopes": ["refunds:write"]}]},
         {"server": "crm-mcp", "environment": "prod", "tools_allow": ["find_contact", "add_note"],
          "auth": {"mode": "oauth", "scopes": ["contacts:read", "notes:write"], "token_ttl_seconds": 3600}},
         {"server": "billing-mcp", "environment": "prod", "tools_allow": ["issue_refund"],
          "auth": {"mode": "api_key", "scopes": ["refunds:write"], "token_ttl_seconds": 600}},
         {"kind": "Grant", "id": "alice-crm", "subject": "user:alice", "connector": "crm-mcp", "environment": "prod",
          "scopes": ["contacts:read", "notes:write"]},
         {"kind": "Grant", "id": "finance", "subject": "group:finance", "connector": "billing-mcp",
          "environment": "prod", "scopes": ["refunds:write"]},
         {"kind": "Client", "id": "gateway", "type": "gateway", "assert_actors": true},
         {"kind": "Client", "id": "unproven", "type": "gateway"},
         {"kind": "Client", "id": "crm-server", "type": "mcp_server", "deployments": ["crm-mcp@prod"]},
         {"kind": "Client", "id": "billing-server", "type": "mcp_server", "deployments": ["billing-mcp@prod"]},
         {"kind": "Client", "id": "admin", "type": "automation", "roles": ["tenant_admin", "security", "auditor"]},
         {"kind": "Client", "id": "viewer", "type": "automation", "roles": ["viewer"]}]
        """
    }
}
