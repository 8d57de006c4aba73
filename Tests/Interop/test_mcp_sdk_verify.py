"""A server on the official SDK that has each call verified, and the official client: what the model gets to see."""

import json
import time

import pytest

from hallpass import Broker, free_port, poll
from mcp_endpoint import MODES, connected, serving
from verifying_server import TOKEN_HEADER, TOKEN_META, VerifyingServer

pytestmark = pytest.mark.anyio

NOTE = {"contact_id": "c-1", "body": "Called back.", "idempotency_key": "turn-1"}


@pytest.fixture(scope="module")
def crm_url(broker: Broker):
    """The server, and where it keeps what it executed."""
    crm = VerifyingServer(broker.url, *broker.credentials(Broker.CRM_SERVER))
    with serving(crm.app()) as url:
        yield crm, url


@pytest.fixture
def crm(crm_url) -> VerifyingServer:
    crm_url[0].executed.clear()
    return crm_url[0]


@pytest.fixture
def url(crm_url) -> str:
    return crm_url[1]


async def call(url: str, token: str | None, tool: str, arguments: dict, mode: str = "auto", way: str = "meta"):
    """One tool call with its token in `_meta`, or in a header of its own."""
    headers = {TOKEN_HEADER: token} if token and way == "header" else None
    meta = {TOKEN_META: token} if token and way == "meta" else None
    async with connected(url, headers, mode) as session:
        return await session.client.call_tool(tool, arguments, meta=meta)


def refusal(result) -> dict:
    """The error as a model sees it, in the structured content and in the text alike."""
    assert result.is_error
    assert json.loads(result.content[0].text) == result.structured_content
    assert result.structured_content["ok"] is False
    error = result.structured_content["error"]
    assert error["message"] and error["request_id"]
    return error


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("way", ["header", "meta"])
async def test_a_good_call_is_executed_once_and_its_token_is_spent(
    broker: Broker, crm: VerifyingServer, url: str, mode: str, way: str
):
    """The heart of it: the first call acts, the second with the same token does not, and says what to do next."""
    token = broker.call_token("add_note", arguments=NOTE)
    first = await call(url, token, "add_note", NOTE, mode, way)
    assert not first.is_error
    assert first.structured_content["for"] == "alice"
    assert crm.executed == [{"tool": "add_note", "arguments": NOTE, "for": "alice"}]

    error = refusal(await call(url, token, "add_note", NOTE, mode, way))
    assert (error["code"], error["retryable"], error["suggested_action"]) == (
        "token_already_used", False, "mint_new_token")
    assert len(crm.executed) == 1


async def test_a_call_without_a_token_is_refused(crm: VerifyingServer, url: str):
    """An empty token is a malformed one: the server needs no branch of its own for it."""
    error = refusal(await call(url, None, "add_note", NOTE))
    assert (error["code"], error["retryable"]) == ("malformed_token", False)
    assert crm.executed == []


async def test_other_arguments_than_the_token_was_minted_for_are_refused(
    broker: Broker, crm: VerifyingServer, url: str
):
    """What a person agreed to is what is done: the digest binds every argument."""
    token = broker.call_token("add_note", arguments=NOTE)
    error = refusal(await call(url, token, "add_note", NOTE | {"body": "Give them a discount."}))
    assert (error["code"], error["suggested_action"]) == ("arguments_mismatch", "mint_new_token")
    assert crm.executed == []


async def test_arguments_are_the_same_in_another_order_and_another_way_of_writing_numbers(
    broker: Broker, crm: VerifyingServer, url: str
):
    """Several libraries decode and encode JSON between agent and server; the digest is of the canonical form."""
    minted = {"query": "Zoë \u2028 \U0001f511", "limit": 10.0}
    called = {"limit": 10, "query": "Zoë \u2028 \U0001f511"}
    token = broker.call_token("find_contact", arguments=minted)
    assert not (await call(url, token, "find_contact", called)).is_error
    assert len(crm.executed) == 1


async def test_a_token_for_one_tool_does_not_run_another(broker: Broker, crm: VerifyingServer, url: str):
    """A token that reads is not one that writes, whatever the scopes of its holder."""
    error = refusal(await call(url, broker.call_token("find_contact"), "add_note", NOTE))
    assert (error["code"], error["suggested_action"]) == ("tool_mismatch", "mint_new_token")
    assert crm.executed == []


