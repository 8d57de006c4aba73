"""What comes of a call that was let through: the same for who made it and for who repeats it, in each MCP library."""

import json
import secrets

import httpx
import pytest
from fastmcp import FastMCP
from mcp import Client
from mcp.server.mcpserver import Context

from hallpass import Broker
from hallpass_mcp import Hallpass, client, guarded
from mcp_endpoint import connected, serving
from notes_server import FLAVOURS, Notes, lowlevel, sdk

pytestmark = pytest.mark.anyio

META = "dev.hallpass/call-token"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.a-token-of-the-test.signature"


@pytest.fixture(scope="module", params=FLAVOURS)
def server(broker: Broker, tmp_path_factory, request):
    """A server on each library as its client calls it, and what it did: for the CRM's client and the billing one's."""
    notes = Notes(tmp_path_factory.mktemp(request.param))
    apps = [
        FLAVOURS[request.param](Hallpass(broker.url, client_id=client, secret=broker.secrets["acme"][client]), notes)[1]
        for client in (Broker.CRM_SERVER, Broker.BILLING_SERVER)]
    with serving(apps[0]) as crm, serving(apps[1]) as billing:
        yield request.param, crm, billing, notes


def content(result) -> tuple:
    return result.is_error, result.structured_content, [block.model_dump() for block in result.content]


async def call(url: str, token: str, tool: str, arguments: dict):
    async with connected(url) as session:
        # So that the client checks structured content against what the server said of it.
        await session.client.list_tools()
        return await session.client.call_tool(tool, arguments, meta={META: token})


async def test_a_repeated_call_gets_the_first_answer_to_the_letter(broker: Broker, server):
    """Text and structured content alike, of a model with an alias, and of a result that the tool made itself."""
    _, url, _, notes = server
    arguments = {"contact_id": "c-1", "body": "Called back.", "idempotency_key": f"turn-{secrets.token_hex(8)}"}
    results = [
        # Bound to the arguments as they are sent: what the library fills in must not count.
        await call(url, broker.call_token("add_note", arguments=arguments), "add_note", arguments) for _ in range(3)]
    assert not results[0].is_error and results[0].structured_content["number"] == 1
    assert content(results[0]) == content(results[1]) == content(results[2])
    assert notes.lines("c-1") == ["Called back."]


async def test_a_function_that_is_not_async_runs_too(broker: Broker, server):
    """In a thread, with the context where it asked for it, and without a key because it only reads."""
    _, url, _, notes = server
    for number in (1, 2):
        result = await call(url, broker.call_token("find_contact"), "find_contact", {"query": "Ada"})
        assert not result.is_error and "Ada" in result.content[0].text
        assert notes.lines("queries") == ["Ada"] * number


# The low-level API has error results instead, and a test of its own.
@pytest.mark.parametrize("server", ["sdk", "fastmcp"], indirect=True)
@pytest.mark.parametrize(("how", "code", "message"), [
    ("crash", "tool_failed", "The tool failed; whether it did anything before that is not known."),
    ("tool-error", "tool_failed", "The bank is closed."),
    ("failure", "BANK_CLOSED", "The bank is closed."),
])
async def test_a_failure_is_reported_and_repeated_without_its_stack(
    broker: Broker, server, caplog, how: str, code: str, message: str
):
    """What was raised on purpose is said; of anything else only that it happened, and the log has the rest."""
    flavour, _, url, notes = server
    arguments = {"payment_id": how, "amount_cents": 5, "idempotency_key": f"turn-{secrets.token_hex(8)}"}
    before = len(notes.lines("refunds"))
    results = []
    for _ in range(2):
        token = broker.call_token("issue_refund", sub="bob", connector="billing-mcp")
        tool = "refund" if flavour == "fastmcp" else "issue_refund"
        results.append(await call(url, token, tool, arguments))
        assert token not in caplog.text
    assert content(results[0]) == content(results[1])
    assert len(notes.lines("refunds")) == before + 1
    error = results[0].structured_content["error"]
    assert (error["code"], error["message"]) == (code, message)
    assert error["retryable"] is (how == "failure")
    assert "hunter2" not in results[0].model_dump_json()
    assert ("hunter2" in caplog.text) is (how == "crash")


