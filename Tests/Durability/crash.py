"""Kills a server under load, again and again, and looks for anything that it had said and that is not so.

A run is repeated with its seed, as far as the machine's own timing allows.
"""

import argparse
import asyncio
import random
import sys
import time
from collections import Counter

from broker import ROOT, Broker
from evidence import Evidence, Lost
from run_test import run_test
from work import TENANT, Notes, Surprise, Token, Work

# Tokens and keys of the last life that are asked for again over the wire.
ASKED_AGAIN = 24


class CrashTest:
    def __init__(self, broker: Broker, seed: int, tasks: int, patience: float):
        self.broker = broker
        self.chance = random.Random(seed)
        self.tasks = tasks
        self.patience = patience
        self.evidence = Evidence(broker)
        self.total = Notes()
        self.carried: list[Token] = []
        self.ends: Counter = Counter()

    async def run(self, kills: int) -> None:
        await self.broker.start()
        self.broker.apply(TENANT, ROOT / "seeds" / TENANT)
        while self.ends["killed"] < kills:
            await self.live_and_die()
            if self.chance.random() < 0.2:
                # Not yet listening: it may be in the middle of taking up what it finds.
                self.broker.launch()
                await asyncio.sleep(self.chance.uniform(0, 0.2))
                self.broker.kill()
                self.ends["killed"] += 1
            await self.broker.start()
            self.evidence.check(self.last)
            await self.ask_again(self.last)
            self.total.add(self.last)
        await self.look_once_more()

    async def live_and_die(self) -> None:
        work = Work(self.broker, self.chance, self.carried)
        working = asyncio.create_task(work.run(self.tasks))
        await asyncio.wait([working], timeout=self.chance.uniform(0, self.patience))
        if not working.done() and self.chance.random() < 0.1:
            await self.broker.stop()
            self.ends["stopped"] += 1
        else:
            self.broker.kill()
            self.ends["killed"] += 1
        try:
            await working
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        self.last = work.notes
        self.carried = work.left + work.carried

    async def ask_again(self, notes: Notes) -> None:
        """The same over the wire: what ended stays ended, and what was reported is what a retry gets."""
        work = Work(self.broker, self.chance, [])
        ended = [token for token in notes.tokens.values() if token.ended]
        for token in self.chance.sample(ended, min(ASKED_AGAIN, len(ended))):
            answer = await work.verify(token)
            wanted = "token_already_used" if token.ended == "used" else "token_revoked"
            if answer.code != wanted:
                raise Lost(f"a token that was {token.ended}: {answer.body!r}")
        reported = [call for call in notes.calls.values() if call.key and call.result]
        for call in self.chance.sample(reported, min(ASKED_AGAIN, len(reported))):
            answer = await work.verify(await work.mint(call.key))
            if answer.json.get("result") != {"ok": True, "result": call.result}:
                raise Lost(f"{call} was reported, and a retry gets {answer.body!r}")
        work.pool.close()
        self.total.add(work.notes)
        self.evidence.tokens |= work.notes.tokens

    async def look_once_more(self) -> None:
        """All of it at the end, and the chain by the program's own eyes."""
        await self.broker.stop()
        whole = Notes(
            tokens=self.total.tokens, calls=self.total.calls, cutoffs=self.total.cutoffs, keys=self.total.keys)
        self.evidence.check(whole)
        for tenant in self.evidence.heads:
            said = self.broker.run("audit", "verify", "--tenant", tenant, "--database", self.broker.database)
            if "whole" not in said:
                raise Lost(said)
        twice = [key for key, count in self.total.executed.items() if count > 1]
        twice += [name for name, token in self.total.tokens.items() if token.executed > 1]
        if twice:
            raise Lost(f"executed twice: {twice}")

    @property
    def report(self) -> str:
        counts = self.total.counts
        done = ", ".join(f"{counts[name]} {name}" for name in (
            "mints", "consumes", "revocations", "outcomes", "rotations"))
        return (
            f"{self.ends['killed']} kills and {self.ends['stopped']} stops: acknowledged {done}, "
            f"{self.evidence.records} audit records; {self.total.in_doubt} unanswered; executed twice: 0; lost: 0")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=None, help="of an earlier run, to repeat it")
    parser.add_argument("--tasks", type=int, default=16, help="clients at work at once")
    parser.add_argument("--life", type=float, default=0.5, help="the longest that a server lives, in seconds")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else time.time_ns() % 1_000_000
    print(f"crash test: {options.kills} kills, seed {seed}", flush=True)
    broker = Broker()
    test = CrashTest(broker, seed, options.tasks, options.life)
    code = run_test(f"crash test (seed {seed})", test.run(options.kills), broker, Lost, Surprise)
    if code == 0:
        print(test.report)
    return code


if __name__ == "__main__":
    sys.exit(main())
