"""One more tenant, as large as all the others of a large registry."""

from broker import REGISTRY, TOOL

DEPLOYMENTS = 20
GRANTS = 50


def name(number: int) -> str:
    return f"company-{number:04}"


def documents(tenant: str) -> list[dict]:
    connector, deployment = REGISTRY[2], REGISTRY[3]
    servers = [f"mcp-{number:02}" for number in range(DEPLOYMENTS)]
    return [
        {"kind": "Tenant", "id": tenant},
        {"kind": "Environment", "id": "prod"},
        *(connector | {"id": server, "resource": f"https://{server}.example/mcp"} for server in servers),
        *(deployment | {"server": server} for server in servers),
        {"kind": "Client", "id": "gateway", "type": "gateway", "assert_actors": True},
        {"kind": "Client", "id": "server", "type": "mcp_server", "deployments": [f"{server}@prod" for server in servers]},
        *({"kind": "Grant", "id": f"user-{number:04}", "subject": f"user:user-{number:04}",
           "connector": servers[number % DEPLOYMENTS], "environment": "prod", "scopes": ["notes:write"], "tools": [TOOL]}
          for number in range(GRANTS)),
    ]
