"""Signing in, finding one's way, and what the roles are offered."""

import re

import pytest
from playwright.sync_api import expect


def test_a_wrong_password_says_so_with_code_and_request_id_and_nothing_else(visit):
    stranger = visit(None, expected=(401,))
    page = stranger.page
    page.goto("/")
    page.get_by_label("Tenant").fill("acme")
    page.get_by_label("Name").fill("dana")
    page.get_by_label("Password").fill("not it at all")
    page.keyboard.press("Enter")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("invalid_client")
    expect(alert.get_by_text(re.compile("^Request"))).to_be_visible()
    expect(page.get_by_label("Password")).to_have_value("")
    expect(page.get_by_role("navigation")).to_have_count(0)


def test_a_copied_link_leads_there_once_signed_in(visit, office):
    stranger = visit(None)
    page = stranger.page
    page.goto("/#/acme/connectors/crm-mcp?tab=environments")
    tenant, username, password = office.credentials("dana")
    page.get_by_label("Tenant").fill(tenant)
    page.get_by_label("Name").fill(username)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("crm-mcp")
    expect(page.get_by_role("switch", name="add_note in prod")).to_be_visible()


def test_back_forward_and_reload_show_what_they_name(visit):
    page = visit("dana").open("acme/connectors")
    heading = page.get_by_role("heading", level=1)
    page.get_by_role("link", name="crm-mcp", exact=True).click()
    expect(heading).to_have_text("crm-mcp")
    page.get_by_role("navigation", name="Parts of this connector").get_by_role("link", name="Environments").click()
    expect(page.get_by_role("switch", name="add_note in prod")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Attach a note to a CRM contact.")).to_be_visible()
    page.go_back()
    expect(heading).to_have_text("Connectors")
    page.go_forward()
    expect(heading).to_have_text("crm-mcp")
    page.reload()
    expect(heading).to_have_text("crm-mcp")


def test_slash_goes_to_the_search_and_the_address_keeps_what_was_typed(visit):
    page = visit("dana").open("acme/connectors")
    page.keyboard.press("/")
    search = page.get_by_role("searchbox", name="Search connectors by name")
    expect(search).to_be_focused()
    page.keyboard.type("bill")
    expect(page.get_by_role("link", name="crm-mcp", exact=True)).to_have_count(0)
    expect(page.get_by_role("link", name="billing-mcp", exact=True)).to_be_visible()
    page.reload()
    expect(search).to_have_value("bill")
    expect(page.get_by_role("link", name="crm-mcp", exact=True)).to_have_count(0)


def test_everything_is_reached_by_keyboard(visit):
    page = visit("dana").open("acme/connectors")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Connectors")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent"))
    assert "crm-mcp" in reached and "New connector" in reached
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


def test_the_menu_of_a_narrow_screen_opens_and_closes(visit):
    page = visit("dana", "narrow").open("acme/connectors")
    menu = page.get_by_role("button", name="Menu")
    audit = page.get_by_role("link", name="Audit", exact=True)
    expect(audit).to_be_hidden()
    menu.click()
    expect(menu).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(audit).to_be_hidden()
    menu.click()
    audit.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Audit")
    expect(audit).to_be_hidden()


def test_times_are_local_with_utc_on_hover(visit):
    page = visit("dana").open("acme/audit/1")
    stamp = page.locator("time").first
    utc = stamp.get_attribute("datetime")
    assert utc.endswith("Z")
    assert stamp.get_attribute("title") == f"{utc} (UTC)"
    hour = int(utc[11:13])
    assert f"{(hour + 1) % 24:02}:" in stamp.inner_text() or f"{(hour + 2) % 24:02}:" in stamp.inner_text()


def test_signing_out_ends_the_session_everywhere_in_the_browser(visit):
    dana = visit("dana")
    dana.open("acme/")
    page = dana.open("acme/connectors")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert dana.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_a_session_that_ended_meanwhile_asks_again_and_goes_on_there(visit, office):
    dana = visit("dana", expected=(401,))
    page = dana.open("acme/grants")
    dana.context.clear_cookies()
    page.get_by_role("link", name="Clients").click()
    expect(page.get_by_role("status")).to_contain_text("session has ended")
    tenant, username, password = office.credentials("dana")
    page.get_by_label("Tenant").fill(tenant)
    page.get_by_label("Name").fill(username)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Clients")


def test_a_server_that_cannot_be_reached_is_said_so(visit):
    dana = visit("dana")
    page = dana.open("acme/connectors")
    dana.context.route("**/v1/**", lambda route: route.abort())
    page.get_by_role("link", name="Clients").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    dana.context.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Clients")
    # Chromium's own words for a request that was cut.
    dana.problems[:] = [one for one in dana.problems if "net::ERR_FAILED" not in one]


EVERYONE = {
    "Overview", "Connectors", "Environments", "Try it", "Grants", "Who may what", "Clients", "Issuers", "Signing keys", "Revocations",
    "Switched off", "Quarantine", "History"}
# By person: the tenant they look at, and what they are offered beside what everyone is.
ROLES = {
    "root": ("globex", {"People"}),
    "dana": ("acme", {"People", "Approvals", "Upstream credentials", "Audit"}),
    "sam": ("acme", {"Approvals", "Upstream credentials"}),
    "adam": ("acme", {"Approvals", "Audit"}),
    "vera": ("acme", set()),
}


@pytest.mark.parametrize("who", ROLES)
def test_each_role_signs_in_and_what_one_may_not_do_is_not_offered(visit, office, who):
    tenant, more = ROLES[who]
    person = visit(None).sign_in_by_page(*office.credentials(who))
    page = person.open(f"{tenant}/")
    names = page.get_by_role("navigation", name="Pages").get_by_role("link").all_inner_texts()
    assert {name.strip() for name in names} == EVERYONE | more
    if "Audit" not in more:
        page = person.open(f"{tenant}/audit")
        expect(page.get_by_role("heading", level=1)).to_have_text("Not yours to see")
    if tenant != "acme":
        return
    page = person.open("acme/connectors/crm-mcp?tab=environments")
    expect(page.get_by_role("switch")).to_have_count(6 if who == "dana" else 0)
    expect(page.get_by_role("button", name="Remove")).to_have_count(1 if who == "dana" else 0)
    for address, button in {"revocations": "Revoke…", "disabled": "Switch off…", "clients/support-gateway": "Make another"}.items():
        page = person.open(f"acme/{address}")
        expect(page.get_by_role("button", name=button)).to_have_count(1 if who in ("dana", "sam") else 0)
    page = person.open("acme/connectors/crm-mcp?tab=drift")
    expect(page.get_by_role("button", name="Compare")).to_have_count(1 if who in ("dana", "sam") else 0)


def test_one_with_several_tenants_switches_between_them(visit):
    root = visit("root")
    page = root.open("platform/")
    page.get_by_role("combobox", name="Tenant").select_option("globex")
    page.get_by_role("link", name="Connectors", exact=True).click()
    expect(page).to_have_url(re.compile(r"#/globex/connectors$"))
    expect(page.get_by_role("link", name="New connector")).to_be_visible()
    # The audit of a tenant is for those whom that tenant trusts with it.
    expect(page.get_by_role("link", name="Audit", exact=True)).to_have_count(0)


def test_another_companys_address_leads_to_nothing_and_back_home(visit):
    page = visit("dana").open("globex/connectors")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such tenant")
    page.get_by_role("link", name="Go to acme").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
