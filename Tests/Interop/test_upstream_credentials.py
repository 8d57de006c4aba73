"""Upstream credentials against a real provider: Authlib's authorization server, and Hallpass as one of its clients."""

import json
import secrets
import threading
import time
from base64 import b64decode
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from authlib.common.urls import url_decode
from authlib.oauth2 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7009 import RevocationEndpoint

from hallpass import Broker

CLIENT_ID = "hallpass at acme"
CLIENT_SECRET = "s3cret: with & and +"
ALLOWED = {"contacts:read", "notes:write"}


class Token(SimpleNamespace):
    """A row as Authlib wants it."""

    def check_client(self, client):
        return client.get_client_id() == CLIENT_ID

    def get_scope(self):
        # A new refresh token has the scope of the one before, whatever was asked for with that. RFC 6749 section 6.
        return self.granted

    def get_expires_in(self):
        return self.expires_in

    def is_expired(self):
        return False

    def is_revoked(self):
        return self.revoked


class Client:
    """The one client there is."""

    def get_client_id(self):
        return CLIENT_ID

    def get_allowed_scope(self, scope):
        return " ".join(name for name in (scope or "").split() if name in ALLOWED)

    def check_client_secret(self, secret):
        return secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "client_secret_basic"

    def check_grant_type(self, grant_type):
        return grant_type in ("client_credentials", "refresh_token")


class Provider(AuthorizationServer):
    """Authlib's server without a web framework: requests come from `http.server`, tokens lie in a list."""

    def __init__(self):
        super().__init__(scopes_supported=sorted(ALLOWED))
        self.tokens: list[Token] = []
        self.requests: list[tuple[str, dict]] = []
        self.lifetime = 3600
        self.register_token_generator("default", BearerTokenGenerator(
            lambda **_: f"at-{secrets.token_urlsafe(16)}", lambda **_: f"rt-{secrets.token_urlsafe(16)}",
            lambda *_: self.lifetime))
        self.register_client_auth_method("client_secret_basic", authenticate_basic)
        self.register_grant(ClientCredentials)
        self.register_grant(RefreshToken)
        self.register_endpoint(Revocation)

    def query_client(self, client_id):
        return Client() if client_id == CLIENT_ID else None

    def save_token(self, token, request):
        granted = request.refresh_token.granted if request.refresh_token else token.get("scope", "")
        self.tokens.append(Token(**({"refresh_token": None} | token), granted=granted, revoked=False, user="alice"))

    def send_signal(self, name, *args, **kwargs):
        pass

    def create_oauth2_request(self, request):
        return request

    def handle_response(self, status, body, headers):
        return status, body, headers

    def issue_refresh_token(self, scope: str) -> str:
        """What a person gets who signs in."""
        token = Token(
            access_token="at-first", refresh_token=f"rt-{secrets.token_urlsafe(16)}", scope=scope, granted=scope,
            expires_in=1, token_type="Bearer", revoked=False, user="alice")
        self.tokens.append(token)
        return token.refresh_token


def authenticate_basic(query_client, request):
    scheme, _, pair = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Basic":
        return None
    client_id, _, secret = b64decode(pair).decode().partition(":")
    # RFC 6749 section 2.3.1: both were escaped before they were joined.
    client = query_client(unquote(client_id))
    return client if client and client.check_client_secret(unquote(secret)) else None


class ClientCredentials(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]


class RefreshToken(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token):
        found = [token for token in self.server.tokens if token.refresh_token == refresh_token]
        return found[0] if found and not found[0].revoked else None

    def authenticate_user(self, credential):
        return credential.user

    def revoke_old_credential(self, credential):
        credential.revoked = True


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = ["client_secret_basic"]

    def query_token(self, token_string, token_type_hint):
        for token in self.server.tokens:
            if token_string in (token.refresh_token, token.access_token):
                return token
        return None

    def revoke_token(self, token, request):
        token.revoked = True


class Request(OAuth2Request):
    """One that has its form where Authlib's endpoints look for it."""

    @property
    def form(self):
        return self.payload.data


@contextmanager
def running():
    server = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            url = f"https://provider.example{self.path}"
            form = dict(url_decode(body))
            request = Request("POST", url, headers=dict(self.headers))
            request.payload = BasicOAuth2Payload(form)
            path = urlsplit(self.path).path
            server.requests.append((path, form))
            if path == "/revoke":
                status, answer, headers = server.create_endpoint_response("revocation", request)
            else:
                status, answer, headers = server.create_token_response(request)
            content = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_port}"
    yield server
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture
def provider():
    with running() as server:
        yield server


