"""The audit as evidence: exported, checked without a server, and held against signed checkpoints kept elsewhere."""

import json
import sqlite3
from pathlib import Path

import pytest

from hallpass import Broker, Server, Site


@pytest.fixture(scope="module")
def evidence(make_site, tmp_path_factory):
    """A site that ran with checkpoints every second and was stopped, with what an auditor took from it meanwhile."""
    site = make_site("evidence")
    checkpoints = tmp_path_factory.mktemp("elsewhere") / "checkpoints.jsonl"
    flags = ("--audit-checkpoint-seconds", "1", "--audit-checkpoint-file", str(checkpoints))
    with Server(site, flags) as server:
        broker = Broker(server).apply_seeds("acme")
        secret = site.secret_file("ops", broker.secrets["acme"][Broker.OPS])
        auditor = ["--tenant", "acme", "--client-id", Broker.OPS, "--client-secret-file", secret, "--url", server.url]
        for _ in range(3):
            broker.use(broker.call_token("find_contact"))
        export = site.folder / "acme.jsonl"
        site.done("audit", "export", "--out", export, *auditor)
        first = len(export.read_text().splitlines())
        broker.use(broker.call_token("find_contact"))
        site.done("audit", "export", "--out", export, *auditor)
        assert len(export.read_text().splitlines()) == first + 2
        site.done("audit", "export", "--format", "ocsf", "--out", site.folder / "acme.ocsf", *auditor)
        key = site.done("audit", "keys", *auditor).strip()
        refused = broker.ask(Broker.GATEWAY, "/v1/call-tokens", {
            "actor": {"sub": "mallory"}, "connector": "crm-mcp", "environment": "prod", "tool": "find_contact"})
        request_id = refused.headers["X-Request-Id"]
        explained = site.done("audit", "explain", *auditor, "--", request_id)
        assert server.stop() == 0
    return site, export, checkpoints, key, explained


def offline(site: Site, *arguments: object):
    return site.run("audit", "verify", "--tenant", "acme", *arguments)


def test_a_server_that_is_told_to_stop_counts_and_signs_what_was_last(make_site):
    """Long before the next checkpoint is due: refusals that were only counted are recorded, and every end is signed."""
    site = make_site("stopped")
    with Server(site, ("--audit-checkpoint-seconds", "86400")) as server:
        broker = Broker(server).apply_seeds("acme")
        broker.use(broker.call_token("find_contact"))
        with broker.client(None) as nobody:
            statuses = {nobody.get("/v1/tenants/acme").status_code for _ in range(130)}
        assert statuses == {401}
        assert server.stop() == 0
    with sqlite3.connect(f"file:{site.database}?mode=ro", uri=True) as database:
        ends = dict(database.execute("SELECT tenant_id, max(sequence) FROM audit_record GROUP BY 1"))
        signed = dict(database.execute("SELECT tenant_id, max(sequence) FROM audit_checkpoint GROUP BY 1"))
    database.close()
    assert ends == signed and ends.keys() == {"acme", "platform"}
    with Server(site):
        def recorded(event: str) -> list[dict]:
            found = site.done("audit", "list", "--tenant", "platform", "--event", event, "--limit", 200, "--json")
            return json.loads(found)["items"]

        counted = sum(record["count"] for record in recorded("refusals"))
        single = len(recorded("admin_read"))
    assert counted + single == 130 and counted > 0


def test_an_export_is_checked_without_a_server(evidence: tuple):
    site, export, *_ = evidence
    count = len(export.read_text().splitlines())
    assert f"whole: {count} records." in offline(site, "--file", export).stdout
    lines = export.read_text().splitlines()
    changed = site.folder / "changed.jsonl"
    changed.write_text("\n".join([*lines[:4], lines[4].replace("acme", "acne", 1), *lines[5:]]) + "\n")
    result = offline(site, "--file", changed)
    assert result.returncode == 5 and "record 5" in result.stderr


