"""The program under test: its commands, a server of it, and what the tests say to that server."""

import base64
import json
import os
import random
import re
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
# How long anything here may take that normally takes a moment, in seconds; only a hang gets there.
PATIENCE = 20

TOKEN_PATTERN = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}")
SECRET_PATTERN = re.compile(r"hp_[a-z0-9][a-z0-9._-]*_[\w-]{43}")


# Below those that the system gives to outgoing connections, one of which could else have it by the time it is needed.
_ports = iter(random.sample(range(20_000, 32_000), 12_000))


def free_port() -> int:
    """A port that nobody listens on, and that no other call of this run gives."""
    for port in _ports:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("no port is free")


def poll(question, what: str, seconds: float = PATIENCE):
    """Asks until the answer is true, and gives it back."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := question():
            return answer
        time.sleep(0.02)
    raise AssertionError(f"{what}: not within {seconds} s")


def unsigned_json(value: dict) -> str:
    """A token of the type unsigned_json."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@dataclass
class Site:
    """A folder as an operator has it: `var/` with key, database and admin file, and commands run beside it."""

    folder: Path
    port: int = field(default_factory=free_port)

    def run(
        self, *arguments: object, stdin: str = "", env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess:
        """Runs a command to its end and gives back what it said; its exit code is the caller's to judge."""
        return subprocess.run(
            self.command(*arguments), cwd=self.folder, env=self.environment() | (env or {}), input=stdin,
            capture_output=True, text=True, timeout=PATIENCE, check=False)

    def done(self, *arguments: object, **options) -> str:
        """Runs a command that has to succeed and gives back its standard output."""
        result = self.run(*arguments, **options)
        assert result.returncode == 0, f"{arguments}: {result.returncode}\n{result.stdout}\n{result.stderr}"
        return result.stdout

    def command(self, *arguments: object) -> list[str]:
        return [os.environ["HALLPASS_BINARY"], *map(str, arguments)]

    @staticmethod
    def environment() -> dict[str, str]:
        """Without whatever this shell has to say about some other server."""
        return {name: value for name, value in os.environ.items() if not name.startswith("HALLPASS_")}

    def secret_file(self, name: str, secret: str) -> Path:
        """A file with a secret as the commands take it: readable by nobody else."""
        file = self.folder / f"{name}.secret"
        file.touch(mode=0o600)
        file.write_text(secret + "\n")
        return file

    @property
    def database(self) -> Path:
        return self.folder / "var" / "hallpass.sqlite"

    @property
    def key_file(self) -> Path:
        return self.folder / "var" / "kek"

    @property
    def admin(self) -> dict:
        return json.loads((self.folder / "var" / "admin.json").read_text())


@dataclass
class Server:
    """`hallpass serve` of a site, as a process of its own."""

    site: Site
    flags: tuple[str, ...] = ()
    scheme: str = "http"
    # Whom the server is asked by while it comes up; another trust store under TLS.
    verify: object = True

    @property
    def port(self) -> int:
        return self.site.port

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def output_file(self) -> Path:
        return self.site.folder / "serve.log"

    @property
    def output(self) -> str:
        return self.output_file.read_text(errors="replace")

    def start(self, patience: float = PATIENCE) -> "Server":
        command = self.site.command(
            "serve", "--port", self.port, "--public-dir", ROOT / "Public", "--log-level", "trace", *self.flags)
        with self.output_file.open("ab") as output:
            self.process = subprocess.Popen(
                command, cwd=self.site.folder, env=self.site.environment(), stdin=subprocess.DEVNULL, stdout=output,
                stderr=output)
        try:
            poll(self.is_ready, f"ready at {self.url}", patience)
        except BaseException as error:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server did not start: {error}\n{self.output[-4000:]}") from error
        return self

    def is_ready(self) -> bool:
        assert self.process.poll() is None, f"it ended with {self.process.returncode}"
        try:
            return httpx.get(f"{self.url}/readyz", verify=self.verify, timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> int:
        """Asks it to end and gives back its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"it did not stop within {PATIENCE} s of SIGTERM\n{self.output[-4000:]}") from None

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()


class Broker:
    """A running server with the demo companies applied, and what their clients ask of it."""

    GATEWAY = "support-gateway"
    CRM_SERVER = "crm-mcp-server"
    BILLING_SERVER = "billing-mcp-server"
    OPS = "acme-ops"
    CRM_RESOURCE = "https://crm.acme.example/mcp"

    def __init__(self, server: Server):
        self.server = server
        self.url = server.url
        # By tenant and client.
        self.secrets: dict[str, dict[str, str]] = {}
        # Everything that must not be found in the server's output.
        self.confidential: set[str] = {server.site.admin["client_secret"]}
        # Of how many amounts one was asked for, so that no two are the same call.
        self.refunds = 0

    def apply_seeds(self, *tenants: str) -> "Broker":
        for tenant in tenants:
            file = self.server.site.folder / f"{tenant}-secrets.json"
            self.server.site.done(
                "apply", ROOT / "seeds" / tenant, "--tenant", tenant, "--url", self.url, "--secrets-file", file)
            self.secrets[tenant] = json.loads(file.read_text())
            self.confidential.update(self.secrets[tenant].values())
        return self

    def credentials(self, client: str, tenant: str = "acme") -> tuple[str, str]:
        return client, self.secrets[tenant][client]

    def client(self, client: str | None, tenant: str = "acme") -> httpx.Client:
        """An HTTP client that authenticates as `client`; `None` is nobody."""
        auth = self.credentials(client, tenant) if client else None
        return httpx.Client(base_url=self.url, auth=auth, timeout=PATIENCE, verify=self.server.verify)

    def platform_client(self) -> httpx.Client:
        """The same as the first administrator, whom `hallpass init` made."""
        admin = self.server.site.admin
        return httpx.Client(
            base_url=self.url, auth=(admin["client_id"], admin["client_secret"]), timeout=PATIENCE,
            verify=self.server.verify)

    def ask(self, client: str, path: str, body: dict, tenant: str = "acme") -> httpx.Response:
        with self.client(client, tenant) as http:
            return http.post(path, json=body)

    def ask_form(self, client: str, path: str, form: dict, tenant: str = "acme") -> httpx.Response:
        with self.client(client, tenant) as http:
            return http.post(path, data=form)

    def mint(self, tool: str | None = None, **wishes: object) -> dict:
        """A token for Alice at the CRM in production, unless `wishes` says otherwise."""
        tenant = wishes.pop("tenant", "acme")
        body = {"actor": {"sub": wishes.pop("sub", "alice")}, "connector": "crm-mcp", "environment": "prod"} | wishes
        answer = self.ask(self.GATEWAY, "/v1/call-tokens", body | ({"tool": tool} if tool else {}), tenant)
        assert answer.status_code == 200, answer.text
        self.confidential.add(answer.json()["access_token"])
        return answer.json()

    def session_token(self, **wishes: object) -> str:
        return self.mint(**wishes)["access_token"]

    def call_token(self, tool: str, **wishes: object) -> str:
        return self.mint(tool, **wishes)["access_token"]

    def verify(self, token: str, client: str = CRM_SERVER, **rest: object) -> dict:
        answer = self.ask(client, "/v1/verify", {"token": token} | rest)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def use(self, token: str) -> dict:
        """Has a token for `find_contact` verified, with arguments as that tool wants them."""
        return self.verify(token, tool="find_contact", arguments={"query": "Ada"})

    def waiting_call(self) -> str:
        """The id of the approval that a refund over the limit waits for, each of another amount."""
        self.refunds += 1
        answer = self.ask(self.GATEWAY, "/v1/call-tokens", {
            "actor": {"sub": "bob"}, "connector": "billing-mcp", "environment": "prod", "tool": "issue_refund",
            "arguments": {"payment_id": "p-1", "amount_cents": 60_000 + self.refunds, "idempotency_key": "k-1"}})
        return problem(answer)["details"][-1]["approval_id"]

    def introspect(self, token: str, client: str = CRM_SERVER) -> dict:
        answer = self.ask_form(client, "/oauth/introspect", {"token": token})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def revoke(self, token: str) -> None:
        assert self.ask_form(self.GATEWAY, "/oauth/revoke", {"token": token}).status_code == 200

    def leaks(self) -> list[str]:
        """What the server's output gives away: what is known to be confidential, and what looks like it."""
        output = self.server.output
        known = [secret for secret in self.confidential if secret in output]
        # The signature alone would do as well.
        signed = [token for token in self.confidential if token.count(".") == 2 and token.rsplit(".", 1)[1] in output]
        return known + signed + TOKEN_PATTERN.findall(output) + SECRET_PATTERN.findall(output)


def problem(answer: httpx.Response) -> dict:
    """The error of a refusal, after its shape was checked: every one looks the same, on every route.

    On the OAuth routes `error` is OAuth's own word, and what is ours stands beside it.
    """
    assert answer.headers["content-type"] == "application/json", answer.headers
    body = answer.json()
    assert body.pop("ok") is False
    error = body["error"]
    if isinstance(error, str):
        assert set(body.pop("error_description")) <= {chr(byte) for byte in range(0x20, 0x7F)} - {'"', "\\"}
        error = body | {"oauth": body.pop("error")}
    required = {"code", "message", "retryable", "suggested_action", "request_id"}
    assert required <= error.keys() <= required | {"retry_after_seconds", "details", "oauth"}, error
    assert error["request_id"] == answer.headers["x-request-id"]
    assert error["message"] and isinstance(error["retryable"], bool)
    assert error["retryable"] == ("retry_after_seconds" in error)
    return error