async def test_a_session_token_reads_and_does_not_write(broker: Broker, crm: VerifyingServer, url: str):
    """What writes is done with a token for that one call; the model is told to get one."""
    token = broker.session_token()
    assert not (await call(url, token, "find_contact", {"query": "Ada"})).is_error
    assert not (await call(url, token, "find_contact", {"query": "Bea"})).is_error
    error = refusal(await call(url, token, "add_note", NOTE))
    assert (error["code"], error["retryable"], error["suggested_action"]) == (
        "tool_mismatch", False, "mint_new_token")
    error = refusal(await call(url, token, "delete_contact", {"contact_id": "c-1", "idempotency_key": "k"}))
    assert (error["code"], error["suggested_action"]) == ("tool_not_allowed", "request_access")
    assert [item["tool"] for item in crm.executed] == ["find_contact", "find_contact"]


async def test_a_token_for_another_connector_or_tenant_is_refused(broker: Broker, crm: VerifyingServer, url: str):
    """The server does not look at the audience itself; the broker knows whose server asks."""
    refund = broker.call_token("issue_refund", sub="bob", connector="billing-mcp")
    assert refusal(await call(url, refund, "add_note", NOTE))["code"] == "wrong_audience"
    foreign = broker.call_token("find_contact", tenant="globex")
    assert refusal(await call(url, foreign, "find_contact", {"query": "Ada"}))["suggested_action"] == "mint_new_token"
    assert crm.executed == []


async def test_a_revoked_token_is_refused(broker: Broker, crm: VerifyingServer, url: str):
    """Revoked before it was used, by the client that minted it."""
    token = broker.call_token("add_note")
    broker.revoke(token)
    error = refusal(await call(url, token, "add_note", NOTE))
    assert (error["code"], error["suggested_action"]) == ("token_revoked", "mint_new_token")
    assert crm.executed == []


async def test_a_token_that_has_lived_out_is_refused(broker: Broker, crm: VerifyingServer, url: str):
    """It is good up to its expiry and not at it; both clocks here are the same one."""
    token = broker.mint("add_note", expires_in=1)["access_token"]
    expiry = int(time.time()) + 1
    poll(lambda: time.time() > expiry + 0.05, "a second has passed")
    error = refusal(await call(url, token, "add_note", NOTE))
    assert (error["code"], error["retryable"]) == ("token_expired", False)
    assert crm.executed == []


async def test_a_forged_token_is_refused(broker: Broker, crm: VerifyingServer, url: str):
    """The signature of one token under the claims of another, and `alg: none`."""
    read, write = broker.call_token("find_contact"), broker.call_token("add_note")
    spliced = ".".join([*write.split(".")[:2], read.split(".")[2]])
    assert refusal(await call(url, spliced, "add_note", NOTE))["code"] == "bad_signature"
    unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiY2FsbCtqd3QifQ." + write.split(".")[1] + "."
    assert refusal(await call(url, unsigned, "add_note", NOTE))["suggested_action"] == "mint_new_token"
    assert crm.executed == []


@pytest.mark.parametrize("trouble", ["wrong secret", "another's deployment", "no broker"])
async def test_a_server_that_gets_no_clear_answer_executes_nothing(broker: Broker, trouble: str):
    """4xx, 5xx and silence all mean that the server must not act, and still give the model something to go by."""
    client_id, secret = broker.credentials(Broker.CRM_SERVER)
    crm = {
        "wrong secret": VerifyingServer(broker.url, client_id, broker.credentials(Broker.BILLING_SERVER)[1]),
        "another's deployment": VerifyingServer(broker.url, *broker.credentials(Broker.BILLING_SERVER)),
        "no broker": VerifyingServer(f"http://127.0.0.1:{free_port()}", client_id, secret),
    }[trouble]
    with serving(crm.app()) as url:
        result = await call(url, broker.call_token("add_note"), "add_note", NOTE)
    assert result.is_error
    error = result.structured_content["error"]
    assert (error["code"], error["retryable"]) == {
        "wrong secret": ("invalid_client", False), "another's deployment": ("wrong_audience", False),
        "no broker": ("unavailable", True)}[trouble]
    assert crm.executed == []
