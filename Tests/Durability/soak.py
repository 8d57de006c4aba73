"""Lets a server run under load for long and looks every few seconds at what it costs, which must not grow: memory, file
descriptors, the log, the time of an answer and of a commit. In the middle all tokens and calls are made a day older, as
though the night had passed, and have to be gone at the end.
"""

import argparse
import asyncio
import random
import sqlite3
import statistics
import sys
import time
from contextlib import closing
from dataclasses import dataclass

from broker import ROOT, Broker
from evidence import Evidence, Lost
from run_test import run_test
from sample import Sample
from wire import Connection, get
from work import TENANT, Surprise, Work

MEBIBYTE = 1 << 20
# The longest that 99 of 100 commits may take, a checkpoint among them or not, in seconds.
COMMIT_SECONDS = 0.02
# What the log is cut back to; while it is written to it may be longer by one batch.
LOG_BYTES = 72 * MEBIBYTE
DAY_SECONDS = 86_400


class Grew(Exception):
    """Something that was to stay as it was."""


@dataclass(frozen=True)
class Window:
    """A few seconds of a server's life; times are in seconds."""

    sample: Sample
    calls: "Waits"
    # `None` where there were none.
    acts: "Waits | None"


@dataclass(frozen=True)
class Waits:
    """How long half of some answers took at most, and 99 of 100."""

    middle: float
    most: float

    @staticmethod
    def of(waits: list[float]) -> "Waits | None":
        ordered = sorted(waits)
        return Waits(ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]) if ordered else None

    @staticmethod
    def median(waits: list["Waits"]) -> "Waits | None":
        if not waits:
            return None
        return Waits(statistics.median(one.middle for one in waits), statistics.median(one.most for one in waits))

    def __str__(self) -> str:
        return f"p50 {self.middle * 1_000:.1f} ms, p99 {self.most * 1_000:.1f} ms"


