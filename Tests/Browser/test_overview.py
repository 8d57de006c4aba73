"""What happens now and what needs someone: seen, led to, and said to be old when it is."""

import json
import re
import signal
import time
from datetime import UTC, datetime, timedelta

import httpx
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
        one["rotates_at"] = (datetime.now(UTC) + timedelta(days=2)).isoformat().replace("+00:00", "Z")


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
        "2 signing keys to be followed by a new one within 3 days": "keys",
        "The secret of short-lived ends within 14 days": "clients/short-lived$",
    }.items():
        expect(card.get_by_role("link", name=text)).to_have_attribute("href", re.compile(address))
    dana.shoot("needs-someone")
    dana.check_accessibility()
    card.get_by_role("link", name="1 tool in quarantine").click()
    expect(page.get_by_text("Look away.")).to_be_visible()


def test_a_key_says_when_the_timer_follows_it(visit, office):
    [key] = office.ops.get(f"{TENANT}/keys", params={"state": "active", "limit": 1}).json()["items"]
    made, followed = (datetime.fromisoformat(key[name]) for name in ("created_at", "rotates_at"))
    # The setting's default.
    assert followed - made == timedelta(days=30)
    page = visit("dana").open("acme/keys?state=active")
    expect(page.get_by_text("followed").first).to_be_visible()


def test_what_could_not_be_asked_is_said_and_the_rest_is_shown(visit, troubles):
    dana = visit("dana", expected=(503,))
    dana.context.route("**/keys?*", lambda route: route.fulfill(status=503, json={"error": {"code": "unavailable", "message": "Later."}}))
    page = dana.open("acme/")
    expect(page.get_by_text("Could not be asked: signing keys.")).to_be_visible()
    expect(page.get_by_role("link", name="1 thing switched off")).to_be_visible()


def test_what_happens_is_drawn_by_itself_and_nothing_is_asked_meanwhile(visit, office):
    dana = visit("dana")
    page = dana.open("acme/")
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    executed = page.locator(".figure", has_text="calls executed").locator("strong")
    before = int(executed.inner_text().replace(",", ""))
    office.broker.use(office.broker.call_token("find_contact"))
    expect(executed).to_have_text(str(before + 1))
    off = {"dimension": "actor", "id": "trudy", "reason": "Left the company."}
    try:
        with page.expect_request("**/v1/tenants/acme/disabled*", timeout=20_000):
            assert office.ops.post(f"{TENANT}/disable", json=off).status_code == 200
        expect(page.get_by_role("link", name=re.compile("switched off$"))).to_be_visible()
    finally:
        office.ops.post(f"{TENANT}/enable", json=off)
    dana.shoot("live")


