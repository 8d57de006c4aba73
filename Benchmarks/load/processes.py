"""Processes that a run starts on loopback, watches and ends."""

import os
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

# How long anything may take that normally takes a moment, in seconds; only a hang gets there.
PATIENCE = 30
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    """Why a run cannot go on, in words for whoever started it."""


# Below those that the system gives to outgoing connections.
_ports = iter(random.sample(range(20_000, 32_000), 12_000))


def free_port() -> int:
    for port in _ports:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise Failure("no port is free")


def environment() -> dict[str, str]:
    """Without whatever this shell has to say about some other server or a proxy."""
    return {
        name: value for name, value in os.environ.items()
        if not name.startswith("HALLPASS_") and not name.lower().endswith("_proxy")}


class Process:
    """One server, from its start until `ending` is over."""

    def __init__(self, command: list[str], folder: Path, log: str, ready_url: str, ending: ExitStack):
        self.log = folder / log
        started = time.monotonic()
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                command, cwd=folder, env=environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        ending.callback(self.stop)
        self._wait(ready_url)
        self.seconds_to_ready = time.monotonic() - started

    def _wait(self, url: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Failure(f"{self._name} ended with {self.process.returncode}:\n{self._tail}")
            try:
                with urllib.request.urlopen(url, timeout=2):
                    return
            except urllib.error.HTTPError as error:
                if error.code != 503:
                    return
            except OSError:
                pass
            time.sleep(0.002)
        raise Failure(f"{self._name} was not ready within {PATIENCE} s:\n{self._tail}")

    @property
    def _name(self) -> str:
        return Path(self.process.args[0]).name

    @property
    def _tail(self) -> str:
        return self.log.read_text(errors="replace")[-2_000:]

    @property
    def _family(self) -> list[int]:
        """Itself and its children: nginx works in them."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    def cpu_seconds(self) -> float:
        """Of all threads since the start, in user and kernel."""
        total = 0
        for process in self._family:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS_PER_SECOND

    def written_bytes(self) -> int:
        """To files and sockets, since the start, whether or not it has come to a disk."""
        text = Path(f"/proc/{self.process.pid}/io").read_text()
        return int(next(line for line in text.splitlines() if line.startswith("wchar:")).split()[1])

    def resident_megabytes(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1_024

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise Failure(f"{self._name} did not stop within {PATIENCE} s of SIGTERM:\n{self._tail}") from None
