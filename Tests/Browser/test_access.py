"""Grants, both questions about them, clients and their secrets."""

import base64
import json
import re

from playwright.sync_api import expect


def test_a_person_is_granted_something_and_both_questions_know_it(visit):
    page = visit("dana").open("acme/new-grant")
    page.get_by_label("For").fill("carol")
    page.get_by_label("Connector").fill("crm-mcp")
    page.get_by_label("Environment").fill("prod")
    page.get_by_label("Scopes").fill("contacts:read notes:write")
    page.get_by_label("Tools").fill("add_note")
    page.get_by_role("button", name="Grant it").click()
    expect(page.get_by_text("user:carol: 1 tool")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("add_note"))).to_contain_text("crm-mcp@prod")

    asked = page.locator("form", has=page.get_by_role("heading", name="Who can do this?"))
    asked.get_by_label("Connector").fill("crm-mcp")
    asked.get_by_label("Environment").fill("prod")
    asked.get_by_label("Tool").fill("add_note")
    asked.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("row", name=re.compile("user:carol"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("group:support"))).to_have_count(0)

    page.get_by_role("link", name="carol-crm-mcp-prod").click()
    page.get_by_role("button", name="Withdraw").click()
    page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Grants")
    expect(page.get_by_text("user:carol")).to_have_count(0)


def test_what_groups_add_is_added_and_what_is_not_allowed_does_not_count(visit):
    page = visit("dana").open("acme/who?subject=user:bob&groups=support")
    expect(page.get_by_role("row", name=re.compile("issue_refund"))).to_contain_text("REFUND_EXCEEDS_LIMIT")
    expect(page.get_by_role("row", name=re.compile("find_contact"))).to_have_count(2)
    page.goto("/#/acme/who?connector=crm-mcp&environment=prod&tool=delete_contact")
    expect(page.get_by_text("It is not on the allow-list there")).to_be_visible()
    page.goto("/#/acme/who?subject=user:nobody")
    expect(page.get_by_role("heading", name="user:nobody: nothing")).to_be_visible()


def test_grants_are_narrowed_by_whom_and_where(visit):
    page = visit("dana").open("acme/grants")
    page.keyboard.press("/")
    page.keyboard.type("group:support")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page).to_have_url(re.compile("subject=group%3Asupport"))
    page.get_by_label("Environment").fill("dev")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Clear").click()
    expect(page.locator("tbody tr")).to_have_count(4)


def test_a_secret_is_shown_once_copied_and_gone_from_the_page(visit, office):
    dana = visit("dana")
    page = dana.open("acme/new-client")
    page.get_by_label("Name", exact=True).fill("night-gateway")
    page.get_by_role("button", name="Make it").click()
    dialog = page.get_by_role("dialog", name="The secret of night-gateway")
    secret = dialog.locator("code").inner_text()
    assert re.fullmatch(r"hp_night-gateway_[\w-]{43}", secret)
    dialog.get_by_role("button", name="Copy the secret").click()
    expect(dialog.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    dialog.get_by_role("button", name="I have stored it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("night-gateway")
    kept = "document.documentElement.outerHTML + location.href + JSON.stringify({...localStorage, ...sessionStorage})"
    assert secret not in page.evaluate(kept)

    page.get_by_role("button", name="Make another").click()
    page.get_by_label("It lives").select_option(label="a day")
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("button", name="I have stored it").click()
    expect(page.get_by_text("soon", exact=True)).to_have_count(1)
    expect(page.get_by_role("button", name=re.compile("^End the secret"))).to_have_count(2)
    expect(page.get_by_role("button", name="Make another")).to_be_disabled()
    page.get_by_role("button", name=re.compile("^End the secret")).first.click()
    page.get_by_role("dialog").get_by_role("button", name="End it").click()
    expect(page.get_by_role("button", name=re.compile("^End the secret"))).to_have_count(1)

    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Clients")
    assert office.ops.get("/v1/tenants/acme/clients/night-gateway").status_code == 404


def test_an_issuer_is_registered_and_a_token_tried(visit):
    key = {"kty": "EC", "crv": "P-256", "kid": "2026",
           "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
    dana = visit("dana")
    page = dana.open("acme/new-issuer")
    page.get_by_label("Name", exact=True).fill("staff")
    page.get_by_label("Issuer", exact=True).fill("https://id.acme.example")
    page.get_by_label("Audiences").fill("hallpass")
    page.locator("textarea[name=jwks]").fill(json.dumps({"keys": [key]}))
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("staff")
    dana.check_accessibility()

    part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    token = f"{part({'alg': 'ES256', 'kid': '2026'})}.{part({'iss': 'https://id.acme.example'})}.{'A' * 86}"
    page.get_by_label("Token", exact=True).fill(token)
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("It proves nothing.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("signature"))).to_contain_text("failed")
    expect(page.get_by_label("Token", exact=True)).to_have_value("")
    dana.shoot("issuer")
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Issuers")
