"""A real broker with the demo company, for every test; `Tests/Interop` knows how to run one."""

import os
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "Tests" / "Interop"))

from hallpass import Broker, Server, Site  # noqa: E402


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def make_broker(tmp_path_factory):
    """Starts brokers of the built program, and stops those that still run.

    From a copy, because the program may be built anew while the tests run.
    """
    built = os.environ.get("HALLPASS_BINARY", ROOT / ".build" / "debug" / "hallpass")
    os.environ["HALLPASS_BINARY"] = str(shutil.copy2(built, tmp_path_factory.mktemp("bin") / "hallpass"))
    servers = []

    def make(name: str) -> Broker:
        site = Site(tmp_path_factory.mktemp(name))
        site.done("init", "--url", f"http://127.0.0.1:{site.port}")
        server = Server(site)
        server.start()
        servers.append(server)
        return Broker(server).apply_seeds("acme", "globex")

    yield make
    for server in servers:
        if server.process.poll() is None:
            server.stop()


@pytest.fixture(scope="session")
def broker(make_broker) -> Broker:
    """The one that most tests talk to; what was secret may not stand in what it wrote."""
    broker = make_broker("broker")
    yield broker
    broker.server.stop()
    assert broker.leaks() == []
