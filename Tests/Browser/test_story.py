"""The whole way once: from the one-time link to an approved refund."""

import json
import re

from office import PASSWORD
from playwright.sync_api import expect

WIKI = [
    {"kind": "Connector", "id": "wiki-mcp", "resource": "https://wiki.acme.example/mcp", "tools": [
        {"name": "search", "description": "Search the wiki.", "effect": "read", "scopes": ["wiki:read"],
         "input_schema": {"type": "object", "required": ["topic"], "properties": {"topic": {"type": "string"}}}}]},
    {"server": "wiki-mcp", "environment": "prod", "auth": {"mode": "oauth", "scopes": ["wiki:read"], "token_ttl_seconds": 300}},
    {"kind": "Client", "id": "wiki-server", "type": "mcp_server", "deployments": ["wiki-mcp@prod"]},
]
CALL = {"actor": {"sub": "carol"}, "connector": "wiki-mcp", "environment": "prod", "tool": "search"}
REFUND = {"actor": {"sub": "bob"}, "connector": "billing-mcp", "environment": "prod", "tool": "issue_refund",
          "arguments": {"payment_id": "p-9", "amount_cents": 60000, "idempotency_key": "refund:p-9"}}


def set_up(page, username: str) -> None:
    page.get_by_label("Name").fill(username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Set up and sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_from_the_one_time_link_to_an_approved_refund(visit, make_office):
    office = make_office("story", with_people=False)
    broker = office.broker

    # The first person comes in by the link that init printed, and makes an account for a colleague.
    root = visit(None, at=office)
    page = root.page
    page.goto(office.setup_link)
    expect(page).to_have_url(f"{office.url}/setup.html")
    set_up(page, "root")
    page.goto("/#/acme/people")
    page.get_by_role("button", name="New account").first.click()
    page.get_by_label("Name", exact=True).fill("dana")
    for role in ("tenant admin", "security", "auditor"):
        page.get_by_label(role, exact=True).check()
    page.get_by_role("button", name="Make it").click()
    link = page.get_by_role("dialog", name="The one-time link for dana").locator("code").inner_text()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert link not in page.content()

    # She registers a connector, and is shown the secret of its server once.
    dana = visit(None, at=office)
    page = dana.page
    page.goto(link)
    set_up(page, "dana")
    page.goto("/#/acme/new-connector?by=paste")
    page.get_by_label("Documents").fill(json.dumps(WIKI))
    page.get_by_role("button", name="Look at the plan").click()
    expect(page.get_by_text("3 documents: 3 added")).to_be_visible()
    page.get_by_role("button", name="Apply it").click()
    secret = page.get_by_role("dialog").locator(".secret code").inner_text()
    page.get_by_role("button", name="I have stored it").click()
    expect(page.get_by_role("link", name="wiki-mcp")).to_be_visible()

    # She grants a person what it does.
    dana.open("acme/new-grant?subject=user:carol&connector=wiki-mcp&environment=prod")
    page.get_by_label("Scopes").fill("wiki:read")
    page.get_by_role("button", name="Grant it").click()
    expect(page.get_by_role("heading", name="user:carol: 1 tool")).to_be_visible()

    # She tries a call, and finds it in the audit.
    dana.open("acme/try?connector=wiki-mcp&environment=prod&tool=search&sub=carol")
    page.get_by_label("topic").fill("Holidays")
    page.get_by_label("Client").fill(broker.GATEWAY)
    page.get_by_label("Its secret").fill(broker.secrets["acme"][broker.GATEWAY])
    page.get_by_role("button", name="Mint").click()
    page.get_by_label("Client").fill("wiki-server")
    page.get_by_label("Its secret").fill(secret)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("execute", exact=True)).to_be_visible()
    page.get_by_role("link", name="Its audit record").last.click()
    page.locator("tbody a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("verify search")

    # She cuts the person off: two tokens are out, and it says so.
    for _ in range(2):
        assert broker.ask(broker.GATEWAY, "/v1/call-tokens", CALL | {"arguments": {"topic": "x"}}).status_code == 200
    dana.open("acme/revocations?dimension=actor&id=carol")
    page.get_by_role("button", name="Revoke…").click()
    page.get_by_label("Reason").fill("Her laptop was stolen.")
    dana.shoot("revoke")
    page.get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_role("dialog", name="It is in force")).to_contain_text("2 tokens")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("row", name=re.compile("carol"))).to_contain_text("Her laptop was stolen.")

    # She has a new key sign.
    dana.open("acme/keys")
    page.get_by_role("button", name="Rotate the key of wiki-mcp@prod").click()
    page.get_by_role("dialog").get_by_role("button", name="Rotate").click()
    expect(page.get_by_role("dialog", name="It is done")).to_contain_text("1 new key now signs")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("row", name=re.compile("wiki-mcp@prod"))).to_have_count(2)

    # A refund over the limit is for a person to decide, from now on. She sees what would be executed and approves it, and it is minted once.
    path = "/v1/tenants/acme/deployments/billing-mcp@prod"
    billing = office.ops.get(path).json()
    billing["constraints"][0]["approval"] = "offer"
    assert office.ops.put(path, json=billing).status_code == 200
    refused = broker.ask(broker.GATEWAY, "/v1/call-tokens", REFUND).json()["error"]
    [approval_id] = [one["approval_id"] for one in refused["details"] if "approval_id" in one]
    dana.open("acme/")
    page.get_by_role("link", name="1 approval to decide").click()
    page.get_by_role("link", name="issue_refund").click()
    expect(page.get_by_text("60000")).to_be_visible()
    dana.shoot("approval")
    dana.check_accessibility()
    page.get_by_role("button", name="Approve").click()
    page.get_by_label("Reason").fill("Checked with the customer.")
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Checked with the customer.")).to_be_visible()
    assert broker.ask(broker.GATEWAY, "/v1/call-tokens", REFUND | {"approval_id": approval_id}).status_code == 200
    page.reload()
    expect(page.get_by_text("used", exact=True)).to_be_visible()
