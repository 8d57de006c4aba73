"""The registry from the command line: what files say, what is there, what it was, and back again."""

import json
import shutil
import stat
from pathlib import Path

import pytest
import yaml

from hallpass import ROOT, SECRET_PATTERN, Broker, Server

ACME = ROOT / "seeds" / "acme"


@pytest.fixture(scope="module")
def site(make_site):
    """A running server with nothing in it; the commands find it and its admin by `var/admin.json`."""
    site = make_site("cli")
    with Server(site) as server:
        yield site
    assert server.process.returncode == 0
    assert not SECRET_PATTERN.search(server.output)


@pytest.fixture
def acme(site, request):
    """A tenant of the test's own, with what acme has, and the files that say so."""
    tenant = f"t{abs(hash(request.node.name)) % 10**9}"
    folder = site.folder / tenant
    shutil.copytree(ACME, folder)
    file = folder / "tenant.yaml"
    file.write_text(file.read_text().replace("id: acme\n", f"id: {tenant}\n"))
    site.done("apply", folder, "--secrets-file", site.folder / f"{tenant}.json")
    return tenant, folder


def apply_document(site, tenant: str, document: dict | list | str, *flags: str, suffix: str = "json"):
    file = site.folder / f"{tenant}-extra.{suffix}"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return site.run("apply", file, "--tenant", tenant, *flags)


def grant(name: str, **changes) -> dict:
    return {"kind": "Grant", "id": name, "subject": "user:dora", "connector": "crm-mcp", "environment": "prod",
            "scopes": ["contacts:read"]} | changes


def names(site, kind: str, tenant: str) -> set[str]:
    items = json.loads(site.done("get", kind, "--tenant", tenant, "--json"))["items"]
    return {item.get("id") or f"{item['server']}@{item['environment']}" for item in items}


def test_apply_plans_does_and_then_has_nothing_to_do(site, acme):
    """Declarative and idempotent: the second time says so and makes no revision."""
    tenant, folder = acme
    again = json.loads(site.done("apply", folder, "--json"))
    assert (again["plan"]["changes"], again["revision"]) == ([], 1)
    assert "Nothing to change." in site.done("apply", folder)
    assert names(site, "connectors", tenant) == {"crm-mcp", "billing-mcp"}
    assert names(site, "deployments", tenant) == {"crm-mcp@dev", "crm-mcp@prod", "billing-mcp@prod"}


def test_a_dry_run_shows_the_plan_and_does_nothing(site):
    """Not even the tenant is there afterwards, and no secret is made."""
    output = site.done("apply", ROOT / "seeds" / "globex", "--tenant", "globex", "--dry-run")
    lines = output.splitlines()
    assert any(line.strip().startswith("+ connector") and line.endswith("crm-mcp") for line in lines), output
    assert any(line.strip().startswith("+ client") for line in lines)
    assert not SECRET_PATTERN.search(output)
    refused = site.run("get", "connectors", "--tenant", "globex", "--json")
    assert (refused.returncode, json.loads(refused.stdout)["error"]["code"]) == (1, "not_found")


def test_the_plan_marks_what_is_added_changed_and_removed(site, acme):
    """`+ ~ -`; what is not named stays, unless --prune says otherwise."""
    tenant, folder = acme
    file = folder / "grants.yaml"
    documents = list(yaml.safe_load_all(file.read_text()))
    documents[0]["scopes"] = ["contacts:read"]
    documents = [item for item in documents if item["id"] != "support-crm-dev"] + [grant("dora")]
    file.write_text(yaml.safe_dump_all(documents))

    kept = site.run("diff", folder)
    assert kept.returncode == 1
    signs = {line.split()[0] for line in kept.stdout.splitlines() if line.startswith("  ") and line[2] in "+~-"}
    assert signs == {"+", "~"}
    pruned = site.done("apply", folder, "--prune")
    assert "1 to add, 1 to change, 1 to remove." in pruned
    assert [line.split()[0::2] for line in pruned.splitlines() if line.startswith("  ") and line[2] in "+~-"] == [
        ["~", "alice-crm-prod"], ["+", "dora"], ["-", "support-crm-dev"]] or "support-crm-dev" in pruned
    assert names(site, "grants", tenant) == {"alice-crm-prod", "bob-billing-prod", "support-crm-prod", "dora"}
    assert site.run("diff", folder, "--prune").returncode == 0