def test_every_checkpoint_is_met_by_the_database_and_signed_by_the_key_that_was_noted(evidence: tuple):
    site, _, checkpoints, key, _ = evidence
    mine = [line for line in checkpoints.read_text().splitlines() if json.loads(line)["checkpoint"]["tenant"] == "acme"]
    result = offline(site, "--database", site.database, "--checkpoints", checkpoints, f"--public-key={key}")
    assert result.returncode == 0, result.stderr
    assert f"{len(mine)} checkpoint" in result.stdout and mine


def test_a_tail_that_was_cut_off_is_found_against_a_checkpoint_and_not_without(evidence: tuple, tmp_path: Path):
    site, _, checkpoints, key, _ = evidence
    copy = tmp_path / "copy.sqlite"
    with sqlite3.connect(site.database) as source, sqlite3.connect(copy) as target:
        source.backup(target)
        target.execute("""
            DELETE FROM audit_record WHERE tenant_id = 'acme'
            AND sequence >= (SELECT max(sequence) FROM audit_checkpoint WHERE tenant_id = 'acme')""")
    source.close()
    target.close()
    assert offline(site, "--database", copy).returncode == 0
    result = offline(site, "--database", copy, "--checkpoints", checkpoints, f"--public-key={key}")
    assert result.returncode == 5 and "ends before the checkpoint" in result.stderr


def test_a_beginning_removed_by_hand_is_found_though_a_real_checkpoint_stands_in_its_place(evidence: tuple, tmp_path: Path):
    site, _, _, key, _ = evidence
    copy = tmp_path / "copy.sqlite"
    with sqlite3.connect(site.database) as source, sqlite3.connect(copy) as target:
        source.backup(target)
        target.execute("""
            INSERT INTO audit_trim SELECT tenant_id, sequence, hash, created_at, signature, created_at
            FROM audit_checkpoint WHERE tenant_id = 'acme' ORDER BY sequence LIMIT 1""")
        target.execute("""
            DELETE FROM audit_record WHERE tenant_id = 'acme'
            AND sequence <= (SELECT sequence FROM audit_trim WHERE tenant_id = 'acme')""")
    source.close()
    target.close()
    result = offline(site, "--database", copy, f"--public-key={key}")
    assert result.returncode == 5 and "record 1" in result.stderr and "no record of a trim" in result.stderr


def test_a_forged_checkpoint_is_told_from_a_signed_one(evidence: tuple, tmp_path: Path):
    site, _, checkpoints, key, _ = evidence
    forged = tmp_path / "forged.jsonl"
    line = json.loads(next(line for line in checkpoints.read_text().splitlines() if '"acme"' in line))
    line["checkpoint"]["seq"] += 1
    forged.write_text(json.dumps(line) + "\n")
    result = offline(site, "--database", site.database, "--checkpoints", forged, f"--public-key={key}")
    assert result.returncode == 5 and "signed by none" in result.stderr


def test_events_for_other_systems_are_one_a_record_with_the_record_inside(evidence: tuple):
    site, export, *_ = evidence
    events = [json.loads(line) for line in (site.folder / "acme.ocsf").read_text().splitlines()]
    records = [json.loads(line)["record"] for line in export.read_text().splitlines()]
    assert [event["unmapped"]["record"] for event in events] == records
    assert {event["class_uid"] for event in events} == {6003}
    assert all(event["type_uid"] == 600300 + event["activity_id"] for event in events)


def test_a_refusal_is_explained_with_what_passed_and_what_would_have_to_change(evidence: tuple):
    explained = evidence[-1]
    assert "passed   scopes" in explained and "refused  grant  actor_not_granted" in explained
    assert "To have it pass: add a grant" in explained


@pytest.mark.parametrize("arguments", [
    ["--file", "a", "--database", "b"], ["--checkpoints", "a", "--file", "b"], ["--public-key", "short"]])
def test_a_command_line_that_makes_no_sense_is_refused(evidence: tuple, arguments: list[str]):
    assert offline(evidence[0], *arguments).returncode == 64
