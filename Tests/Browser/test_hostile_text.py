"""What people and tools write stays text, wherever it is shown."""

import pytest
from playwright.sync_api import expect

SCRIPT = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'><b>bold</b> javascript:alert(3)"
NAME = "hostile-mcp"
SCOPE = "<script>alert(4)</script>"
# What a tool's name may be made of is narrower.
TOOL = "<img/src=x/onerror=alert(6)>"


@pytest.fixture(scope="module")
def hostile(office):
    """Script in every free text that the registry takes."""
    schema = {"type": "object", "description": SCRIPT, "properties": {
        SCRIPT: {"type": "string", "description": SCRIPT, "pattern": SCRIPT.replace("(", "\\(").replace(")", "\\)"), "enum": [SCRIPT], "default": SCRIPT}}}
    refusal = {"code": "NO", "message": SCRIPT, "retryable": False, "suggested_action": "stop"}
    documents = [
        {"kind": "Environment", "id": "hostile", "description": SCRIPT},
        {"kind": "Connector", "id": NAME, "resource": "javascript:alert(5)", "owner": SCRIPT, "description": SCRIPT,
         "tools": [{"name": TOOL, "effect": "read", "description": SCRIPT, "scopes": [SCOPE], "input_schema": schema}]},
        {"server": NAME, "environment": "hostile", "tools_allow": [TOOL],
         "auth": {"mode": "api_key", "scopes": [SCOPE], "token_ttl_seconds": 60},
         "constraints": [{"tool": TOOL, "schema": {"properties": {SCRIPT: {"maxLength": 3}}}, "when_violated": refusal}]},
        {"kind": "Grant", "id": "hostile", "subject": f"user:{SCRIPT}", "connector": NAME, "environment": "hostile", "scopes": [SCOPE]},
        {"kind": "Client", "id": "hostile", "type": "gateway", "description": SCRIPT},
    ]
    answer = office.ops.post("/v1/tenants/acme/apply", json={"documents": documents})
    assert answer.status_code == 200, answer.text
    office.broker.ask(office.broker.GATEWAY, "/v1/call-tokens", {
        "actor": {"sub": SCRIPT}, "agent": {"sub": SCRIPT}, "connector": NAME, "environment": "hostile", "tool": TOOL})
    office.ops.post("/v1/tenants/acme/revocations", json={"dimension": "actor", "id": SCRIPT, "reason": SCRIPT})
    shown = {"name": TOOL, "description": f"{SCRIPT} {SCRIPT}", "inputSchema": schema | {"title": SCRIPT}}
    seen = office.ops.post(f"/v1/tenants/acme/connectors/{NAME}/observed-tools", json={"tools": [shown]})
    assert seen.json()["quarantined"] == [TOOL], seen.text
    credential = {"kind": "api_key", "connector": NAME, "environment": "hostile", "sub": SCRIPT, "secret": {"api_key": "key"}}
    assert office.ops.put("/v1/tenants/acme/credentials/hostile", json=credential).status_code == 201
    off = {"dimension": "actor", "id": SCRIPT, "reason": SCRIPT}
    assert office.ops.post("/v1/tenants/acme/disable", json=off).status_code == 200
    yield
    office.ops.post("/v1/tenants/acme/enable", json=off)
    for path in (f"connectors/{NAME}?cascade=1", "environments/hostile", "clients/hostile"):
        office.ops.delete(f"/v1/tenants/acme/{path}")


PAGES = [
    "", "connectors", f"connectors/{NAME}", f"connectors/{NAME}?tab=environments", f"connectors/{NAME}?tab=history",
    f"connectors/{NAME}?tab=activity", f"connectors/{NAME}?tab=drift",
    f"connectors/{NAME}?tab=credentials", "quarantine", "credentials", "credentials/hostile", f"connectors/{NAME}/edit", f"deployments/{NAME}@hostile", "environments", "grants",
    "grants/hostile", "who?connector=hostile-mcp&environment=hostile", "clients", "clients/hostile", "clients/hostile?edit=1",
    "revocations", "revocations?dimension=actor&id=%3Cscript%3Ealert(1)%3C%2Fscript%3E", "disabled", "audit", "audit?sub=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", "history", "history/2", "history/1?against=now",
    "connectors?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E", "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
]


def test_script_in_every_free_text_stays_text(visit, hostile):
    dana = visit("dana")
    for address in PAGES:
        page = dana.open(f"acme/{address}")
        for fold in page.locator("main details").all():
            fold.evaluate("element => element.open = true")
        made = page.evaluate("document.querySelectorAll('main img, main script, main b, main iframe, [onerror]').length")
        assert made == 0, address
        links = page.evaluate("[...document.querySelectorAll('a')].map((a) => a.protocol)")
        assert set(links) <= {"http:"}, address
    page = dana.open(f"acme/connectors/{NAME}")
    expect(page.get_by_text(SCRIPT).first).to_be_visible()
    newest = newest_record(dana)
    dana.open(f"acme/audit/{newest}")


def newest_record(dana) -> str:
    """The newest record's place."""
    dana.open("acme/audit")
    return dana.page.locator("tbody a").first.get_attribute("href").rsplit("/", 1)[1]
