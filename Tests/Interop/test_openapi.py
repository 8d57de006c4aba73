"""The OpenAPI document against the running server, by schemathesis: it makes up the requests, right and wrong ones."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from hallpass import ROOT, Broker, Server
from openapi_examples import with_examples

DOCUMENT = ROOT / "Public" / "openapi.json"
HERE = Path(__file__).parent
ADMIN = "platform-admin"

# A run ends by itself in a third of this even on a busy machine, in seconds.
DEADLINE = 150


@pytest.fixture(scope="module")
def target(make_site):
    """A server of its own, because what is made up may well change or remove what others need."""
    with Server(make_site("openapi")) as server:
        broker = Broker(server).apply_seeds("acme", "globex")
        broker.secrets["platform"] = {ADMIN: server.site.admin["client_secret"]}
        yield broker
    assert server.process.returncode == 0
    assert broker.leaks() == []


def answered_well(broker: Broker) -> set[str]:
    """The routes that have answered with a 2xx so far, as the server itself counts them."""
    lines = httpx.get(f"{broker.url}/metrics").text.splitlines()
    return {line.split('"')[3] + " " + line.split('"')[1] for line in lines
            if "http_requests_total{" in line and 'status="2' in line}


def test_the_served_document_is_the_one_in_the_repository(target: Broker):
    """What the tests below go by is what a client can fetch."""
    answer = httpx.get(f"{target.url}/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == json.loads(DOCUMENT.read_text())
    assert answer.json()["openapi"].startswith("3.1")


@pytest.mark.parametrize(("who", "tenant", "paths", "phases", "examples"), [
    # The routes that are a client's own business are gone through in depth, the others now and then.
    (Broker.OPS, "acme", "^/v1/(tenants(?!.*/apply)|revocations)", "examples,coverage,fuzzing", 2),
    (Broker.GATEWAY, "acme", "^/(oauth/token|oauth/revoke|v1/call-tokens)", "examples,coverage,fuzzing", 6),
    (Broker.CRM_SERVER, "acme", "^/(oauth/introspect|v1/verify|v1/calls/)", "examples,coverage,fuzzing", 6),
    (Broker.GATEWAY, "acme", "^/", "examples,fuzzing", 1),
    (ADMIN, "platform", "^/v1/(tenants|key-encryption-key)", "examples,fuzzing", 2),
    (None, None, "^/", "examples,fuzzing", 2),
])
def test_no_answer_is_a_server_error_or_undocumented(
    target: Broker, tmp_path: Path, who: str | None, tenant: str | None, paths: str, phases: str, examples: int
):
    """Status, content type, headers and body of each answer are as documented, for each kind of client and for none."""
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(with_examples(json.loads(DOCUMENT.read_text()), target)))
    command = [
        Path(sys.executable).parent / "schemathesis", "--config-file", HERE / "schemathesis.toml", "run", document,
        # A stream has no end that could be waited for.
        "--exclude-path", "/v1/revocations/feed", "--exclude-path", "/v1/tenants/{tenant}/activity/feed",
        # It goes where it is told to, and made-up addresses lead anywhere.
        "--exclude-path", "/v1/tenants/{tenant}/tools/fetch",
        "--url", target.url, "--include-path-regex", paths, "--phases", phases, "--max-examples", examples]
    if who:
        command += ["--auth", ":".join(target.credentials(who, tenant))]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SCHEMATHESIS")}
    result = subprocess.run(
        list(map(str, command)), cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=DEADLINE,
        check=False)
    assert result.returncode == 0, result.stdout[-20_000:] + result.stderr[-2_000:]
    assert target.server.is_ready()
    if who:
        # One that had deleted itself on the way would have been told nothing but 401 from there on.
        with target.client(who, tenant) as http:
            assert http.post("/oauth/revoke", data={"token": "x"}).status_code == 200


def test_each_route_was_seen_to_succeed(target: Broker):
    """The tests above would also pass for requests that are all refused."""
    document = json.loads(DOCUMENT.read_text())
    routes = {f"{method.upper()} {path}" for path, item in document["paths"].items()
              for method in item.keys() & {"get", "put", "post", "delete"}}
    # What a person does in a session is seen to succeed in test_people.py.
    routes = {route for route in routes if not route.split(" ")[1].startswith(("/v1/session", "/v1/setup"))}
    # The names of a secret and of a session are given by the server, so no example can have them; what is revoked stays so.
    # A call's credential comes from a provider: test_upstream_credentials.py.
    routes.remove("POST /v1/calls/{call_id}/credential")
    assert sorted(routes - answered_well(target)) == [
        # There is no way back from it: test_tenant_deletion.py.
        "DELETE /v1/tenants/{tenant}",
        "DELETE /v1/tenants/{tenant}/admins/{username}/sessions/{session}",
        "DELETE /v1/tenants/{tenant}/clients/{name}/secrets/{secret}",
        "DELETE /v1/tenants/{tenant}/revocations/{cutoff}", "GET /v1/revocations/feed",
        "GET /v1/tenants/{tenant}/activity/feed",
        # No example's tool has changed on a server: test_tools_import.py.
        "POST /v1/tenants/{tenant}/connectors/{name}/quarantine/accept",
        "POST /v1/tenants/{tenant}/connectors/{name}/quarantine/dismiss",
        # It needs a server that runs: test_tools_import.py.
        "POST /v1/tenants/{tenant}/tools/fetch"]
