"""HTTP as it may arrive and as it must not: what a proxy, an old client or an attacker makes of it, by the byte."""

import json
import re
import time
from contextlib import ExitStack

import httpx
import pytest

from hallpass import PATIENCE, Broker, Server, poll
from wire import Closed, Wire, basic

HOST = "Host: localhost\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
JSON = "Content-Type: application/json\r\n"
MARK = "zx9-mark-of-the-caller"


@pytest.fixture
def wire(broker: Broker):
    """A connection to the server, which must still be well when the test is over."""
    with Wire(broker.server.port) as wire:
        yield wire
    assert httpx.get(f"{broker.url}/readyz").json() == {"status": "ready"}


@pytest.fixture(scope="module")
def gateway(broker: Broker) -> str:
    return basic(broker.credentials(Broker.GATEWAY))


@pytest.fixture(scope="module")
def crm(broker: Broker) -> str:
    return basic(broker.credentials(Broker.CRM_SERVER))


def refused_or_closed(wire: Wire) -> int:
    """Asserts that what was sent got a 4xx or nothing, and that the connection ends; gives the status, or 0.

    Where there is an answer it has the one shape, even of what was no HTTP.
    """
    try:
        answer = wire.answer()
    except Closed:
        return 0
    assert 400 <= answer.status < 500, answer
    body = json.loads(answer.body)
    # On the OAuth routes `error` is OAuth's own word, and ours stands beside it.
    error = body if isinstance(body["error"], str) else body["error"]
    assert body["ok"] is False and error["request_id"] == answer.headers["x-request-id"], answer
    assert wire.is_closed()
    return answer.status


def test_pipelined_requests_are_answered_in_order(wire: Wire):
    """A client may send the next request before the last answer; the answers must not change places."""
    wire.send("".join(f"GET {path} HTTP/1.1\r\n{HOST}\r\n" for path in ["/healthz", "/nowhere", "/readyz", "/healthz"]))
    answers = [wire.answer() for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 404, 200, 200]
    assert [json.loads(answer.body).get("status") for answer in answers] == ["ok", None, "ready", "ok"]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 4


def test_pipelined_posts_do_not_share_a_body(wire: Wire, crm: str):
    """Each body ends where its length says; the next request begins there."""
    body = "token=nonsense"
    post = f"POST /oauth/introspect HTTP/1.1\r\n{HOST}{crm}{FORM}Content-Length: {len(body)}\r\n\r\n{body}"
    wire.send(post + f"GET /healthz HTTP/1.1\r\n{HOST}\r\n" + post)
    inactive = {"active": False}
    assert [json.loads(wire.answer().body) for _ in range(3)] == [inactive, {"status": "ok"}, inactive]


@pytest.mark.parametrize("headers", ["", "Connection: close\r\n", "Connection: keep-alive\r\n", HOST])
def test_http_1_0_is_answered_once(wire: Wire, headers: str):
    """Health checks of old balancers speak it, without a Host; they wait for the end of the connection."""
    wire.send(f"GET /healthz HTTP/1.0\r\n{headers}\r\n")
    answer = wire.answer()
    assert (answer.status, json.loads(answer.body)) == (200, {"status": "ok"})
    assert answer.headers["connection"] == "close"
    assert wire.is_closed()


