"""The broker under test, on a scratch database, with one company registered and its tokens in stock."""

import base64
import http.client
import json
import re
import sqlite3
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from processes import PATIENCE, Failure, Process, environment, free_port

ROOT = Path(__file__).resolve().parents[2]
TENANT = "bench"
GATEWAY = "gateway"
SERVER = "crm-mcp-server"
AUDITOR = "auditor"
TOOL = "add_note"
ACTORS = 100
MINTS_PER_BATCH = 64
LIFETIME_SECONDS = 3_600
# For reading and checking a chain of some millions, in seconds.
AUDIT_SECONDS = 1_200

# A tool that changes something, as most that are worth a broker: its calls carry a key, and their arguments are bound.
REGISTRY = [
    {"kind": "Tenant", "id": TENANT},
    {"kind": "Environment", "id": "prod"},
    {"kind": "Connector", "id": "crm-mcp", "resource": "https://crm.bench.example/mcp", "tools": [
        {"name": TOOL, "description": "Attach a note to a CRM contact.", "effect": "write", "scopes": ["notes:write"],
         "input_schema": {
             "type": "object", "required": ["contact_id", "body", "idempotency_key"], "additionalProperties": False,
             "properties": {
                 "contact_id": {"type": "string"}, "body": {"type": "string", "maxLength": 2000},
                 "visibility": {"type": "string", "enum": ["internal", "shared"]},
                 "idempotency_key": {"type": "string", "minLength": 1, "maxLength": 255}}}}]},
    {"server": "crm-mcp", "environment": "prod", "tools_allow": [TOOL],
     "auth": {"mode": "oauth", "scopes": ["notes:write"], "token_ttl_seconds": LIFETIME_SECONDS}},
    {"kind": "Client", "id": GATEWAY, "type": "gateway", "assert_actors": True},
    {"kind": "Client", "id": SERVER, "type": "mcp_server", "deployments": ["crm-mcp@prod"]},
    {"kind": "Client", "id": AUDITOR, "type": "automation", "roles": ["auditor"]},
]


def grants() -> list[dict]:
    return [
        {"kind": "Grant", "id": f"user-{number:04}", "subject": f"user:user-{number:04}", "connector": "crm-mcp",
         "environment": "prod", "scopes": ["notes:write"]} for number in range(ACTORS)]


def arguments(number: int) -> dict:
    """Of one call, which no other call has."""
    return {
        "contact_id": f"c-{number % 10_000:04}", "body": "Called back about the invoice of last month.",
        "visibility": "internal", "idempotency_key": f"add_note:c-{number % 10_000:04}:turn-{number}"}


def wish(number: int) -> dict:
    """What a gateway asks for, for one call."""
    return {
        "actor": {"sub": f"user-{number % ACTORS:04}"}, "connector": "crm-mcp", "environment": "prod", "tool": TOOL,
        "arguments": arguments(number), "expires_in": LIFETIME_SECONDS}


class Broker:
    name = "broker"

    def __init__(self, binary: str, folder: Path, ending: ExitStack):
        self.binary = binary
        self.folder = folder
        self.minted = 0
        self.run("init")
        self.start(ending)
        self._register()

    def start(self, ending: ExitStack) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = Process(
            [self.binary, "serve", "--port", str(port), "--public-dir", str(ROOT / "Public")], self.folder, "serve.log",
            f"{self.url}/readyz", ending)

    def run(self, *arguments: object, seconds: float = PATIENCE) -> str:
        """A command of the program's own, which has to succeed."""
        result = subprocess.run(
            [self.binary, *map(str, arguments)], cwd=self.folder, env=environment(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=seconds, check=False)
        if result.returncode != 0:
            raise Failure(f"hallpass {arguments[0]}: {result.stdout[-2_000:]}{result.stderr[-2_000:]}")
        return result.stdout

    def _register(self) -> None:
        manifest = self.folder / "bench.json"
        manifest.write_text(json.dumps(REGISTRY + grants()))
        secrets = self.folder / "secrets.json"
        self.run("apply", manifest, "--tenant", TENANT, "--url", self.url, "--secrets-file", secrets)
        self.secrets = json.loads(secrets.read_text())

    def authorization(self, client: str) -> str:
        """The header of this client. Our ids and secrets need no percent-encoding."""
        pair = f"{client}:{self.secrets[client]}"
        return "Basic " + base64.b64encode(pair.encode()).decode()

    def ask(self, path: str, body: dict, client: str, connection: http.client.HTTPConnection | None = None) -> dict:
        own = connection or self.connect()
        own.request(
            "POST", path, json.dumps(body, separators=(",", ":")),
            {"Content-Type": "application/json", "Authorization": self.authorization(client)})
        answer = own.getresponse()
        text = answer.read()
        if connection is None:
            own.close()
        if answer.status != 200:
            raise Failure(f"{path} answered {answer.status}: {text[:500]!r}")
        return json.loads(text)

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=PATIENCE)

    def mint(self, count: int) -> list[tuple[int, str]]:
        """Tokens, each with the number of its call: at least so many."""
        first = self.minted
        batches = -(-count // MINTS_PER_BATCH)
        self.minted += batches * MINTS_PER_BATCH

        def share(worker: int) -> list[tuple[int, str]]:
            made: list[tuple[int, str]] = []
            connection = self.connect()
            for batch in range(worker, batches, 4):
                numbers = range(first + batch * MINTS_PER_BATCH, first + (batch + 1) * MINTS_PER_BATCH)
                items = self.ask(
                    "/v1/call-tokens/batch", {"items": [wish(number) for number in numbers]}, GATEWAY, connection)["items"]
                for number, item in zip(numbers, items):
                    if not item["ok"]:
                        raise Failure(f"a mint was refused: {item}")
                    made.append((number, item["access_token"]))
            connection.close()
            return made

        with ThreadPoolExecutor(4) as pool:
            return [token for tokens in pool.map(share, range(4)) for token in tokens]

    def answers(self) -> Counter:
        """How many were given since the start, by route and code, as the server counted them."""
        connection = self.connect()
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        counts: Counter = Counter()
        for labels, count in re.findall(r"^hallpass_http_requests_total\{(.*)\} (\d+)$", text, re.MULTILINE):
            named = dict(re.findall(r'(\w+)="([^"]*)"', labels))
            counts[named["route"], named["code"]] += int(count)
        return counts

    @property
    def database(self) -> Path:
        return self.folder / "var" / "hallpass.sqlite"

    def database_bytes(self) -> int:
        """Of all pages in use, those that are still in the log too."""
        # Only looked at: the server alone writes.
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            pages, free, size = (
                connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size"))
            return (pages - free) * size
        finally:
            connection.close()

    def records(self) -> Counter:
        """What is in the tenant's audit chain, by event and decision; the chain has to be whole."""
        export = self.folder / "audit.jsonl"
        self.run(
            "audit", "export", "--out", export, "--tenant", TENANT, "--url", self.url, "--client-id", AUDITOR,
            "--client-secret-file", self.folder / "secrets.json", seconds=AUDIT_SECONDS)
        self.run("audit", "verify", "--file", export, "--tenant", TENANT, seconds=AUDIT_SECONDS)
        counts: Counter = Counter()
        with export.open() as lines:
            for line in lines:
                record = json.loads(json.loads(line)["record"])
                counts[record["event"], record["decision"]] += 1
        return counts
