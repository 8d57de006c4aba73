"""Tokens, revocation and the audit from the command line, each as the client whose business it is."""

import base64
import json
import re

import pytest

from hallpass import TOKEN_PATTERN, Broker, Site, free_port

NOTE = {"contact_id": "c-1", "body": "Called back.", "idempotency_key": "k-1"}
MINT = ["token", "mint", "--connector", "crm-mcp", "--environment", "prod", "--sub", "alice"]


@pytest.fixture(scope="module")
def as_client(broker: Broker):
    """Runs a command as one of acme's clients."""
    site = broker.server.site
    files = {name: site.secret_file(f"acme-{name}", secret) for name, secret in broker.secrets["acme"].items()}

    def run(client: str, *arguments: object, **options):
        identity = ["--url", broker.url, "--client-id", client, "--client-secret-file", files[client]]
        result = site.run(*arguments, *identity, **options)
        broker.confidential.update(TOKEN_PATTERN.findall(result.stdout))
        return result

    return run


def done(result) -> str:
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_a_token_is_minted_looked_at_verified_once_and_then_spent(broker: Broker, as_client):
    """Standard output is the token and nothing else, so that it can be piped; what it is good for goes elsewhere."""
    site = broker.server.site
    (site.folder / "note.json").write_text(json.dumps(NOTE))
    minted = as_client(Broker.GATEWAY, *MINT, "--tool", "add_note", "--arguments", "note.json", "--expires-in", 30)
    token = done(minted)
    assert re.fullmatch(TOKEN_PATTERN.pattern + r"\n", token)
    assert "add_note" in minted.stderr and "30 s" in minted.stderr and token.strip() not in minted.stderr

    decoded = site.done("token", "decode", "-", stdin=token)
    assert decoded.startswith("NOT VERIFIED")
    claims = json.loads(site.done("token", "decode", "--json", stdin=token))["claims"]
    part = token.split(".")[1]
    assert claims == json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    assert (claims["sub"], claims["tool"], claims["exp"] - claims["iat"]) == ("alice", "add_note", 30)

    verify = ["token", "verify", "-", "--tool", "add_note", "--arguments", "note.json", "--environment", "prod"]
    answer = json.loads(done(as_client(Broker.CRM_SERVER, *verify, "--json", stdin=token)))
    assert (answer["decision"], answer["lease_seconds"]) == ("execute", 300)
    spent = as_client(Broker.CRM_SERVER, *verify, stdin=token)
    assert (spent.returncode, spent.stdout) == (1, "") and "used before" in spent.stderr
    spent = as_client(Broker.CRM_SERVER, *verify, "--json", stdin=token)
    assert (spent.returncode, json.loads(spent.stdout)["error"]["code"]) == (1, "token_already_used")


def test_a_refused_mint_says_why_and_what_next(as_client):
    """Exit code 1, a sentence and a next step; with --json the error as the server gave it."""
    wrong = [*MINT, "--tool", "delete_contact"]
    refused = as_client(Broker.GATEWAY, *wrong)
    assert (refused.returncode, refused.stdout) == (1, "") and "Next: " in refused.stderr
    error = json.loads(as_client(Broker.GATEWAY, *wrong, "--json").stdout)["error"]
    assert (error["code"], error["retryable"], error["suggested_action"]) == (
        "tool_not_allowed", False, "request_access")
    assert error["request_id"]


def test_a_token_of_a_group_and_an_agent(as_client):
    """Groups are what grants go by, and the agent stands in `act`."""
    answer = json.loads(done(as_client(
        Broker.GATEWAY, "token", "mint", "--connector", "crm-mcp", "--environment", "dev", "--sub", "carol", "--group",
        "support", "--group", "sales", "--agent", "helper", "--txn", "t-1", "--json")))
    verified = as_client(Broker.CRM_SERVER, "token", "verify", "-", "--json", stdin=answer["access_token"])
    shown = json.loads(done(verified))
    assert shown["actor"] == {"sub": "carol", "act": {"sub": "helper"}}


