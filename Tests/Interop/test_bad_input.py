"""Every route of the OpenAPI document, asked wrongly in every way: one shape of answer, and never an echo."""

import json

import httpx
import pytest

from hallpass import ROOT, Broker, problem

MARK = "zx9-mark-of-the-caller"
NAMES = {
    "tenant": "acme", "collection": "connectors", "name": "crm-mcp", "n": "1", "revision": "1", "id": "support-gateway",
    "client": "support-gateway", "client_id": "support-gateway", "secret": "s1"}


def operations() -> list[tuple[str, str, str | None]]:
    """Method, path with names filled in, and the type of its body, for each operation that asks who is there."""
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
            path = template
            for name, value in NAMES.items():
                path = path.replace("{%s}" % name, value)
            assert "{" not in path, f"a name to be filled in is missing in NAMES: {path}"
            body = operation.get("requestBody")
            found.append((method.upper(), path, next(iter(body["content"])) if body else None))
    return sorted(found, key=str)


OPERATIONS = operations()
JSON_OPERATIONS = [item for item in OPERATIONS if item[2] == "application/json"]
FORM_OPERATIONS = [item for item in OPERATIONS if item[2] == "application/x-www-form-urlencoded"]


def name(value: object) -> str | None:
    return f"{value[0]} {value[1]}" if isinstance(value, tuple) else None


@pytest.fixture(scope="module")
def ops(broker: Broker):
    """The client that may ask the most, so that what is refused is refused for its form."""
    with broker.client(Broker.OPS) as client:
        yield client


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
    method, path, kind = operation
    with broker.client(None) as nobody:
        answer = nobody.request(method, path, headers={"Content-Type": kind} if kind else None)
    refused(answer, 401, "invalid_client")
    assert answer.headers["www-authenticate"] == 'Basic realm="hallpass"'


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "", "json"])
@pytest.mark.parametrize("operation", JSON_OPERATIONS + FORM_OPERATIONS, ids=name)
def test_another_content_type_is_refused(ops: httpx.Client, operation: tuple, kind: str):
    """What a browser can be made to send across origins without asking is not taken for JSON."""
    answer = ops.request(*operation[:2], content=f'{{"a":"{MARK}"}}', headers={"Content-Type": kind})
    refused(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(("content", "codes"), [
    (b"", ["invalid_json"]), (b"{", ["invalid_json"]), (b'{"token":"' + MARK.encode(), ["invalid_json"]),
    (b'{"%s":1,"%s":2}' % ((MARK.encode(),) * 2), ["invalid_json"]), (b"{} {}", ["invalid_json"]),
    (b'{"a":"\xff"}', ["invalid_json"]), (b'{"a":"\\ud800"}', ["invalid_json"]), (b'{"a":NaN}', ["invalid_json"]),
    (b"[" * 100_000, ["invalid_json"]), (b'{"a":9007199254740993}', ["invalid_json", "invalid_request"]),
    (b"[]", ["invalid_request"]), (b"null", ["invalid_request"]), (b'"%s"' % MARK.encode(), ["invalid_request"]),
    (b'{"frobnicate":1}', ["invalid_request"]),
], ids=lambda value: repr(value[:16]) if isinstance(value, bytes) else "")
@pytest.mark.parametrize("operation", JSON_OPERATIONS, ids=name)
def test_what_is_not_the_json_that_is_wanted_is_refused(
    ops: httpx.Client, operation: tuple, content: bytes, codes: list[str]
):
    """Refused before anyone's rights are looked at, so that it does not matter who asks."""
    answer = ops.request(*operation[:2], content=content, headers={"Content-Type": "application/json"})
    error = refused(answer, 400, *codes)
    if b"frobnicate" in content:
        assert "/frobnicate" in [detail["path"] for detail in error["details"]]


@pytest.mark.parametrize("operation", JSON_OPERATIONS + FORM_OPERATIONS, ids=name)
def test_a_megabyte_is_too_much_for_all_but_a_manifest(ops: httpx.Client, operation: tuple):
    """And a token of ten megabytes is too much for anyone: refused by its size, whatever it says."""
    method, path, kind = operation
    if not path.endswith("/apply"):
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
def test_what_is_not_the_form_that_is_wanted_is_refused(ops: httpx.Client, operation: tuple, content: bytes):
    """Repeated parameters and broken escapes can be read in two ways, so they are not read."""
    answer = ops.request(*operation[:2], content=content, headers={"Content-Type": "application/x-www-form-urlencoded"})
    error = refused(answer, 400, "invalid_request")
    assert error["oauth"] in {"invalid_request", "unsupported_grant_type"}


@pytest.mark.parametrize("operation", [item for item in OPERATIONS if item[0] == "GET"], ids=name)
def test_an_unknown_query_parameter_is_refused_by_name(ops: httpx.Client, operation: tuple):
    """A filter that is misspelt must not read as no filter."""
    error = refused(ops.request(*operation[:2], params={"frobnicate": MARK}), 400, "invalid_request")
    assert "frobnicate" in json.dumps(error)


@pytest.mark.parametrize("query", [
    "limit=0", "limit=501", "limit=-1", "limit=x", "limit=", "limit=1&limit=2", "cursor=!!!"])
@pytest.mark.parametrize("collection", ["connectors", "revisions", "audit", "revocations"])
def test_a_page_that_cannot_be_is_refused(ops: httpx.Client, collection: str, query: str):
    """Boundaries of the page size, and a cursor that nobody gave out."""
    refused(ops.get(f"/v1/tenants/acme/{collection}?{query}"), 400, "invalid_request")


@pytest.mark.parametrize("operation", [item for item in OPERATIONS if "/acme" in item[1]], ids=name)
def test_another_tenants_client_learns_nothing(broker: Broker, operation: tuple):
    """What is there at acme and what is not read alike to Globex, whatever it asks and however well it asks it."""
    method, path, kind = operation
    body = {"content": b"{}", "headers": {"Content-Type": kind}} if kind else {}
    with broker.client("globex-ops", "globex") as foreign:
        there = refused(foreign.request(method, path, **body), 404, "not_found")
        nowhere = refused(foreign.request(method, path.replace("/acme", "/no-such"), **body), 404, "not_found")
    for error in (there, nowhere):
        del error["request_id"]
    assert there == nowhere
