"""The same server over TLS, with a certificate made a moment ago."""

import shutil
import socket
import ssl
import subprocess

import httpx
import pytest
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url

from hallpass import PATIENCE, Broker, Server, unsigned_json
from wire import Closed, Wire

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl command to make a certificate with")


def make_certificate(folder, name: str):
    """A key and a certificate for 127.0.0.1 that signs itself, in PEM."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
         "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True, timeout=PATIENCE)
    return certificate, key


@pytest.fixture(scope="module")
def trust(tmp_path_factory):
    """Certificate and key, and what a client has to trust to accept them."""
    certificate, key = make_certificate(tmp_path_factory.mktemp("tls"), "server")
    return certificate, key, ssl.create_default_context(cafile=certificate)


@pytest.fixture(scope="module")
def secure(make_site, trust):
    certificate, key, context = trust
    site = make_site("tls")
    server = Server(
        site, flags=("--tls-certificate", str(certificate), "--tls-key", str(key)), scheme="https", verify=context)
    broker = Broker(server)
    # The command trusts what the system trusts, and this certificate is not among it: the registry is filled before.
    with Server(site) as plain:
        broker.url = plain.url
        broker.apply_seeds("acme")
    with server:
        broker.url = server.url
        yield broker
    assert server.process.returncode == 0
    assert broker.leaks() == []


def test_a_call_is_minted_and_verified_over_tls(secure: Broker):
    """All of it: the certificate is checked by the client, and the issuer in the token is the https one."""
    token = secure.call_token("find_contact")
    assert secure.introspect(token)["iss"] == secure.url
    assert secure.use(token)["decision"] == "execute"


def test_a_client_that_does_not_know_the_certificate_does_not_talk(secure: Broker):
    """What is seen in the other tests is the certificate being checked, not ignored."""
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{secure.url}/healthz")


def test_plain_http_on_that_port_gets_nothing(secure: Broker):
    """Not an answer, not even a redirect: a secret sent by mistake must not look as if it had been welcome."""
    with Wire(secure.server.port) as wire:
        wire.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with pytest.raises(Closed) as closed:
            wire.answer()
    assert b"HTTP/" not in closed.value.args[0].encode()
    assert secure.server.is_ready()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_an_old_version_of_tls_is_refused(secure: Broker, version: ssl.TLSVersion):
    """RFC 8996 ended both."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with socket.create_connection(("127.0.0.1", secure.server.port), timeout=PATIENCE) as raw:
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            context.wrap_socket(raw)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_the_current_versions_of_tls_are_spoken(secure: Broker, trust, version: ssl.TLSVersion):
    """Old proxies stop at 1.2."""
    context = ssl.create_default_context(cafile=trust[0])
    context.minimum_version = context.maximum_version = version
    assert httpx.get(f"{secure.url}/healthz", verify=context).json() == {"status": "ok"}


def test_a_connection_that_never_finishes_its_handshake_holds_up_nobody(secure: Broker):
    """Half a ClientHello on many connections, and others are served."""
    wires = [Wire(secure.server.port).send(b"\x16\x03\x01\x02\x00\x01") for _ in range(20)]
    assert secure.server.is_ready()
    for wire in wires:
        wire.socket.close()


def test_the_metadata_holds_by_all_of_the_librarys_rules_and_works(secure: Broker, trust):
    """With https, the library's rules that ask for it are checked as well. Source: RFC 8414 section 2."""
    metadata = httpx.get(get_well_known_url(secure.url, external=True), verify=trust[2]).json()
    checked = AuthorizationServerMetadata(metadata)
    for key in checked.REGISTRY_KEYS:
        # Not empty, the library says; the RFC says only that it be there, and there is no response type here.
        if key != "response_types_supported":
            getattr(checked, f"validate_{key}")()
    client_id, client_secret = secure.credentials(Broker.GATEWAY)
    with OAuth2Client(
        client_id, client_secret, token_endpoint=metadata["token_endpoint"], verify=trust[2],
        grant_type=metadata["grant_types_supported"][0],
    ) as library:
        token = library.fetch_token(
            subject_token=unsigned_json({"sub": "alice"}), audience="crm-mcp", environment="prod",
            subject_token_type="urn:ietf:params:oauth:token-type:unsigned_json")
    secure.confidential.add(token["access_token"])
    assert secure.introspect(token["access_token"])["active"] is True


@pytest.mark.parametrize("wrong", ["certificate", "key", "pair"])
def test_a_certificate_that_cannot_be_used_is_a_refusal_to_start(make_site, trust, wrong: str):
    """Found before anyone connects, and said in a sentence with the next step."""
    site = make_site(f"tls-{wrong}")
    certificate, key = trust[:2]
    if wrong == "certificate":
        certificate = key
    elif wrong == "key":
        key = certificate
    else:
        key = make_certificate(site.folder, "other")[1]
    result = site.run(
        "serve", "--port", Server(site).port, "--tls-certificate", certificate, "--tls-key", key)
    assert result.returncode not in (0, None)
    assert "Next: " in result.stderr and result.stdout == ""
