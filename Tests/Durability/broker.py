"""The program under test, as a process of its own that can be killed and looked at from outside."""

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from wire import PATIENCE, Broken, Connection, get

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """Below those that the system gives to outgoing connections, so that it is free again after each restart."""
    for port in random.sample(range(20_000, 32_000), 1_000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise SystemExit("no port is free")


class Broker:
    """A folder as an operator has it, and the server on it."""

    def __init__(self, flags: tuple[str, ...] = ()):
        self.scratch = tempfile.TemporaryDirectory(prefix="hallpass-")
        self.folder = Path(self.scratch.name)
        self.port = free_port()
        self.flags = flags
        self.secrets: dict[str, dict[str, str]] = {}
        self.run("init", "--url", self.url)
        self.admin = json.loads((self.folder / "var" / "admin.json").read_text())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        return self.folder / "var" / "hallpass.sqlite"

    @property
    def log(self) -> str:
        return (self.folder / "serve.log").read_text(errors="replace")

    def credentials(self, tenant: str, client: str) -> tuple[str, str]:
        return client, self.secrets[tenant][client]

    def run(self, *arguments: object) -> str:
        """A command that has to succeed."""
        result = subprocess.run(
            self.command(*arguments), cwd=self.folder, env=self.environment(), capture_output=True, text=True,
            timeout=PATIENCE * 10, check=False)
        if result.returncode != 0:
            raise SystemExit(f"{arguments}: {result.returncode}\n{result.stdout}{result.stderr}")
        return result.stdout

    def apply(self, tenant: str, *paths: Path) -> None:
        """What the files say; new clients' secrets are kept."""
        file = self.folder / f"{tenant}.json"
        file.unlink(missing_ok=True)
        self.run("apply", *paths, "--tenant", tenant, "--url", self.url, "--secrets-file", file)
        if file.exists():
            self.secrets.setdefault(tenant, {}).update(json.loads(file.read_text()))

    def launch(self) -> None:
        """Starts the server and does not wait for it."""
        with (self.folder / "serve.log").open("ab") as output:
            self.process = subprocess.Popen(
                self.command("serve", "--port", self.port, "--public-dir", ROOT / "Public", *self.flags),
                cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    async def start(self) -> None:
        self.launch()
        await self.until_ready()

    async def until_ready(self) -> None:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not await self.is_ready():
            if self.process.poll() is not None or asyncio.get_running_loop().time() > deadline:
                raise SystemExit(f"the server did not start: {self.process.poll()}\n{self.log[-4000:]}")
            await asyncio.sleep(0.005)

    async def is_ready(self) -> bool:
        try:
            connection = await Connection.open(self.port)
        except Broken:
            return False
        try:
            return (await connection.ask(get("/readyz"))).status == 200
        except Broken:
            return False
        finally:
            connection.close()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    async def stop(self) -> None:
        """Asks it to end, as a service manager would."""
        self.process.send_signal(signal.SIGTERM)
        code = await asyncio.to_thread(self.process.wait, PATIENCE)
        if code != 0:
            raise SystemExit(f"it ended with {code}\n{self.log[-4000:]}")

    def clean(self) -> None:
        if self.process.poll() is None:
            self.kill()
        self.scratch.cleanup()

    @staticmethod
    def command(*arguments: object) -> list[str]:
        return [os.environ["HALLPASS_BINARY"], *map(str, arguments)]

    @staticmethod
    def environment() -> dict[str, str]:
        """Without whatever this shell has to say about some other server."""
        return {name: value for name, value in os.environ.items() if not name.startswith("HALLPASS_")}