def test_revoking_a_token_and_an_actor_takes_effect_before_the_command_returns(broker: Broker, as_client):
    """One by its file, the rest by the person; what is minted afterwards is good."""
    site = broker.server.site
    one, other = (done(as_client(Broker.GATEWAY, *MINT)) for _ in range(2))
    (site.folder / "one.token").write_text(one)
    done(as_client(Broker.GATEWAY, "revoke", "--token-file", "one.token"))
    assert broker.introspect(one.strip()) == {"active": False}
    assert broker.introspect(other.strip())["active"] is True

    refused = as_client(Broker.GATEWAY, "revoke", "--actor", "alice", "--reason", "not its business")
    assert refused.returncode == 1
    answer = json.loads(done(as_client(Broker.OPS, "revoke", "--actor", "alice", "--reason", "lost laptop", "--json")))
    assert answer["ok"] is True and answer["revoked_tokens"] >= 1
    assert broker.introspect(other.strip()) == {"active": False}
    assert broker.introspect(done(as_client(Broker.GATEWAY, *MINT)).strip())["active"] is True
    listed = json.loads(done(as_client(Broker.OPS, "get", "revocations", "--tenant", "acme", "--json")))["items"]
    assert ("actor", "alice", "lost laptop") in [(item["dimension"], item["id"], item["reason"]) for item in listed]


def test_every_dimension_can_be_named_and_counted(broker: Broker, as_client):
    """A dry run says how many it would be, ends nothing and needs no reason; the same without it ends them."""
    text = done(as_client(Broker.GATEWAY, *MINT))
    kid = json.loads(broker.server.site.done("token", "decode", "-", "--json", stdin=text))["header"]["kid"]
    minted = json.loads(done(as_client(Broker.GATEWAY, *MINT, "--agent", "helper", "--txn", "t-9", "--json")))
    token = minted["access_token"]
    for option in (
        ["--actor", "alice"], ["--client", Broker.GATEWAY], ["--agent", "helper"], ["--connector", "crm-mcp"],
        ["--environment", "prod"], ["--deployment", "crm-mcp@prod"], ["--key", kid], ["--txn", "t-9"],
        ["--jti", minted["jti"]], ["--whole-tenant", "--tenant", "acme"],
    ):
        answer = json.loads(done(as_client(Broker.OPS, "revoke", *option, "--dry-run", "--json")))
        assert answer["dry_run"] is True and answer["revoked_tokens"] >= 1, option
    assert broker.introspect(token)["active"] is True
    assert "would be revoked" in done(as_client(Broker.OPS, "revoke", "--txn", "t-9", "--dry-run"))
    done(as_client(Broker.OPS, "revoke", "--txn", "t-9", "--reason", "a job went wrong"))
    assert broker.introspect(token) == {"active": False}
    assert as_client(Broker.OPS, "revoke", "--txn", "t-9", "--actor", "alice", "--reason", "x").returncode == 64
    assert as_client(Broker.OPS, "revoke", "--txn", "t-9").returncode == 64


def test_a_switch_is_turned_and_turned_back(broker: Broker, as_client):
    """Off at once and listed; on again, and what was out stays dead."""
    token = done(as_client(Broker.GATEWAY, *MINT)).strip()
    tenant = ["--tenant", "acme"]
    said = done(as_client(Broker.OPS, "disable", "actor", "alice", "--reason", "left", *tenant))
    assert said.startswith("Done: actor alice is off, ")
    assert broker.introspect(token) == {"active": False}
    refused = as_client(Broker.GATEWAY, *MINT, "--json")
    assert json.loads(refused.stdout)["error"]["code"] == "disabled"
    items = json.loads(done(as_client(Broker.OPS, "get", "disabled", *tenant, "--json")))["items"]
    assert ("actor", "alice", "left", f"client:{Broker.OPS}") in [
        (item["dimension"], item["id"], item["reason"], item["author"]) for item in items]
    assert "actor      alice" in done(as_client(Broker.OPS, "get", "disabled", *tenant))
    assert "is on." in done(as_client(Broker.OPS, "enable", "actor", "alice", "--reason", "came back", *tenant))
    assert as_client(Broker.OPS, "enable", "actor", "alice", "--reason", "again", *tenant).returncode == 1
    assert broker.introspect(token) == {"active": False}
    assert broker.introspect(done(as_client(Broker.GATEWAY, *MINT)).strip())["active"] is True
    assert as_client(Broker.OPS, "disable", "tool", "crm-mcp", "--reason", "no such name", *tenant).returncode == 64
    assert as_client(Broker.OPS, "disable", "client", "nobody", "--reason", "a slip", *tenant).returncode == 1
    assert as_client(Broker.GATEWAY, "disable", "actor", "alice", "--reason", "no right", *tenant).returncode == 1


