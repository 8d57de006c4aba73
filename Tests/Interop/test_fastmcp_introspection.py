"""A FastMCP server as its authors ship it, told only where to introspect: it takes our tokens and nothing else."""

import httpx2
import pytest
from fastmcp import FastMCP
from fastmcp.server.auth.providers.introspection import IntrospectionTokenVerifier
from fastmcp.server.dependencies import get_access_token
from mcp import MCPError

from hallpass import Broker
from mcp_endpoint import MODES, bearer, connected, serving

pytestmark = pytest.mark.anyio

INITIALIZE = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "0"}}}


@pytest.fixture(scope="module", params=["client_secret_basic", "client_secret_post"])
def crm(broker: Broker, request):
    """The CRM server. Nothing is cached, so that a revoked token is refused with the next request."""
    client_id, client_secret = broker.credentials(Broker.CRM_SERVER)
    verifier = IntrospectionTokenVerifier(
        introspection_url=f"{broker.url}/oauth/introspect", client_id=client_id, client_secret=client_secret,
        client_auth_method=request.param, required_scopes=["contacts:read"], cache_ttl_seconds=None)
    server = FastMCP("crm-mcp", auth=verifier)

    @server.tool
    def find_contact(query: str) -> dict:
        token = get_access_token()
        return {"query": query, "for": token.subject, "through": token.claims["act"]["sub"], "scopes": token.scopes}

    with serving(server.http_app()) as url:
        yield url


async def status_of(url: str, headers: dict[str, str]) -> int:
    """What the server says to a request before any MCP is spoken."""
    headers = headers | {"Accept": "application/json, text/event-stream"}
    async with httpx2.AsyncClient() as http:
        answer = await http.post(url, json=INITIALIZE, headers=headers)
        return answer.status_code


async def refused(url: str, headers: dict[str, str], mode: str = "auto") -> None:
    """Asserts that neither the bare request nor the official client gets in."""
    assert await status_of(url, headers) == 401
    with pytest.RaisesGroup(MCPError, allow_unwrapped=True, flatten_subgroups=True):
        async with connected(url, headers, mode):
            pass


@pytest.mark.parametrize("mode", MODES)
async def test_a_session_token_opens_the_server_and_names_its_actor_to_the_tool(broker: Broker, crm: str, mode: str):
    """The point of introspection as it is: a server that knows nothing of us knows who is calling and for whom."""
    async with connected(crm, bearer(broker.session_token()), mode) as session:
        tools = await session.client.list_tools()
        result = await session.client.call_tool("find_contact", {"query": "Ada"})
    assert [tool.name for tool in tools.tools] == ["find_contact"]
    assert not result.is_error
    assert result.structured_content == {
        "query": "Ada", "for": "alice", "through": Broker.GATEWAY, "scopes": ["contacts:read"]}
    assert 401 not in session.statuses


@pytest.mark.parametrize("mode", MODES)
async def test_no_token_no_entry(crm: str, mode: str):
    """A verifier that is asked about nothing must not be taken to have said yes."""
    await refused(crm, {}, mode)


async def test_a_token_for_another_connector_is_refused(broker: Broker, crm: str):
    """The CRM's own credentials introspect it: a token that is good elsewhere is not active here, whoever holds it."""
    token = broker.session_token(sub="bob", connector="billing-mcp", environment="prod")
    assert broker.introspect(token, Broker.BILLING_SERVER)["active"] is True
    await refused(crm, bearer(token))


async def test_a_token_of_another_tenant_with_the_same_names_is_refused(broker: Broker, crm: str):
    """Globex has an Alice, a crm-mcp and a prod as well; names are worth nothing across tenants."""
    await refused(crm, bearer(broker.session_token(tenant="globex")))


async def test_a_token_with_one_character_changed_is_refused(broker: Broker, crm: str):
    """The server cannot check a signature itself, so ours is the only check there is."""
    token = broker.session_token()
    middle = len(token) // 2
    await refused(crm, bearer(token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1:]))


async def test_a_token_without_the_scope_the_server_asks_for_is_refused(broker: Broker):
    """What the introspection answer says of scopes is what the server goes by; a session has none that write."""
    client_id, client_secret = broker.credentials(Broker.CRM_SERVER)
    verifier = IntrospectionTokenVerifier(
        introspection_url=f"{broker.url}/oauth/introspect", client_id=client_id, client_secret=client_secret,
        required_scopes=["notes:write"])
    with serving(FastMCP("crm-mcp", auth=verifier).http_app()) as url:
        assert await status_of(url, bearer(broker.session_token())) in (401, 403)


async def test_the_audience_is_the_one_a_server_can_insist_on(broker: Broker):
    """FastMCP compares `aud` itself where it is told to: the resource as registered, byte for byte."""
    client_id, client_secret = broker.credentials(Broker.CRM_SERVER)
    token = broker.session_token()
    for audience, status in [(Broker.CRM_RESOURCE, 200), (Broker.CRM_RESOURCE + "/", 401)]:
        verifier = IntrospectionTokenVerifier(
            introspection_url=f"{broker.url}/oauth/introspect", client_id=client_id, client_secret=client_secret,
            audience=audience)
        with serving(FastMCP("crm-mcp", auth=verifier).http_app()) as url:
            assert await status_of(url, bearer(token)) == status


async def test_a_server_with_a_wrong_secret_lets_nobody_in(broker: Broker):
    """A 401 to the server itself must read as no, never as an answer about the token."""
    verifier = IntrospectionTokenVerifier(
        introspection_url=f"{broker.url}/oauth/introspect", client_id=Broker.CRM_SERVER,
        client_secret=broker.credentials(Broker.BILLING_SERVER)[1])
    with serving(FastMCP("crm-mcp", auth=verifier).http_app()) as url:
        await refused(url, bearer(broker.session_token()))


@pytest.mark.parametrize("mode", MODES)
async def test_revoking_the_token_ends_a_session_in_the_middle(broker: Broker, crm: str, mode: str):
    """Revocation takes effect before it is acknowledged: the very next request of an open session is refused."""
    token = broker.session_token()
    async with connected(crm, bearer(token), mode) as session:
        assert not (await session.client.call_tool("find_contact", {"query": "Ada"})).is_error
        broker.revoke(token)
        with pytest.raises(MCPError):
            await session.client.call_tool("find_contact", {"query": "Ada"})
        assert session.statuses[-1] == 401
    await refused(crm, bearer(token), mode)


async def test_revoking_an_actor_ends_what_was_minted_and_nothing_that_comes_after(broker: Broker, crm: str):
    """The cutoff is by order of minting, not by the clock: a token of the same second is told apart."""
    before = broker.session_token()
    other = broker.session_token(actor={"sub": "carol", "groups": ["support"]})
    body = {"dimension": "actor", "id": "alice", "reason": "left the company"}
    assert broker.ask(Broker.OPS, "/v1/revocations", body).json()["ok"] is True
    after = broker.session_token()
    assert await status_of(crm, bearer(before)) == 401
    assert await status_of(crm, bearer(after)) == 200
    assert await status_of(crm, bearer(other)) == 200
