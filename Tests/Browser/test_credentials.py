"""Upstream credentials: kept, tested, rotated, switched and revoked; their values are never on a page."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import expect

KEPT = "document.documentElement.outerHTML + [...document.querySelectorAll('input, textarea')].map((one) => one.value) + location.href"


class Provider(BaseHTTPRequestHandler):
    """A token endpoint that gives tokens, or refuses them while `refusing` says so."""

    refusing = False

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = {"error": "invalid_grant"} if Provider.refusing else {
            "access_token": "upstream-token-1", "token_type": "Bearer", "expires_in": 600, "scope": "contacts:read"}
        data = json.dumps(body).encode()
        self.send_response(400 if Provider.refusing else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def provider():
    server = HTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/token"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def lab(office):
    """An environment with a deployment for each way to reach a backend."""
    card = lambda server, mode, scope: {
        "server": server, "environment": "lab", "auth": {"mode": mode, "scopes": [scope], "token_ttl_seconds": 60}}
    documents = [
        {"kind": "Environment", "id": "lab"}, card("billing-mcp", "api_key", "refunds:write"), card("crm-mcp", "oauth", "contacts:read")]
    answer = office.ops.post("/v1/tenants/acme/apply", json={"documents": documents})
    assert answer.status_code == 200, answer.text
    yield
    office.ops.delete("/v1/tenants/acme/environments/lab", params={"cascade": 1})


def confirm(page, button: str, action: str | None = None) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=action or button, exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_an_api_key_is_kept_tested_rotated_and_revoked_and_never_shown(visit, office, lab):
    dana = visit("dana")
    page = dana.open("acme/connectors/billing-mcp?tab=credentials")
    page.get_by_role("link", name="New credential").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New credential")
    expect(page.get_by_label("Connector")).to_have_value("billing-mcp")
    page.get_by_label("Name", exact=True).fill("billing-lab")
    page.get_by_label("Environment").fill("lab")
    page.get_by_label("API key").fill("sk-lab-0001-value")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("billing-lab")
    assert "sk-lab-0001" not in page.evaluate(KEPT)

    page.get_by_role("button", name="Test it").click()
    expect(page.get_by_text("It opens.", exact=True)).to_be_visible()
    page.get_by_role("button", name="Rotate").click()
    page.get_by_label("API key").fill("sk-lab-0002-value")
    page.get_by_role("dialog").get_by_role("button", name="Rotate").click()
    expect(page.locator(".facts")).to_contain_text("Version2")
    assert "sk-lab-000" not in page.evaluate(KEPT)
    dana.shoot("credential")
    dana.check_accessibility()

    confirm(page, "Switch off")
    expect(page.get_by_text("switched off", exact=True)).to_be_visible()
    confirm(page, "Switch on")
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("dialog")).to_contain_text("change it there by hand")
    page.get_by_label("Reason").fill("Shown in a screen share.")
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("It stays good at its provider until it is changed there by hand.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Rotate|Switch|Test"))).to_have_count(0)


def test_what_fails_to_be_fetched_says_why_and_needs_someone(visit, office, lab, provider):
    dana = visit("dana", expected=(400, 409, 503))
    page = dana.open("acme/new-credential?connector=crm-mcp&environment=lab&kind=oauth_refresh_token")
    page.get_by_label("Name", exact=True).fill("crm-lab")
    page.get_by_label("Token endpoint").fill(provider)
    page.get_by_label("Client id").fill("hallpass")
    page.get_by_label("Refresh token").fill("refresh-token-of-the-lab")
    page.get_by_label("Client secret").fill("client-secret-of-the-lab")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("crm-lab")
    page.get_by_label("Scopes").fill("contacts:read")
    page.get_by_role("button", name="Test it").click()
    expect(page.get_by_text("Its provider gave a token")).to_be_visible()
    assert not re.search("upstream-token|of-the-lab", page.evaluate(KEPT))

    Provider.refusing = True
    page.get_by_role("button", name="Test it").click()
    expect(page.get_by_role("alert")).to_be_visible()
    Provider.refusing = False
    page.reload()
    expect(page.get_by_text("Its provider accepts the refresh token no more.")).to_be_visible()
    page = dana.open("acme/credentials")
    expect(page.get_by_role("row", name=re.compile("crm-lab"))).to_contain_text("sign in again")
    dana.shoot("credentials")
    dana.check_accessibility()


def test_one_that_is_there_is_not_replaced_and_the_secret_leaves_the_page_all_the_same(visit, office, lab):
    body = {"kind": "api_key", "connector": "billing-mcp", "environment": "lab", "sub": "alice", "secret": {"api_key": "sk-lab-0003"}}
    assert office.ops.put("/v1/tenants/acme/credentials/alice-lab", json=body).status_code == 201
    page = visit("sam").open("acme/new-credential?connector=billing-mcp&environment=lab")
    page.get_by_label("Name", exact=True).fill("alice-lab")
    page.get_by_label("API key").fill("sk-lab-0004-value")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("alert")).to_contain_text("There is a credential alice-lab already")
    assert "sk-lab-000" not in page.evaluate(KEPT)
    expect(page.get_by_label("Name", exact=True)).to_have_value("alice-lab")
    assert office.ops.get("/v1/tenants/acme/credentials/alice-lab").json()["version"] == 1
    page = visit("adam").open("acme/credentials")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not yours to see")
