"""The OAuth side as an OAuth library uses it: nothing here writes a request of its own."""

import json
import secrets

import httpx
import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url

from hallpass import Broker, unsigned_json

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
UNSIGNED_JSON = "urn:ietf:params:oauth:token-type:unsigned_json"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
METHODS = ["client_secret_basic", "client_secret_post"]


def note() -> dict:
    """Arguments with what forms and JSON escape, under a key of their own."""
    return {"contact_id": "c-1", "body": "Größe & \u20ac = 100%+", "idempotency_key": f"k {secrets.token_hex(8)}"}


@pytest.fixture(scope="module")
def metadata(broker: Broker) -> dict:
    """Discovered as RFC 8414 has it, from nothing but the issuer."""
    return httpx.get(get_well_known_url(broker.url, external=True)).json()


@pytest.fixture
def library(broker: Broker, metadata: dict):
    """Makes Authlib's client for one of our clients; all it knows of the server are its endpoints."""
    made = []

    def make(client: str = Broker.GATEWAY, method: str = "client_secret_basic", **overrides) -> OAuth2Client:
        client_id, client_secret = broker.credentials(client)
        settings = {"client_id": client_id, "client_secret": client_secret} | overrides
        made.append(OAuth2Client(
            **settings, token_endpoint_auth_method=method, revocation_endpoint_auth_method=method,
            token_endpoint=metadata["token_endpoint"]))
        return made[-1]

    yield make
    for client in made:
        client.close()


def exchange(broker: Broker, client: OAuth2Client, **parameters) -> dict:
    """Alice's proof for a token of the CRM in production, unless `parameters` say otherwise."""
    defaults = {
        "subject_token": unsigned_json({"sub": "alice"}), "subject_token_type": UNSIGNED_JSON,
        "audience": "crm-mcp", "environment": "prod"}
    wanted = {name: value for name, value in (defaults | parameters).items() if value is not None}
    token = client.fetch_token(grant_type=wanted.pop("grant_type", EXCHANGE), **wanted)
    broker.confidential.add(token["access_token"])
    return token


@pytest.mark.parametrize("method", METHODS)
def test_an_exchange_gives_a_call_token_that_executes_once(broker: Broker, library, method: str):
    """RFC 8693 with the extras in place that every library lets through: environment, tool and arguments."""
    arguments = note()
    token = exchange(
        broker, library(method=method), tool="add_note", arguments=json.dumps(arguments), txn="order-7",
        requested_token_type=ACCESS_TOKEN)
    assert token["token_type"] == "Bearer"
    assert token["issued_token_type"] == ACCESS_TOKEN
    assert (token["scope"], token["expires_in"]) == ("notes:write", 60)
    assert not token.is_expired(leeway=0)
    answer = broker.verify(token["access_token"], tool="add_note", arguments=arguments)
    assert (answer["decision"], answer["actor"]) == (
        "execute", {"sub": "alice", "act": {"sub": Broker.GATEWAY}})
    answer = broker.verify(token["access_token"], tool="add_note", arguments=arguments)
    assert (answer["decision"], answer["error"]["code"]) == ("deny", "token_already_used")


def test_the_actor_token_names_the_agent(broker: Broker, library):
    """RFC 8693 section 4.1: who acts stands in `act`, the chain behind it within."""
    chain = {"sub": "agent-1", "act": {"sub": "planner"}}
    token = exchange(broker, library(), actor_token=unsigned_json(chain), actor_token_type=UNSIGNED_JSON)
    answer = broker.introspect(token["access_token"])
    assert (answer["sub"], answer["act"]) == ("alice", chain)


@pytest.mark.parametrize("target", [{"audience": "crm-mcp"}, {"audience": Broker.CRM_RESOURCE},
                                    {"audience": None, "resource": Broker.CRM_RESOURCE}])
def test_audience_and_resource_name_the_same_connector(broker: Broker, library, target: dict):
    """RFC 8693 has both; libraries differ in which one they make easy."""
    token = exchange(broker, library(), **target)
    assert broker.introspect(token["access_token"])["aud"] == Broker.CRM_RESOURCE


def test_a_narrower_scope_is_granted_as_asked(broker: Broker, library):
    """The library's own `scope`, and an answer that says what was granted."""
    assert exchange(broker, library(), scope="contacts:read", expires_in=7)["scope"] == "contacts:read"


