"""One server and one browser for each of the run's processes; each test visits with a context of its own."""

import os
import shutil

import pytest
from office import Office
from playwright.sync_api import sync_playwright
from visit import SCREENSHOTS, Visit

from hallpass import Site


def pytest_sessionstart(session) -> None:
    # Once, before the processes begin that run the tests.
    if not hasattr(session.config, "workerinput"):
        shutil.rmtree(SCREENSHOTS, ignore_errors=True)


@pytest.fixture(scope="session")
def make_office(tmp_path_factory):
    """Makes a server with the demo companies and their people; ended when the run is."""
    offices = []

    def make(name: str, with_people: bool = True) -> Office:
        site = Site(tmp_path_factory.mktemp(name))
        office = Office(site)
        offices.append(office)
        return office.open(with_people)

    yield make
    for office in offices:
        office.close()


@pytest.fixture(scope="session")
def office(make_office) -> Office:
    """The server that most tests visit. They leave it as usable as they found it, for whichever tests come after them."""
    return make_office("office")


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, office):
    """`visit("dana")`: a browser in which that person has signed in; `visit(None)`: one in which nobody has."""
    visits = []

    def begin(username: str | None, look: str = "light", at: Office = office, expected: tuple[int, ...] = ()) -> Visit:
        visits.append(Visit(browser, at.url, look, set(expected)))
        if username:
            visits[-1].sign_in(*at.credentials(username))
        return visits[-1]

    yield begin
    for one in visits:
        one.close()
