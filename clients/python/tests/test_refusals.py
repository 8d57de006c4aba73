"""Every kind of no, as a model gets to see it: the broker's error as it stands, and nothing executed."""

import json
import secrets
import time
from dataclasses import dataclass

import pytest

from hallpass import Broker, free_port, poll
from hallpass_mcp import Hallpass
from mcp_endpoint import bearer, connected, serving
from notes_server import Notes, lowlevel

pytestmark = pytest.mark.anyio

META = "dev.hallpass/call-token"


@dataclass
class Crm:
    """A server on the SDK's low-level API, which hands on what a client sends unchecked."""

    broker: Broker
    notes: Notes
    url: str
    billing_url: str

    async def call(self, token: str | None, tool: str, arguments: dict, headers: dict | None = None):
        meta = {META: token} if token else None
        url = self.billing_url if tool == "issue_refund" else self.url
        async with connected(url, headers) as session:
            return await session.client.call_tool(tool, arguments, meta=meta)

    def executed(self) -> int:
        return sum(len(file.read_text().splitlines()) for file in self.notes.folder.iterdir())

    def apply(self, *documents: dict) -> None:
        answer = self.broker.ask(Broker.OPS, "/v1/tenants/acme/apply", {"documents": documents})
        assert answer.status_code == 200, answer.text


def hallpass(broker: Broker, client: str = Broker.CRM_SERVER, **options) -> Hallpass:
    return Hallpass(broker.url, client_id=client, secret=broker.secrets["acme"][client], **options)


@pytest.fixture(scope="module")
def crm(broker: Broker, tmp_path_factory) -> Crm:
    notes = Notes(tmp_path_factory.mktemp("notes"))
    _, app = lowlevel(hallpass(broker), notes)
    _, billing = lowlevel(hallpass(broker, Broker.BILLING_SERVER), notes)
    with serving(app) as url, serving(billing) as billing_url:
        yield Crm(broker, notes, url, billing_url)


def note() -> dict:
    return {"contact_id": "c-1", "body": "Called back.", "idempotency_key": f"turn-{secrets.token_hex(8)}"}


def refusal(result) -> dict:
    assert result.is_error
    assert json.loads(result.content[0].text) == result.structured_content
    assert result.structured_content.keys() == {"ok", "error"} and result.structured_content["ok"] is False
    return result.structured_content["error"]


def add_note(crm: Crm, token: str, **changes):
    return crm.call(token, "add_note", note() | changes)


async def without_a_token(crm: Crm):
    return await crm.call(None, "add_note", note())


async def with_no_token_at_all(crm: Crm):
    return await add_note(crm, "not a token")


async def with_a_spliced_token(crm: Crm):
    read, write = crm.broker.call_token("find_contact"), crm.broker.call_token("add_note")
    return await add_note(crm, ".".join([*write.split(".")[:2], read.split(".")[2]]))


async def with_a_token_of_another_tenant(crm: Crm):
    token = crm.broker.call_token("find_contact", tenant="globex")
    return await crm.call(token, "find_contact", {"query": "Ada"})


async def with_a_token_for_another_connector(crm: Crm):
    return await add_note(crm, crm.broker.call_token("issue_refund", sub="bob", connector="billing-mcp"))


async def with_a_token_that_has_lived_out(crm: Crm):
    token = crm.broker.call_token("add_note", expires_in=1)
    expiry = int(time.time()) + 1
    poll(lambda: time.time() > expiry + 0.05, "a second has passed")
    return await add_note(crm, token)


async def with_a_token_that_was_used(crm: Crm):
    token = crm.broker.call_token("find_contact")
    crm.broker.use(token)
    return await crm.call(token, "find_contact", {"query": "Ada"})


async def with_a_revoked_token(crm: Crm):
    token = crm.broker.call_token("add_note")
    crm.broker.revoke(token)
    return await add_note(crm, token)


async def with_a_token_for_another_tool(crm: Crm):
    return await add_note(crm, crm.broker.call_token("find_contact"))


async def with_other_arguments_than_were_shown(crm: Crm):
    return await add_note(crm, crm.broker.call_token("add_note", arguments=note()))


async def with_wrong_arguments(crm: Crm):
    return await add_note(crm, crm.broker.call_token("add_note"), visibility="secret", body="x" * 2001)


