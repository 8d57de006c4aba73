"""One round of load: every request with a body of its own, over keep-alive connections on loopback."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from processes import PATIENCE, Failure, Process, environment

THREADS = 1
CONNECTIONS = 32
SCRIPT = Path(__file__).parent / "calls.lua"


@dataclass
class Bodies:
    """Lines of a file that are sent once each, in their order."""

    file: Path
    path: str
    content_type: str
    count: int = 0
    sent: int = 0
    position: int = 0

    def append(self, lines: list[str]) -> None:
        with self.file.open("a") as file:
            file.writelines(line + "\n" for line in lines)
        self.count += len(lines)

    @property
    def left(self) -> int:
        return self.count - self.sent

    def rewind(self) -> None:
        """For requests that change nothing, and may be made again."""
        self.sent = self.position = 0


@dataclass
class Round:
    """What came of one."""

    requests: int
    per_second: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    cpu_seconds_per_thousand: float


def drive(
    url: str, process: Process, bodies: Bodies, seconds: int, authorization: str, is_once: bool
) -> Round:
    """Loads `process` for so long. `is_once`: what is sent here is not sent again."""
    cpu = process.cpu_seconds()
    command = [
        "wrk", "-t", str(THREADS), "-c", str(CONNECTIONS), "-d", f"{seconds}s", "--timeout", "10s", "-s", str(SCRIPT),
        url, "--", str(bodies.file), str(bodies.position), bodies.path, bodies.content_type, authorization,
        "once" if is_once else "again"]
    result = subprocess.run(
        command, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=seconds + PATIENCE, check=False)
    cpu = process.cpu_seconds() - cpu
    found = next((line for line in result.stdout.splitlines() if line.startswith('{"seconds"')), None)
    if result.returncode != 0 or found is None:
        raise Failure(f"wrk ended with {result.returncode}: {result.stdout[-1_000:]}{result.stderr[-1_000:]}")
    said = json.loads(found)
    if is_once and said["position"] >= bodies.file.stat().st_size:
        raise Failure(f"{bodies.path}: {bodies.left} requests were too few for {seconds} s")
    if said["failed"]:
        raise Failure(f"{bodies.path}: {said['failed']} of {said['requests']} requests at {url} failed")
    if is_once:
        with bodies.file.open("rb") as file:
            file.seek(bodies.position)
            bodies.sent += file.read(said["position"] - bodies.position).count(b"\n")
        bodies.position = said["position"]
    return Round(
        requests=said["requests"], per_second=said["requests"] / said["seconds"], p50_ms=said["p50_ms"],
        p99_ms=said["p99_ms"], max_ms=said["max_ms"], cpu_seconds_per_thousand=cpu * 1_000 / said["requests"])
