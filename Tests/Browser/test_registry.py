"""Registering, allowing, changing, going back."""

import json
import re

import pytest
from playwright.sync_api import expect

SCHEMA = {"type": "object", "required": ["topic"], "properties": {"topic": {"type": "string", "maxLength": 40}}}


@pytest.fixture
def without(office):
    """Removes connectors after a test, with what names them."""
    names = []
    yield names.append
    for name in names:
        office.ops.delete(f"/v1/tenants/acme/connectors/{name}", params={"cascade": 1})


def test_a_connector_is_registered_by_form_deployed_and_changed(visit, without):
    without("wiki-mcp")
    page = visit("dana").open("acme/connectors")
    page.get_by_role("link", name="New connector").click()
    page.get_by_label("Name", exact=True).fill("wiki-mcp")
    page.get_by_label("Resource").fill("https://wiki.acme.example/mcp")
    page.get_by_label("Description").first.fill("The company's wiki.")
    page.get_by_role("button", name="Add a tool").click()
    tool = page.get_by_role("group", name="Tool new")
    expect(tool.get_by_label("Tool", exact=True)).to_be_focused()
    tool.get_by_label("Tool", exact=True).fill("search")
    tool.get_by_label("Scopes").fill("wiki:read")
    tool.get_by_label("Input schema").fill(json.dumps(SCHEMA))
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("wiki-mcp")
    page.get_by_text("search", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("topic"))).to_contain_text("at most 40 characters")

    page.get_by_role("navigation", name="Parts of this connector").get_by_role("link", name="Environments").click()
    page.locator("section", has=page.get_by_role("heading", name="dev")).get_by_role("link", name="Deploy here").click()
    expect(page.get_by_label("Scopes", exact=True)).to_have_value("wiki:read")
    page.get_by_role("button", name="Deploy").click()
    expect(page.get_by_role("switch", name="search in dev")).to_have_attribute("aria-checked", "true")

    page.get_by_role("link", name="Edit", exact=True).first.click()
    page.get_by_label("Owner").fill("wiki-team@acme.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("wiki-team@acme.example")).to_be_visible()


def test_what_the_server_refuses_stands_beside_the_form_and_nothing_typed_is_lost(visit):
    page = visit("dana", expected=(400,)).open("acme/new-connector")
    page.get_by_label("Name", exact=True).fill("bad-mcp")
    page.get_by_label("Resource").fill("https://bad.acme.example/mcp")
    page.get_by_role("button", name="Add a tool").click()
    page.get_by_label("Tool", exact=True).fill("break")
    page.get_by_label("Effect").select_option("write")
    page.get_by_label("Input schema").fill('{"type":"object","properties":{"x":{"pattern":"("}}}')
    page.get_by_role("button", name="Register").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("/tools/0/input_schema")
    expect(alert).to_contain_text("invalid_request")
    expect(page.get_by_label("Tool", exact=True)).to_have_value("break")


def test_a_card_is_pasted_its_plan_looked_at_and_applied(visit, office):
    card = {"server": "billing-mcp", "environment": "dev", "auth": {"mode": "oauth", "scopes": ["refunds:write"], "token_ttl_seconds": 300}}
    page = visit("dana").open("acme/new-connector?by=paste")
    page.get_by_label("Documents").fill(json.dumps(card))
    page.get_by_role("button", name="Look at the plan").click()
    expect(page.get_by_text("1 document: 1 added")).to_be_visible()
    expect(page.get_by_text("billing-mcp@dev")).to_be_visible()
    assert office.ops.get("/v1/tenants/acme/deployments/billing-mcp@dev").status_code == 404
    page.get_by_role("button", name="Apply it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Connectors")
    assert office.ops.delete("/v1/tenants/acme/deployments/billing-mcp@dev").status_code == 200


def test_a_destructive_tool_asks_twice_and_going_back_takes_it_away_again(visit, office):
    dana = visit("dana")
    page = dana.open("acme/connectors/crm-mcp?tab=environments")
    switch = page.get_by_role("switch", name="delete_contact in dev")
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.click()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("dialog", name=re.compile("destroys"))).to_be_visible()
    dana.shoot("destructive")
    page.get_by_label("Type delete_contact to go on").fill("delete")
    page.get_by_role("button", name="Allow delete_contact").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("is not delete_contact")
    page.get_by_label("Type delete_contact to go on").fill("delete_contact")
    page.keyboard.press("Enter")
    expect(switch).to_have_attribute("aria-checked", "true")
    allowed = office.ops.get("/v1/tenants/acme/deployments/crm-mcp@dev").json()
    assert "delete_contact" in allowed["tools_allow"] and "contacts:write" in allowed["auth"]["scopes"]

    heading = page.get_by_role("heading", level=1)
    page.get_by_role("link", name="History").first.click()
    expect(heading).to_have_text("History")
    page.get_by_role("row").nth(1).get_by_role("link").click()
    expect(page.get_by_text("/tools_allow")).to_be_visible()
    page.go_back()
    expect(heading).to_have_text("History")
    page.get_by_role("row").nth(2).get_by_role("link").click()
    expect(heading).to_have_text(re.compile("Revision"))
    page.get_by_role("button", name="Restore").click()
    dana.shoot("restore")
    page.get_by_role("button", name=re.compile("^Restore revision")).click()
    expect(page.get_by_text("This is what is in force now.")).to_be_visible()
    assert "tools_allow" not in office.ops.get("/v1/tenants/acme/deployments/crm-mcp@dev").json()


