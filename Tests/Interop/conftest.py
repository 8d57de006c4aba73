"""One server for the whole run, with the demo companies applied; tests that break things make their own."""

import pytest

from hallpass import Broker, Server, Site


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def make_site(tmp_path_factory):
    """Makes a folder on which `hallpass init` has run."""

    def make(name: str) -> Site:
        site = Site(tmp_path_factory.mktemp(name))
        site.done("init", "--url", f"http://127.0.0.1:{site.port}")
        return site

    return make


@pytest.fixture(scope="session")
def broker(make_site):
    """The server that most tests talk to.

    It logs at the level `trace`, and when it has ended nothing of what was secret may stand in what it wrote.
    """
    server = Server(make_site("broker"))
    with server:
        broker = Broker(server).apply_seeds("acme", "globex")
        yield broker
        assert server.process.poll() is None, f"it died in between\n{server.output[-4000:]}"
    assert server.process.returncode == 0, f"it ended with {server.process.returncode}\n{server.output[-4000:]}"
    assert broker.leaks() == []
