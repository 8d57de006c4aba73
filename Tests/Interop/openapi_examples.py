"""Requests that succeed, for the OpenAPI document: from them schemathesis goes on to what is nearly right."""

import copy

from hallpass import Broker, unsigned_json

GRANT = {"kind": "Grant", "id": "scratch", "subject": "user:zoe", "connector": "crm-mcp", "environment": "prod",
         "scopes": ["contacts:read"], "tools": ["find_contact"], "expires_at": "2040-01-02T03:04:05Z"}
DOCUMENTS = {
    "environments": {"kind": "Environment", "id": "scratch", "protected": False, "description": "For a while."},
    "connectors": {"kind": "Connector", "id": "scratch", "resource": "https://scratch.example/mcp", "tools": [
        {"name": "look", "effect": "read", "scopes": ["a:read"], "input_schema": {"type": "object"}}]},
    "deployments": {"kind": "Deployment", "server": "billing-mcp", "environment": "dev", "tools_allow": [],
                    "auth": {"mode": "none", "scopes": ["refunds:write"], "token_ttl_seconds": 60}},
    "grants": GRANT,
    "clients": {"kind": "Client", "id": "scratch", "type": "gateway", "assert_actors": False},
    "issuers": {"kind": "Issuer", "id": "scratch", "issuer": "https://id.scratch.example", "audiences": ["hallpass"],
                "algorithms": ["RS256"], "jwks_url": "https://id.scratch.example/jwks"},
}
# One that is there all along, to try tokens against.
ISSUER = {"kind": "Issuer", "id": "standing", "issuer": "https://id.standing.example", "audiences": ["hallpass"],
          "algorithms": ["EdDSA"], "jwks_url": "http://127.0.0.1:1/jwks"}
MINT = {"actor": {"sub": "alice", "groups": ["support"]}, "agent": {"sub": "agent-1", "act": {"sub": "planner"}},
        "connector": "crm-mcp", "environment": "prod", "tool": "find_contact", "arguments": {"query": "Ada"},
        "scope": "contacts:read", "expires_in": 30, "txn": "t-1"}
REVOCATION = {"dimension": "actor", "id": "nobody-in-particular", "reason": "To see whether it works."}
SWITCH = {"dimension": "actor", "id": "nobody-in-particular", "reason": "To see whether it works."}
# What names stand for in a path, and in a query.
VALUES = {"tenant": "acme", "name": "scratch", "revision": 1, "secret": "AAAAAAAAAAAA", "limit": 2, "to": 1,
          "sub": "alice", "connector": "crm-mcp", "environment": "prod", "tool": "find_contact", "since": "2026-01-02T03:04:05Z",
          "until": "2040-01-02T03:04:05Z", "q": "a", "username": "eve", "session": "AAAAAAAAAAAA"}
# One that is there all along, and one to be ended.
CREDENTIAL = {"kind": "api_key", "connector": "billing-mcp", "environment": "staging", "secret": {"api_key": "not-a-secret"}}
CREDENTIALS = {"lasting": CREDENTIAL | {"sub": "alice"}, "leaving": CREDENTIAL | {"sub": "bob"}}
# A person who is there all along.
WALTER = "walter"


def bodies(broker: Broker) -> dict[tuple[str, str], dict]:
    """By method and path."""
    refund = {"sub": "alice", "groups": ["support"]}
    exchange = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": unsigned_json(refund),
        "subject_token_type": "urn:ietf:params:oauth:token-type:unsigned_json", "audience": "crm-mcp",
        "environment": "prod", "tool": "find_contact", "arguments": '{"query":"Ada"}', "expires_in": 30}
    token = {"token": broker.session_token(), "token_type_hint": "access_token"}
    tenant = "/v1/tenants/{tenant}"
    return {
        ("post", "/v1/calls/{call_id}/outcome"): {"ok": True, "result": {"found": ["Ada"]}},
        ("post", "/oauth/token"): exchange, ("post", "/oauth/introspect"): token, ("post", "/oauth/revoke"): token,
        ("post", "/v1/call-tokens"): MINT,
        ("post", "/v1/call-tokens/batch"): {"items": [MINT, MINT | {"tool": "delete_contact"}]},
        ("post", "/v1/verify"): {
            "token": broker.session_token(), "tool": "find_contact", "arguments": {"query": "Ada"},
            "environment": "prod", "idempotency_key": "k-1"},
        ("post", "/v1/revocations"): REVOCATION, ("post", f"{tenant}/revocations"): REVOCATION,
        ("post", f"{tenant}/keys/rotate"): {"deployment": "billing-mcp@dev"},
        ("post", f"{tenant}/keys/compromise"): {"deployment": "billing-mcp@dev", "reason": "A drill."},
        ("post", f"{tenant}/data-keys/rotate"): {"reason": "A drill."},
        ("post", f"{tenant}/disable"): SWITCH, ("post", f"{tenant}/enable"): SWITCH,
        ("put", tenant): {"kind": "Tenant", "id": "acme", "display_name": "Acme"},
        ("post", f"{tenant}/tools/fetch"): {"url": "http://127.0.0.1:1/mcp"},
        ("post", f"{tenant}/connectors/{{name}}/observed-tools"): {"dry_run": True, "tools": [
            {"name": "look", "description": "Look.", "inputSchema": {"type": "object"}, "annotations": {}}]},
        ("post", f"{tenant}/connectors/{{name}}/quarantine/accept"): {"tools": [{"name": "look", "digest": "A" * 43}]},
        ("post", f"{tenant}/connectors/{{name}}/quarantine/dismiss"): {"tools": [{"name": "look", "digest": "A" * 43}]},
        ("post", f"{tenant}/apply"): {"documents": [GRANT], "dry_run": True},
        ("post", f"{tenant}/revisions/{{revision}}/restore"): {},
        ("post", f"{tenant}/clients/{{name}}/secrets"): {},
        ("put", f"{tenant}/admins/{{username}}"): {
            "roles": ["viewer"], "subject": "eve@example.com", "display_name": "Eve"},
        ("post", f"{tenant}/admins/{{username}}/invitation"): {},
        ("post", f"{tenant}/approvals/{{approval_id}}/approve"): {"reason": "Checked with the customer."},
        ("post", f"{tenant}/approvals/{{approval_id}}/reject"): {"reason": "Paid back already."},
        ("post", f"{tenant}/issuers/{{name}}/test"): {"token": "no.real.token", "token_type": "id_token"},
        ("put", f"{tenant}/credentials/{{name}}"): CREDENTIALS["lasting"],
        ("post", f"{tenant}/credentials/{{name}}/rotate"): {"secret": CREDENTIAL["secret"]},
        ("post", f"{tenant}/credentials/{{name}}/disable"): {}, ("post", f"{tenant}/credentials/{{name}}/enable"): {},
        ("post", f"{tenant}/credentials/{{name}}/test"): {},
        ("post", f"{tenant}/credentials/{{name}}/revoke"): {"reason": "To see whether it works."},
    } | {("put", f"{tenant}/{collection}/{{name}}"): document for collection, document in DOCUMENTS.items()}


