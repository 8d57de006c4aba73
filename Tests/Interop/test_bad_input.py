"""Every route of the OpenAPI document, asked wrongly in every way: one shape of answer, and never an echo."""

import json

import httpx
import pytest

from hallpass import ROOT, Broker, problem

MARK = "zx9-mark-of-the-caller"
# What the placeholders of the paths stand for; a deployment is named by two names.
NAMES = {"tenant": "acme", "client": "support-gateway", "secret": "s1", "revision": "1", "name": "crm-mcp",
         "call_id": "A" * 22, "approval_id": "A" * 22, "cutoff": "1", "username": "vera", "session": "A" * 22}
DEPLOYMENT = "crm-mcp@prod"
KINDS = {
    "environments": "Environment", "connectors": "Connector", "deployments": "Deployment", "grants": "Grant",
    "clients": "Client", "issuers": "Issuer", "acme": "Tenant"}


def operations() -> list[tuple[str, str, str | None, bool]]:
    """Of each operation for clients: method, path with names filled in, the type of its body, whether it needs one."""
    file = ROOT / "Public" / "openapi.json"
    if not file.exists():
        return []
    document = json.loads(file.read_text())
    found = []
    for template, item in document["paths"].items():
        for method in item.keys() & {"get", "put", "post", "delete"}:
            operation = item[method]
            if operation.get("security", document.get("security")) in (None, []):
                continue
            # What only a person's session may ask is asked in test_people.py.
            if template.startswith("/v1/session"):
                continue
            path = template.replace("/deployments/{name}", f"/deployments/{DEPLOYMENT}")
            for name, value in NAMES.items():
                path = path.replace("{%s}" % name, value)
            assert "{" not in path, f"a name to be filled in is missing in NAMES: {path}"
            body = operation.get("requestBody")
            kind = next(iter(body["content"])) if body else None
            found.append((method.upper(), path, kind, bool(body and body.get("required"))))
    return sorted(found, key=str)


OPERATIONS = operations()
JSON_OPERATIONS = [item for item in OPERATIONS if item[2] == "application/json"]
FORM_OPERATIONS = [item for item in OPERATIONS if item[2] == "application/x-www-form-urlencoded"]


def name(value: object) -> str | None:
    return f"{value[0]} {value[1]}" if isinstance(value, tuple) else None


class Askers:
    """Asks each thing as a client that may ask it, so that what is refused is refused for its form."""

    def __init__(self, gateway: httpx.Client, server: httpx.Client, ops: httpx.Client, platform: httpx.Client):
        self.platform = platform
        self.of = {"/v1/call-tokens": gateway, "/oauth/token": gateway, "/v1/tools": gateway, "/v1/verify": server,
                   "/v1/calls/": server, "/oauth/introspect": server, "/v1/revocations/feed": gateway, "/": ops}

    def request(self, method: str, path: str, **options) -> httpx.Response:
        client = next(client for start, client in self.of.items() if path.startswith(start))
        # Nobody in a tenant may delete it.
        if (method, path) == ("DELETE", "/v1/tenants/acme"):
            client = self.platform
        return client.request(method, path, **options)

    def get(self, path: str) -> httpx.Response:
        return self.request("GET", path)


@pytest.fixture(scope="module")
def ops(broker: Broker):
    with (broker.client(Broker.GATEWAY) as gateway, broker.client(Broker.CRM_SERVER) as server,
          broker.client(Broker.OPS) as client, broker.platform_client() as platform):
        yield Askers(gateway, server, client, platform)


def refused(answer: httpx.Response, status: int, *codes: str) -> dict:
    """Asserts the status, one of the codes, and that nothing that was sent comes back."""
    assert answer.status_code == status, answer.text
    error = problem(answer)
    assert error["code"] in codes
    assert MARK not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    return error


def test_the_document_has_operations_of_both_kinds():
    """The tables below are made from it: an empty one would pass."""
    assert len(JSON_OPERATIONS) > 5 and len(FORM_OPERATIONS) == 3