def test_a_stream_over_http_1_0_has_no_chunks(wire: Wire, crm: str):
    """Which it does not know: its end is the connection's."""
    wire.send(f"GET /v1/revocations/feed HTTP/1.0\r\n{crm}\r\n")
    head, rest = wire.until(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.0 200") and b"chunked" not in head.lower()
    wire.received = rest
    assert b"\n\n" in wire.until(b"\n\n")[0] + b"\n\n"


def test_a_stream_stays_in_chunks_whatever_comes_behind_it(wire: Wire, crm: str):
    """Another request's version says nothing of this answer."""
    wire.send(f"GET /v1/revocations/feed HTTP/1.1\r\n{HOST}{crm}\r\nGET /healthz HTTP/1.0\r\n{HOST}\r\n")
    head, rest = wire.until(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200") and b"transfer-encoding: chunked" in head.lower()
    wire.received = rest
    size, _ = wire.until(b"\r\n")
    assert int(size.strip(), 16) > 0


@pytest.mark.parametrize("hosts", [
    "", HOST * 2, HOST + "Host: evil.example\r\n", "Host:\r\n", "Host: a b\r\n", "Host: a/b\r\n", "Host: a@b\r\n",
    "Host: a,b?c\r\n", HOST + "hOST: evil.example\r\n", "host: evil.example\r\n" + HOST,
])
def test_a_request_is_for_one_host(wire: Wire, hosts: str):
    """A proxy and the server could each believe another one; RFC 9112 section 3.2 leaves no choice."""
    wire.send(f"GET /healthz HTTP/1.1\r\n{hosts}\r\nGET /healthz HTTP/1.1\r\n{HOST}\r\n")
    assert refused_or_closed(wire) == 400


def test_two_hosts_are_two_in_http_1_0_as_well(wire: Wire):
    wire.send(f"GET /healthz HTTP/1.0\r\n{HOST}{HOST}\r\n")
    assert refused_or_closed(wire) == 400


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "[::1]:8080", "xn--bcher-kva.example", "127.0.0.1"])
def test_a_host_is_a_name_or_an_address_with_or_without_a_port(wire: Wire, host: str):
    for name in ("Host", "host", "HOST"):
        wire.send(f"GET /healthz HTTP/1.1\r\n{name}: {host}\r\n\r\n")
        assert wire.answer().status == 200


def test_head_is_answered_without_a_body(wire: Wire):
    """The length of what a GET would give, and nothing of it."""
    wire.send(f"HEAD /healthz HTTP/1.1\r\n{HOST}\r\nGET /healthz HTTP/1.1\r\n{HOST}\r\n")
    head = wire.answer(has_body=False)
    assert (head.status, head.headers["content-length"]) == (200, str(len(wire.answer().body)))


@pytest.mark.parametrize("word", ["close", "Close", "TE, CLOSE", "keep-alive,close"])
def test_connection_close_is_obeyed(wire: Wire, word: str):
    """Whoever says that it is done is not kept waiting for the idle timeout, and nothing behind it is read."""
    wire.send(f"GET /healthz HTTP/1.1\r\n{HOST}Connection: {word}\r\n\r\nGET /healthz HTTP/1.1\r\n{HOST}\r\n")
    answer = wire.answer()
    assert (answer.status, answer.headers["connection"]) == (200, "close")
    assert wire.is_closed()


def test_a_chunked_body_is_as_good_as_one_with_a_length(wire: Wire, crm: str):
    """Cut in the middle of words, with an extension and a trailer, in several packets."""
    wire.send(f"POST /oauth/introspect HTTP/1.1\r\n{HOST}{crm}{FORM}Transfer-Encoding: chunked\r\n\r\n")
    for piece in ["3\r\ntok\r\n", "7;note=1\r\nen=nons\r\n", "4\r\nense\r\n", "0\r\nTrailer: x\r\n\r\n"]:
        wire.send(piece)
    answer = wire.answer()
    assert (answer.status, json.loads(answer.body)) == (200, {"active": False})
    wire.send(f"GET /healthz HTTP/1.1\r\n{HOST}\r\n")
    assert wire.answer().status == 200


@pytest.mark.parametrize("lengths", [
    "Content-Length: 14\r\nContent-Length: 3\r\n", "Content-Length: 3\r\nContent-Length: 14\r\n",
    "Content-Length: 14, 3\r\n", "Content-Length: -1\r\n", "Content-Length: 0x0e\r\n", "Content-Length: +14\r\n",
    "Content-Length: 14 14\r\n", "Content-Length: 99999999999999999999\r\n",
    "Content-Length: 14\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked, identity\r\n",
    "Transfer-Encoding: gzip\r\n", "Transfer-Encoding : chunked\r\n",
])
def test_a_length_that_can_be_read_two_ways_is_refused(wire: Wire, crm: str, lengths: str):
    """Where proxy and server could disagree on the end of a request, the rest of it would be another request."""
    wire.send(
        f"POST /oauth/introspect HTTP/1.1\r\n{HOST}{crm}{FORM}{lengths}\r\ntoken=nonsense"
        f"GET /metrics HTTP/1.1\r\n{HOST}\r\n")
    refused_or_closed(wire)


