"""Every page, as it looks and as it is heard: in light, in dark, 360 pixels wide."""

import pytest
from playwright.sync_api import expect

# Address behind the tenant, and what the heading says.
PAGES = {
    "overview": ("", "Overview"),
    "connectors": ("connectors", "Connectors"),
    "connector": ("connectors/crm-mcp", "crm-mcp"),
    "connector-environments": ("connectors/crm-mcp?tab=environments", "crm-mcp"),
    "connector-history": ("connectors/crm-mcp?tab=history", "crm-mcp"),
    "connector-activity": ("connectors/crm-mcp?tab=activity", "crm-mcp"),
    "connector-drift": ("connectors/crm-mcp?tab=drift", "crm-mcp"),
    "connector-credentials": ("connectors/crm-mcp?tab=credentials", "crm-mcp"),
    "connector-edit": ("connectors/crm-mcp/edit", "Edit crm-mcp"),
    "connector-new": ("new-connector", "New connector"),
    "connector-paste": ("new-connector?by=paste", "New connector"),
    "connector-import": ("new-connector?by=import", "New connector"),
    "deployment": ("deployments/billing-mcp@prod", "billing-mcp in prod"),
    "environments": ("environments", "Environments"),
    "grants": ("grants", "Grants"),
    "grant": ("grants/alice-crm-prod", "alice-crm-prod"),
    "grant-new": ("new-grant", "New grant"),
    "who-person": ("who?subject=user:alice", "Who may what"),
    "who-tool": ("who?connector=crm-mcp&environment=prod&tool=add_note", "Who may what"),
    "clients": ("clients", "Clients"),
    "client": ("clients/crm-mcp-server", "crm-mcp-server"),
    "client-edit": ("clients/crm-mcp-server?edit=1", "crm-mcp-server"),
    "client-new": ("new-client?type=automation", "New client"),
    "issuers": ("issuers", "Issuers"),
    "issuer-new": ("new-issuer", "New issuer"),
    "people": ("people", "People"),
    "keys": ("keys", "Signing keys"),
    "approvals": ("approvals", "Approvals"),
    "try": ("try?connector=crm-mcp&environment=prod&tool=add_note", "Try it"),
    "revocations": ("revocations?dimension=deployment&id=crm-mcp@prod", "Revocations"),
    "disabled": ("disabled", "Switched off"),
    "quarantine": ("quarantine", "Quarantine"),
    "credentials": ("credentials", "Upstream credentials"),
    "credential-new": ("new-credential?kind=oauth_refresh_token", "New credential"),
    "audit": ("audit", "Audit"),
    "audit-nothing": ("audit?txn=no-such-transaction", "Audit"),
    "record": ("audit/5", None),
    "chain": ("audit/chain", "Verify the chain"),
    "history": ("history", "History"),
    "revision": ("history/1", "Revision 1"),
    "apply": ("apply", "Apply documents"),
    "nowhere": ("no/such/page", "There is no such page"),
}


@pytest.mark.parametrize("look", ["light", "dark", "narrow"])
def test_every_page_is_readable_for_everyone(visit, look):
    dana = visit("dana", look)
    for name, (address, heading) in PAGES.items():
        page = dana.open(f"acme/{address}")
        if heading:
            expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        dana.shoot(name)
        dana.check_accessibility()
        dana.check_width()
        assert dana.problems == [], name


@pytest.mark.parametrize("look", ["light", "dark", "narrow"])
def test_so_are_the_pages_around_them(visit, office, look):
    stranger = visit(None, look)
    for name, path in (("sign-in", "/"), ("set-up", "/setup.html#token=x"), ("set-up-without-link", "/setup.html")):
        stranger.page.goto("about:blank")
        stranger.page.goto(path)
        expect(stranger.page.get_by_role("heading", level=1)).to_be_visible()
        stranger.shoot(name)
        stranger.check_accessibility()
        stranger.check_width()
    dana = visit("dana", look)
    dana.open("me")
    dana.shoot("account")
    dana.check_accessibility()
    dana.check_width()


def test_a_dialog_is_readable_for_everyone_and_gives_the_focus_back(visit):
    dana = visit("dana")
    page = dana.open("acme/environments")
    opener = page.get_by_role("button", name="New environment")
    opener.click()
    expect(page.get_by_role("dialog", name="New environment")).to_be_visible()
    expect(page.get_by_label("Name")).to_be_focused()
    dana.shoot("dialog")
    dana.check_accessibility()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()