@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
def test_nobody_is_asked_for_credentials(broker: Broker, operation: tuple):
    """Before anything else, even before the form of the request is looked at."""
    method, path, kind, _ = operation
    with broker.client(None) as nobody:
        answer = nobody.request(method, path, headers={"Content-Type": kind} if kind else None)
    refused(answer, 401, "invalid_client")
    assert answer.headers["www-authenticate"] == 'Basic realm="hallpass"'


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "", "json"])
@pytest.mark.parametrize("operation", JSON_OPERATIONS + FORM_OPERATIONS, ids=name)
def test_another_content_type_is_refused(ops: Askers, operation: tuple, kind: str):
    """What a browser can be made to send across origins without asking is not taken for JSON."""
    answer = ops.request(*operation[:2], content=f'{{"a":"{MARK}"}}', headers={"Content-Type": kind})
    refused(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(("content", "codes"), [
    (b"", ["invalid_json"]), (b"{", ["invalid_json"]), (b'{"token":"' + MARK.encode(), ["invalid_json"]),
    (b'{"%s":1,"%s":2}' % ((MARK.encode(),) * 2), ["invalid_json"]), (b"{} {}", ["invalid_json"]),
    (b'{"a":"\xff"}', ["invalid_json"]), (b'{"a":"\\ud800"}', ["invalid_json"]), (b'{"a":NaN}', ["invalid_json"]),
    (b"[" * 100_000, ["invalid_json"]), (b'{"a":9007199254740993}', ["invalid_json", "invalid_request"]),
    (b"[]", ["invalid_request"]), (b"null", ["invalid_request"]), (b'"%s"' % MARK.encode(), ["invalid_request"]),
], ids=lambda value: repr(value[:16]) if isinstance(value, bytes) else "")
@pytest.mark.parametrize("operation", JSON_OPERATIONS, ids=name)
def test_what_is_not_the_json_that_is_wanted_is_refused(
    ops: Askers, operation: tuple, content: bytes, codes: list[str]
):
    """Half of it, doubled names, bytes that are no text, numbers that no double holds, and what is not an object."""
    if content == b"" and not operation[3]:
        pytest.skip("here a body may be left out")
    answer = ops.request(*operation[:2], content=content, headers={"Content-Type": "application/json"})
    refused(answer, 400, *codes)


@pytest.mark.parametrize("operation", JSON_OPERATIONS, ids=name)
def test_an_unknown_field_is_refused_by_name(ops: Askers, operation: tuple):
    """Beside everything else that is wrong: a misspelt limit must not read as no limit."""
    method, path = operation[:2]
    parts = path.split("/")
    # Of a document, its kind says which fields there are.
    kind = next((KINDS[part] for part in (parts[-2], parts[-1]) if method == "PUT" and part in KINDS), None)
    error = refused(ops.request(method, path, json={"frobnicate": 1} | ({"kind": kind} if kind else {})), 400,
                    "invalid_request")
    assert "/frobnicate" in [detail["path"] for detail in error["details"]]


@pytest.mark.parametrize("operation", JSON_OPERATIONS + FORM_OPERATIONS, ids=name)
def test_a_megabyte_is_too_much_for_all_but_a_manifest_and_an_outcome(ops: Askers, operation: tuple):
    """And a token of ten megabytes is too much for anyone: refused by its size, whatever it says."""
    method, path, kind, _ = operation
    if not path.endswith(("/apply", "/outcome", "/observed-tools")):
        answer = ops.request(method, path, content=b" " * 1_000_000, headers={"Content-Type": kind})
        refused(answer, 413, "payload_too_large")
    huge = b'{"token":"' + b"a" * 20_000_000 + b'"}' if kind == "application/json" else b"token=" + b"a" * 10_000_000
    answer = ops.request(method, path, content=huge, headers={"Content-Type": kind})
    refused(answer, 413, "payload_too_large")


@pytest.mark.parametrize("content", [
    b"", b"=", b"token=%s&token=%s" % ((MARK.encode(),) * 2), b"token=%", b"token=%zz", b"token=%ff", b"%00=1",
    b"frobnicate=1",
])
@pytest.mark.parametrize("operation", FORM_OPERATIONS, ids=name)
def test_what_is_not_the_form_that_is_wanted_is_refused(ops: Askers, operation: tuple, content: bytes):
    """Repeated parameters and broken escapes can be read in two ways, so they are not read."""
    answer = ops.request(*operation[:2], content=content, headers={"Content-Type": "application/x-www-form-urlencoded"})
    error = refused(answer, 400, "invalid_request")
    assert error["oauth"] in {"invalid_request", "unsupported_grant_type"}


@pytest.mark.parametrize("operation", [item for item in OPERATIONS if item[0] == "GET"], ids=name)
def test_an_unknown_query_parameter_is_refused_by_name(ops: Askers, operation: tuple):
    """A filter that is misspelt must not read as no filter."""
    error = refused(ops.request(*operation[:2], params={"frobnicate": MARK}), 400, "invalid_request")
    assert "frobnicate" in json.dumps(error)


@pytest.mark.parametrize("query", [
    "limit=0", "limit=501", "limit=-1", "limit=x", "limit=", "limit=1&limit=2", "cursor=!!!"])
@pytest.mark.parametrize("collection", ["connectors", "revisions", "audit", "revocations"])
def test_a_page_that_cannot_be_is_refused(ops: Askers, collection: str, query: str):
    """Boundaries of the page size, and a cursor that nobody gave out."""
    refused(ops.get(f"/v1/tenants/acme/{collection}?{query}"), 400, "invalid_request")


@pytest.mark.parametrize("operation", [item for item in OPERATIONS if "/acme" in item[1]], ids=name)
def test_another_tenants_client_learns_nothing(broker: Broker, operation: tuple):
    """What is there at acme and what is not read alike to Globex, whatever it asks and however well it asks it."""
    method, path, kind, _ = operation
    body = {"content": b"{}", "headers": {"Content-Type": kind}} if kind else {}
    with broker.client("globex-ops", "globex") as foreign:
        there = refused(foreign.request(method, path, **body), 404, "not_found")
        nowhere = refused(foreign.request(method, path.replace("/acme", "/no-such"), **body), 404, "not_found")
    for error in (there, nowhere):
        del error["request_id"]
    assert there == nowhere