@pytest.mark.parametrize("request_text", [
    "GET /healthz\r\n\r\n", "BREW /healthz HTTP/1.1\r\n\r\n", "GET /healthz HTTP/9.9\r\n\r\n",
    "\x16\x03\x01\x02\x00\x01", "GET /healthz HTTP/1.1\r\nHost: a\r\nX\x00Y: 1\r\n\r\n",
    "GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
    "GET /healthz HTTP/1.1\r\n: empty\r\n\r\n", "GET /he\x00althz HTTP/1.1\r\nHost: a\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "hello\r\n\r\n",
])
def test_what_is_not_http_is_refused_and_the_connection_closed(wire: Wire, request_text: str):
    """None of it is repaired, and none of it keeps a connection."""
    wire.send(request_text)
    refused_or_closed(wire)


@pytest.mark.parametrize("headers", [
    "X-Long: " + "a" * 100_000 + "\r\n", "".join(f"X-{number}: {'a' * 100}\r\n" for number in range(1_000)),
    "Authorization: Bearer " + "a" * 70_000 + "\r\n",
])
def test_a_header_beyond_reason_is_refused(wire: Wire, headers: str):
    """A bound on what a connection can cost before it has said what it wants."""
    wire.send(f"GET /healthz HTTP/1.1\r\n{HOST}{headers}\r\n")
    assert refused_or_closed(wire) in (0, 400, 431)


def test_a_url_beyond_reason_is_refused(wire: Wire):
    """As a header: nothing here needs 100 kB to be named."""
    wire.send(f"GET /{'a' * 100_000} HTTP/1.1\r\n{HOST}\r\n")
    assert refused_or_closed(wire) in (0, 400, 414, 431)


def test_a_header_line_without_an_end_does_not_grow_for_ever(wire: Wire):
    """A megabyte of one header, bit by bit: it is cut off long before."""
    wire.send(f"GET /healthz HTTP/1.1\r\n{HOST}X-Endless: ")
    for _ in range(16):
        wire.send(b"a" * 65_536)
    refused_or_closed(wire)


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(wire: Wire, gateway: str):
    """The answer comes on the strength of the length alone; nobody waits for 10 GB."""
    wire.send(f"POST /v1/call-tokens HTTP/1.1\r\n{HOST}{gateway}{JSON}Content-Length: 10000000000\r\n\r\n{{")
    answer = wire.answer()
    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (413, "payload_too_large")
    assert wire.is_closed()


def test_expect_continue_is_answered_with_the_refusal_itself(wire: Wire, gateway: str):
    """A client that asks first is told no and need not send: no 100, no waiting."""
    wire.send(
        f"POST /v1/call-tokens HTTP/1.1\r\n{HOST}{gateway}{JSON}Content-Length: 1000000\r\n"
        "Expect: 100-continue\r\n\r\n")
    assert wire.answer().status == 413


