"""People who sign in at an identity provider of Authlib's: their real tokens, exchanged here, at work on a real MCP server."""

import http.server
import secrets
import threading
import time
from contextlib import contextmanager

import pytest

from hallpass import Broker, problem
from identity_provider import AUDIENCE, Person, Provider, serving_provider
from mcp_endpoint import connected, serving
from verifying_server import TOKEN_META, VerifyingServer

pytestmark = pytest.mark.anyio

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
GATEWAY = "front-desk-gateway"


@pytest.fixture(scope="module")
def provider():
    with serving_provider() as provider:
        provider.people["dora"] = Person("dora", secrets.token_urlsafe(), ["support", "staff"])
        provider.people["carl"] = Person("carl", secrets.token_urlsafe(), ["staff"])
        yield provider


def issuer(url: str, **changes: object) -> dict:
    return {
        "kind": "Issuer", "id": "acme-id", "issuer": url, "audiences": [AUDIENCE], "algorithms": ["RS256"],
        "jwks_url": f"{url}/jwks", "claims": {"groups": "/realm/groups"}, "token_types": ["access_token"]} | changes


def register(broker: Broker, document: dict, tenant: str = "acme", ops: str = Broker.OPS) -> dict:
    """Puts one document where its kind belongs."""
    collection = f"{document['kind'].lower()}s"
    with broker.client(ops, tenant) as http:
        answer = http.put(f"/v1/tenants/{tenant}/{collection}/{document['id']}", json=document)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


@pytest.fixture(scope="module")
def gateway(broker: Broker, provider: Provider) -> str:
    """A gateway whose own word is no proof, at a company that has registered its identity provider."""
    register(broker, issuer(provider.url))
    register(broker, {
        "kind": "Grant", "id": "signed-in-support", "subject": "group:support", "connector": "crm-mcp",
        "environment": "prod", "scopes": ["contacts:read", "notes:write"]})
    answer = register(broker, {"kind": "Client", "id": GATEWAY, "type": "gateway"})
    broker.secrets["acme"][GATEWAY] = answer["secret"]
    broker.confidential.add(answer["secret"])
    return GATEWAY


def exchange(broker: Broker, gateway: str, token: str, **wishes: str):
    broker.confidential.add(token)
    answer = broker.ask_form(gateway, "/oauth/token", {
        "grant_type": EXCHANGE, "subject_token": token, "subject_token_type": ACCESS_TOKEN, "audience": "crm-mcp",
        "environment": "prod"} | wishes)
    if answer.status_code == 200:
        broker.confidential.add(answer.json()["access_token"])
    return answer


def last_mint(broker: Broker) -> dict:
    with broker.client(Broker.OPS) as http:
        return http.get("/v1/tenants/acme/audit", params={"event": "mint", "limit": 1}).json()["items"][0]


async def test_who_signed_in_works_until_they_leave_the_group(broker: Broker, provider: Provider, gateway: str):
    """Sign in there, exchange here, call a server; out of the group there, the next sign-in gets nothing here."""
    answer = exchange(broker, gateway, provider.sign_in("dora"), tool="add_note")
    assert answer.status_code == 200, answer.text
    crm = VerifyingServer(broker.url, *broker.credentials(Broker.CRM_SERVER))
    note = {"contact_id": "c-1", "body": "Called back.", "idempotency_key": f"turn-{secrets.token_hex(8)}"}
    with serving(crm.app()) as url:
        async with connected(url) as session:
            result = await session.client.call_tool(
                "add_note", note, meta={TOKEN_META: answer.json()["access_token"]})
    assert not result.is_error, result
    assert [(done["tool"], done["for"]) for done in crm.executed] == [("add_note", "dora")]
    record = last_mint(broker)
    assert (record["issuer"], record["sub"], record["client_id"]) == ("acme-id", "dora", GATEWAY)

    provider.people["dora"].groups.remove("support")
    refusal = problem(exchange(broker, gateway, provider.sign_in("dora"), tool="add_note"))
    assert (refusal["code"], refusal["oauth"]) == ("actor_not_granted", "access_denied")
    provider.people["dora"].groups.append("support")


def test_who_is_not_in_the_group_gets_nothing(broker: Broker, provider: Provider, gateway: str):
    assert problem(exchange(broker, gateway, provider.sign_in("carl")))["code"] == "actor_not_granted"


def test_the_json_mint_takes_the_same_token(broker: Broker, provider: Provider, gateway: str):
    token = provider.sign_in("dora")
    broker.confidential.add(token)
    answer = broker.ask(gateway, "/v1/call-tokens", {
        "actor": {"token": token, "token_type": "access_token"}, "connector": "crm-mcp", "environment": "prod"})
    assert answer.status_code == 200, answer.text
    broker.confidential.add(answer.json()["access_token"])


def test_a_gateway_whose_word_is_none_cannot_do_without(broker: Broker, gateway: str):
    answer = broker.ask(gateway, "/v1/call-tokens", {
        "actor": {"sub": "dora", "groups": ["support"]}, "connector": "crm-mcp", "environment": "prod"})
    assert (answer.status_code, problem(answer)["code"]) == (401, "actor_not_proven")


