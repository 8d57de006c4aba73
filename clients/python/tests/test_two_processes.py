"""Nothing is done twice: many callers, two server processes, clients that vanish, servers that die."""

import asyncio
import os
import secrets
import socket
import subprocess
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
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
    file: Path
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
                 self.file],
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


@pytest.fixture
def notes(tmp_path: Path) -> Notes:
    return Notes(tmp_path / "notes")


def note() -> dict:
    return {"contact_id": "c-1", "body": "Called back.", "idempotency_key": f"turn-{secrets.token_hex(8)}"}


def mint(broker: Broker, count: int, environment: str = "prod") -> list[str]:
    item = {"actor": {"sub": "alice"}, "connector": "crm-mcp", "environment": environment, "tool": "add_note"}
    tokens = []
    with broker.client(Broker.GATEWAY) as http:
        for size in [min(64, count - done) for done in range(0, count, 64)]:
            answer = http.post("/v1/call-tokens/batch", json={"items": [item] * size}).json()
            tokens += [item["access_token"] for item in answer["items"]]
    broker.confidential.update(tokens)
    return tokens


async def until(question, what: str):
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
    broker: Broker, notes: Notes, flavour: str, mode: str
):
    """Nobody waits for anybody; who came too early asks again and is told what the first was told."""
    arguments = note()
    tokens = mint(broker, CALLS)
    async with AsyncExitStack() as stack:
        sessions = []
        for server in [stack.enter_context(NotesServer(broker, notes.file, flavour)) for _ in range(2)]:
            for _ in range(5):
                sessions.append(await stack.enter_async_context(connected(server.url, mode=mode)))

        async def call(number: int, token: str):
            client = sessions[number % len(sessions)].client
            return await client.call_tool("add_note", arguments, meta={META: token})

        results = await asyncio.gather(*[call(number, token) for number, token in enumerate(tokens)])
        told = [result for result in results if not result.is_error]
        early = [number for number, result in enumerate(results) if result.is_error]
        assert {code_of(results[number]) for number in early} <= {"idempotency_in_flight"}
        assert told and notes.lines() == ["Called back."]

        # More than enough: by now the outcome is known, or will be in a moment.
        fresh = mint(broker, 3 * CALLS)
        told += await asyncio.gather(*[
            call_until(lambda number=number: call(number, fresh.pop()), "idempotency_in_flight") for number in early])
    assert len(told) == CALLS
    assert all(content(result) == content(told[0]) for result in told)
    assert told[0].structured_content["number"] == 1
    assert notes.lines() == ["Called back."]


async def test_while_one_acts_all_others_are_told_to_wait(broker: Broker, notes: Notes, tmp_path: Path):
    """The first is held where it has acted and not reported: each of the others gets an answer and does nothing."""
    arguments, release = note(), tmp_path / "release"
    hold = {"NOTES_HOLD": str(release)}
    async with AsyncExitStack() as stack:
        servers = [stack.enter_context(NotesServer(broker, notes.file, environment=hold)) for _ in range(2)]
        sessions = [await stack.enter_async_context(connected(server.url)) for server in servers]

        async def call(number: int, token: str):
            return await sessions[number % 2].client.call_tool("add_note", arguments, meta={META: token})

        first = asyncio.create_task(call(0, mint(broker, 1)[0]))
        await until(notes.lines, "a line")
        others = await asyncio.gather(*[call(number, token) for number, token in enumerate(mint(broker, 20))])
        assert {code_of(result) for result in others} == {"idempotency_in_flight"}
        assert all(result.structured_content["error"]["retry_after_seconds"] > 0 for result in others)
        release.touch()
        result = await first
        again = await call(1, mint(broker, 1)[0])
    assert not result.is_error and content(again) == content(result)
    assert notes.lines() == ["Called back."]


@pytest.mark.parametrize(
    ("flavour", "mode"), [("sdk", "legacy"), ("sdk", "auto"), ("fastmcp", "auto"), ("lowlevel", "auto")])
async def test_a_client_that_was_cut_off_gets_the_first_result_when_it_asks_again(
    broker: Broker, notes: Notes, tmp_path: Path, flavour: str, mode: str
):
    """The connection goes while the tool runs, which cancels the request in the newer protocol; the call goes on."""
    arguments, release = note(), tmp_path / "release"
    with NotesServer(broker, notes.file, flavour, {"NOTES_HOLD": str(release)}) as server:

        async def call() -> object:
            async with connected(server.url, mode=mode) as session:
                return await session.client.call_tool("add_note", arguments, meta={META: mint(broker, 1)[0]})

        lost = asyncio.create_task(call())
        await until(notes.lines, "a line")
        lost.cancel()
        with pytest.raises(asyncio.CancelledError):
            await lost
        assert code_of(await call()) == "idempotency_in_flight"
        release.touch()
        result = await call_until(call, "idempotency_in_flight")
    assert not result.is_error and result.structured_content["number"] == 1
    assert notes.lines() == ["Called back."]


async def test_a_server_that_died_after_acting_leaves_an_unknown_outcome_and_nothing_is_done_again(
    broker: Broker, notes: Notes
):
    """Killed between acting and reporting: once the lease has run out, the retry is told to reconcile."""
    lease_seconds = 1
    deployment = {
        "kind": "Deployment", "server": "crm-mcp", "environment": "dev", "tools_allow": ["find_contact", "add_note"],
        "auth": {"mode": "api_key", "scopes": ["contacts:read", "notes:write"], "token_ttl_seconds": 600},
        "idempotency": {"lease_seconds": lease_seconds}}
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

    with NotesServer(broker, notes.file, environment={"NOTES_DIE": "1"}) as server:
        lost = asyncio.create_task(call(server.url))
        await until(lambda: server.process.poll() is not None, "the server died")
        # Some clients notice at once and some wait for an answer that will not come.
        lost.cancel()
        await asyncio.gather(lost, return_exceptions=True)
        assert notes.lines() == ["Called back."]
    with NotesServer(broker, notes.file, environment={"NOTES_ENVIRONMENT": "dev"}) as server:
        result = await call_until(lambda: call(server.url), "idempotency_in_flight")
        error = result.structured_content["error"]
        assert (error["code"], error["retryable"], error["suggested_action"]) == (
            "outcome_unknown", False, "reconcile")
        assert code_of(await call(server.url)) == "outcome_unknown"
    assert notes.lines() == ["Called back."]