@pytest.mark.parametrize(("error", "parameters"), [
    ("unsupported_grant_type", {"grant_type": "client_credentials"}),
    ("invalid_request", {"subject_token_type": "urn:ietf:params:oauth:token-type:jwt"}),
    ("invalid_request", {"subject_token": "not base64url JSON"}),
    ("invalid_target", {"audience": "nowhere-mcp"}),
    ("invalid_target", {"environment": "staging"}),
    ("invalid_scope", {"tool": "find_contact", "scope": "contacts:read notes:write billing:all"}),
    ("access_denied", {"tool": "delete_contact"}),
    ("access_denied", {"subject_token": unsigned_json({"sub": "bob"})}),
    ("invalid_request", {"environment": None}),
    ("invalid_request", {"subject_token": None}),
    ("invalid_request", {"frobnicate": "1"}),
    ("invalid_request", {"tool": "add_note", "arguments": "{"}),
    ("invalid_request", {"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}),
])
def test_a_refusal_is_an_oauth_error_that_the_library_understands(
    broker: Broker, library, error: str, parameters: dict
):
    """RFC 6749 section 5.2 and RFC 8693 section 2.2.2: the library raises it by name, with a description."""
    with pytest.raises(OAuthError) as caught:
        exchange(broker, library(), **parameters)
    assert caught.value.error == error
    assert caught.value.description


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("wrong", [{"client_secret": "hp_support-gateway_" + "A" * 43}, {"client_id": "nobody"}])
def test_a_client_that_is_not_who_it_says_is_told_so(broker: Broker, library, method: str, wrong: dict):
    """An unknown client and a wrong secret read the same."""
    with pytest.raises(OAuthError) as caught:
        exchange(broker, library(method=method, **wrong))
    assert caught.value.error == "invalid_client"


@pytest.mark.parametrize("method", METHODS)
def test_introspection_by_the_library_tells_who_what_and_until_when(
    broker: Broker, library, metadata: dict, method: str
):
    """RFC 7662 section 2.2, for the server that owns the audience; a look does not use the token up."""
    token = exchange(broker, library(), tool="add_note", txn="order-8")
    server = library(Broker.CRM_SERVER, method)
    for _ in range(2):
        answer = server.introspect_token(
            metadata["introspection_endpoint"], token["access_token"], token_type_hint="access_token")
        assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
        claims = answer.json()
    assert claims.pop("exp") - claims.pop("iat") == 60
    assert claims.pop("iss") == metadata["issuer"]
    assert claims == {
        "active": True, "scope": "notes:write", "client_id": Broker.GATEWAY, "sub": "alice", "username": "alice",
        "token_type": "Bearer", "aud": Broker.CRM_RESOURCE, "jti": token["jti"], "act": {"sub": Broker.GATEWAY},
        "tenant": "acme", "environment": "prod", "connector": "crm-mcp", "tool": "add_note", "txn": "order-8",
        "authorization_details": [{
            "type": "mcp_tool_call", "locations": [Broker.CRM_RESOURCE], "connector": "crm-mcp",
            "environment": "prod", "actions": ["add_note"]}]}
    assert broker.verify(token["access_token"], tool="add_note", arguments=note())["decision"] == "execute"


def test_introspection_says_inactive_and_nothing_more(broker: Broker, library, metadata: dict):
    """Whatever the reason, so that a token's fate is nobody's business but its audience's."""
    token = broker.session_token()
    spent = broker.call_token("find_contact")
    broker.use(spent)
    for client, text in [
        (Broker.BILLING_SERVER, token), (Broker.CRM_SERVER, "nonsense"), (Broker.CRM_SERVER, token + "x"),
        (Broker.CRM_SERVER, spent),
    ]:
        answer = library(client).introspect_token(metadata["introspection_endpoint"], text)
        assert (answer.status_code, answer.json()) == (200, {"active": False}), client


@pytest.mark.parametrize("method", METHODS)
def test_revocation_by_the_library_ends_a_token(broker: Broker, library, metadata: dict, method: str):
    """RFC 7009: 200 for a live token, for the same again, and for one that never was."""
    gateway, token = library(method=method), broker.session_token()
    assert broker.introspect(token)["active"] is True
    for text in [token, token, "never-was-one"]:
        answer = gateway.revoke_token(metadata["revocation_endpoint"], text, token_type_hint="access_token")
        assert answer.status_code == 200
        assert broker.introspect(token) == {"active": False}


def test_a_client_cannot_revoke_what_is_not_its_own(broker: Broker, library, metadata: dict):
    """It gets the same 200 as always and has changed nothing. Source: RFC 7009 section 2.1."""
    token = broker.session_token()
    answer = library(Broker.BILLING_SERVER).revoke_token(metadata["revocation_endpoint"], token)
    assert answer.status_code == 200
    assert broker.introspect(token)["active"] is True


def test_the_metadata_holds_by_the_librarys_own_rules(broker: Broker, metadata: dict, monkeypatch):
    """RFC 8414 section 3.3: the issuer is the one that was asked; then every rule the library has.

    All but two: that URLs be https, which is checked under TLS, and that some response type be supported, which the RFC
    does not ask for and which a server without an authorization endpoint cannot have.
    """
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    assert metadata["issuer"] == broker.url
    assert metadata["response_types_supported"] == []
    checked = AuthorizationServerMetadata(metadata)
    for key in checked.REGISTRY_KEYS:
        if key != "response_types_supported":
            getattr(checked, f"validate_{key}")()


def test_the_metadata_names_what_works_and_nothing_else(broker: Broker, library, metadata: dict):
    """A client that goes by the document alone gets through: each endpoint by each method it names."""
    assert metadata["grant_types_supported"] == [EXCHANGE]
    for endpoint in ("token", "introspection", "revocation"):
        assert metadata[f"{endpoint}_endpoint_auth_methods_supported"] == METHODS
        assert metadata[f"{endpoint}_endpoint"].startswith(metadata["issuer"] + "/")
    for method in METHODS:
        gateway = library(method=method)
        token = exchange(broker, gateway)["access_token"]
        server = library(Broker.CRM_SERVER, method)
        assert server.introspect_token(metadata["introspection_endpoint"], token).json()["active"] is True
        assert gateway.revoke_token(metadata["revocation_endpoint"], token).status_code == 200
        assert server.introspect_token(metadata["introspection_endpoint"], token).json() == {"active": False}
