"""Measures what a large registry and millions of ledger rows cost, beside an empty broker. See `../bench` for how to call it."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from statistics import median

import company
import growth_report
import report
from broker import TENANT
from processes import Failure, environment
from side import Act, Side
from wrk import Round

# A mint and the verification of its token: a token, a call and two audit records.
ROWS_PER_CALL = 4
# Longer than a run, so that nothing is swept while something else is measured.
LIVE_SECONDS = 86_400
# Tokens, and as many calls: what a minute of some quiet hours leaves to be swept.
EXPIRED_ROWS = 10_000
SWEEP_SECONDS = 120
FILL_SECONDS = 1_800
VERIFY_SECONDS = 600
# For as many calls a broker that begins with an empty database gathers keys and writes none to disk: `batchCount` in
# `ClaimIndex.swift`. What is measured is what comes after, of either side.
WARM_UP_CALLS = {"mint": 1, "verify": 131_072}
# A start is short, and what else the machine does shows in it.
STARTS = 5


class Growth:
    def __init__(self, folder: Path, binary: str, filler: str, ending: ExitStack, rounds: int, seconds: int):
        self.folder = folder
        self.binary = binary
        self.filler = filler
        self.ending = ending
        self.rounds = rounds
        self.seconds = seconds
        self.grown = Side(binary, folder / "grown", ending)
        self.var = folder / "grown" / "var"
        self.tenants = [TENANT]
        self.filled = 0

    def register(self, count: int) -> list[float]:
        """Makes the other companies one after the other; how many milliseconds each took."""
        taken = []
        for number in range(1, count):
            name = company.name(number)
            act = Act("POST", f"/v1/tenants/{name}/apply", {"documents": company.documents(name)})
            started = time.monotonic()
            self.grown.ask(self.grown.platform_admin, act)
            taken.append((time.monotonic() - started) * 1_000)
            for client in ("gateway", "server"):
                self.grown.ask(self.grown.platform_admin, Act("POST", f"/v1/tenants/{name}/clients/{client}/secrets"))
            self.tenants.append(name)
        self.grown.stop()
        return taken

    def fill(self, rows: int) -> float:
        """Goes on to so many rows; how many a second."""
        calls = (rows - self.filled) // ROWS_PER_CALL
        if calls == 0:
            return 0
        started = time.monotonic()
        result = subprocess.run(
            [self.filler, str(self.grown.broker.database), str(calls), str(LIVE_SECONDS), *self.tenants],
            env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=FILL_SECONDS, check=False)
        if result.returncode != 0:
            raise Failure(f"filler: {result.stdout[-1_000:]}{result.stderr[-1_000:]}")
        self.filled = rows
        return calls * ROWS_PER_CALL / (time.monotonic() - started)

    def measure(self, number: int) -> dict:
        """All of it with the rows that there are, and afterwards they are as before."""
        kept = self.folder / "kept"
        shutil.copytree(self.var, kept)
        found: dict = {"rows": self.filled, "swept": self.sweep()}
        shutil.rmtree(self.var)
        shutil.copytree(kept, self.var)
        starts, cpu, idle = [], [], []
        for _ in range(STARTS):
            starts.append(self.grown.start())
            cpu.append(self.grown.broker.process.cpu_seconds())
            idle.append(self.settle())
            if len(starts) < STARTS:
                self.grown.stop()
        process = self.grown.broker.process
        found |= {
            "database_megabytes": self.grown.broker.database_bytes() / 1_048_576, "start_to_ready_seconds": median(starts),
            "every_start_seconds": starts, "start_cpu_seconds": median(cpu), "idle_cpu_seconds": median(idle),
            "resident_megabytes": process.resident_megabytes()}
        empty = Side(self.binary, self.folder / f"empty-{number}", self.ending)
        # In every round first who was second before.
        sides = [empty, self.grown]
        found["acts"] = self.acts(sides)
        for kind in ("mint", "verify"):
            found[kind] = self.calls(kind, sides)
        found["resident_megabytes_loaded"] = process.resident_megabytes()
        self.grown.stop()
        empty.stop()
        shutil.rmtree(self.var)
        kept.rename(self.var)
        self.grown.forget_load()
        return found

    def settle(self) -> float:
        """CPU seconds of what a server does of itself after its start: it looks for expired rows."""
        first = last = self.grown.broker.process.cpu_seconds()
        still = 0
        while still < 10:
            time.sleep(0.1)
            now = self.grown.broker.process.cpu_seconds()
            still = still + 1 if now - last < 0.02 else 0
            last = now
        return last - first

    def acts(self, sides: list[Side]) -> dict:
        """Milliseconds of what an admin does, in turns: `{"name": {"empty": …, "grown": …}}`."""
        of = f"/v1/tenants/{TENANT}"
        acts = {
            "list_tenants": lambda _: Act("GET", "/v1/tenants"),
            "list_grants": lambda _: Act("GET", f"{of}/grants?limit=100"),
            "list_revisions": lambda _: Act("GET", f"{of}/revisions?limit=100"),
            "audit_page": lambda _: Act("GET", f"{of}/audit?limit=100"),
            "audit_search_miss": lambda _: Act("GET", f"{of}/audit?request_id=no-such-request"),
            "activity": lambda _: Act("GET", f"{of}/activity"),
            "metrics": lambda _: Act("GET", "/metrics"),
            "change_one_tenant": lambda turn: Act(
                "PUT", f"{of}/environments/staging", {"kind": "Environment", "id": "staging", "description": f"turn {turn}"}),
            "revoke_actor": lambda turn: Act(
                "POST", f"{of}/revocations", {"dimension": "actor", "id": f"nobody-{turn}", "reason": "measured"})}
        found = {}
        for name, act in acts.items():
            taken: dict[str, list[float]] = {"empty": [], "grown": []}
            for turn in range(11):
                for key, side in zip(taken, sides):
                    credentials = side.platform_admin if name == "list_tenants" else side.operator
                    taken[key].append(side.milliseconds(credentials, act(turn)))
            # The first has what later ones find at hand.
            found[name] = {key: median(values[1:]) for key, values in taken.items()}
        return found

    def calls(self, kind: str, sides: list[Side]) -> dict:
        for side in sides:
            missing = WARM_UP_CALLS[kind]
            while missing > 0:
                missing -= side.load(kind, 1).requests
            side.rounds[kind].clear()
            side.written[kind].clear()
        for turn in range(self.rounds):
            for side in sides if turn % 2 == 0 else reversed(sides):
                side.load(kind, self.seconds)
        empty, grown = (side.rounds[kind] for side in sides)
        written = {name: median(side.written[kind]) for name, side in zip(("empty", "grown"), sides)}

        def ratio(field: str) -> float:
            return median(getattr(own, field) / getattr(other, field) for own, other in zip(grown, empty))

        return {
            "grown": summary(grown), "empty": summary(empty), "ratio_per_second": ratio("per_second"),
            "ratio_cpu": ratio("cpu_seconds_per_thousand"), "written_bytes_per_call": written,
            "every_round": {"grown": [asdict(round) for round in grown], "empty": [asdict(round) for round in empty]}}

    def sweep(self) -> dict | None:
        """How long the oldest tokens and calls take to go, once they have expired and the server starts."""
        if self.filled < 4 * EXPIRED_ROWS:
            return None
        with sqlite3.connect(self.grown.broker.database) as database:
            last = {table: expire(database, table) for table in ("token", "call")}
        database.close()
        self.grown.start()
        cpu, started = self.grown.broker.process.cpu_seconds(), time.monotonic()
        # Only looked at: the server alone writes.
        database = sqlite3.connect(f"file:{self.grown.broker.database}?mode=ro", uri=True)
        for table, key in last.items():
            while database.execute(f"SELECT 1 FROM {table} WHERE tenant_id = ? AND sequence = ?", key).fetchone():
                if time.monotonic() - started > SWEEP_SECONDS:
                    raise Failure(f"{EXPIRED_ROWS} rows of {table} were not swept within {SWEEP_SECONDS} s")
                time.sleep(0.005)
        database.close()
        found = {
            "rows": 2 * EXPIRED_ROWS, "seconds": time.monotonic() - started,
            "cpu_seconds": self.grown.broker.process.cpu_seconds() - cpu}
        self.grown.stop()
        return found

    def verify_chains(self) -> dict:
        """The program's own check of every record of the longest chain and of a short one."""
        seconds = {}
        for tenant in (TENANT, self.tenants[-1]):
            started = time.monotonic()
            said = self.grown.broker.run(
                "audit", "verify", "--database", self.grown.broker.database, "--tenant", tenant, "--json",
                seconds=VERIFY_SECONDS)
            seconds[tenant] = {"seconds": time.monotonic() - started, "said": json.loads(said)}
        return seconds


