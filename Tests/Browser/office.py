"""A running server, the demo companies, and the people who administer them."""

import httpx

from hallpass import PATIENCE, Broker, Server, Site

PASSWORD = "nine purple kettles sing"
# By name: the tenant and the roles. The first one came in by the link that `hallpass init` printed.
PEOPLE = {
    "root": ("platform", ["platform_admin", "tenant_admin", "security", "auditor"]),
    "dana": ("acme", ["tenant_admin", "security", "auditor"]),
    "sam": ("acme", ["security"]),
    "adam": ("acme", ["auditor"]),
    "vera": ("acme", ["viewer"]),
}


class Office:
    """`hallpass serve` on a folder of its own, with everyone of `PEOPLE` able to sign in."""

    def __init__(self, site: Site):
        self.site = site
        self.server = Server(site)

    @property
    def url(self) -> str:
        return self.server.url

    def open(self, with_people: bool = True) -> "Office":
        made = self.site.done("init", "--url", self.url)
        [self.setup_link] = [word for line in made.splitlines() for word in line.split() if "/setup.html#token=" in word]
        self.server.start()
        self.broker = Broker(self.server).apply_seeds("acme", "globex")
        self.ops = self.broker.client(self.broker.OPS)
        if with_people:
            self.make_people()
            self.play()
        return self

    def make_people(self) -> None:
        self.set_up("root", self.setup_link)
        for username, (tenant, roles) in PEOPLE.items():
            if tenant == "acme":
                path = f"/v1/tenants/{tenant}/admins/{username}"
                assert self.ops.put(path, json={"roles": roles}).status_code == 201
                self.set_up(username, self.ops.post(f"{path}/invitation").json()["link"])

    def set_up(self, username: str, link: str) -> None:
        token = link.split("#token=")[1]
        body = {"token": token, "username": username, "password": PASSWORD}
        answer = httpx.post(f"{self.url}/v1/setup", json=body, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text

    def play(self) -> None:
        """Some calls, so that the audit has something to show: two that act, one token used twice, one refusal."""
        for _ in range(2):
            token = self.broker.call_token("find_contact")
            self.broker.use(token)
        self.broker.use(token)
        self.broker.ask(
            self.broker.GATEWAY, "/v1/call-tokens",
            {"actor": {"sub": "bob"}, "connector": "crm-mcp", "environment": "prod", "tool": "add_note"})

    @staticmethod
    def credentials(username: str) -> tuple[str, str, str]:
        return PEOPLE[username][0], username, PASSWORD

    def close(self) -> None:
        if hasattr(self, "ops"):
            self.ops.close()
        if hasattr(self.server, "process"):
            assert self.server.stop() == 0, self.server.output[-4000:]
