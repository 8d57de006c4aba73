"""One of two brokers that are measured in turns: the one with everything in it, or the empty one beside it."""

import base64
import http.client
import json
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import wrk
from broker import GATEWAY, SERVER, TENANT, TOOL, Broker, arguments, wish
from processes import Failure
from wrk import Bodies, Round

JSON = "application/json"
OPERATOR = "operator"
# Requests in stock for a round, as a multiple of what the quickest round so far has used.
RESERVE = 1.6
FIRST_GUESS_PER_SECOND = 24_000
# For an answer that has a large registry or a long chain behind it.
ADMIN_SECONDS = 600


@dataclass(frozen=True)
class Act:
    """Something that an admin asks for, once."""

    method: str
    path: str
    body: dict | None = None


class Side:
    def __init__(self, binary: str, folder: Path, ending: ExitStack):
        folder.mkdir()
        self.ending = ending
        self.broker = Broker(binary, folder, ending)
        self.folder = folder
        found = json.loads((folder / "var" / "admin.json").read_text())
        self.platform_admin = f"{found['client_id']}:{found['client_secret']}"
        # Who may do all that is measured: nobody has as many roles in life.
        client = {"kind": "Client", "id": OPERATOR, "type": "automation", "roles": ["tenant_admin", "security", "auditor"]}
        self.ask(self.platform_admin, Act("POST", f"/v1/tenants/{TENANT}/apply", {"documents": [client]}))
        secret = self.ask(self.platform_admin, Act("POST", f"/v1/tenants/{TENANT}/clients/{OPERATOR}/secrets"))
        self.operator = f"{OPERATOR}:{secret['secret']}"
        self.forget_load()

    def forget_load(self) -> None:
        """What is in stock was for a database that is gone."""
        self.rounds: dict[str, list[Round]] = {"mint": [], "verify": []}
        # Bytes a call, of each round.
        self.written: dict[str, list[float]] = {"mint": [], "verify": []}
        self.bodies = {
            "mint": Bodies(self.folder / "mint.bodies", "/v1/call-tokens", JSON),
            "verify": Bodies(self.folder / "verify.bodies", "/v1/verify", JSON)}
        for bodies in self.bodies.values():
            bodies.file.unlink(missing_ok=True)

    def start(self) -> float:
        """Seconds until it was ready."""
        self.broker.start(self.ending)
        return self.broker.process.seconds_to_ready

    def stop(self) -> None:
        self.broker.process.stop()

    def ask(self, credentials: str, act: Act) -> dict:
        headers = {"Authorization": "Basic " + base64.b64encode(credentials.encode()).decode()}
        if act.body is not None:
            headers["Content-Type"] = JSON
        connection = http.client.HTTPConnection(self.broker.url.removeprefix("http://"), timeout=ADMIN_SECONDS)
        try:
            connection.request(act.method, act.path, json.dumps(act.body) if act.body is not None else None, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status not in (200, 201):
            raise Failure(f"{act.method} {act.path} answered {answer.status}: {text[:500]!r}")
        return json.loads(text) if answer.headers.get_content_type() == JSON else {}

    def milliseconds(self, credentials: str, act: Act) -> float:
        started = time.monotonic()
        self.ask(credentials, act)
        return (time.monotonic() - started) * 1_000

    def load(self, kind: str, seconds: int) -> Round:
        bodies = self.bodies[kind]
        quickest = max((round.per_second for round in self.rounds[kind]), default=FIRST_GUESS_PER_SECOND)
        self._stock(kind, int(quickest * seconds * RESERVE))
        client = GATEWAY if kind == "mint" else SERVER
        written = self.broker.process.written_bytes()
        round = wrk.drive(
            self.broker.url, self.broker.process, bodies, seconds, self.broker.authorization(client), is_once=True)
        self.rounds[kind].append(round)
        self.written[kind].append((self.broker.process.written_bytes() - written) / round.requests)
        return round

    def _stock(self, kind: str, count: int) -> None:
        missing = count - self.bodies[kind].left
        if missing <= 0:
            return
        if kind == "mint":
            first = self.broker.minted
            self.broker.minted += missing
            wishes = [wish(number) for number in range(first, first + missing)]
        else:
            wishes = [
                {"token": token, "tool": TOOL, "arguments": arguments(number)}
                for number, token in self.broker.mint(missing)]
        self.bodies[kind].append([json.dumps(wish, separators=(",", ":")) for wish in wishes])
