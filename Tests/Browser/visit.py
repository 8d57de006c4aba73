"""Someone at a browser, and everything that must never happen while they are there."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, Response, expect

SCREENSHOTS = Path(__file__).parent / "screenshots"
LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}},
    "narrow": {"color_scheme": "light", "viewport": {"width": 360, "height": 740}},
}
# Chromium says so of every answer from 400 on; the answers themselves are watched below.
FAILED_LOAD = re.compile(r"^Failed to load resource: the server responded with a status of \d+")
REPORT_VIOLATIONS = """
addEventListener('securitypolicyviolation', (event) =>
  console.error(`policy violated: ${event.violatedDirective} by ${event.blockedURI}`));
"""

expect.set_options(timeout=10_000)


@dataclass
class Visit:
    """One browser context: nothing is shared with other visits."""

    browser: Browser
    url: str
    look: str = "light"
    # Statuses from 400 on that the test provokes.
    expected: set[int] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context = self.browser.new_context(
            base_url=self.url, timezone_id="Europe/Zurich", locale="en-GB", reduced_motion="reduce",
            permissions=["clipboard-read", "clipboard-write"], **LOOKS[self.look])
        self.context.add_init_script(REPORT_VIOLATIONS)
        self.context.on("page", self.watch)
        self.page = self.context.new_page()

    def watch(self, page: Page) -> None:
        page.on("console", self.heard)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        page.on("request", self.asked)
        page.on("response", self.answered)
        page.on("dialog", self.interrupted)

    def heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not FAILED_LOAD.match(message.text):
            self.problems.append(f"{message.type} in the console: {message.text}")

    def asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", f"blob:{self.url}/")):
            self.problems.append(f"a request leaves the origin: {request.url}")

    def answered(self, response: Response) -> None:
        # Whoever is not signed in yet is told so, and that is how the page finds out.
        asks_who = response.status == 401 and response.url == f"{self.url}/v1/session"
        if response.status >= 400 and response.status not in self.expected and not asks_who:
            self.problems.append(f"{response.status} of {response.request.method} {response.url}")

    def interrupted(self, dialog: Dialog) -> None:
        self.problems.append(f"a script of the data ran: {dialog.message}")
        dialog.dismiss()

    # What people do

    def sign_in(self, tenant: str, username: str, password: str) -> "Visit":
        """As the page does, without drawing it."""
        answer = self.context.request.post(
            "/v1/session", data={"tenant": tenant, "username": username, "password": password},
            headers={"X-Hallpass-Request": "1"})
        assert answer.ok, answer.text()
        return self

    def sign_in_by_page(self, tenant: str, username: str, password: str) -> "Visit":
        self.page.goto("/")
        self.page.get_by_label("Tenant").fill(tenant)
        self.page.get_by_label("Name").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()
        return self

    def open(self, address: str) -> Page:
        """Goes to a page by its link and waits until it is drawn."""
        self.page.goto(f"/#/{address}")
        self.expect_drawn(address)
        return self.page

    def expect_drawn(self, address: str) -> None:
        """The address itself changes before the page does: whoever goes on at once goes on from the page before."""
        expect(self.page.locator("main")).to_have_attribute("data-at", f"#/{address}")

    def shoot(self, name: str) -> None:
        """A picture for people to look at; nothing is compared."""
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}-{self.look}.png", full_page=True)

    # What must hold on every page

    def check_accessibility(self) -> None:
        # Of the rules only the one on contrast knows of colours; the rest was asked of the same page in light.
        rules = {"runOnly": ["color-contrast"]} if self.look == "dark" else {}
        found = Axe().run(self.page, options={"resultTypes": ["violations"]} | rules).response["violations"]
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        assert not serious, [(one["id"], node["html"], node["failureSummary"]) for one in serious for node in one["nodes"]]

    def check_width(self) -> None:
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"the page is {wide} pixels wider than the window"

    def close(self) -> None:
        self.context.close()
        assert self.problems == []


__all__ = ["Visit", "LOOKS", "SCREENSHOTS"]