def with_examples(document: dict, broker: Broker) -> dict:
    """The document as it is, with an example for each parameter that has one and each body."""
    document = copy.deepcopy(document)
    for (method, path), body in bodies(broker).items():
        content = document["paths"][path][method]["requestBody"]["content"]
        for media in content.values():
            media["example"] = body
    for parameter in document["components"]["parameters"].values():
        if parameter["name"] in VALUES:
            parameter["example"] = VALUES[parameter["name"]]
    document["components"]["parameters"]["deployment"]["example"] = "billing-mcp@dev"
    call = broker.use(broker.call_token("find_contact"))["call_id"]
    document["paths"]["/v1/calls/{call_id}/outcome"]["post"]["parameters"][0]["example"] = call
    # A decision is made once, so each example has a call of its own that waits for one.
    approvals = "/v1/tenants/{tenant}/approvals/{approval_id}"
    waiting = [broker.waiting_call(), broker.waiting_call()]
    for path, method, approval in [
            (approvals, "get", waiting[0]), (f"{approvals}/approve", "post", waiting[0]),
            (f"{approvals}/reject", "post", waiting[1])]:
        operation = document["paths"][path][method]
        operation["parameters"] = [
            document["components"]["parameters"]["approval"] | {"example": approval}
            if item.get("$ref", "").endswith("/approval") else item for item in operation["parameters"]]
    # Of those that are there all along, whatever the order in which things are made and removed.
    with broker.client(broker.OPS) as http:
        http.put(f"/v1/tenants/acme/admins/{WALTER}", json={"roles": ["viewer"]}).raise_for_status()
        http.put(f"/v1/tenants/acme/issuers/{ISSUER['id']}", json=ISSUER).raise_for_status()
        http.post("/v1/tenants/acme/apply", json={"documents": [
            {"kind": "Environment", "id": "staging"},
            {"server": "billing-mcp", "environment": "staging", "tools_allow": [], "auth": {
                "mode": "api_key", "scopes": ["refunds:write"], "token_ttl_seconds": 60}}]}).raise_for_status()
        for name, body in CREDENTIALS.items():
            http.put(f"/v1/tenants/acme/credentials/{name}", json=body).raise_for_status()
    lasting = {"clients/{name}/secrets": ("name", Broker.BILLING_SERVER), "admins/{username}": ("username", WALTER),
               "admins/{username}/invitation": ("username", WALTER), "admins/{username}/sessions": ("username", WALTER),
               "issuers/{name}/test": ("name", ISSUER["id"]),
               "connectors/{name}/observed-tools": ("name", "billing-mcp"),
               "credentials/{name}": ("name", "lasting"), "credentials/{name}/revoke": ("name", "leaving")}
    lasting |= {f"credentials/{{name}}/{verb}": ("name", "lasting") for verb in ("rotate", "disable", "enable", "test")}
    for path, (parameter, value) in lasting.items():
        for method, operation in document["paths"][f"/v1/tenants/{{tenant}}/{path}"].items():
            if (path, method) in (("admins/{username}", "put"), ("admins/{username}", "delete")):
                continue
            operation["parameters"] = [
                document["components"]["parameters"][parameter] | {"example": value}
                if item.get("$ref", "").endswith(f"/{parameter}") else item for item in operation["parameters"]]
    return document