def test_the_audit_is_listed_by_what_one_looks_for(broker: Broker, as_client):
    """A refusal is found by the id that was handed out with it; filters add up."""
    refused = json.loads(as_client(Broker.GATEWAY, *MINT, "--tool", "delete_contact", "--json").stdout)["error"]
    audit = ["audit", "list", "--tenant", "acme"]
    found = json.loads(done(as_client(Broker.OPS, *audit, f"--request-id={refused['request_id']}", "--json")))["items"]
    assert [(item["event"], item["decision"], item["code"], item["sub"], item["tool"]) for item in found] == [
        ("mint", "deny", "tool_not_allowed", "alice", "delete_contact")]
    table = done(as_client(Broker.OPS, *audit, "--sub", "alice", "--code", "tool_not_allowed", "--limit", 3))
    assert 2 <= len(table.strip().splitlines()) <= 4 and "tool_not_allowed" in table
    assert "No records." in done(as_client(Broker.OPS, *audit, "--sub", "zoe", "--code", "tool_not_allowed"))
    assert as_client(Broker.OPS, *audit, "--event", "no_such_event").returncode == 1
    assert as_client(Broker.GATEWAY, *audit).returncode == 1


def test_the_audit_chain_is_whole_and_its_head_can_be_held_against_it(broker: Broker, as_client):
    """The command asks for records, not for a verdict; a head noted earlier must still be in the chain later."""
    verify = ["audit", "verify", "--tenant", "acme"]
    first = json.loads(done(as_client(Broker.OPS, *verify, "--json")))
    assert first["ok"] is True and first["records"] > 0
    broker.session_token()
    text = done(as_client(Broker.OPS, *verify, "--checkpoint", first["checkpoint"]))
    assert "whole" in text
    sequence, digest = first["checkpoint"].split(":")
    wrong = f"{sequence}:{'B' if digest[0] == 'A' else 'A'}{digest[1:]}"
    broken = as_client(Broker.OPS, *verify, "--checkpoint", wrong, "--json")
    assert (broken.returncode, json.loads(broken.stdout)["error"]["code"]) == (5, "chain_broken")


def test_every_answer_has_its_audit_record(broker: Broker):
    """A mixed run, good and bad, known and unknown: each thing asked for is on record, and under one id once."""
    with broker.client(Broker.GATEWAY) as gateway, broker.client(Broker.CRM_SERVER) as crm, \
            broker.client(None) as nobody:
        token = broker.call_token("find_contact")
        for_bob = {"actor": {"sub": "bob"}, "connector": "crm-mcp", "environment": "prod"}
        answers = [
            gateway.post("/v1/call-tokens", json=for_bob),
            gateway.post("/v1/call-tokens", content=b"{", headers={"Content-Type": "application/json"}),
            gateway.post("/v1/verify", json={"token": token}),
            crm.post("/v1/verify", json={"token": token, "tool": "find_contact", "arguments": {"query": "Ada"}}),
            crm.post("/v1/verify", json={"token": token, "tool": "find_contact", "arguments": {"query": "Ada"}}),
            crm.post("/v1/verify", json={"token": "nonsense"}),
            crm.post("/oauth/introspect", data={"token": token}),
            crm.post("/oauth/introspect", data={}),
            gateway.post("/oauth/revoke", data={"token": "nonsense"}),
            gateway.post("/oauth/token", data={"grant_type": "password"}),
            gateway.post("/v1/revocations", json={"dimension": "actor", "id": "alice", "reason": "x"}),
            gateway.get("/v1/tenants/acme/audit"),
            gateway.put("/v1/tenants/acme/grants/mine", json={"kind": "Grant", "id": "mine"}),
        ]
        unknown = [
            nobody.post("/v1/verify", json={"token": token}),
            nobody.get("/v1/tenants/acme/connectors"),
            nobody.post("/oauth/token", data={"grant_type": "x"}),
        ]
        silent = [nobody.get("/healthz"), nobody.get("/no/such/path"), nobody.get("/v1/verify")]
    with broker.client(Broker.OPS) as ops:
        for answer in answers:
            found = ops.get("/v1/tenants/acme/audit", params={"request_id": answer.headers["x-request-id"]}).json()
            assert len(found["items"]) == 1, (answer.request.url, answer.text, found)
    admin = broker.server.site.admin
    with broker.client(None) as http:
        http.auth = (admin["client_id"], admin["client_secret"])
        for answer, count in [(item, 1) for item in unknown] + [(item, 0) for item in silent]:
            found = http.get("/v1/tenants/platform/audit", params={"request_id": answer.headers["x-request-id"]}).json()
            assert len(found["items"]) == count, (answer.request.url, answer.text, found)


