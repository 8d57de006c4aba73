"""What happens now and what needs someone: seen, led to, and said to be old when it is."""

import json
import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

TENANT = "/v1/tenants/acme"


def changed(context, pattern: str, change) -> None:
    """Answers with what the server said, and `change` done to it."""
    def answer(route):
        reply = route.fetch()
        body = reply.json()
        change(body)
        route.fulfill(response=reply, body=json.dumps(body))

    context.route(pattern, answer)


@pytest.fixture
def troubles(office):
    """A quarantined tool, a switch that is off, a call that waits, a secret that ends tomorrow."""
    tool = {"name": "look", "description": "Look.", "effect": "read", "scopes": ["x:read"], "input_schema": {"type": "object"}}
    office.ops.put(f"{TENANT}/connectors/odd-mcp", json={
        "kind": "Connector", "id": "odd-mcp", "resource": "https://odd.acme.example/mcp", "tools": [tool]})
    office.ops.post(f"{TENANT}/connectors/odd-mcp/observed-tools", json={
        "tools": [{"name": "look", "description": "Look away.", "inputSchema": {"type": "object"}}]})
    off = {"dimension": "actor", "id": "mallory", "reason": "Left the company."}
    assert office.ops.post(f"{TENANT}/disable", json=off).status_code == 200
    office.ops.put(f"{TENANT}/clients/short-lived", json={"kind": "Client", "id": "short-lived", "type": "gateway"})
    secrets = f"{TENANT}/clients/short-lived/secrets"
    [first] = office.ops.get(secrets).json()["items"]
    assert office.ops.post(secrets, json={"expires_in_seconds": 86_400}).status_code == 201
    office.ops.delete(f"{secrets}/{first['name']}")
    yield
    office.ops.post(f"{TENANT}/enable", json=off)
    office.ops.delete(f"{TENANT}/connectors/odd-mcp", params={"cascade": 1})
    office.ops.delete(f"{TENANT}/clients/short-lived")


def old(body) -> None:
    for one in body["items"][:2]:
        one["created_at"] = "2020-01-01T00:00:00Z"


def failing(body) -> None:
    body["items"] = [{
        "name": "crm", "kind": "api_key", "connector": "crm-mcp", "environment": "prod", "version": 1, "state": "reauth_required",
        "failure": "invalid_grant", "failed_at": "2026-11-21T05:00:00Z", "revocable_at_provider": False,
        "created_at": "2026-11-21T05:00:00Z", "rotated_at": "2026-11-21T05:00:00Z"}]


def alarming(body) -> None:
    body["items"] = [{"time": datetime.now(UTC).isoformat().replace("+00:00", "Z")}]


def test_each_thing_that_needs_someone_leads_to_where_it_is_dealt_with(visit, office, troubles):
    dana = visit("dana")
    changed(dana.context, "**/audit?code=token_not_issued&*limit=1", alarming)
    changed(dana.context, "**/keys?*state=active*", old)
    changed(dana.context, "**/credentials?*", failing)
    page = dana.open("acme/")
    card = page.locator("section", has=page.get_by_role("heading", name="Needs someone"))
    for text, address in {
        "a signing key may have leaked": r"audit\?code=token_not_issued",
        "1 tool in quarantine": "quarantine$",
        "The upstream credential crm fails": "credentials/crm$",
        "1 thing switched off": "disabled$",
        "2 signing keys of 27 days or more": "keys",
        "The secret of short-lived ends within 14 days": "clients/short-lived$",
    }.items():
        expect(card.get_by_role("link", name=text)).to_have_attribute("href", re.compile(address))
    dana.shoot("needs-someone")
    dana.check_accessibility()
    card.get_by_role("link", name="1 tool in quarantine").click()
    expect(page.get_by_text("Look away.")).to_be_visible()


def test_what_could_not_be_asked_is_said_and_the_rest_is_shown(visit, troubles):
    dana = visit("dana", expected=(503,))
    dana.context.route("**/keys?*", lambda route: route.fulfill(status=503, json={"error": {"code": "unavailable", "message": "Later."}}))
    page = dana.open("acme/")
    expect(page.get_by_text("Could not be asked: signing keys.")).to_be_visible()
    expect(page.get_by_role("link", name="1 thing switched off")).to_be_visible()


def test_a_new_call_is_drawn_by_itself_and_silence_is_called_stale(visit, office):
    dana = visit("adam")
    dana.page.clock.install()
    page = dana.open("acme/")
    executed = page.locator(".figure", has_text="calls executed").locator("strong")
    before = int(executed.inner_text())
    office.broker.use(office.broker.call_token("find_contact"))
    page.clock.run_for(11_000)
    expect(executed).to_have_text(str(before + 1))
    dana.context.route("**/activity?*", lambda route: route.abort())
    page.clock.run_for(11_000)
    expect(page.get_by_text("stale", exact=True)).to_be_visible()
    dana.context.unroute_all()
    page.clock.run_for(11_000)
    expect(page.get_by_text("stale", exact=True)).to_have_count(0)
    # Chromium's own words for a request that was cut.
    dana.problems[:] = [one for one in dana.problems if "net::ERR_FAILED" not in one]


def test_whoever_may_not_read_the_audit_sees_what_is_registered(visit):
    page = visit("vera").open("acme/")
    expect(page.get_by_role("link", name=re.compile("connectors$"))).to_be_visible()
    expect(page.get_by_text("which your roles do not include")).to_be_visible()
    expect(page.get_by_text("calls executed")).to_have_count(0)
