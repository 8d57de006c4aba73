"""Cutting off in every dimension, and switching off until it is switched on again."""

import re

import pytest
from playwright.sync_api import expect

# By dimension: what is typed, field by field. What the live token of the test says of itself is filled in.
DIMENSIONS = {
    "actor": ["alice"], "agent": ["night-agent"], "client": ["support-gateway"], "connector": ["crm-mcp"],
    "environment": ["prod"], "deployment": ["crm-mcp", "prod"], "key": ["{kid}"], "token": ["{jti}"],
    "txn": ["incident-9"], "tenant": [],
}


def fill(page, dimension: str, texts: list[str]) -> None:
    page.get_by_label("What", exact=True).select_option(dimension)
    fields = page.locator('[name^="part-"]')
    expect(fields).to_have_count(len(texts))
    for index, text in enumerate(texts):
        fields.nth(index).fill(text)


def test_every_dimension_shows_how_much_it_reaches_before_it_happens(visit, office):
    minted = office.broker.mint("find_contact", agent={"sub": "night-agent"}, txn="incident-9")
    [key] = [
        one for one in office.ops.get("/v1/tenants/acme/keys?state=active").json()["items"]
        if one["deployment"] == "crm-mcp@prod"]
    values = {"kid": key["kid"], "jti": minted["jti"]}
    dana = visit("dana")
    page = dana.open("acme/revocations")
    for dimension, texts in DIMENSIONS.items():
        fill(page, dimension, [text.format(**values) for text in texts])
        page.get_by_role("button", name="Revoke…").click()
        dialog = page.get_by_role("dialog")
        reached = int(re.match(r"\d+", dialog.locator(".blast").inner_text()).group())
        assert reached == 1 if dimension in ("agent", "token", "txn") else reached >= 1, dimension
        expect(dialog.get_by_label("Type acme to go on")).to_have_count(1 if dimension == "tenant" else 0)
        if dimension == "deployment":
            dana.shoot("revoke-deployment")
            dana.check_accessibility()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    assert office.broker.verify(minted["access_token"], tool="find_contact", arguments={"query": "x"})["ok"]


def test_a_revocation_takes_effect_is_asked_after_and_listed(visit, office):
    token = office.broker.call_token("find_contact", agent={"sub": "lost-agent"})
    page = visit("sam").open("acme/revocations?dimension=agent&id=lost-agent")
    page.get_by_role("button", name="Revoke…").click()
    page.get_by_label("Reason").fill("Its machine was sold.")
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    done = page.get_by_role("dialog", name="It is in force")
    expect(done).to_contain_text("1 token of agent lost-agent ended")
    expect(done).to_contain_text("finds none that is still good")
    assert office.broker.use(token)["error"]["code"] == "token_revoked"
    page.get_by_role("button", name="Close").click()
    row = page.get_by_role("row", name=re.compile("lost-agent"))
    expect(row).to_contain_text("Its machine was sold.")
    expect(row.get_by_role("button")).to_have_count(0)


def test_names_are_offered_while_one_types(visit):
    page = visit("dana").open("acme/revocations?dimension=connector")
    page.get_by_label("Connector", exact=True).press_sequentially("bill")
    expect(page.locator("datalist option")).to_have_count(1)
    assert page.locator("datalist option").get_attribute("value") == "billing-mcp"


def test_nothing_that_matches_is_said_and_an_unknown_name_refused(visit):
    page = visit("dana", expected=(404,)).open("acme/revocations?dimension=txn&id=never-was")
    page.get_by_role("button", name="Revoke…").click()
    expect(page.get_by_role("dialog")).to_contain_text("Nothing that is good matches now")
    page.keyboard.press("Escape")
    page.goto("/#/acme/disabled?dimension=connector&id=no-such-mcp")
    page.get_by_role("button", name="Switch off…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("A slip of the pen.")
    dialog.get_by_role("button", name="Switch off").click()
    expect(dialog.get_by_role("alert")).to_be_visible()


@pytest.mark.parametrize(("dimension", "texts", "its_page"), [
    ("tool", ["crm-mcp", "find_contact"], "connectors/crm-mcp"), ("actor", ["alice"], "who?subject=user:alice")])
def test_what_is_switched_off_is_refused_until_it_is_switched_on(visit, office, dimension, texts, its_page):
    call = {"actor": {"sub": "alice"}, "connector": "crm-mcp", "environment": "prod", "tool": "find_contact"}
    mint = lambda: office.broker.ask(office.broker.GATEWAY, "/v1/call-tokens", call)
    dana = visit("dana")
    page = dana.open("acme/disabled")
    fill(page, dimension, texts)
    page.get_by_role("button", name="Switch off…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("It answers with other people's contacts.")
    dialog.get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("dialog", name="It is off")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    assert mint().json()["error"]["code"] == "disabled"
    name = "/".join(texts)
    expect(page.get_by_role("row", name=name)).to_contain_text("other people's contacts")
    dana.shoot(f"disabled-{dimension}")
    dana.open(f"acme/{its_page}")
    expect(page.get_by_text(f"The {dimension} {name} is switched off")).to_be_visible()
    page.get_by_role("link", name="All that is off").click()
    page.get_by_role("button", name=f"Switch on {dimension} {name}").click()
    page.get_by_label("Reason").fill("Repaired.")
    page.get_by_role("dialog").get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("Nothing is off")).to_be_visible()
    assert mint().status_code == 200


def test_a_platform_admin_switches_a_whole_tenant_and_nothing_in_it(visit):
    page = visit("root").open("globex/disabled")
    expect(page.get_by_label("What", exact=True).locator("option")).to_have_count(1)
    page.get_by_role("button", name="Switch off…").click()
    dialog = page.get_by_role("dialog", name="Switch off the whole tenant globex?")
    dialog.get_by_label("Reason").fill("Their contract ended.")
    dialog.get_by_label("Type globex to go on").fill("globix")
    dialog.get_by_role("button", name="Switch off").click()
    expect(dialog.get_by_role("alert")).to_contain_text("is not globex")
    dialog.get_by_label("Type globex to go on").fill("globex")
    dialog.get_by_role("button", name="Switch off").click()
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Switch on tenant globex").click()
    page.get_by_label("Reason").fill("They signed again.")
    page.get_by_role("dialog").get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("Nothing is off")).to_be_visible()
    page = visit("adam").open("acme/disabled")
    expect(page.get_by_role("button", name="Switch off…")).to_have_count(0)