def test_the_command_line_says_which_check_fails(broker: Broker, provider: Provider, gateway: str):
    """As an admin would look into it, with the token in a file."""
    site = broker.server.site
    token = provider.sign_in("dora")
    broker.confidential.add(token)
    file = site.secret_file("dora", token)
    ops = ["--url", broker.url, "--tenant", "acme", "--client-id", Broker.OPS, "--client-secret-file",
           site.secret_file(Broker.OPS, broker.secrets["acme"][Broker.OPS])]
    good = site.run("issuers", "test", "--issuer", "acme-id", "--token-file", file, "--token-type", "access_token", *ops)
    assert (good.returncode, good.stdout.splitlines()[-1]) == (0, "It proves dora, in staff, support."), good.stderr
    bad = site.run("issuers", "test", "--issuer", "acme-id", "--token-file", file, "--token-type", "id_token", *ops)
    assert bad.returncode == 1
    assert [line.split()[:2] for line in bad.stdout.splitlines()[1:5]] == [
        ["token_shape", "passed"], ["issuer", "passed"], ["token_type", "failed"], ["algorithm", "not"]]
    assert token not in good.stdout + good.stderr + bad.stdout + bad.stderr


def test_a_token_of_the_provider_means_nothing_in_another_tenant(broker: Broker, provider: Provider, gateway: str):
    token = provider.sign_in("dora")
    broker.confidential.add(token)
    client = next(name for name in broker.secrets["globex"] if "gateway" in name)
    answer = broker.ask(client, "/v1/call-tokens", {
        "actor": {"token": token, "token_type": "access_token"}, "connector": "crm-mcp", "environment": "prod"},
        tenant="globex")
    assert (answer.status_code, problem(answer)["code"]) == (401, "issuer_unknown")


class Trouble(http.server.BaseHTTPRequestHandler):
    """What goes wrong where a key set should be."""

    def do_GET(self):
        match self.path:
            case "/500": self.answer(500, b"{}")
            case "/html": self.answer(200, b"<!doctype html><title>Sign in</title>")
            case "/moved": self.answer(302, b"", ("Location", "http://169.254.169.254/latest/meta-data"))
            case "/big": self.answer(200, b'{"keys":[' + b" " * 10_000_000 + b"]}")
            case "/oct": self.answer(200, b'{"keys":[{"kty":"oct","kid":"k1","k":"c2VjcmV0"}]}')
            case "/silent": self.server.released.wait(30)
            case "/trickle":
                self.send_response(200)
                self.end_headers()
                while not self.server.released.wait(0.2):
                    self.wfile.write(b" ")

    def answer(self, status: int, body: bytes, *headers: tuple[str, str]):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass  # It hung up, which is what it should.

    def log_message(self, *_):
        pass


@contextmanager
def troubled_provider():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Trouble)
    server.released = threading.Event()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(("path", "reason"), [
    ("/500", "did not answer 200"), ("/html", "not acceptable JSON"), ("/moved", "redirects are not followed"),
    ("/big", "over 262144 bytes"), ("/oct", "no key at its jwks_url can be used"),
    ("/silent", "longer than 5 seconds"), ("/trickle", "longer than 5 seconds"), (None, "nobody answers"),
    ("https://localhost:1", "nobody answers"), ("https://10.0.0.1/jwks", "not public"),
    ("https://10.0.0.1/jwks", "not public"), ("https://no-such-host.invalid/jwks", "leads nowhere"),
])
def test_keys_that_cannot_be_had_refuse_nobody_for_good(
    broker: Broker, provider: Provider, gateway: str, path: str | None, reason: str
):
    """The mint says that nothing is known; the admin is told why, in bounded time."""
    token = provider.sign_in("dora")
    with troubled_provider() as url:
        if path is None:
            place = "http://127.0.0.1:1/jwks"
        else:
            place = path if path.startswith("https:") else url + path
        register(broker, issuer(provider.url, jwks_url=place))
        try:
            began = time.monotonic()
            answer = exchange(broker, gateway, token)
            assert time.monotonic() - began < 8
            assert (answer.status_code, problem(answer)["code"]) == (503, "unavailable")
            assert last_mint(broker)["proof_check"] == "key"
            trial = broker.ask(Broker.OPS, "/v1/tenants/acme/issuers/acme-id/test", {
                "token": token, "token_type": "access_token"}).json()
            [failed] = [check for check in trial["checks"] if check["result"] == "failed"]
            assert failed["check"] == "key" and reason in failed["message"], failed
        finally:
            register(broker, issuer(provider.url))


def test_a_new_key_is_found_without_anybody_doing_anything(broker: Broker, provider: Provider, gateway: str):
    """The provider's rotation is the provider's business: within seconds the new key counts, and the old one does not."""
    old = provider.sign_in("dora")
    assert exchange(broker, gateway, old).status_code == 200
    provider.change_key()
    new = provider.sign_in("dora")
    deadline = time.monotonic() + 15
    while (answer := exchange(broker, gateway, new)).status_code != 200:
        assert problem(answer)["code"] == "actor_not_proven"
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert problem(exchange(broker, gateway, old))["code"] == "actor_not_proven"
