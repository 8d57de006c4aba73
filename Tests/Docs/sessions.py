"""A folder as a reader has it, with a server, and one shell in which the commands of a page are typed one after the other."""

import os
import queue
import random
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# How long one command may take that normally takes a moment, in seconds.
PATIENCE = 20
# Ports that the documents name; each page gets free ones in their place.
PORTS = ("8080", "8801", "8802")
# Where the documents' reader is.
SHOWN_FOLDER = "/srv/hallpass"
END = "end-of-command"


# Below those that the system gives to outgoing connections, one of which could else have it by the time it is needed.
_ports = iter(random.sample(range(20_000, 32_000), 12_000))


def free_port() -> str:
    """One that nobody listens on, and that no other page of this run has."""
    for port in _ports:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return str(port)
            except OSError:
                continue
    raise RuntimeError("no port is free")


def environment(folder: Path, ports: dict[str, str]) -> dict[str, str]:
    """Without whatever this shell has to say about some other server or a proxy."""
    kept = {
        name: value for name, value in os.environ.items()
        if not name.startswith("HALLPASS_") and not name.lower().endswith("_proxy")}
    server = {"HALLPASS_URL": f"http://127.0.0.1:{ports['8080']}", "HALLPASS_PORT": ports["8080"]}
    return kept | server | {"PATH": f"{folder / 'bin'}:{kept['PATH']}", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


def answers(url: str) -> bool:
    """Whether something speaks HTTP there; a server that is not ready says 503."""
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError as error:
        return error.code != 503
    except OSError:
        return False


def wait_for(url: str, process: subprocess.Popen | None = None) -> None:
    deadline = time.monotonic() + PATIENCE
    while not answers(url):
        if process and process.poll() is not None:
            raise RuntimeError(f"it ended with {process.returncode}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"no answer at {url} within {PATIENCE} s")
        time.sleep(0.03)


class Session:
    """Everything it starts is in one process group and ends with it."""

    def __init__(self, folder: Path, python: Path | None):
        self.folder = folder
        self.ports = {port: free_port() for port in PORTS}
        self.environment = environment(folder, self.ports)
        tools = folder / "bin"
        tools.mkdir()
        (tools / "hallpass").symlink_to(os.environ["HALLPASS_BINARY"])
        if python:
            (tools / "python").write_text(f'#!/bin/sh\nexec "{python}" "$@"\n')
            (tools / "python").chmod(0o755)
        for name in ("seeds", "Public"):
            shutil.copytree(ROOT / name, folder / name)
        self.shell = subprocess.Popen(
            ["bash", "--norc", "--noprofile"], cwd=folder, env=self.environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        self.output: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.shell.stdout:
            self.output.put(line)
        self.output.put(None)

    def real(self, text: str) -> str:
        """What a document says, with the ports of this session."""
        return re.sub(rf"\b(?:{'|'.join(PORTS)})\b", lambda found: self.ports[found[0]], text)

    def shown(self, text: str) -> str:
        """What this session prints, with the ports and the paths of the document."""
        for port, taken in self.ports.items():
            text = re.sub(rf"\b{taken}\b", port, text)
        return text.replace(str(self.folder), SHOWN_FOLDER)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.real(text), encoding="utf-8")

    def run(self, command: str) -> tuple[int, str]:
        """Types one command: its exit code, and what it wrote to both outputs. `$?` is as it would be for a reader."""
        return self._type(f"{{ {self.real(command)}\n}} </dev/null")

    def run_in_background(self, command: str, url: str) -> None:
        self._type(f"{{ {self.real(command)}\n}} </dev/null >>background.log 2>&1 &")
        try:
            wait_for(self.real(url))
        except RuntimeError as error:
            log = (self.folder / "background.log").read_text(errors="replace")
            raise RuntimeError(f"{error}\n{log[-2000:]}") from None

    def _type(self, text: str) -> tuple[int, str]:
        self.shell.stdin.write(f"{text}\n__code=$?; printf '\\n%s %s\\n' {END} $__code; (exit $__code)\n")
        self.shell.stdin.flush()
        lines: list[str] = []
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                line = self.output.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise RuntimeError(f"it did not end within {PATIENCE} s") from None
            if line is None:
                raise RuntimeError("it ended the shell")
            if line.startswith(f"{END} "):
                return int(line.split()[1]), self.shown("".join(lines)).strip("\n")
            lines.append(line)

    def start_server(self) -> None:
        """What `make demo` leaves: a server with the demo companies, and the secrets of their clients in `var`."""
        self.run_in_background("hallpass demo --port 8080", "http://127.0.0.1:8080/readyz")
        deadline = time.monotonic() + PATIENCE
        while "Serving on" not in (log := (self.folder / "background.log").read_text(errors="replace")):
            if time.monotonic() > deadline or "hallpass: " in log:
                raise RuntimeError(f"the demo did not come to its end:\n{log[-2000:]}")
            time.sleep(0.05)

    def close(self) -> None:
        try:
            os.killpg(self.shell.pid, signal.SIGTERM)
            self.shell.wait(timeout=2)
            time.sleep(0.05)
            os.killpg(self.shell.pid, signal.SIGKILL)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass
        self.shell.stdin.close()
