"""What gateways, MCP servers and operators do all day, and a note of everything that they were told was done."""

import asyncio
import base64
import itertools
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field

from broker import Broker
from wire import Answer, Broken, Pool, Unreachable, post

TENANT = "acme"
DEPLOYMENT = "crm-mcp@prod"


@dataclass
class Token:
    """A call token that was handed out, with the one call it is good for."""

    text: str
    tool: str
    arguments: dict
    # Under which it acts, where it changes something.
    key: str | None
    # How often a server was told to act on it; at most once, ever.
    executed: int = 0
    # What was acknowledged: `used` or `revoked`.
    ended: str | None = None

    @property
    def claims(self) -> dict:
        middle = self.text.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))


@dataclass
class Call:
    """A call that a server was told to make."""

    key: str | None
    arguments: dict
    result: str | None = None


@dataclass
class Notes:
    """Everything that was acknowledged. A request that was sent and never answered stands nowhere but in `in_doubt`."""

    tokens: dict[str, Token] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    # By the number of the cutoff.
    cutoffs: dict[int, str] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    # By request id: event and decision, as the audit has to have them.
    answers: dict[str, tuple[str, str]] = field(default_factory=dict)
    # How often a server was told to act under a key; at most once, ever.
    executed: Counter = field(default_factory=Counter)
    in_doubt: int = 0
    counts: Counter = field(default_factory=Counter)

    def add(self, other: "Notes") -> None:
        for name in ("tokens", "calls", "cutoffs", "answers"):
            getattr(self, name).update(getattr(other, name))
        self.keys |= other.keys
        self.executed += other.executed
        self.in_doubt += other.in_doubt
        self.counts += other.counts


class Surprise(Exception):
    """An answer that should not have been given."""