async def past_a_constraint(crm: Crm):
    token = crm.broker.call_token("issue_refund", sub="bob", connector="billing-mcp")
    return await crm.call(
        token, "issue_refund", {"payment_id": "p-1", "amount_cents": 50_001, "idempotency_key": "k"})


async def with_other_arguments_under_the_same_key(crm: Crm):
    arguments = note()
    crm.broker.verify(crm.broker.call_token("add_note"), tool="add_note", arguments=arguments)
    return await add_note(crm, crm.broker.call_token("add_note"), **arguments | {"body": "Something else."})


async def while_another_server_is_at_it(crm: Crm):
    arguments = note()
    crm.broker.verify(crm.broker.call_token("add_note"), tool="add_note", arguments=arguments)
    return await add_note(crm, crm.broker.call_token("add_note"), **arguments)


def deployment(**changes) -> dict:
    return {
        "kind": "Deployment", "server": "crm-mcp", "environment": "dev", "tools_allow": ["find_contact", "add_note"],
        "auth": {"mode": "api_key", "scopes": ["contacts:read", "notes:write"], "token_ttl_seconds": 600}} | changes


def grant(**changes) -> dict:
    return {
        "kind": "Grant", "id": "erin-crm-dev", "subject": "user:erin", "connector": "crm-mcp", "environment": "dev",
        "scopes": ["contacts:read", "notes:write"]} | changes


async def after_the_registry_changed(crm: Crm, change: dict):
    crm.apply(deployment(), grant())
    token = crm.broker.call_token("add_note", sub="erin", environment="dev")
    crm.apply(change)
    return await add_note(crm, token)


async def after_the_tool_left_the_allow_list(crm: Crm):
    return await after_the_registry_changed(crm, deployment(tools_allow=["find_contact"]))


async def after_the_grant_lost_a_scope(crm: Crm):
    return await after_the_registry_changed(crm, grant(scopes=["contacts:read"]))


async def after_the_grant_went_to_somebody_else(crm: Crm):
    return await after_the_registry_changed(crm, grant(subject="user:frank"))


@pytest.mark.parametrize(("attempt", "code", "retryable", "suggested_action"), [
    (without_a_token, "malformed_token", False, "mint_new_token"),
    (with_no_token_at_all, "malformed_token", False, "mint_new_token"),
    (with_a_spliced_token, "bad_signature", False, "mint_new_token"),
    (with_a_token_of_another_tenant, "unknown_key", False, "mint_new_token"),
    (with_a_token_for_another_connector, "wrong_audience", False, "mint_new_token"),
    (with_a_token_that_has_lived_out, "token_expired", False, "mint_new_token"),
    (with_a_token_that_was_used, "token_already_used", False, "mint_new_token"),
    (with_a_revoked_token, "token_revoked", False, "mint_new_token"),
    (with_a_token_for_another_tool, "tool_mismatch", False, "mint_new_token"),
    (with_other_arguments_than_were_shown, "arguments_mismatch", False, "mint_new_token"),
    (with_wrong_arguments, "invalid_arguments", False, "fix_arguments"),
    (past_a_constraint, "REFUND_EXCEEDS_LIMIT", False, "route_to_human_approval"),
    (with_other_arguments_under_the_same_key, "idempotency_conflict", False, "fix_arguments"),
    (while_another_server_is_at_it, "idempotency_in_flight", True, "wait"),
    (after_the_tool_left_the_allow_list, "tool_not_allowed", False, "request_access"),
    (after_the_grant_lost_a_scope, "insufficient_scope", False, "request_access"),
    (after_the_grant_went_to_somebody_else, "actor_not_granted", False, "request_access"),
])
async def test_a_refused_call_says_whether_to_try_again_and_what_to_do(
    crm: Crm, attempt, code: str, retryable: bool, suggested_action: str
):
    """The table of the protocol; `outcome_unknown` takes a death and stands among the tests of two processes."""
    before = crm.executed()
    error = refusal(await attempt(crm))
    assert (error["code"], error["retryable"], error["suggested_action"]) == (code, retryable, suggested_action)
    assert error["message"] and error["request_id"]
    assert retryable == ("retry_after_seconds" in error)
    assert crm.executed() == before


