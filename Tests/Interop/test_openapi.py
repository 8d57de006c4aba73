"""The OpenAPI document against the running server, by schemathesis: it makes up the requests, right and wrong ones."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from hallpass import ROOT, Broker, Server

DOCUMENT = ROOT / "Public" / "openapi.json"
pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason="there is no Public/openapi.json yet")

# The run is cut off here, in seconds; it ends by itself well before.
DEADLINE = 75


@pytest.fixture(scope="module")
def target(make_site):
    """A server of its own: what is made up may well remove a tenant's clients."""
    with Server(make_site("openapi")) as server:
        broker = Broker(server).apply_seeds("acme", "globex")
        yield broker
    assert server.process.returncode == 0
    assert broker.leaks() == []


def test_the_served_document_is_the_one_in_the_repository(target: Broker):
    """What the tests below go by is what a client can fetch."""
    answer = httpx.get(f"{target.url}/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == json.loads(DOCUMENT.read_text())
    assert answer.json()["openapi"].startswith("3.1")


@pytest.mark.parametrize("who", ["nobody", Broker.GATEWAY, Broker.CRM_SERVER, Broker.OPS, "platform-admin"])
def test_no_answer_is_a_server_error_or_undocumented(target: Broker, who: str, tmp_path: Path):
    """Status, content type, headers and body of each answer are as documented, for each kind of client and for none.

    Made with one seed, so that a failure comes back.
    """
    program, settings = Path(sys.executable).parent / "schemathesis", Path(__file__).parent / "schemathesis.toml"
    command = [
        str(program), "--config-file", str(settings), "run", str(DOCUMENT), "--url", target.url,
        "--report-dir", str(tmp_path)]
    if who == "platform-admin":
        command += ["--auth", f"{who}:{target.server.site.admin['client_secret']}"]
    elif who != "nobody":
        command += ["--auth", ":".join(target.credentials(who))]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SCHEMATHESIS")}
    result = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert result.returncode == 0, result.stdout[-20_000:] + result.stderr[-2_000:]
    assert target.server.is_ready()
