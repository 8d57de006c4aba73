"""Nothing is done twice: many callers, two server processes, clients that vanish, servers that die."""

import asyncio
import secrets
import socket
import subprocess
import sys
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import anyio
import pytest

from hallpass import PATIENCE, Broker, Site
from mcp_endpoint import connected
from notes_server import Notes

pytestmark = pytest.mark.anyio

META = "dev.hallpass/call-token"
CALLS = 100


@dataclass
class NotesServer:
    """A process of `notes_server.py`. Its socket listens before it runs, so that there is nothing to wait for."""

    broker: Broker
    notes: Notes
    flavour: str = "sdk"
    environment: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> "NotesServer":
        secret = self.broker.server.site.secret_file(Broker.CRM_SERVER, self.broker.secrets["acme"][Broker.CRM_SERVER])
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(256)
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
            self.process = subprocess.Popen(
                [sys.executable, Path(__file__).with_name("notes_server.py"), self.flavour, str(listener.fileno()),
                 self.notes.folder],
                env=Site.environment() | self.environment | {
                    "HALLPASS_URL": self.broker.url, "HALLPASS_CLIENT_ID": Broker.CRM_SERVER,
                    "HALLPASS_CLIENT_SECRET_FILE": str(secret)},
                pass_fds=[listener.fileno()], stdin=subprocess.DEVNULL)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="module")
def notes(tmp_path_factory) -> Notes:
    return Notes(tmp_path_factory.mktemp("notes"))


@pytest.fixture(scope="module")
def urls(broker: Broker, notes: Notes):
    """Two processes for each MCP library, started when they are asked for."""
    with ExitStack() as stack:
        yield cache(lambda flavour: [
            stack.enter_context(NotesServer(broker, notes, flavour)).url for _ in range(2)])


def note() -> dict:
    """Arguments under a key, and with a contact, that no other test has."""
    unique = secrets.token_hex(8)
    return {"contact_id": f"c-{unique}", "body": "Called back.", "idempotency_key": f"turn-{unique}"}


def mint(broker: Broker, count: int, environment: str = "prod") -> list[str]:
    item = {"actor": {"sub": "alice"}, "connector": "crm-mcp", "environment": environment, "tool": "add_note"}
    tokens = []
    with broker.client(Broker.GATEWAY) as http:
        for size in [min(64, count - done) for done in range(0, count, 64)]:
            answer = http.post("/v1/call-tokens/batch", json={"items": [item] * size}).json()
            tokens += [item["access_token"] for item in answer["items"]]
    broker.confidential.update(tokens)
    return tokens


async def until(question):
    """Asks until the answer is true, without holding up what else there is to do."""
    with anyio.fail_after(PATIENCE):
        while not (answer := question()):
            await anyio.sleep(0.01)
    return answer


async def call_until(call, code: str):
    """Repeats a call for as long as it is told that `code` is the matter."""
    with anyio.fail_after(PATIENCE):
        while code_of(result := await call()) == code:
            await anyio.sleep(0.02)
    return result


def code_of(result) -> str | None:
    return result.structured_content["error"]["code"] if result.is_error else None


def content(result) -> tuple:
    return result.is_error, result.structured_content, [block.model_dump() for block in result.content]


@pytest.mark.parametrize(("flavour", "mode"), [("sdk", "legacy"), ("sdk", "auto"), ("fastmcp", "auto")])
async def test_100_calls_under_one_key_act_once_across_two_server_processes(
    broker: Broker, notes: Notes, urls, flavour: str, mode: str
):
    """Nobody waits for anybody; who came too early asks again and is told what the first was told."""
    arguments = note()
    async with AsyncExitStack() as stack:
        sessions = [await stack.enter_async_context(connected(url, mode=mode)) for url in urls(flavour) * 3]

        async def call(number: int, token: str):
            client = sessions[number % len(sessions)].client
            return await client.call_tool("add_note", arguments, meta={META: token})

        results = await asyncio.gather(*[call(number, token) for number, token in enumerate(mint(broker, CALLS))])
        told = [result for result in results if not result.is_error]
        early = [number for number, result in enumerate(results) if result.is_error]
        assert {code_of(results[number]) for number in early} <= {"idempotency_in_flight"}
        assert told and notes.lines(arguments["contact_id"]) == ["Called back."]

        fresh = mint(broker, 2 * CALLS)
        told += await asyncio.gather(*[
            call_until(lambda number=number: call(number, fresh.pop()), "idempotency_in_flight") for number in early])
    assert len(told) == CALLS
    assert all(content(result) == content(told[0]) for result in told)
    assert told[0].structured_content["number"] == 1
    assert notes.lines(arguments["contact_id"]) == ["Called back."]