async def test_everything_wrong_with_the_arguments_reaches_the_model(crm: Crm):
    """The details are handed through: where, which rule, and what would be allowed."""
    details = refusal(await with_wrong_arguments(crm))["details"]
    assert {(detail["path"], detail["rule"]) for detail in details} == {("/visibility", "enum"), ("/body", "maxLength")}
    assert ["internal", "shared"] in [detail.get("allowed") for detail in details]


@pytest.mark.parametrize("way", ["MCP-Call-Token", "Authorization", "_meta", "_meta over Authorization"])
async def test_the_token_is_found_wherever_it_may_stand(crm: Crm, broker: Broker, way: str):
    """A session token that opens the connection does not stand in the way of the call's own."""
    token = broker.call_token("find_contact")
    headers = {
        "MCP-Call-Token": {"MCP-Call-Token": token}, "Authorization": bearer(token),
        "_meta": None, "_meta over Authorization": bearer("not a token")}[way]
    before = crm.executed()
    result = await crm.call(token if way.startswith("_meta") else None, "find_contact", {"query": "Ada"}, headers)
    assert not result.is_error, result
    assert crm.executed() == before + 1


async def test_a_session_token_runs_tools_that_read_more_than_once(crm: Crm, broker: Broker):
    """As the protocol has it for servers that authenticate every request."""
    headers = bearer(broker.session_token())
    before = crm.executed()
    for _ in range(2):
        assert not (await crm.call(None, "find_contact", {"query": "Ada"}, headers)).is_error
    assert refusal(await crm.call(None, "add_note", note(), headers))["retryable"] is False
    assert crm.executed() == before + 2


async def test_a_server_of_one_environment_takes_no_token_of_another(crm: Crm, broker: Broker, tmp_path):
    """The client owns both deployments, so only the server can tell which of them it is."""
    notes = Notes(tmp_path)
    _, app = lowlevel(hallpass(broker, environment="dev"), notes)
    with serving(app) as url:
        other = Crm(broker, notes, url, url)
        error = refusal(await add_note(other, broker.call_token("add_note")))
    assert error["suggested_action"] == "mint_new_token"
    assert other.executed() == 0


@pytest.mark.parametrize("trouble", ["wrong secret", "not an MCP server", "no broker"])
async def test_without_a_clear_answer_nothing_is_executed(broker: Broker, tmp_path, caplog, trouble: str):
    """Not who it says, not allowed to, nobody there: the model is told to wait, the operator's log says why."""
    asking = {
        "wrong secret": lambda: Hallpass(
            broker.url, client_id=Broker.CRM_SERVER, secret=broker.secrets["acme"][Broker.BILLING_SERVER]),
        "not an MCP server": lambda: hallpass(broker, Broker.GATEWAY),
        "no broker": lambda: Hallpass(f"http://127.0.0.1:{free_port()}", client_id=Broker.CRM_SERVER, secret="none"),
    }[trouble]()
    notes = Notes(tmp_path)
    _, app = lowlevel(asking, notes)
    token = broker.call_token("add_note")
    with serving(app) as url:
        error = refusal(await add_note(Crm(broker, notes, url, url), token))
    assert (error["code"], error["retryable"], error["suggested_action"]) == ("unavailable", True, "wait")
    assert error["retry_after_seconds"] > 0
    assert list(tmp_path.iterdir()) == []
    reason = {"wrong secret": "invalid_client", "not an MCP server": "403", "no broker": "ConnectError"}[trouble]
    assert reason in caplog.text and token not in caplog.text


async def test_a_broker_that_goes_down_stops_everything(make_broker, tmp_path):
    """A server that was fine a moment ago executes nothing once there is nobody to ask."""
    broker, notes = make_broker("going-down"), Notes(tmp_path)
    _, app = lowlevel(hallpass(broker), notes)
    tokens = [broker.call_token("add_note") for _ in range(2)]
    with serving(app) as url:
        crm = Crm(broker, notes, url, url)
        assert not (await add_note(crm, tokens[0])).is_error
        broker.server.stop()
        assert refusal(await add_note(crm, tokens[1]))["code"] == "unavailable"
    assert crm.executed() == 1
