"""Trying a call for real, with the clients' own secrets."""

import re

from playwright.sync_api import expect


def test_a_call_is_minted_looked_into_verified_and_reported(visit, office):
    broker = office.broker
    page = visit("dana").open("acme/try?connector=crm-mcp&environment=prod&tool=add_note")
    page.get_by_label("Person").fill("alice")
    page.get_by_label("contact_id").fill("c-17")
    page.get_by_label("body").fill("Called back.")
    page.get_by_label("visibility").select_option(label='"internal"')
    page.get_by_label("idempotency_key").fill("try:c-17")
    page.get_by_label("Client").fill(broker.GATEWAY)
    page.get_by_label("Its secret").fill(broker.secrets["acme"][broker.GATEWAY])
    page.get_by_role("button", name="Mint").click()
    page.get_by_text("Look into the token").click()
    expect(page.get_by_text(re.compile('"sub": "alice"')).last).to_be_visible()

    page.get_by_label("Client").fill(broker.CRM_SERVER)
    page.get_by_label("Its secret").fill(broker.secrets["acme"][broker.CRM_SERVER])
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("execute", exact=True)).to_be_visible()
    page.get_by_role("button", name="Report that it was not run").click()
    expect(page.get_by_text("Answer, 204")).to_be_visible()

    kept = page.evaluate("document.documentElement.outerHTML + [...document.querySelectorAll('input')].map((one) => one.value)")
    assert not [secret for secret in broker.secrets["acme"].values() if secret in kept]
    assert not re.search(r"eyJ[\w-]{20,}", kept)

    page.get_by_role("link", name="Its audit record").first.click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("alice")


def test_a_refusal_is_shown_as_a_model_would_get_it(visit, office):
    broker = office.broker
    page = visit("dana", expected=(400,)).open("acme/try?connector=crm-mcp&environment=prod&tool=add_note")
    page.get_by_label("Person").fill("alice")
    page.get_by_label("contact_id").fill("c-17")
    page.get_by_label("body").fill("x" * 2001)
    page.get_by_label("idempotency_key").fill("try:c-18")
    page.get_by_label("Client").fill(broker.GATEWAY)
    page.get_by_label("Its secret").fill(broker.secrets["acme"][broker.GATEWAY])
    page.get_by_role("button", name="Mint").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("invalid_arguments")
    expect(alert).to_contain_text("/body")