class Work:
    """Clients of one tenant at work, until the server is gone."""

    numbers = itertools.count(1)

    def __init__(self, broker: Broker, chance: random.Random, carried: list[Token]):
        self.pool = Pool(broker.port)
        self.chance = chance
        self.notes = Notes()
        # How long every answer took, in seconds: those that agents wait for, and those of an operator's revocations and rotations.
        self.call_waits: list[float] = []
        self.act_waits: list[float] = []
        # Tokens from before, to be used now; and those that are left for later.
        self.carried, self.left = carried, []
        self.gateway = broker.credentials(TENANT, "support-gateway")
        self.server = broker.credentials(TENANT, "crm-mcp-server")
        self.operator = broker.credentials(TENANT, "acme-ops")

    def take_notes(self) -> Notes:
        """What was noted since the last time."""
        notes, self.notes = self.notes, Notes()
        return notes

    async def run(self, tasks: int) -> None:
        """Works with so many at once until the connections break."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.repeat(lambda: self.rotate))
            for _ in range(tasks):
                group.create_task(self.repeat(lambda: self.chance.choices(
                    [self.call, self.race, self.retry, self.end_one, self.end_many, self.leave, self.take_up],
                    [10, 3, 3, 2, 1, 2, 4])[0]))
        self.pool.close()

    async def repeat(self, scene) -> None:
        while True:
            try:
                await scene()()
            except Broken:
                return

    async def ask(self, path: str, who: tuple[str, str], body: dict) -> Answer:
        self.notes.in_doubt += 1
        started = time.monotonic()
        try:
            answer = await self.pool.ask(post(path, who, body))
        except Unreachable:
            self.notes.in_doubt -= 1
            raise
        self.notes.in_doubt -= 1
        (self.act_waits if who == self.operator else self.call_waits).append(time.monotonic() - started)
        if answer.status >= 500:
            raise Surprise(f"{path}: {answer.status} {answer.body!r}")
        return answer

    # What is done with one token.

    async def mint(self, key: str | None = None, transaction: str | None = None) -> Token:
        arguments = {"query": "Ada"} if key is None else {"contact_id": "c-1", "body": key, "idempotency_key": key}
        tool = "find_contact" if key is None else "add_note"
        body = {"actor": {"sub": "alice"}, "connector": "crm-mcp", "environment": "prod", "tool": tool,
                "expires_in": 3600} | ({"txn": transaction} if transaction else {})
        answer = await self.ask("/v1/call-tokens", self.gateway, body)
        if answer.status != 200:
            raise Surprise(f"mint: {answer.status} {answer.body!r}")
        token = Token(answer.json["access_token"], tool, arguments, key)
        self.notes.tokens[answer.json["jti"]] = token
        self.notes.answers[answer.request_id] = ("mint", "allow")
        self.notes.counts["mints"] += 1
        return token

    async def verify(self, token: Token) -> Answer:
        answer = await self.ask(
            "/v1/verify", self.server, {"token": token.text, "tool": token.tool, "arguments": token.arguments})
        decision = answer.json["decision"]
        self.notes.answers[answer.request_id] = ("verify", decision)
        if decision == "deny":
            return answer
        self.notes.counts["consumes"] += 1
        if decision == "execute":
            token.executed += 1
            self.notes.calls[answer.json["call_id"]] = Call(token.key, token.arguments)
            if token.key is not None:
                self.notes.executed[token.key] += 1
        if token.ended == "revoked":
            raise Surprise(f"a revoked token was let through: {answer.body!r}")
        token.ended = "used"
        return answer

    async def report(self, answer: Answer) -> None:
        call = answer.json["call_id"]
        result = f"note {next(self.numbers)}"
        body = {"ok": True, "result": result}
        answer = await self.ask(f"/v1/calls/{call}/outcome", self.server, body)
        if answer.status != 204:
            raise Surprise(f"outcome: {answer.status} {answer.body!r}")
        self.notes.calls.setdefault(call, Call(None, {})).result = result
        self.notes.answers[answer.request_id] = ("outcome", "allow")
        self.notes.counts["outcomes"] += 1

    async def revoke(self, dimension: str, name: str) -> None:
        answer = await self.ask(
            "/v1/revocations", self.operator, {"dimension": dimension, "id": name, "reason": "crash test"})
        if answer.status != 200:
            raise Surprise(f"revoke: {answer.status} {answer.body!r}")
        self.notes.cutoffs[answer.json["cutoff"]] = name
        self.notes.answers[answer.request_id] = ("revoke", "allow")
        self.notes.counts["revocations"] += 1

    # Scenes.

    async def call(self) -> None:
        token = await self.mint(self.new_key() if self.chance.random() < 0.5 else None)
        answer = await self.verify(token)
        if answer.json["decision"] != "execute":
            raise Surprise(f"a fresh token was not let through: {answer.body!r}")
        await self.report(answer)

    async def race(self) -> None:
        """One token, shown by several at once."""
        token = await self.mint()
        await self.together(self.verify(token) for _ in range(3))

    async def retry(self) -> None:
        """One key, with a token of its own each time."""
        key = self.new_key()
        tokens = [await self.mint(key) for _ in range(3)]
        answers = await self.together(self.verify(token) for token in tokens[:2])
        for answer in answers:
            if answer.json["decision"] == "execute" and self.chance.random() < 0.7:
                await self.report(answer)
        await self.verify(tokens[2])

    async def end_one(self) -> None:
        token = await self.mint()
        name = token.claims["jti"]
        await self.revoke("token", name)
        token.ended = "revoked"
        await self.expect_revoked(token)

    async def end_many(self) -> None:
        transaction = f"txn-{next(self.numbers)}"
        tokens = [await self.mint(transaction=transaction) for _ in range(2)]
        await self.revoke("txn", transaction)
        for token in tokens:
            token.ended = "revoked"
        await self.expect_revoked(tokens[0])

    async def expect_revoked(self, token: Token) -> None:
        answer = await self.verify(token)
        if answer.code != "token_revoked":
            raise Surprise(f"a revoked token: {answer.body!r}")

    async def rotate(self) -> None:
        await asyncio.sleep(self.chance.uniform(0.02, 0.2))
        answer = await self.ask(f"/v1/tenants/{TENANT}/keys/rotate", self.operator, {"deployment": DEPLOYMENT})
        if answer.status != 200:
            raise Surprise(f"rotate: {answer.status} {answer.body!r}")
        self.notes.keys.update(key["kid"] for key in answer.json["keys"])
        self.notes.answers[answer.request_id] = ("key_rotate", "allow")
        self.notes.counts["rotations"] += 1

    async def leave(self) -> None:
        """A token that is out while the server dies."""
        self.left.append(await self.mint())

    async def take_up(self) -> None:
        """A token from before the last death, whose use may have been under way then."""
        if self.carried:
            await self.verify(self.carried.pop())

    @staticmethod
    async def together(questions) -> list[Answer]:
        """All at once; where one connection broke, they all have by the time this returns."""
        answers = await asyncio.gather(*questions, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return answers

    def new_key(self) -> str:
        return f"key-{next(self.numbers)}"