@pytest.mark.parametrize(("code", "arguments"), [
    (64, ["no-such-command"]), (64, ["token", "mint"]), (64, ["get", "no-such-kind"]),
    (64, ["revoke", "--actor", "alice"]), (64, ["diff"]), (64, ["token", "verify", "--no-such-flag"]),
    (3, ["get", "connectors", "--tenant", "acme", "--url", "http://127.0.0.1:{free}"]),
    (3, ["audit", "list", "--tenant", "acme", "--url", "https://127.0.0.1:{port}"]),
    (1, ["get", "connectors", "--tenant", "no-such"]), (1, ["get", "connector", "no-such", "--tenant", "acme"]),
    (4, ["apply", "no-such-file.yaml", "--tenant", "acme"]), (4, ["token", "decode", "no-such-file"]),
    (4, ["get", "tenants", "--client-id", "x", "--client-secret-file", "no-such-file"]), (0, ["version"]),
    (0, ["--help"]), (0, ["token", "mint", "--help"]),
])
def test_the_exit_code_says_what_kind_of_trouble_it_is(broker: Broker, code: int, arguments: list[str]):
    """As documented: scripts go by it. What went wrong goes to standard error and nowhere else."""
    words = [word.format(free=free_port(), port=broker.server.port) for word in arguments]
    result = broker.server.site.run(*words, env={"HALLPASS_URL": broker.url} if "--url" not in words else None)
    assert result.returncode == code, result.stdout + result.stderr
    assert bool(result.stdout) == (code == 0)
    if code in (1, 3, 4):
        assert result.stderr.startswith("hallpass: ") and "Next: " in result.stderr, result.stderr


def test_errors_in_json_are_one_document_on_standard_output(broker: Broker):
    """Whatever the trouble, a program reads one thing in one place."""
    site = broker.server.site
    for arguments in [
        ["get", "connectors", "--tenant", "no-such", "--json"], ["apply", "no-such-file", "--tenant", "acme", "--json"],
        ["get", "tenants", "--url", f"http://127.0.0.1:{free_port()}", "--json"],
        ["token", "decode", "--json", "no-such"], ["init", "--json"],
    ]:
        result = site.run(*arguments)
        body = json.loads(result.stdout)
        assert body["ok"] is False and body["error"]["code"] and body["error"]["message"], arguments
        assert result.returncode != 0 and result.stderr == ""


def test_a_secret_that_others_can_read_is_not_used(broker: Broker):
    """As with the key file: refused before anything is sent, with the command that mends it."""
    site = broker.server.site
    file = site.secret_file("careless", broker.secrets["acme"][Broker.OPS])
    file.chmod(0o644)
    result = site.run(
        "get", "grants", "--tenant", "acme", "--url", broker.url, "--client-id", Broker.OPS, "--client-secret-file",
        file)
    assert (result.returncode, result.stdout) == (4, "")
    assert f"Next: chmod 600 {file}" in result.stderr


def test_the_client_can_come_from_the_environment(broker: Broker, tmp_path):
    """For a container: nothing on the command line, nothing in a file."""
    elsewhere = Site(tmp_path)
    settings = {
        "HALLPASS_URL": broker.url, "HALLPASS_CLIENT_ID": Broker.OPS, "HALLPASS_TENANT": "acme",
        "HALLPASS_CLIENT_SECRET": broker.secrets["acme"][Broker.OPS]}
    assert "crm-mcp" in elsewhere.done("get", "connectors", env=settings)
    assert elsewhere.run("get", "connectors", env={"HALLPASS_URL": broker.url}).returncode == 64