def expire(database: sqlite3.Connection, table: str) -> tuple[str, int]:
    """Makes the oldest rows out of date; the one that goes last."""
    oldest = f"SELECT tenant_id, sequence FROM {table} ORDER BY sequence LIMIT {EXPIRED_ROWS}"
    last = max(database.execute(oldest).fetchall())
    past = int(time.time()) - LIVE_SECONDS
    columns = "expires_at = ?1" + (", lease_expires_at = ?1" if table == "call" else "")
    database.execute(f"UPDATE {table} SET {columns} WHERE (tenant_id, sequence) IN ({oldest})", [past])
    return last


def summary(rounds: list[Round]) -> dict:
    return {
        field: median(getattr(round, field) for round in rounds)
        for field in ("per_second", "p50_ms", "p99_ms", "cpu_seconds_per_thousand")}


def main() -> int:
    is_quick = os.environ.get("QUICK") == "1"
    tenants, rounds, seconds = (1_000, 3, 1) if is_quick else (1_000, 5, 2)
    sizes = [0, 100_000] if is_quick else [0, 100_000, 1_000_000, 5_000_000]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hallpass-growth-") as folder, ExitStack() as ending:
        growth = Growth(
            Path(folder), os.environ["HALLPASS_BINARY"], os.environ["FILLER_BINARY"], ending, rounds, seconds)
        applied = growth.register(tenants)
        print(f"{tenants} tenants registered after {time.monotonic() - began:.0f} s", file=sys.stderr)
        result = {
            "machine": report.machine(), "tenants": tenants, "deployments": company.DEPLOYMENTS, "grants": company.GRANTS,
            "rounds": rounds, "seconds_per_round": seconds,
            "apply_milliseconds": {"first_100": median(applied[:100]), "last_100": median(applied[-100:])},
            "fill_rows_per_second": 0, "sizes": []}
        for number, size in enumerate(sizes):
            result["fill_rows_per_second"] = growth.fill(size)
            print(f"{size} rows filled after {time.monotonic() - began:.0f} s", file=sys.stderr)
            result["sizes"].append(growth.measure(number))
            print(f"{size} rows measured after {time.monotonic() - began:.0f} s", file=sys.stderr)
        result["chains"] = growth.verify_chains()
        result["machine"]["load_average_after"] = round(os.getloadavg()[0], 1)
    result["seconds"] = time.monotonic() - began
    output = Path(os.environ["BENCH_OUTPUT"])
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(result, indent=2) + "\n")
    print(growth_report.text(result))
    print(f"\nAll of it, round by round: {output}")
    return 0


if __name__ == "__main__":
    # However it is told to stop, it ends what it started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