def test_a_click_counts_although_what_it_is_on_is_drawn_again_meanwhile(visit, office, troubles):
    page = visit("dana").open("acme/")
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    link = page.get_by_role("link", name="1 tool in quarantine")
    expect(link).to_be_visible()
    calls = page.locator(".figure", has_text="calls executed")
    for target, address in (calls, "audit"), (link, "quarantine"):
        # What needs someone comes bit by bit, and moves what is below it.
        page.locator("[data-done]").wait_for()
        executed = calls.locator("strong")
        before = int(executed.inner_text().replace(",", ""))
        target.hover()
        page.mouse.down()
        assert target.evaluate("one => one.matches(':active')")
        with page.expect_response("**/audit?limit=500", timeout=20_000):
            office.broker.use(office.broker.call_token("find_contact"))
        page.wait_for_function("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
        assert executed.inner_text().replace(",", "") == str(before)
        page.mouse.up()
        page.wait_for_url(re.compile(address))
        page.go_back()
        expect(executed).not_to_have_text(str(before))


def test_a_link_keeps_the_focus_while_what_it_stands_in_is_drawn_again(visit, office):
    page = visit("adam").open("acme/")
    executed = page.locator(".figure", has_text="calls executed")
    executed.focus()
    before = int(executed.locator("strong").inner_text().replace(",", ""))
    office.broker.use(office.broker.call_token("find_contact"))
    expect(executed.locator("strong")).to_have_text(str(before + 1))
    expect(executed).to_be_focused()


def test_a_stream_that_is_refused_is_called_stale_with_the_reason_and_taken_up_again(visit):
    adam = visit("adam", expected=(409,))
    full = {"error": {"code": "limit_reached", "message": "As many follow as may."}}
    adam.context.route("**/activity/feed*", lambda route: route.fulfill(status=409, json=full))
    adam.page.clock.install()
    page = adam.open("acme/")
    expect(page.get_by_text("stale", exact=True)).to_be_visible()
    expect(page.get_by_text("As many follow as may.")).to_be_visible()
    adam.shoot("stale")
    adam.context.unroute_all()
    page.clock.run_for(6_000)
    expect(page.get_by_text("live", exact=True)).to_be_visible()


def test_silence_is_called_stale(visit, office):
    """The server stands still, and its connections stay open."""
    adam = visit("adam")
    adam.page.clock.install()
    page = adam.open("acme/")
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    office.server.process.send_signal(signal.SIGSTOP)
    try:
        page.clock.run_for(46_000)
        expect(page.get_by_text("Nothing was heard from the server")).to_be_visible()
    finally:
        office.server.process.send_signal(signal.SIGCONT)
    page.clock.run_for(6_000)
    expect(page.get_by_text("live", exact=True)).to_be_visible()


def test_whoever_looks_away_holds_no_stream(visit, office):
    adam = visit("adam")
    page = adam.open("acme/")
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    assert followers(office) >= 1
    # Chromium has no way to hide a page that is driven; what the page hears of it is the same.
    page.evaluate("""() => {
        Object.defineProperty(document, 'hidden', { value: true, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
    }""")
    await_followers(office, 0)
    page.evaluate("() => { delete document.hidden; document.dispatchEvent(new Event('visibilitychange')); }")
    await_followers(office, 1)
    page.clock.install()
    adam.open("acme/audit")
    await_followers(office, 0)


def test_where_nobody_moves_the_page_rests_until_somebody_does(visit):
    adam = visit("adam")
    adam.page.clock.install()
    page = adam.open("acme/")
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    # A leap, in which no timer goes off twice: minute by minute the page would give up one silent stream after the other, and ask
    # for the next before the server can have seen the last one go.
    page.clock.fast_forward(10 * 60_000)
    page.clock.run_for(60_000)
    expect(page.get_by_text("Nobody moved here for a while.")).to_be_visible()
    page.mouse.move(200, 200)
    page.mouse.move(300, 300)
    expect(page.get_by_text("live", exact=True)).to_be_visible()


def test_a_session_that_is_ended_elsewhere_ends_here_by_itself(visit, office):
    adam = visit("adam")
    page = adam.open("acme/")
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    adam.expected.add(401)
    assert office.ops.delete(f"{TENANT}/admins/adam/sessions").status_code == 200
    expect(page.get_by_text("The session has ended.")).to_be_visible()


def followers(office) -> int:
    metrics = httpx.get(f"{office.url}/metrics", timeout=10).text
    [count] = re.findall(r"^hallpass_activity_followers (\d+)", metrics, re.MULTILINE)
    return int(count)


def await_followers(office, count: int) -> None:
    deadline = time.monotonic() + 40
    while followers(office) != count:
        assert time.monotonic() < deadline, f"{followers(office)} follow instead of {count}"
        time.sleep(0.1)


def test_whoever_may_not_read_the_audit_sees_what_is_registered(visit):
    page = visit("vera").open("acme/")
    expect(page.get_by_role("link", name=re.compile("connectors$"))).to_be_visible()
    expect(page.get_by_text("which your roles do not include")).to_be_visible()
    expect(page.get_by_text("calls executed")).to_have_count(0)
