"""Measures the broker beside its yardsticks, in rounds that take turns. See `../bench` for how to call it."""

import json
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlencode

import report
import wrk
from broker import GATEWAY, SERVER, TOOL, Broker, arguments, wish
from processes import Failure
from wrk import Bodies, Round
from yardsticks import Echo, Nginx

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
# Tokens in stock for a round, as a multiple of what the quickest round so far has used.
RESERVE = 1.6
FIRST_GUESS_PER_SECOND = 24_000
WARM_UP_SECONDS = 1


def compact(value: dict) -> str:
    return json.dumps(value, separators=(",", ":"))


class Measure:
    """One of the three things that are measured: its route, its requests, and who makes them."""

    def __init__(self, name: str, path: str, content_type: str, client: str, event: str, folder: Path):
        self.name = name
        self.path = path
        self.client = client
        self.event = event
        self.bodies = Bodies(folder / f"{name}.bodies", path, content_type)
        # What the echo takes has the same size, and is sent again and again: nothing is remembered of it.
        self.echoed = Bodies(folder / f"{name}.echo", path, JSON)
        self.rounds: dict[str, list[Round]] = {}
        self.bytes_on_disk = 0
        self.broker_requests = 0

    def quickest(self) -> float:
        return max((round.per_second for round in self.rounds.get("broker", [])), default=FIRST_GUESS_PER_SECOND)


class Bench:
    def __init__(self, binary: str, echo: str, folder: Path, rounds: int, seconds: int, ending: ExitStack):
        """`ending` ends what was started, however far this came."""
        self.rounds = rounds
        self.seconds = seconds
        self.broker = Broker(binary, folder, ending)
        self.seconds_to_ready = self.broker.process.seconds_to_ready
        time.sleep(1)
        self.idle_megabytes = self.broker.process.resident_megabytes()
        self.verify = Measure("verify", "/v1/verify", JSON, SERVER, "verify", folder)
        self.introspect = Measure("introspect", "/oauth/introspect", FORM, SERVER, "introspect", folder)
        self.mint = Measure("mint", "/v1/call-tokens", JSON, GATEWAY, "mint", folder)
        self.measures = [self.verify, self.introspect, self.mint]
        self.batched = 0
        self.stock(self.verify, 256)
        self.echo = Echo(echo, folder, ending)
        self.nginx = None
        if Nginx.is_installed():
            self.nginx = Nginx(folder, {measure.path: self.sample(measure) for measure in self.measures}, ending)

    def sample(self, measure: Measure) -> str:
        """What the broker answers to one request, for nginx to say the same."""
        self.stock(measure, 64)
        connection = self.broker.connect()
        with measure.bodies.file.open() as file:
            body = file.readline()
        measure.bodies.sent += 1
        measure.bodies.position += len(body)
        connection.request(
            "POST", measure.path, body.rstrip("\n"),
            {"Content-Type": measure.bodies.content_type, "Authorization": self.broker.authorization(measure.client)})
        answer = connection.getresponse().read().decode()
        connection.close()
        if "'" in answer or "$" in answer or not json.loads(answer).get("active", True):
            raise Failure(f"{measure.path} answered {answer[:300]}")
        return answer

    def stock(self, measure: Measure, count: int) -> None:
        """Makes requests until there are so many that have not been sent."""
        missing = count - measure.bodies.left
        if missing <= 0:
            return
        if measure is self.mint:
            first = self.broker.minted
            self.broker.minted += missing
            lines = [compact(wish(number)) for number in range(first, first + missing)]
            self.mint.bodies.append(lines)
            self.mint.echoed.append(lines)
            return
        tokens = self.broker.mint(missing)
        self.batched += len(tokens)
        if measure is self.introspect:
            measure.bodies.append([urlencode({"token": token}) for _, token in tokens])
            measure.echoed.append([compact({"token": token[: -len('":""}')]}) for _, token in tokens])
            return
        lines = [compact({"token": token, "tool": TOOL, "arguments": arguments(number)}) for number, token in tokens]
        measure.bodies.append(lines)
        measure.echoed.append(lines)

    def run(self) -> None:
        for measure in self.measures:
            self.load_all(measure, WARM_UP_SECONDS)
        for measure in self.measures:
            measure.rounds.clear()
        for number in range(self.rounds):
            for measure in self.measures:
                self.load_all(measure, self.seconds)
                print(f"round {number + 1} of {self.rounds}: {measure.name}", file=sys.stderr)

    def load_all(self, measure: Measure, seconds: int) -> None:
        if measure is self.introspect:
            # A peek uses nothing up: the same tokens may be looked at again.
            measure.bodies.rewind()
        self.stock(measure, int(measure.quickest() * seconds * RESERVE))
        turns = [(self.echo, measure.echoed, "-"), (self.broker, measure.bodies, self.broker.authorization(measure.client))]
        if self.nginx:
            turns.append((self.nginx, measure.echoed, "-"))
        for target, bodies, authorization in turns:
            before = self.broker.database_bytes()
            round = wrk.drive(target.url, target.process, bodies, seconds, authorization, is_once=target is self.broker)
            measure.rounds.setdefault(target.name, []).append(round)
            if target is self.broker:
                measure.bytes_on_disk += self.broker.database_bytes() - before
                measure.broker_requests += round.requests

    def result(self) -> dict:
        answers = self.broker.answers()
        loaded_megabytes = self.broker.process.resident_megabytes()
        records = self.broker.records()
        measures = {}
        for measure in self.measures:
            given = sum(count for (route, _), count in answers.items() if route == measure.path)
            if measure is self.mint:
                given += self.batched
            found = {decision: count for (event, decision), count in records.items() if event == measure.event}
            measures[measure.name] = report.summarise(measure.rounds) | {
                "bytes_on_disk_per_call": measure.bytes_on_disk / measure.broker_requests,
                "answers": given, "audit_records": sum(found.values()), "decisions": found}
        calls = sum(measure["answers"] for measure in measures.values())
        return {
            "machine": report.machine(), "rounds": self.rounds, "seconds_per_round": self.seconds,
            "connections": wrk.CONNECTIONS, "measures": measures, "calls": calls,
            "start_to_ready_seconds": self.seconds_to_ready, "resident_megabytes_idle": self.idle_megabytes,
            "resident_megabytes_loaded": loaded_megabytes,
            "every_round": {
                measure.name: {name: [asdict(round) for round in rounds] for name, rounds in measure.rounds.items()}
                for measure in self.measures}}


def main() -> int:
    is_quick = os.environ.get("QUICK") == "1"
    rounds, seconds = (3, 2) if is_quick else (7, 8)
    with tempfile.TemporaryDirectory(prefix="hallpass-bench-") as folder, ExitStack() as ending:
        bench = Bench(
            os.environ["HALLPASS_BINARY"], os.environ["ECHO_BINARY"], Path(folder), rounds, seconds, ending)
        bench.run()
        result = bench.result()
    output = Path(os.environ["BENCH_OUTPUT"])
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(result, indent=2) + "\n")
    print(report.table(result))
    print(f"\nAll of it, round by round: {output}")
    found = report.faults(result)
    for fault in found:
        print(f"bench: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
