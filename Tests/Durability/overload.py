"""Asks one tenant's gateway for far more than the server can do, in every bad way at once, and looks at how it goes for
another tenant, for the server's memory, and for whoever is refused.
"""

import argparse
import asyncio
import sys
import time
from dataclasses import dataclass, field

from broker import ROOT, Broker
from run_test import run_test
from sample import Sample
from wire import Answer, Broken, Connection, Pool, Silent, get, post

CONNECTIONS = 600
BATCH = 64
# What has to hold, whatever machine it is: for the other tenant, in seconds, and for the server, in bytes.
WAIT_SECONDS = 2
RECOVERY_SECONDS = 1
GROWTH_BYTES = 256 << 20


class Failed(Exception):
    """Something that overload must not do."""


@dataclass
class Tally:
    """How requests of one kind went; times are in seconds."""

    answered: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    items: int = 0
    items_refused: int = 0
    broken: int = 0

    def note(self, answer: Answer, started: float) -> None:
        taken = time.monotonic() - started
        if answer.status == 200:
            self.answered.append(taken)
            return
        if answer.status != 503 or answer.code != "overloaded":
            raise Failed(f"{answer.status} {answer.body!r}")
        check_refusal(answer.json["error"], answer.headers)
        self.refused.append(taken)

    @staticmethod
    def quantiles(times: list[float]) -> str:
        if not times:
            return "none"
        ordered = sorted(times)
        half, most = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
        return f"{len(ordered)} (p50 {half * 1_000:.1f} ms, p99 {most * 1_000:.1f} ms)"


def check_refusal(error: dict, headers: dict[str, str] | None = None) -> None:
    if not (error["retryable"] and error["retry_after_seconds"] >= 1):
        raise Failed(f"it is not said when to come back: {error}")
    if headers is not None and headers.get("retry-after") != str(error["retry_after_seconds"]):
        raise Failed(f"Retry-After is not what the body says: {headers}")


# Both demo companies have someone of that name, and such a tool.
CALL = {"actor": {"sub": "alice"}, "connector": "crm-mcp", "environment": "prod", "tool": "find_contact"}


