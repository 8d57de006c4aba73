"""Accounts, one-time links and sessions."""

import re

from playwright.sync_api import expect


def test_one_ends_another_session_of_ones_own_and_changes_the_password(visit, office):
    here, there = visit("vera"), visit("vera", expected=(401,))
    there.open("acme/")
    page = here.open("me")
    others = page.get_by_role("button", name=re.compile("^End the session"))
    for left in reversed(range(others.count())):
        others.first.click()
        page.get_by_role("button", name="End it").click()
        expect(others).to_have_count(left)
    there.page.get_by_role("link", name="Connectors", exact=True).click()
    expect(there.page.get_by_role("heading", level=1)).to_have_text("Sign in")

    _, _, password = office.credentials("vera")
    page.get_by_label("Present password").fill(password)
    page.get_by_label("New password", exact=True).fill("seven slow trams at dusk")
    page.get_by_label("New password again").fill("seven slow trams at dawn")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("alert")).to_contain_text("differ")
    page.get_by_label("New password again").fill("seven slow trams at dusk")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_label("Present password")).to_have_value("")
    # And back, for whoever comes after.
    page.get_by_label("Present password").fill("seven slow trams at dusk")
    page.get_by_label("New password", exact=True).fill(password)
    page.get_by_label("New password again").fill(password)
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_label("Present password")).to_have_value("")


def test_an_account_is_made_changed_its_sessions_ended_and_removed(visit, office):
    page = visit("dana").open("acme/people")
    page.get_by_role("button", name="New account").click()
    page.get_by_label("Name", exact=True).fill("nora")
    page.get_by_label("viewer", exact=True).check()
    page.get_by_role("button", name="Make it").click()
    link = page.get_by_role("dialog").locator("code").inner_text()
    page.get_by_role("button", name="Done").click()
    row = page.get_by_role("row", name=re.compile("nora"))
    expect(row).to_contain_text("not set up")
    office.set_up("nora", link)
    page.get_by_role("button", name="Sessions: nora").click()
    page.get_by_role("button", name="End the session from 127.0.0.1").click()
    expect(page.get_by_text("ended", exact=True)).to_be_visible()
    page.get_by_role("button", name="End all of them").click()
    page.get_by_role("button", name="Edit: nora").click()
    page.get_by_label("auditor", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("auditor, viewer")
    expect(page.get_by_role("button", name="Remove: dana")).to_have_count(0)
    page.get_by_role("button", name="Remove: nora").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)


def test_a_link_that_was_used_is_refused_and_says_so(visit, office):
    stranger = visit(None, expected=(401,))
    page = stranger.page
    page.goto(office.setup_link)
    page.get_by_label("Name").fill("mallory")
    page.get_by_label("Password", exact=True).fill("a long enough password")
    page.get_by_label("Password again").fill("a long enough password")
    page.get_by_role("button", name="Set up and sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("invalid_client")
