"""What a guarded function is given to reach its backend with."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from mcp.server.mcpserver import MCPServer

from hallpass import Broker
from hallpass_mcp import Hallpass, Refused, current_call, guarded
from mcp_endpoint import connected, serving
from notes_server import closing

pytestmark = pytest.mark.anyio

META = "dev.hallpass/call-token"


@pytest.fixture(scope="module")
def token_endpoint():
    """Gives an access token to whoever asks."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            body = json.dumps({"access_token": f"token-for-{form.split('scope=')[1]}", "token_type": "Bearer"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/token"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def app(broker: Broker):
    """A tool that says what it was given; its own refusals are left to `guarded`."""
    hallpass = Hallpass(broker.url, client_id=Broker.CRM_SERVER, secret=broker.secrets["acme"][Broker.CRM_SERVER])
    server = MCPServer("crm-mcp")

    @server.tool()
    @guarded(hallpass, tool="find_contact")
    async def find_contact(query: str) -> str:
        credential = await current_call().credential()
        assert credential.value not in repr(credential)
        return f"{credential.type} {credential.value} {credential.scope}"

    with serving(closing(server.streamable_http_app(), hallpass)) as url:
        yield url


async def ask(url: str, broker: Broker):
    arguments = {"query": "Ada"}
    async with connected(url) as session:
        token = broker.call_token("find_contact", arguments=arguments)
        return await session.client.call_tool("find_contact", arguments, meta={META: token})


async def test_a_function_is_told_why_there_is_none_and_given_one_that_is_there(broker: Broker, app, token_endpoint):
    refused = await ask(app, broker)
    assert refused.is_error and refused.structured_content["error"]["code"] == "credential_not_found"
    put = httpx.put(
        f"{broker.url}/v1/tenants/acme/credentials/crm", auth=("acme-ops", broker.secrets["acme"]["acme-ops"]), json={
            "kind": "oauth_client_credentials", "connector": "crm-mcp", "environment": "prod",
            "authorization": {"token_endpoint": token_endpoint, "client_id": "hallpass"},
            "secret": {"client_secret": "not-a-secret"}})
    assert put.status_code == 201, put.text
    given = await ask(app, broker)
    assert given.content[0].text == "bearer token-for-contacts%3Aread contacts:read"


@pytest.mark.parametrize("answer", [
    httpx.Response(200, json={"type": "bearer", "value": ""}), httpx.Response(200, json={"type": "other", "value": "x"}),
    httpx.Response(200, text="<html>"), httpx.Response(500), httpx.Response(
        401, json={"error": {"code": "invalid_client", "message": "no"}}), httpx.ConnectError("refused")])
async def test_whatever_is_no_credential_is_none(answer):
    def respond(_):
        if isinstance(answer, Exception):
            raise answer
        return answer

    async with Hallpass("http://broker", client_id="c", secret="s", transport=httpx.MockTransport(respond)) as hallpass:
        with pytest.raises(Refused) as refused:
            await hallpass.credential("call")
    assert refused.value.error["code"] == "unavailable"
