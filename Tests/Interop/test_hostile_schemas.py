"""What a tool's schema may do to the broker, and what a model's arguments may do to the schema: over HTTP, to one real process."""

import time

import httpx
import pytest

from hallpass import Broker, problem

# A regular expression that backtracks without end on a text that nearly fits.
CATASTROPHE = "^(a+)+$"
BOUND_SECONDS = 10


def nested(levels: int) -> dict:
    schema: dict = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "array", "items": schema}
    return schema


def connector(name: str, schema: object) -> dict:
    return {"kind": "Connector", "id": name, "resource": f"https://{name}.acme.example/mcp", "tools": [
        {"name": "look", "description": "Looks.", "effect": "read", "scopes": ["things:read"], "input_schema": schema}]}


@pytest.fixture(scope="module")
def ops(broker: Broker):
    with broker.client(Broker.OPS) as http:
        yield http


def register(ops: httpx.Client, name: str, schema: object) -> httpx.Response:
    started = time.monotonic()
    answer = ops.put(f"/v1/tenants/acme/connectors/{name}", json=connector(name, schema))
    assert time.monotonic() - started < BOUND_SECONDS
    return answer


HOSTILE = {
    "10,000 subschemas": ({"anyOf": [{"minLength": n} for n in range(10_000)]}, 400, "subschemas"),
    "deeper than any": (nested(500), 400, None),
    "a megabyte": ({"description": "x" * 1_000_000}, 413, None),
    "only itself": ({"$ref": "#"}, 400, "$ref"),
    "round about itself": (
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}, 400, "$ref"),
    "a file": ({"$ref": "file:///etc/passwd"}, 400, "$ref"),
    "the network": ({"$ref": "http://127.0.0.1:1/schema.json"}, 400, "$ref"),
    "another dialect": ({"$schema": "http://json-schema.org/draft-03/schema#"}, 400, "$schema"),
    "no regular expression": ({"pattern": "("}, 400, "pattern"),
    "no arguments": ({"type": "string"}, 400, "schema"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_schema_that_cannot_be_kept_to_is_refused_with_its_place_and_rule(ops: httpx.Client, name: str):
    schema, status, rule = HOSTILE[name]
    answer = register(ops, "hostile", schema)
    assert answer.status_code == status
    error = problem(answer)
    details = error.get("details", [])
    assert [detail["rule"] for detail in details] == ([rule] if rule else [])
    assert all(detail["path"].startswith("/tools/0/input_schema") for detail in details)
    assert ops.get("/v1/tenants/acme/connectors/hostile").status_code == 404


def test_a_contradiction_and_a_dialect_s_spelling_are_told_of_when_they_are_registered(ops: httpx.Client):
    answer = register(ops, "odd", {"type": "object", "properties": {
        "n": {"type": "integer", "minimum": 5, "maximum": 1},
        "m": {"type": "number", "minimum": 0, "exclusiveMinimum": True}, "s": {"type": "string", "nullable": True}}})
    assert answer.status_code in (200, 201), answer.text
    warned = {warning["path"] for warning in answer.json()["warnings"]}
    for name in "nms":
        assert any(path.startswith(f"/tools/0/input_schema/properties/{name}") for path in warned), warned


@pytest.fixture(scope="module")
def verify(broker: Broker, ops: httpx.Client):
    """Verifies a call of `look` with arguments as they stand; its schema refers to itself and backtracks without end."""
    schema = {"type": "object", "additionalProperties": False, "properties": {
        "text": {"type": "string", "pattern": CATASTROPHE}, "n": {"type": "integer"}, "child": {"$ref": "#"},
        "idempotency_key": {"type": "string"}}}
    assert register(ops, "odd", schema).status_code in (200, 201)
    made = None
    for place, document in {
        "deployments/odd@prod": {
            "kind": "Deployment", "server": "odd", "environment": "prod", "tools_allow": ["look"],
            "auth": {"mode": "oauth", "scopes": ["things:read"], "token_ttl_seconds": 60}},
        "grants/odd-alice": {
            "kind": "Grant", "id": "odd-alice", "subject": "user:alice", "connector": "odd", "environment": "prod",
            "scopes": ["things:read"]},
        "clients/odd-server": {"kind": "Client", "id": "odd-server", "type": "mcp_server", "deployments": ["odd@prod"]},
    }.items():
        made = ops.put(f"/v1/tenants/acme/{place}", json=document)
        assert made.status_code == 201, made.text
    secret = made.json()["secret"]
    broker.confidential.add(secret)

    def ask(arguments: bytes) -> httpx.Response:
        token = broker.call_token("look", connector="odd")
        body = b'{"token":"%s","tool":"look","arguments":%s}' % (token.encode(), arguments)
        started = time.monotonic()
        answer = httpx.post(
            f"{broker.url}/v1/verify", content=body, auth=("odd-server", secret), timeout=BOUND_SECONDS,
            headers={"Content-Type": "application/json"})
        assert time.monotonic() - started < BOUND_SECONDS
        return answer

    return ask


@pytest.mark.parametrize(("arguments", "status", "code"), [
    (b'{"child":' * 10_000 + b"{}" + b"}" * 10_000, 400, "invalid_json"),
    (b"{" + b",".join(b'"p%d":0' % n for n in range(1_000_000)) + b"}", 413, "payload_too_large"),
    (b'{"n":1,"n":2}', 400, "invalid_json"), (b'{"text":"\\ud800"}', 400, "invalid_json"),
    (b'{"n":9007199254740993}', 400, "invalid_json"),
], ids=["10,000 deep", "a million members", "a name twice", "half a character", "past 2^53"])
def test_arguments_that_can_be_read_in_two_ways_or_not_at_all_are_the_servers_error(
    verify, arguments: bytes, status: int, code: str
):
    answer = verify(arguments)
    assert (answer.status_code, problem(answer)["code"]) == (status, code)


@pytest.mark.parametrize(("arguments", "details"), [
    (b'{"text":"%s!"}' % (b"a" * 5_000), [("", "work")]), (b'{"n":1.5}', [("/n", "type")]),
    (b'{"child":{"child":{"txt":"a","n":"1"}}}',
     [("/child/child/txt", "additionalProperties"), ("/child/child/n", "type")]),
    (b"{" + b",".join(b'"p%d":0' % n for n in range(10_000)) + b"}",
     [(f"/p{n}", "additionalProperties") for n in range(64)]),
], ids=["backtracking without end", "no integer", "two places deep down", "10,000 wrong names"])
def test_arguments_that_do_not_fit_are_told_all_that_is_wrong_up_to_a_number(verify, arguments: bytes, details: list):
    answer = verify(arguments)
    assert answer.status_code == 200
    error = answer.json()["error"]
    assert error["code"] == "invalid_arguments"
    assert [(detail["path"], detail["rule"]) for detail in error["details"]] == details


def test_one_and_one_point_nought_are_one_call(verify):
    assert verify(b'{"n":1,"idempotency_key":"odd-1"}').json()["decision"] == "execute"
    again = verify(b'{"idempotency_key":"odd-1","n":1.0}').json()
    assert again["error"]["code"] == "idempotency_in_flight"