def test_secrets_of_new_clients_are_shown_once_or_kept_in_a_file_of_ones_own(site, acme):
    """On the screen or in a file of mode 0600, and never again."""
    tenant, folder = acme
    file = site.folder / f"{tenant}.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    secrets = json.loads(file.read_text())
    assert secrets.keys() == {"support-gateway", "crm-mcp-server", "billing-mcp-server", "acme-ops"}
    assert all(SECRET_PATTERN.fullmatch(secret) for secret in secrets.values())

    client = {"kind": "Client", "id": "late", "type": "gateway"}
    shown = apply_document(site, tenant, client)
    assert shown.returncode == 0 and len(SECRET_PATTERN.findall(shown.stdout)) == 1
    again = apply_document(site, tenant, client | {"description": "changed"})
    assert again.returncode == 0 and not SECRET_PATTERN.search(again.stdout + again.stderr)
    client["id"] = "later"
    kept = apply_document(site, tenant, client, "--secrets-file", str(file), "--json")
    assert kept.returncode == 0 and not SECRET_PATTERN.search(kept.stdout + kept.stderr)
    assert json.loads(file.read_text()).keys() == secrets.keys() | {"later"}


@pytest.mark.parametrize(("suffix", "text", "expected", "code"), [
    ("yaml", "kind: Grant\nid: x\n  subject: [\n", ["-extra.yaml:", "3"], 4),
    ("json", '{"kind": "Grant",\n "id": }', ["-extra.json:2"], 4),
    ("json", '{"kind":"Grant","kind":"Grant"}', ["-extra.json"], 4),
    ("json", json.dumps([grant("good"), grant("bad", scopes="contacts:read")]), ["-extra.json", "/scopes", "type"], 1),
    ("yaml", yaml.safe_dump_all([grant("good"), grant("bad", subject="dora")]),
     ["-extra.yaml:", "/subject", "format"], 1),
    ("json", json.dumps(grant("bad", connector="no-such")), ["-extra.json", "no-such"], 1),
    ("json", json.dumps(grant("bad", colour="red")), ["-extra.json", "/colour"], 1),
    ("json", json.dumps({"kind": "Connector", "id": "c", "resource": "https://c.example", "tools": [
        {"name": "t", "effect": "write", "scopes": [], "input_schema": {"type": "object"}}]}),
     ["-extra.json", "idempotency_key"], 1),
])
def test_one_bad_document_and_nothing_changes(site, acme, suffix: str, text: str, expected: list[str], code: int):
    """Said with file, line where the parser knows it, pointer and rule; what was good in it is not taken either."""
    tenant, _ = acme
    result = apply_document(site, tenant, text, suffix=suffix)
    assert result.returncode == code, result.stderr
    assert result.stdout == ""
    for part in expected:
        assert part in result.stderr
    assert "good" not in names(site, "grants", tenant)
    as_json = json.loads(apply_document(site, tenant, text, "--json", suffix=suffix).stdout)
    assert as_json["ok"] is False and as_json["error"]["message"]


@pytest.mark.parametrize("text", ['{"kind": ', json.dumps(grant("bad", colour="red"))])
def test_a_refused_manifest_comes_with_a_next_step(site, acme, text: str):
    """As every error of the command line does, whether the parser or the server found it."""
    assert "\nNext: " in apply_document(site, acme[0], text).stderr


@pytest.mark.parametrize("kind", ["environments", "connectors", "deployments", "grants", "clients"])
def test_what_get_prints_apply_takes_back(site, acme, kind: str):
    """As JSON, one by one, and as YAML, all at once: nothing is lost on the way."""
    tenant, folder = acme
    everything = site.done("get", kind, "--tenant", tenant, "-o", "yaml")
    one = next(iter(names(site, kind, tenant)))
    single = site.done("get", kind.removesuffix("s"), one, "--tenant", tenant, "-o", "json")
    for suffix, text in [("yaml", everything), ("json", single)]:
        result = apply_document(site, tenant, text, "--json", suffix=suffix)
        assert result.returncode == 0, result.stderr
        assert json.loads(result.stdout)["plan"]["changes"] == []
    table = site.done("get", kind, "--tenant", tenant)
    assert all(name in table for name in names(site, kind, tenant))