def test_a_chunked_body_without_an_end_is_cut_off(wire: Wire, gateway: str):
    """Without a length, what has come so far is what counts."""
    wire.send(f"POST /v1/call-tokens HTTP/1.1\r\n{HOST}{gateway}{JSON}Transfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    for _ in range(512):
        wire.send(chunk)
    assert refused_or_closed(wire) in (0, 413)


def test_a_client_that_leaves_in_the_middle_of_a_body_harms_nobody(broker: Broker, gateway: str):
    """Many of them: nothing may be left waiting for the rest."""
    for _ in range(50):
        with Wire(broker.server.port) as wire:
            wire.send(f"POST /v1/call-tokens HTTP/1.1\r\n{HOST}{gateway}{JSON}Content-Length: 1000\r\n\r\n{{\"actor")
    assert broker.use(broker.call_token("find_contact"))["decision"] == "execute"


def test_two_authorizations_are_refused_whichever_is_right(broker: Broker, wire: Wire, gateway: str, crm: str):
    """A proxy and the server could each believe another one."""
    for first, second in [(gateway, crm), (gateway, gateway), (gateway, "Authorization: Bearer x\r\n")]:
        wire.send(f"POST /v1/verify HTTP/1.1\r\n{HOST}{first}{second}{JSON}Content-Length: 2\r\n\r\n{{}}")
        answer = wire.answer()
        assert (answer.status, json.loads(answer.body)["error"]["code"]) == (400, "invalid_request")
    wire.send(
        f"POST /oauth/introspect HTTP/1.1\r\n{HOST}{crm}{FORM}Content-Length: 46\r\n\r\n"
        "token=x&client_id=crm-mcp-server&client_secret=")
    assert wire.answer().status == 400


@pytest.mark.parametrize("authorization", [
    None, "", "Basic", "Basic ", "Basic !!!", "Basic Og==", "Basic YQ==", "Bearer", "Bearer x", "Digest x",
    "Bearer hp_support-gateway_" + "A" * 43, "Basic " + "A" * 4_000, "Bearer hp_" + "_" * 50, "Bearer \xff\xfe",
])
def test_whoever_cannot_say_who_he_is_is_told_how(broker: Broker, wire: Wire, authorization: str | None):
    """One answer for every way of not being a client, on every kind of route."""
    for line in ["POST /v1/verify", "GET /v1/tenants", "GET /v1/tenants/acme/audit"]:
        header = "" if authorization is None else f"Authorization: {authorization}\r\n"
        wire.send(f"{line} HTTP/1.1\r\n{HOST}{header}{JSON}Content-Length: 2\r\n\r\n{{}}")
        answer = wire.answer()
        assert answer.status == 401, (line, answer)
        assert answer.headers["www-authenticate"] == 'Basic realm="hallpass"'
        assert json.loads(answer.body)["error"]["code"] == "invalid_client"


@pytest.mark.parametrize("path", [
    "//healthz", "/healthz/", "/v1//verify", "/v1/verify/", "/v1%2Fverify", "/%76%31/verify", "/V1/VERIFY",
    "/v1/verify%00", "/v1/./verify", "/v1/../v1/verify", "/.", "/..", "/%2e%2e/%2e%2e/etc/passwd",
    "/../../etc/passwd", "/..%2f..%2fvar/kek",
    "/v1/tenants/acme%2Fapply", "/v1/tenants//apply", "/v1/tenants/acme//apply", "/openapi.json/", "/\\..\\var", "/*",
])
def test_a_path_that_is_nearly_one_is_none(broker: Broker, wire: Wire, gateway: str, path: str):
    """Nothing is decoded, joined or dropped: what a proxy let through is what is looked up."""
    for method in ["GET", "POST"]:
        wire.send(f"{method} {path} HTTP/1.1\r\n{HOST}{gateway}{JSON}Content-Length: 2\r\n\r\n{{}}")
        answer = wire.answer()
        assert (answer.status, json.loads(answer.body)["error"]["code"]) == (404, "not_found"), answer


@pytest.mark.parametrize(("method", "path", "allowed"), [
    ("GET", "/v1/verify", {"POST"}), ("DELETE", "/oauth/token", {"POST"}), ("POST", "/healthz", {"GET", "HEAD"}),
    ("PATCH", "/v1/tenants/acme/connectors/crm-mcp", {"GET", "PUT", "DELETE"}),
    ("PROPFIND", "/v1/call-tokens", {"POST"}),
    ("DELETE", "/v1/tenants/acme/revisions/1", {"GET"}), ("TRACE", "/v1/verify", {"POST"}),
    ("OPTIONS", "/v1/verify", {"POST"}), ("HEAD", "/v1/verify", {"POST"}),
])
def test_a_wrong_method_is_told_the_right_ones(wire: Wire, method: str, path: str, allowed: set[str]):
    """RFC 9110 section 15.5.6, for paths with names in them as well."""
    wire.send(f"{method} {path} HTTP/1.1\r\n{HOST}\r\n")
    answer = wire.answer(has_body=method != "HEAD")
    assert answer.status == 405, answer
    assert set(answer.headers["allow"].split(", ")) == allowed
    if method != "HEAD":
        assert json.loads(answer.body)["error"]["code"] == "method_not_allowed"


def test_the_request_id_is_ours_and_unlike_any_other(wire: Wire):
    """One that came with the request could be used to hide in the log behind another's."""
    seen = set()
    for _ in range(20):
        wire.send(f"GET /healthz HTTP/1.1\r\n{HOST}X-Request-Id: {MARK}\r\n\r\n")
        seen.add(wire.answer().headers["x-request-id"])
    assert len(seen) == 20
    assert all(re.fullmatch(r"[\w-]{22}", name) for name in seen)


@pytest.fixture(scope="module")
def hasty(make_site):
    """A server that waits for a second and has room for six."""
    with Server(make_site("hasty"), flags=("--idle-timeout-seconds", "1", "--max-connections", "6")) as server:
        yield server
        assert server.stop() == 0


def test_a_silent_connection_is_closed_by_the_idle_timeout(hasty: Server):
    """Before a request, within a header, within a body and after an answer: a slow client holds nothing for long."""
    started = time.monotonic()
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(hasty.port)).send(text) for text in [
            "", "GET /healthz HTTP/1.1\r\nHost:", f"GET /healthz HTTP/1.1\r\n{HOST}\r\n",
            f"POST /v1/verify HTTP/1.1\r\n{HOST}{JSON}Content-Length: 9\r\n\r\n{{",
        ]]
        assert wires[2].answer().status == 200
        for wire in wires:
            refused_or_closed(wire)
    assert 0.9 < time.monotonic() - started < PATIENCE / 2