async def test_while_one_acts_all_others_are_told_to_wait(broker: Broker, notes: Notes, urls):
    """The first is held where it has acted and not reported: each of the others gets an answer and does nothing."""
    arguments = note()
    contact = arguments["contact_id"]
    notes.hold(contact).touch()
    async with AsyncExitStack() as stack:
        sessions = [await stack.enter_async_context(connected(url)) for url in urls("sdk")]

        async def call(number: int, token: str):
            return await sessions[number % 2].client.call_tool("add_note", arguments, meta={META: token})

        first = asyncio.create_task(call(0, mint(broker, 1)[0]))
        await until(lambda: notes.lines(contact))
        others = await asyncio.gather(*[call(number, token) for number, token in enumerate(mint(broker, 20))])
        assert {code_of(result) for result in others} == {"idempotency_in_flight"}
        assert all(result.structured_content["error"]["retry_after_seconds"] > 0 for result in others)
        notes.hold(contact).unlink()
        result = await first
        again = await call(1, mint(broker, 1)[0])
    assert not result.is_error and content(again) == content(result)
    assert notes.lines(contact) == ["Called back."]


@pytest.mark.parametrize(
    ("flavour", "mode"), [("sdk", "legacy"), ("sdk", "auto"), ("fastmcp", "auto"), ("lowlevel", "auto")])
async def test_a_client_that_was_cut_off_gets_the_first_result_when_it_asks_again(
    broker: Broker, notes: Notes, urls, flavour: str, mode: str
):
    """The connection goes while the tool runs, which cancels the request in the newer protocol; the call goes on."""
    arguments = note()
    contact = arguments["contact_id"]
    notes.hold(contact).touch()

    async def call(url: str) -> object:
        async with connected(url, mode=mode) as session:
            return await session.client.call_tool("add_note", arguments, meta={META: mint(broker, 1)[0]})

    lost = asyncio.create_task(call(urls(flavour)[0]))
    await until(lambda: notes.lines(contact))
    lost.cancel()
    with pytest.raises(asyncio.CancelledError):
        await lost
    assert code_of(await call(urls(flavour)[1])) == "idempotency_in_flight"
    notes.hold(contact).unlink()
    result = await call_until(lambda: call(urls(flavour)[1]), "idempotency_in_flight")
    assert not result.is_error and result.structured_content["number"] == 1
    assert notes.lines(contact) == ["Called back."]


async def test_a_server_that_died_after_acting_leaves_an_unknown_outcome_and_nothing_is_done_again(
    broker: Broker, notes: Notes
):
    """Killed between acting and reporting: once the lease has run out, the retry is told to reconcile."""
    deployment = {
        "kind": "Deployment", "server": "crm-mcp", "environment": "dev", "tools_allow": ["find_contact", "add_note"],
        "auth": {"mode": "api_key", "scopes": ["contacts:read", "notes:write"], "token_ttl_seconds": 600},
        "idempotency": {"lease_seconds": 1}}
    grant = {
        "kind": "Grant", "id": "alice-crm-dev", "subject": "user:alice", "connector": "crm-mcp", "environment": "dev",
        "scopes": ["contacts:read", "notes:write"]}
    applied = broker.ask(Broker.OPS, "/v1/tenants/acme/apply", {"documents": [deployment, grant]})
    assert applied.status_code == 200, applied.text
    arguments = note()

    async def call(url: str):
        async with connected(url) as session:
            token = mint(broker, 1, "dev")[0]
            return await session.client.call_tool("add_note", arguments, meta={META: token})

    with NotesServer(broker, notes, environment={"NOTES_DIE": "1"}) as server:
        lost = asyncio.create_task(call(server.url))
        await until(lambda: server.process.poll() is not None)
        # Some clients notice at once and some wait for an answer that will not come.
        lost.cancel()
        await asyncio.gather(lost, return_exceptions=True)
        assert notes.lines(arguments["contact_id"]) == ["Called back."]
    with NotesServer(broker, notes, environment={"NOTES_ENVIRONMENT": "dev"}) as server:
        result = await call_until(lambda: call(server.url), "idempotency_in_flight")
        error = result.structured_content["error"]
        assert (error["code"], error["retryable"], error["suggested_action"]) == (
            "outcome_unknown", False, "reconcile")
        assert code_of(await call(server.url)) == "outcome_unknown"
    assert notes.lines(arguments["contact_id"]) == ["Called back."]
