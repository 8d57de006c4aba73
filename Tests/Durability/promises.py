"""Counts what must never be, under load: a token that is used twice, one that is let through after the answer to its
revocation, and a good one that is refused while its key changes every second.
"""

import argparse
import asyncio
import random
import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass

from broker import ROOT, Broker
from run_test import run_test
from wire import Answer, Connection, Pool, post
from work import DEPLOYMENT, TENANT, Token

SHOWN_AT_ONCE = 1_000
# How long a token of the third count lives, and waits at most before it is shown, in seconds.
LIFETIME_SECONDS, PATIENCE_SECONDS = 60, 40
TASKS = 16


class Failed(Exception):
    """A promise that was not kept, or that nothing has put to the test."""


@dataclass
class Sent:
    """A token and when its verification was sent."""

    token: Token
    at: float


class Promises:
    def __init__(self, broker: Broker, chance: random.Random):
        self.pool = Pool(broker.port)
        self.port = broker.port
        self.chance = chance
        self.gateway = broker.credentials(TENANT, "support-gateway")
        self.server = broker.credentials(TENANT, "crm-mcp-server")
        self.operator = broker.credentials(TENANT, "acme-ops")

    # Of one token a thousand uses at once.

    async def spend(self, tokens: int) -> str:
        connections = [await Connection.open(self.port) for _ in range(SHOWN_AT_ONCE)]
        decisions: Counter = Counter()
        for _ in range(tokens):
            request = self.verification(await self.mint())
            answers = await asyncio.gather(*(connection.ask(request) for connection in connections))
            found = Counter(self.outcome(answer) for answer in answers)
            if found != {"execute": 1, "token_already_used": SHOWN_AT_ONCE - 1}:
                raise Failed(f"one token, {SHOWN_AT_ONCE} uses at once: {found}")
            decisions += found
        for connection in connections:
            connection.close()
        return f"{tokens} tokens shown {SHOWN_AT_ONCE:,} times at once: {decisions['execute']} executed, each once"

    # No token that a revocation reaches, once that is answered.

    async def revoke(self, rounds: int) -> str:
        refused = 0
        for number in range(rounds):
            transaction = f"promise-{number}"
            tokens = [await self.mint(txn=transaction) for _ in range(TASKS)]
            revoked_at = [float("inf")]

            async def show(token: Token) -> tuple[Sent, str]:
                await asyncio.sleep(self.chance.uniform(0, 0.02))
                sent = Sent(token, time.monotonic())
                return sent, self.outcome(await self.pool.ask(self.verification(token)))

            async def end() -> None:
                body = {"dimension": "txn", "id": transaction, "reason": "promise test"}
                await asyncio.sleep(self.chance.uniform(0, 0.01))
                await self.expect(200, "/v1/revocations", self.operator, body)
                revoked_at[0] = time.monotonic()

            *shown, _ = await asyncio.gather(*(show(token) for token in tokens), end())
            for sent, outcome in shown:
                if sent.at > revoked_at[0]:
                    if outcome != "token_revoked":
                        raise Failed(f"a token of {transaction}, shown after the answer to its revocation: {outcome}")
                    refused += 1
                elif outcome not in ("execute", "token_revoked"):
                    raise Failed(f"a token of {transaction}: {outcome}")
        if refused < rounds:
            raise Failed(f"only {refused} tokens were shown after {rounds} revocations")
        return f"{rounds} revocations: of {refused} tokens shown after the answer 0 accepted"

    # Every good token, whatever key signed it.

    async def rotate(self, seconds: float) -> str:
        end = time.monotonic() + seconds
        rotations = 0
        ages: list[float] = []

        async def lane() -> None:
            kept: list[tuple[Token, float, float]] = []
            while time.monotonic() < end:
                minted = time.monotonic()
                token = await self.mint(expires_in=LIFETIME_SECONDS)
                kept.append((token, minted, minted + self.chance.uniform(0, min(PATIENCE_SECONDS, seconds / 2))))
                for entry in [entry for entry in kept if entry[2] <= time.monotonic()]:
                    kept.remove(entry)
                    outcome = self.outcome(await self.pool.ask(self.verification(entry[0])))
                    ages.append(time.monotonic() - entry[1])
                    if outcome != "execute":
                        raise Failed(f"a token of {ages[-1]:.1f} s after {rotations} rotations: {outcome}")
                await asyncio.sleep(0.005)

        async def turn() -> None:
            nonlocal rotations
            while time.monotonic() < end:
                await asyncio.sleep(1)
                await self.expect(200, f"/v1/tenants/{TENANT}/keys/rotate", self.operator, {"deployment": DEPLOYMENT})
                rotations += 1

        await asyncio.gather(turn(), *(lane() for _ in range(TASKS)))
        if max(ages) < min(PATIENCE_SECONDS, seconds / 2) / 2:
            raise Failed(f"no token was shown under a key of long ago: the oldest was {max(ages):.1f} s old")
        return f"{rotations} rotations in {seconds:.0f} s: of {len(ages)} good tokens, up to {max(ages):.0f} s old, 0 refused"

    # What they ask.

    async def mint(self, **wish: object) -> Token:
        body = {"actor": {"sub": "alice"}, "connector": "crm-mcp", "environment": "prod", "tool": "find_contact"} | wish
        answer = await self.expect(200, "/v1/call-tokens", self.gateway, body)
        return Token(answer.json["access_token"], "find_contact", {"query": "Ada"}, None)

    def verification(self, token: Token) -> bytes:
        return post(
            "/v1/verify", self.server, {"token": token.text, "tool": token.tool, "arguments": token.arguments})

    async def expect(self, status: int, path: str, who: tuple[str, str], body: dict) -> Answer:
        answer = await self.pool.ask(post(path, who, body))
        if answer.status != status:
            raise Failed(f"{path}: {answer.status} {answer.body!r}")
        return answer

    @staticmethod
    def outcome(answer: Answer) -> str:
        """The code of a refusal, or what was decided."""
        if answer.status != 200:
            raise Failed(f"verify: {answer.status} {answer.body!r}")
        return answer.code or answer.json["decision"]


async def keep(broker: Broker, options: argparse.Namespace) -> None:
    await broker.start()
    broker.apply(TENANT, ROOT / "seeds" / TENANT)
    promises = Promises(broker, random.Random(options.seed))
    print(f"promise test: seed {options.seed}", flush=True)
    for count in (promises.spend(options.tokens), promises.revoke(options.revocations), promises.rotate(options.seconds)):
        print(f"  {await count}", flush=True)
    await broker.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=100, help=f"each shown {SHOWN_AT_ONCE} times at once")
    parser.add_argument("--revocations", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=60, help="how long keys are rotated, once a second")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 20))
    options = parser.parse_args()
    # This side of the connections, and the server's, which takes over what is allowed here.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most if most < 0 else min(most, 4 * SHOWN_AT_ONCE), most))
    broker = Broker(flags=("--max-connections", str(SHOWN_AT_ONCE + 100)))
    return run_test("promise test", keep(broker, options), broker, Failed)


if __name__ == "__main__":
    sys.exit(main())