def test_yaml_and_json_mean_the_same(site, acme):
    """YAML has its own ideas of `yes`, `1_0` and dates; a document must not depend on the notation."""
    tenant, _ = acme
    document = grant("notation", expires_at="2031-02-03T04:05:06Z")
    assert apply_document(site, tenant, document).returncode == 0
    text = "\n".join(f"{key}: {json.dumps(value)}" for key, value in document.items())
    result = apply_document(site, tenant, text, "--json", suffix="yaml")
    assert json.loads(result.stdout)["plan"]["changes"] == []
    odd = apply_document(site, tenant, "kind: Environment\nid: no\nprotected: yes\n", suffix="yaml")
    assert odd.returncode in (0, 1, 4)
    if odd.returncode == 0:
        assert "no" in names(site, "environments", tenant)


def test_revisions_are_listed_shown_compared_and_restored(site, acme):
    """A past state becomes a new revision; nothing is lost, and the difference both ways is what was changed."""
    tenant, _ = acme
    before = site.done("get", "grants", "--tenant", tenant, "-o", "json")
    assert apply_document(site, tenant, [grant("dora"), grant("alice-crm-prod", subject="user:alice")]).returncode == 0
    after = site.done("get", "grants", "--tenant", tenant, "-o", "json")

    revisions = json.loads(site.done("get", "revisions", "--tenant", tenant, "--json"))["items"]
    assert [item["revision"] for item in revisions] == [2, 1]
    assert all("platform-admin" in item["author"] for item in revisions), revisions
    shown = json.loads(site.done("get", "revision", 1, "--tenant", tenant, "-o", "json"))
    assert "dora" not in [item.get("id") for item in shown["documents"]]

    there = site.run("diff", "--tenant", tenant, "--from", 1, "--to", 2, "--json")
    back = site.run("diff", "--tenant", tenant, "--from", 2, "--to", 1, "--json")
    assert (there.returncode, back.returncode) == (1, 1)
    assert {(item["op"], item["name"]) for item in json.loads(there.stdout)["changes"]} == {
        ("create", "dora"), ("update", "alice-crm-prod")}
    assert {(item["op"], item["name"]) for item in json.loads(back.stdout)["changes"]} == {
        ("delete", "dora"), ("update", "alice-crm-prod")}
    assert site.run("diff", "--tenant", tenant, "--from", 2).returncode == 0

    assert json.loads(site.done("rollback", 1, "--tenant", tenant, "--json"))["revision"] == 3
    assert site.done("get", "grants", "--tenant", tenant, "-o", "json") == before
    site.done("rollback", 2, "--tenant", tenant)
    assert site.done("get", "grants", "--tenant", tenant, "-o", "json") == after
    assert site.run("rollback", 99, "--tenant", tenant).returncode == 1


def test_a_client_that_still_exists_keeps_its_secret_through_a_restore(site, acme):
    """Restoring the registry must not lock out what is running."""
    tenant, _ = acme
    secrets = json.loads((site.folder / f"{tenant}.json").read_text())
    assert apply_document(site, tenant, grant("dora")).returncode == 0
    site.done("rollback", 1, "--tenant", tenant)
    file = site.secret_file("ops", secrets["acme-ops"])
    output = site.done(
        "get", "grants", "--tenant", tenant, "--url", f"http://127.0.0.1:{site.port}", "--client-id", "acme-ops",
        "--client-secret-file", file)
    assert "alice-crm-prod" in output and "dora" not in output


def test_removing_what_is_in_use_needs_everything_that_uses_it_named(site, acme):
    """A connector that deployments and grants hang on does not just go; pruned together with them it does."""
    tenant, folder = acme
    (folder / "billing-mcp.yaml").unlink()
    refused = site.run("apply", folder, "--prune")
    assert refused.returncode == 1 and "billing-mcp" in refused.stderr
    assert "billing-mcp" in names(site, "connectors", tenant)
    for name in ["clients.json", "grants.yaml"]:
        file = folder / name
        documents = list(yaml.safe_load_all(file.read_text()))
        documents = documents[0] if isinstance(documents[0], list) else documents
        file.write_text(json.dumps([item for item in documents if "billing" not in item["id"]]))
        file.rename(folder / f"{file.stem}.json")
    assert site.run("apply", folder, "--prune").returncode == 0
    assert names(site, "connectors", tenant) == {"crm-mcp"}