async def test_an_error_result_of_the_tools_own_is_repeated_as_it_was(broker: Broker, tmp_path):
    """Reported as the failure it is, and kept whole."""
    secret = broker.secrets["acme"][Broker.BILLING_SERVER]
    _, app = lowlevel(Hallpass(broker.url, client_id=Broker.BILLING_SERVER, secret=secret), Notes(tmp_path))
    arguments = {"payment_id": "p-1", "amount_cents": 5, "idempotency_key": f"turn-{secrets.token_hex(8)}"}
    with serving(app) as url:
        results = [
            await call(
                url, broker.call_token("issue_refund", sub="bob", connector="billing-mcp"), "issue_refund", arguments)
            for _ in range(2)]
    assert results[0].is_error and results[0].content[0].text == "The bank is closed."
    assert content(results[0]) == content(results[1])
    assert Notes(tmp_path).lines("refunds") == ["p-1"]


class FakeBroker:
    """Answers as the test says, and remembers what it was asked."""

    EXECUTE = {"ok": True, "decision": "execute", "call_id": "call-1", "lease_seconds": 300}

    def __init__(self, verify, outcomes=()):
        self.verify, self.outcomes, self.reports = verify, list(outcomes), []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/verify":
            return self.verify if isinstance(self.verify, httpx.Response) else httpx.Response(200, json=self.verify)
        self.reports.append((request.url.path, json.loads(request.content)))
        answer = self.outcomes.pop(0) if self.outcomes else 204
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer)

    async def call(self, notes: Notes, tool: str = "add_note", flavour=sdk, **arguments):
        hallpass = Hallpass(
            "http://broker.example", client_id="crm", secret="none", transport=httpx.MockTransport(self))
        async with hallpass, Client(flavour(hallpass, notes)[0]) as mcp:
            arguments = arguments or {"contact_id": "c-1", "body": "Hello.", "idempotency_key": "k"}
            return await mcp.call_tool(tool, arguments, meta={META: TOKEN})


@pytest.mark.parametrize("answer", [
    *[httpx.Response(status, json={"ok": False, "error": {"code": "x"}}) for status in (400, 401, 403, 413, 429, 503)],
    httpx.Response(302, headers={"Location": "/v1/verify"}), httpx.Response(500, text="<html>"),
    httpx.Response(200, text=""), httpx.Response(200, text="{"), httpx.Response(200, content=b"\xff\xfe"),
    httpx.Response(204), httpx.Response(500, json=FakeBroker.EXECUTE), httpx.Response(201, json=FakeBroker.EXECUTE),
    [], None, "execute", {}, {"ok": True}, {"ok": True, "decision": "execute"},
    FakeBroker.EXECUTE | {"call_id": ""}, FakeBroker.EXECUTE | {"call_id": 7}, FakeBroker.EXECUTE | {"ok": False},
    FakeBroker.EXECUTE | {"ok": "true"}, FakeBroker.EXECUTE | {"decision": "EXECUTE"},
    {"ok": True, "decision": "replay", "call_id": "c"}, {"ok": True, "decision": "replay", "result": {"ok": True}},
    {"ok": False, "decision": "deny"}, {"ok": False, "decision": "deny", "error": "no"},
], ids=repr)
async def test_an_answer_that_is_not_clear_in_every_part_executes_nothing(tmp_path, caplog, answer):
    """A proxy's page, half an answer, a yes with the wrong status: none of them is a yes."""
    broker = FakeBroker(answer)
    result = await broker.call(Notes(tmp_path))
    error = result.structured_content["error"]
    assert result.is_error and (error["code"], error["retryable"]) == ("unavailable", True)
    assert broker.reports == [] and list(tmp_path.iterdir()) == []
    assert TOKEN not in caplog.text


@pytest.fixture
def no_pause(monkeypatch):
    monkeypatch.setattr(client, "REPORT_PAUSE_SECONDS", 0)