class Soak:
    def __init__(self, broker: Broker, seconds: float, every: float, tasks: int):
        self.broker = broker
        self.seconds, self.every, self.tasks = seconds, every, tasks
        self.evidence = Evidence(broker)
        self.windows: list[Window] = []
        self.commits = {}
        self.answers = 0

    async def run(self) -> None:
        await self.broker.start()
        self.broker.apply(TENANT, ROOT / "seeds" / TENANT)
        await self.live(self.seconds / 2)
        await self.broker.stop()
        self.pass_the_night()
        evening = len(self.windows)
        await self.broker.start()
        await self.live(self.seconds / 2)
        await self.until_swept()
        await self.note_commits()
        await self.broker.stop()
        self.judge(self.windows[:evening], self.windows[evening:])

    async def live(self, seconds: float) -> None:
        work = Work(self.broker, random.Random(1), [])
        working = asyncio.create_task(work.run(self.tasks))
        end = time.monotonic() + seconds
        while time.monotonic() < end and not working.done():
            await asyncio.wait([working], timeout=self.every)
            self.evidence.tokens.clear()
            self.evidence.executed.clear()
            self.evidence.check(work.take_notes())
            work.left.clear()
            calls, work.call_waits = work.call_waits, []
            acts, work.act_waits = work.act_waits, []
            self.answers += len(calls) + len(acts)
            if calls:
                self.windows.append(Window(Sample.of(self.broker), Waits.of(calls), Waits.of(acts)))
        if working.done():
            working.result()
            raise Surprise(f"it is gone: {self.broker.process.poll()}")
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        work.pool.close()

    def pass_the_night(self) -> None:
        """On the file of a server that was stopped, because nobody waits for a day."""
        with closing(sqlite3.connect(self.broker.database)) as database, database:
            for statement in (
                    "UPDATE token SET expires_at = expires_at - ?1",
                    "UPDATE call SET expires_at = expires_at - 2 * ?1, lease_expires_at = lease_expires_at - 2 * ?1"):
                database.execute(statement, [DAY_SECONDS])

    async def until_swept(self) -> None:
        """The sweep looks once a minute, the first time at the start."""
        deadline = time.monotonic() + 90
        while (left := self.expired()) and time.monotonic() < deadline:
            await asyncio.sleep(1)
        if left:
            raise Grew(f"{left} rows that expired yesterday are still there")

    def expired(self) -> int:
        with closing(self.evidence.connect()) as database:
            return sum(database.execute(
                f"SELECT count(*) FROM {table} WHERE expires_at < ?", [time.time() - 7_200]).fetchone()[0]
                for table in ("token", "call"))

    async def note_commits(self) -> None:
        """By the server's own histogram since it was last started: how many commits took how long at most."""
        connection = await Connection.open(self.broker.port)
        text = (await connection.ask(get("/metrics"))).body.decode()
        connection.close()
        for line in text.splitlines():
            if line.startswith('hallpass_ledger_commit_seconds_bucket{le="'):
                bound, count = line.split('"')[1], line.rsplit(" ", 1)[1]
                self.commits[float(bound)] = float(count)

    def share_of_commits_within(self, seconds: float) -> float:
        within = max(count for bound, count in self.commits.items() if bound <= seconds)
        return within / max(self.commits.values())

    def judge(self, evening: list[Window], day: list[Window]) -> None:
        first, last = self.halves(day)
        share = self.share_of_commits_within(COMMIT_SECONDS)
        rows = {
            "memory": (self.of(first, "resident"), self.of(last, "resident"), MEBIBYTE, "MiB", 8 * MEBIBYTE),
            "file descriptors": (self.of(first, "descriptors"), self.of(last, "descriptors"), 1, "", 8),
            "the log": (self.of(first, "log"), self.of(last, "log"), MEBIBYTE, "MiB", LOG_BYTES),
        }
        print(
            f"soak: {self.answers} answers in {self.seconds:.0f} s, {self.evidence.records} audit records, "
            f"{(evening + day)[-1].sample.database // MEBIBYTE} MiB of database; every one of them on record, lost: 0")
        for name, (before, after, unit, word, _) in rows.items():
            print(f"  {name}: {before / unit:.1f} {word}, later {after / unit:.1f} {word}")
        calls, later_calls = (Waits.median([window.calls for window in windows]) for windows in (first, last))
        acts, later_acts = (
            Waits.median([window.acts for window in windows if window.acts]) for windows in (first, last))
        print(
            f"  an answer that an agent waits for: {calls}, later {later_calls}\n"
            f"  a revocation or a rotation: {acts}, later {later_acts}\n"
            f"  commits within {COMMIT_SECONDS * 1_000:.0f} ms: {share * 100:.2f} %")
        grew = [name for name, (before, after, _, _, slack) in rows.items() if after > before * 1.1 + slack]
        if later_calls.middle > calls.middle * 1.5 + 0.005 or later_calls.most > calls.most * 1.5 + 0.02:
            grew.append("the time of an answer")
        if max(window.sample.log for window in evening + day) > LOG_BYTES:
            grew.append("the log")
        if share < 0.99:
            grew.append("the time of a commit")
        if grew:
            raise Grew(f"too much: {', '.join(grew)}")

    @staticmethod
    def halves(windows: list[Window]) -> tuple[list[Window], list[Window]]:
        """Without the beginning, in which caches fill."""
        settled = windows[len(windows) // 5:]
        return settled[:len(settled) // 2], settled[len(settled) // 2:]

    @staticmethod
    def of(windows: list[Window], what: str) -> float:
        return statistics.median(getattr(window.sample, what) for window in windows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--every", type=float, default=2, help="seconds between two looks")
    parser.add_argument("--tasks", type=int, default=16, help="clients at work at once")
    options = parser.parse_args()
    broker = Broker()
    soak = Soak(broker, options.minutes * 60, options.every, options.tasks)
    return run_test("soak", soak.run(), broker, Grew, Lost, Surprise)


if __name__ == "__main__":
    sys.exit(main())
