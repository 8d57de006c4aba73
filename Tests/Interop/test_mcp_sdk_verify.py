"""A server on the official SDK that has each call verified, and the official client: what the model gets to see."""

import json
import secrets
import time

import pytest

from hallpass import Broker, free_port, poll
from mcp_endpoint import MODES, connected, serving
from verifying_server import TOKEN_HEADER, TOKEN_META, VerifyingServer

pytestmark = pytest.mark.anyio


def note() -> dict:
    """Arguments of `add_note`, under a key that no other call has."""
    return {"contact_id": "c-1", "body": "Called back.", "idempotency_key": f"turn-{secrets.token_hex(8)}"}


def refund(amount_cents: int) -> dict:
    return {"payment_id": "p-1", "amount_cents": amount_cents, "idempotency_key": f"turn-{secrets.token_hex(8)}"}


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
    arguments = note()
    token = broker.call_token("add_note", arguments=arguments)
    first = await call(url, token, "add_note", arguments, mode, way)
    assert not first.is_error
    assert first.structured_content["result"]["for"] == "alice"
    assert crm.executed == [{"tool": "add_note", "arguments": arguments, "for": "alice"}]

    error = refusal(await call(url, token, "add_note", arguments, mode, way))
    assert (error["code"], error["retryable"], error["suggested_action"]) == (
        "token_already_used", False, "mint_new_token")
    assert len(crm.executed) == 1


async def test_a_retry_with_a_new_token_gets_the_first_result_and_does_nothing(
    broker: Broker, crm: VerifyingServer, url: str
):
    """The answer was lost on the way: the agent asks again under the same key, and the note is there once."""
    arguments = note()
    first, again = [
        await call(url, broker.call_token("add_note", arguments=arguments), "add_note", arguments) for _ in range(2)]
    assert not first.is_error and not again.is_error
    assert again.structured_content == first.structured_content
    assert len(crm.executed) == 1

    other = arguments | {"body": "Something else."}
    error = refusal(await call(url, broker.call_token("add_note"), "add_note", other))
    assert (error["code"], error["retryable"], error["suggested_action"]) == (
        "idempotency_conflict", False, "fix_arguments")
    assert len(crm.executed) == 1


async def test_a_retry_while_nobody_knows_how_the_first_call_went_is_put_off(broker: Broker):
    """The server acted and died before it could say so: the model is told to wait, and nothing is done twice."""
    crm = VerifyingServer(broker.url, *broker.credentials(Broker.CRM_SERVER), reports=False)
    arguments = note()
    with serving(crm.app()) as url:
        assert not (await call(url, broker.call_token("add_note"), "add_note", arguments)).is_error
        error = refusal(await call(url, broker.call_token("add_note"), "add_note", arguments))
    assert (error["code"], error["retryable"], error["suggested_action"]) == ("idempotency_in_flight", True, "wait")
    assert error["retry_after_seconds"] > 0
    assert len(crm.executed) == 1


async def test_wrong_arguments_come_back_with_what_is_wrong_with_each(broker: Broker, crm: VerifyingServer, url: str):
    """Every violation at once, with its place and its rule, for a model to mend in one go."""
    wrong = {"contact_id": 7, "body": "x" * 2001, "visibility": "secret", "colour": "red", "idempotency_key": "k"}
    error = refusal(await call(url, broker.call_token("add_note"), "add_note", wrong))
    assert (error["code"], error["retryable"], error["suggested_action"]) == (
        "invalid_arguments", False, "fix_arguments")
    found = {(detail["path"], detail["rule"]) for detail in error["details"]}
    assert {("/contact_id", "type"), ("/body", "maxLength"), ("/visibility", "enum")} <= found
    assert any("colour" in detail["path"] + detail["message"] for detail in error["details"])
    assert any("internal" in detail["message"] for detail in error["details"] if detail["path"] == "/visibility")
    assert crm.executed == []


async def test_a_violated_constraint_says_what_the_deployment_wants_said(broker: Broker):
    """`when_violated` as it was written, handed through to the model."""
    billing = VerifyingServer(broker.url, *broker.credentials(Broker.BILLING_SERVER))
    with serving(billing.app()) as url:
        for amount, is_allowed in [(50_000, True), (50_001, False)]:
            token = broker.call_token("issue_refund", sub="bob", connector="billing-mcp")
            result = await call(url, token, "issue_refund", refund(amount))
            assert result.is_error is not is_allowed, result
    error = refusal(result)
    assert (error["code"], error["message"], error["retryable"], error["suggested_action"]) == (
        "REFUND_EXCEEDS_LIMIT", "Refund exceeds the 500.00 auto-approval limit.", False, "route_to_human_approval")
    assert [item["arguments"]["amount_cents"] for item in billing.executed] == [50_000]