def test_two_at_once_do_not_undo_each_other(visit, office):
    """What a form shows is as old as its page; saving it over a newer state is refused."""
    page = visit("dana", expected=(409,)).open("acme/connectors/billing-mcp/edit")
    path = "/v1/tenants/acme/connectors/billing-mcp"
    document = office.ops.get(path).json()
    assert office.ops.put(path, json=document | {"owner": "someone@acme.example"}).status_code == 200
    page.get_by_label("Owner").fill("me@acme.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("revision_conflict")
    assert office.ops.get(path).json()["owner"] == "someone@acme.example"
    assert office.ops.put(path, json=document).status_code == 200


def test_removing_says_who_still_needs_it_first(visit, office):
    page = visit("dana", expected=(409,)).open("acme/connectors/billing-mcp")
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("alert")).to_contain_text("billing-mcp@prod")
    page.keyboard.press("Escape")
    assert office.ops.get("/v1/tenants/acme/connectors/billing-mcp").status_code == 200


def test_an_environment_is_made_changed_and_removed(visit):
    page = visit("dana").open("acme/environments")
    page.get_by_role("button", name="New environment").click()
    page.get_by_label("Name", exact=True).fill("staging")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name=re.compile("staging"))).to_be_visible()
    page.get_by_role("button", name="Edit staging").click()
    page.get_by_label("Protected").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name=re.compile("staging"))).to_contain_text("protected")
    page.get_by_role("button", name="Remove staging").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("row", name=re.compile("staging"))).to_have_count(0)


def test_a_revision_of_thousands_of_documents_is_fetched_only_when_asked_for_and_drawn_some_at_a_time(visit, office):
    dana = visit("dana")
    # As the server would answer after a very large apply.
    dana.context.route("**/revisions?*", lambda route: route.fulfill(json={"items": [
        {"revision": 1, "time": "2026-11-21T05:00:00Z", "author": "client:ops", "changes": 52_000, "summary": "apply"}]}))
    dana.context.route("**/revisions/1", lambda route: route.fulfill(json={"revision": 1, "documents": [
        {"kind": "Environment", "id": f"place-{number}"} for number in range(250)]}))
    page = dana.open("acme/history/1")
    expect(page.get_by_text("It changed 52,000 documents")).to_be_visible()
    page.get_by_role("button", name="Show them").click()
    expect(page.locator(".diff > li")).to_have_count(100)
    page.get_by_role("button", name="Show more").click()
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".diff > li")).to_have_count(250)
    expect(page.get_by_text("250 of 250 shown.")).to_be_visible()