@pytest.fixture
def credential(broker: Broker, provider: Provider):
    """Registers one by the command, from standard input, and takes it away again."""
    site = broker.server.site
    ops = ("--client-id", "acme-ops", "--client-secret-file", site.secret_file("ops", broker.secrets["acme"]["acme-ops"]),
           "--tenant", "acme", "--url", broker.url)
    name = f"crm-{secrets.token_hex(4)}"

    def command(verb: str, *arguments, **options):
        return site.run("credentials", verb, *([] if verb == "list" else [name]), *arguments, *ops, "--json", **options)

    def put(kind: str, secret: dict):
        broker.confidential.update(secret.values())
        result = command(
            "put", "--kind", kind, "--deployment", "crm-mcp@prod", "--token-endpoint", f"{provider.url}/token",
            "--revocation-endpoint", f"{provider.url}/revoke", "--upstream-client-id", CLIENT_ID,
            "--secret-file", "-", stdin=json.dumps(secret))
        assert result.returncode == 0, result.stderr + result.stdout
        assert not any(value in result.stdout + result.stderr for value in secret.values())
        return json.loads(result.stdout)

    yield SimpleNamespace(put=put, command=command, name=name)
    command("revoke")


def issue(broker: Broker, tool: str = "find_contact") -> httpx.Response:
    """What the server of a fresh call is given."""
    auth = broker.credentials(Broker.CRM_SERVER)
    arguments = {"query": "Ada"} if tool == "find_contact" else {
        "contact_id": "c-1", "body": "x", "idempotency_key": secrets.token_hex(8)}
    call = httpx.post(f"{broker.url}/v1/verify", auth=auth, json={
        "token": broker.call_token(tool, arguments=arguments), "tool": tool, "arguments": arguments}).json()
    answer = httpx.post(f"{broker.url}/v1/calls/{call['call_id']}/credential", auth=auth)
    if answer.status_code == 200:
        broker.confidential.add(answer.json()["value"])
    return answer


def test_client_credentials(broker: Broker, provider: Provider, credential):
    credential.put("oauth_client_credentials", {"client_secret": CLIENT_SECRET})
    before = int(time.time())
    first, second = issue(broker), issue(broker)
    assert first.status_code == 200, first.text
    answer = first.json()
    assert answer["type"] == "bearer" and answer["scope"] == "contacts:read"
    assert before + 3590 <= answer["expires_at"] <= time.time() + 3600
    # The provider knows the token, with no more than the call's scope, and was asked once.
    assert second.json()["value"] == answer["value"]
    [token] = provider.tokens
    assert token.access_token == answer["value"] and token.scope == "contacts:read"
    assert issue(broker, "add_note").json()["scope"] == "notes:write"


def test_refresh_tokens_are_followed_and_revoked(broker: Broker, provider: Provider, credential):
    refresh = provider.issue_refresh_token("contacts:read notes:write")
    credential.put("oauth_refresh_token", {"client_secret": CLIENT_SECRET, "refresh_token": refresh})
    provider.lifetime = 1
    values = [issue(broker, tool).json() for tool in ("find_contact", "add_note", "find_contact", "add_note")]
    assert all(answer["type"] == "bearer" for answer in values), values
    # Each was fetched with the refresh token that the one before had brought.
    assert provider.tokens[0].revoked and len(provider.tokens) >= 3
    assert not provider.tokens[-1].revoked
    revoked = json.loads(credential.command("revoke", "--reason", "leaked").stdout)
    assert revoked["provider_revocation"] == "done" and revoked["state"] == "revoked"
    assert provider.tokens[-1].revoked
    assert issue(broker).json()["error"]["code"] == "credential_not_found"


def test_a_sign_in_that_was_taken_back_needs_another(broker: Broker, provider: Provider, credential):
    refresh = provider.issue_refresh_token("contacts:read notes:write")
    credential.put("oauth_refresh_token", {"client_secret": CLIENT_SECRET, "refresh_token": refresh})
    provider.tokens[0].revoked = True
    assert issue(broker).json()["error"]["code"] == "upstream_reauth_required"
    asked = len(provider.requests)
    assert issue(broker).json()["error"]["code"] == "upstream_reauth_required"
    assert len(provider.requests) == asked
    [shown] = [item for item in json.loads(credential.command("list").stdout)["items"] if item["name"] == credential.name]
    assert shown["state"] == "reauth_required" and shown["failure"] == "invalid_grant"
    again = json.dumps({"refresh_token": provider.issue_refresh_token("contacts:read notes:write")})
    rotated = credential.command("rotate", "--kind", "oauth_refresh_token", "--secret-file", "-", stdin=again)
    assert rotated.returncode == 0, rotated.stderr
    assert issue(broker).status_code == 200


def test_what_a_provider_refuses_is_said_to_the_admin(broker: Broker, provider: Provider, credential):
    credential.put("oauth_client_credentials", {"client_secret": "another-secret-than-the-providers"})
    assert issue(broker).json()["error"]["code"] == "upstream_refused"
    tested = credential.command("test")
    assert tested.returncode == 1 and "upstream_refused" in tested.stdout
    secret = json.dumps({"client_secret": CLIENT_SECRET})
    credential.command("rotate", "--kind", "oauth_client_credentials", "--secret-file", "-", stdin=secret)
    tested = credential.command("test", "--scope", "contacts:read")
    assert tested.returncode == 0 and json.loads(tested.stdout)["scope"] == "contacts:read", tested.stdout