@pytest.mark.parametrize("start", [
    "GET /healthz HTTP/1.1\r\nX-Drip: ", f"POST /v1/verify HTTP/1.1\r\n{HOST}{JSON}Content-Length: 1000\r\n\r\n",
    f"POST /v1/verify HTTP/1.1\r\n{HOST}{JSON}Transfer-Encoding: chunked\r\n\r\n3e8\r\n",
    f"GET /healthz HTTP/1.1\r\n{HOST}Content-Length: 1000\r\n\r\n",
])
def test_a_request_that_drips_in_is_cut_off(hasty: Server, start: str):
    """Never silent for as long as the timeout, and never done: the whole of it has its time."""
    started = time.monotonic()
    with Wire(hasty.port) as wire:
        wire.send(start).socket.settimeout(0.1)
        ended = False
        while not ended and time.monotonic() - started < PATIENCE:
            wire.send("a")
            try:
                ended = not wire.socket.recv(65_536)
            except TimeoutError:
                continue
            except ConnectionResetError:
                ended = True
    assert ended and 0.9 < time.monotonic() - started < PATIENCE / 2


def test_a_reader_that_does_not_read_is_cut_off(hasty: Server):
    """It asks for more than fits on the way to it, and what does not fit is kept by the server."""
    started = time.monotonic()
    with Wire(hasty.port) as wire:
        wire.socket.settimeout(0.2)
        request = f"GET /openapi.json HTTP/1.1\r\n{HOST}\r\n".encode()
        while time.monotonic() - started < PATIENCE:
            try:
                wire.socket.sendall(request * 20)
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            raise AssertionError("it may ask for ever")
    assert httpx.get(f"{hasty.url}/readyz").json() == {"status": "ready"}


def test_one_connection_too_many_is_told_so_at_once(hasty: Server):
    """With when to come back; those that are there are none the worse, and one that leaves makes room."""
    get = f"GET /healthz HTTP/1.1\r\n{HOST}\r\n"
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(hasty.port)).send(get) for _ in range(6)]
        assert [wire.answer().status for wire in wires] == [200] * 6
        for _ in range(3):
            with Wire(hasty.port) as late:
                started = time.monotonic()
                answer = late.send(get).answer()
                error = json.loads(answer.body)["error"]
                assert (answer.status, error["code"], error["retryable"]) == (503, "overloaded", True)
                assert int(answer.headers["retry-after"]) == error["retry_after_seconds"] >= 1
                assert late.is_closed() and time.monotonic() - started < 0.9
        assert [wire.send(get).answer().status for wire in wires] == [200] * 6
    poll(lambda: httpx.get(f"{hasty.url}/healthz").status_code == 200, "room again")