@pytest.mark.parametrize(("answers", "reports", "known"), [
    ([204], 1, True), ([503, 204], 2, True), ([httpx.ReadTimeout("slow"), 429, 204], 3, True), ([409], 1, False),
    ([404], 1, False), ([503] * 9, client.REPORT_ATTEMPTS, False),
    ([httpx.ConnectError("down")] * 9, client.REPORT_ATTEMPTS, False),
])
async def test_a_report_that_fails_is_repeated_and_then_let_go(
    tmp_path, caplog, no_pause, answers: list, reports: int, known: bool
):
    """The result is given all the same, because the tool has run; the log says so, and never a token."""
    broker = FakeBroker(FakeBroker.EXECUTE, answers)
    result = await broker.call(Notes(tmp_path))
    assert not result.is_error and result.structured_content == {"contactId": "c-1", "number": 1}
    expected = ("/v1/calls/call-1/outcome", {"ok": True, "result": {"contactId": "c-1", "number": 1}})
    assert broker.reports == [expected] * reports
    assert ("call-1 could not be reported" in caplog.text) is not known
    assert TOKEN not in caplog.text and "Hello." not in caplog.text


async def test_a_result_that_cannot_be_kept_is_given_once_and_reported_as_that(tmp_path, no_pause):
    """Too large for the broker, or not JSON: a repeated call must not act, and must not be given something else."""
    broker = FakeBroker(FakeBroker.EXECUTE, [413, 204])
    assert not (await broker.call(Notes(tmp_path))).is_error
    assert [report["ok"] for _, report in broker.reports] == [True, False]
    assert broker.reports[1][1]["error"]["code"] == "RESULT_NOT_RETAINED"

    broker = FakeBroker(FakeBroker.EXECUTE)
    await broker.call(Notes(tmp_path), "issue_refund", payment_id="unkept", amount_cents=1, idempotency_key="k")
    assert broker.reports[0][1]["error"]["code"] == "RESULT_NOT_RETAINED"


async def test_a_tool_runs_for_its_own_call_only(tmp_path):
    """Called from another tool it would be judged by that one's arguments, and called from nowhere by none."""
    broker = FakeBroker(FakeBroker.EXECUTE)

    def two_tools(hallpass: Hallpass, notes: Notes):
        server, app = sdk(hallpass, notes)

        @server.tool()
        async def outer(ctx: Context) -> str:
            await server.call_tool("add_note", {"contact_id": "c", "body": "b", "idempotency_key": "k"}, ctx)
            return "done"

        return server, app

    result = await broker.call(Notes(tmp_path), "outer", two_tools, contact_id="c-1")
    assert result.is_error and broker.reports == [] and list(tmp_path.iterdir()) == []

    async def tool() -> None:
        raise AssertionError("it ran")

    hallpass = Hallpass("http://broker.example", client_id="crm", secret="none", transport=httpx.MockTransport(broker))
    with pytest.raises(RuntimeError, match="only in a request"):
        await guarded(hallpass, tool="tool")(tool)()


async def test_what_would_run_unguarded_cannot_be_decorated():
    """A tool that FastMCP has registered already, and generators, which run after they have returned."""
    hallpass = Hallpass("http://broker.example", client_id="crm", secret="none")

    async def stream():
        yield 1

    def tool() -> str:
        return ""

    for function in (stream, FastMCP("crm").tool(tool), object()):
        with pytest.raises(TypeError):
            guarded(hallpass, tool="tool")(function)


def test_a_secret_comes_from_a_file_or_an_argument_and_is_not_shown(tmp_path, monkeypatch):
    """Without the line's end that editors leave, and in no representation."""
    file = tmp_path / "secret"
    file.write_text("hp_not-a-real-secret\n")
    monkeypatch.setenv("HALLPASS_URL", "http://broker.example")
    monkeypatch.setenv("HALLPASS_CLIENT_ID", "crm")
    monkeypatch.setenv("HALLPASS_CLIENT_SECRET_FILE", str(file))
    for hallpass in (
        Hallpass.from_environment(), Hallpass("http://b", client_id="crm", secret="hp_not-a-real-secret")
    ):
        expected = httpx.BasicAuth("crm", "hp_not-a-real-secret")._auth_header
        assert hallpass._http.auth._auth_header == expected
        assert "not-a-real" not in repr(hallpass) + repr(vars(hallpass))
    for wrong in ({}, {"secret": "a", "secret_file": file}):
        with pytest.raises(ValueError, match="either"):
            Hallpass("http://b", client_id="crm", **wrong)