class Overload:
    def __init__(self, broker: Broker, seconds: float):
        self.broker = broker
        self.seconds = seconds
        self.pool = Pool(broker.port)
        self.flood, self.quiet, self.late = Tally(), Tally(), Tally()

    async def run(self) -> None:
        gateway = self.broker.credentials("acme", "support-gateway")
        self.batch = post("/v1/call-tokens/batch", gateway, {"items": [CALL] * BATCH})
        self.single = post("/v1/call-tokens", gateway, CALL)
        before, alone = Sample.of(self.broker), Tally()
        await self.ask_quietly(alone, 1)
        end = time.monotonic() + self.seconds
        tasks = [asyncio.create_task(work) for work in (
            *(self.repeat_batches(end) for _ in range(CONNECTIONS)), *(self.pipeline(end) for _ in range(50)),
            *(self.drip(end) for _ in range(100)), *(self.send_too_much(end) for _ in range(20)),
            *(self.come_late(end) for _ in range(4)))]
        await asyncio.sleep(0.5)
        peak = Sample.of(self.broker)
        quiet = asyncio.create_task(self.ask_quietly(self.quiet, self.seconds - 1))
        while not quiet.done():
            await asyncio.wait([quiet], timeout=0.2)
            peak = max(peak, Sample.of(self.broker), key=lambda sample: sample.resident)
        await quiet
        await asyncio.sleep(max(0, end - time.monotonic()))
        recovery = await self.recover()
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, (Failed, Silent)):
                raise result
        self.judge(before, peak, alone, recovery)

    # The bad ways.

    async def repeat_batches(self, end: float) -> None:
        connection = None
        while time.monotonic() < end:
            try:
                connection = connection or await Connection.open(self.broker.port)
                started = time.monotonic()
                answer = await connection.ask(self.batch)
            except Broken:
                self.flood.broken += 1
                connection = None
                continue
            self.flood.note(answer, started)
            for item in answer.json.get("items", []):
                if item["ok"]:
                    self.flood.items += 1
                else:
                    check_refusal(item["error"])
                    self.flood.items_refused += 1
            if answer.headers.get("connection") == "close":
                connection.close()
                connection = None
                await asyncio.sleep(0.1)

    async def pipeline(self, end: float) -> None:
        """Twenty questions at once, and the answers only then."""
        while time.monotonic() < end:
            try:
                connection = await Connection.open(self.broker.port)
                connection.writer.write(self.single * 20)
                for _ in range(20):
                    started = time.monotonic()
                    self.flood.note(await connection.answer(), started)
            except Broken:
                continue
            finally:
                connection.close()

    async def drip(self, end: float) -> None:
        head = self.single[:self.single.index(b"\r\n\r\n") + 4]
        while time.monotonic() < end:
            try:
                connection = await Connection.open(self.broker.port)
                connection.writer.write(head)
                while time.monotonic() < end and not connection.reader.at_eof():
                    connection.writer.write(b" ")
                    await asyncio.sleep(0.3)
            except (Broken, OSError):
                continue
            finally:
                connection.close()

    async def send_too_much(self, end: float) -> None:
        head = self.single[:self.single.index(b"Content-Length")]
        while time.monotonic() < end:
            try:
                connection = await Connection.open(self.broker.port)
                connection.writer.write(head + b"Transfer-Encoding: chunked\r\n\r\n")
                while time.monotonic() < end and not connection.reader.at_eof():
                    connection.writer.write(b"100000\r\n" + b" " * 0x100000 + b"\r\n")
                    await connection.writer.drain()
            except (Broken, OSError):
                await asyncio.sleep(0.1)
            finally:
                connection.close()

    async def come_late(self, end: float) -> None:
        """One connection more, again and again."""
        while time.monotonic() < end:
            started = time.monotonic()
            try:
                connection = await Connection.open(self.broker.port)
                self.late.note(await connection.ask(get("/healthz")), started)
            except Broken:
                self.late.broken += 1
            finally:
                connection.close()
            await asyncio.sleep(0.05)

    # The other tenant.

    async def ask_quietly(self, tally: Tally, seconds: float) -> None:
        """A few calls of another tenant, on connections that it had before."""
        request = post("/v1/call-tokens", self.broker.credentials("globex", "support-gateway"), CALL)
        end = time.monotonic() + seconds

        async def ask() -> None:
            while time.monotonic() < end:
                started = time.monotonic()
                tally.note(await self.pool.ask(request), started)
                await asyncio.sleep(0.01)

        await asyncio.gather(*(ask() for _ in range(4)))

    async def recover(self) -> float:
        """From the end of the flood to the first of ten answers in a row that are as quick as they should be."""
        started = time.monotonic()
        tally, quick = Tally(), 0
        while quick < 10 and time.monotonic() - started < 10:
            await self.ask_quietly(tally, 0.01)
            quick = quick + 1 if tally.answered and tally.answered[-1] < 0.1 else 0
        return time.monotonic() - started

    def judge(self, before: Sample, peak: Sample, alone: Tally, recovery: float) -> None:
        print(
            f"overload: {CONNECTIONS} connections with batches of {BATCH}, pipelines, drips and bodies without end for"
            f" {self.seconds:.0f} s\n"
            f"  the flood: {self.flood.items / self.seconds:.0f} tokens/s in {Tally.quantiles(self.flood.answered)};"
            f" {self.flood.items_refused} items and {Tally.quantiles(self.flood.refused)} requests refused\n"
            f"  connections too many: {Tally.quantiles(self.late.refused)} refused\n"
            f"  another tenant alone: {Tally.quantiles(alone.answered)};"
            f" meanwhile: {Tally.quantiles(self.quiet.answered)}, {len(self.quiet.refused)} refused\n"
            f"  memory: {before.resident >> 20} MiB before, {peak.resident >> 20} MiB at most;"
            f" as before again after {recovery:.2f} s")
        wrong = [what for what, is_so in {
            "the other tenant was refused": self.quiet.refused,
            "the other tenant waited": max(self.quiet.answered, default=WAIT_SECONDS + 1) > WAIT_SECONDS,
            "nothing was answered": not self.flood.items,
            "nothing was refused": not (self.flood.items_refused or self.flood.refused),
            "memory grew": peak.resident - before.resident > GROWTH_BYTES,
            "it did not recover": recovery > RECOVERY_SECONDS,
        }.items() if is_so]
        if wrong:
            raise Failed("; ".join(wrong))


async def measure(broker: Broker, seconds: float) -> None:
    await broker.start()
    for tenant in ("acme", "globex"):
        broker.apply(tenant, ROOT / "seeds" / tenant)
    await Overload(broker, seconds).run()
    await broker.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    broker = Broker(flags=("--max-connections", str(CONNECTIONS + 150), "--idle-timeout-seconds", "10"))
    return run_test("overload", measure(broker, options.seconds), broker, Failed)


if __name__ == "__main__":
    sys.exit(main())