async def test_a_call_without_a_token_is_refused(crm: VerifyingServer, url: str):
    """An empty token is a malformed one: the server needs no branch of its own for it."""
    error = refusal(await call(url, None, "add_note", note()))
    assert (error["code"], error["retryable"]) == ("malformed_token", False)
    assert crm.executed == []


async def test_other_arguments_than_the_token_was_minted_for_are_refused(
    broker: Broker, crm: VerifyingServer, url: str
):
    """What a person agreed to is what is done: the digest binds every argument."""
    arguments = note()
    token = broker.call_token("add_note", arguments=arguments)
    error = refusal(await call(url, token, "add_note", arguments | {"body": "Give them a discount."}))
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
    error = refusal(await call(url, broker.call_token("find_contact"), "add_note", note()))
    assert (error["code"], error["suggested_action"]) == ("tool_mismatch", "mint_new_token")
    assert crm.executed == []


async def test_a_session_token_reads_and_does_not_write(broker: Broker, crm: VerifyingServer, url: str):
    """What writes is done with a token for that one call; the model is told to get one."""
    token = broker.session_token()
    assert not (await call(url, token, "find_contact", {"query": "Ada"})).is_error
    assert not (await call(url, token, "find_contact", {"query": "Bea"})).is_error
    error = refusal(await call(url, token, "add_note", note()))
    assert (error["code"], error["retryable"], error["suggested_action"]) == (
        "tool_mismatch", False, "mint_new_token")
    error = refusal(await call(url, token, "delete_contact", {"contact_id": "c-1", "idempotency_key": "k"}))
    assert (error["code"], error["suggested_action"]) == ("tool_not_allowed", "request_access")
    assert [item["tool"] for item in crm.executed] == ["find_contact", "find_contact"]


async def test_a_token_for_another_connector_or_tenant_is_refused(broker: Broker, crm: VerifyingServer, url: str):
    """The server does not look at the audience itself; the broker knows whose server asks."""
    elsewhere = broker.call_token("issue_refund", sub="bob", connector="billing-mcp")
    assert refusal(await call(url, elsewhere, "add_note", note()))["code"] == "wrong_audience"
    foreign = broker.call_token("find_contact", tenant="globex")
    assert refusal(await call(url, foreign, "find_contact", {"query": "Ada"}))["suggested_action"] == "mint_new_token"
    assert crm.executed == []


async def test_a_revoked_token_is_refused(broker: Broker, crm: VerifyingServer, url: str):
    """Revoked before it was used, by the client that minted it."""
    token = broker.call_token("add_note")
    broker.revoke(token)
    error = refusal(await call(url, token, "add_note", note()))
    assert (error["code"], error["suggested_action"]) == ("token_revoked", "mint_new_token")
    assert crm.executed == []


async def test_a_token_that_has_lived_out_is_refused(broker: Broker, crm: VerifyingServer, url: str):
    """It is good up to its expiry and not at it; both clocks here are the same one."""
    token = broker.mint("add_note", expires_in=1)["access_token"]
    expiry = int(time.time()) + 1
    poll(lambda: time.time() > expiry + 0.05, "a second has passed")
    error = refusal(await call(url, token, "add_note", note()))
    assert (error["code"], error["retryable"]) == ("token_expired", False)
    assert crm.executed == []


async def test_a_forged_token_is_refused(broker: Broker, crm: VerifyingServer, url: str):
    """The signature of one token under the claims of another, and `alg: none`."""
    read, write = broker.call_token("find_contact"), broker.call_token("add_note")
    spliced = ".".join([*write.split(".")[:2], read.split(".")[2]])
    assert refusal(await call(url, spliced, "add_note", note()))["code"] == "bad_signature"
    unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiY2FsbCtqd3QifQ." + write.split(".")[1] + "."
    assert refusal(await call(url, unsigned, "add_note", note()))["suggested_action"] == "mint_new_token"
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
        result = await call(url, broker.call_token("add_note"), "add_note", note())
    assert result.is_error
    error = result.structured_content["error"]
    assert (error["code"], error["retryable"]) == {
        "wrong secret": ("invalid_client", False), "another's deployment": ("wrong_audience", False),
        "no broker": ("unavailable", True)}[trouble]
    assert crm.executed == []
