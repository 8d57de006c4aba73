"""A tenant that was deleted is gone for everyone and for good, with the machine's power cut right after the answer too."""

import json
import sqlite3

import pytest

from hallpass import Broker, Server, poll

CONFIRM = ["--cascade", "--reason", "contract ended", "--confirm", "acme"]


@pytest.fixture(scope="module")
def ended(make_site):
    """A site whose server was killed as soon as it had said that acme is deleted; what was known of acme before."""
    site = make_site("ended")
    with Server(site) as server:
        broker = Broker(server).apply_seeds("acme", "globex")
        secret = site.secret_file("ops", broker.secrets["acme"][Broker.OPS])
        as_acme = ["--tenant", "acme", "--client-id", Broker.OPS, "--client-secret-file", secret, "--url", server.url]
        known = {"key": site.done("audit", "keys", *as_acme).strip(), "token": broker.call_token("find_contact")}
        with sqlite3.connect(f"file:{site.database}?mode=ro", uri=True) as database:
            known["sealed"] = [row[0] for table in ("root_key", "data_key") for row in database.execute(
                f"SELECT sealed FROM {table} WHERE tenant_id = 'acme'")]
        database.close()
        counted = json.loads(site.done("tenants", "delete", "acme", "--dry-run", "--json", "--url", server.url))
        site.done("tenants", "delete", "acme", *CONFIRM, "--url", server.url)
        server.process.kill()
        server.process.wait()
        secrets = broker.secrets
    return site, known, counted, secrets


def test_nothing_is_deleted_by_a_slip(make_site):
    with Server(make_site("slips")) as server:
        site, broker = server.site, Broker(server).apply_seeds("acme")
        for arguments, said in [
                ([], "--reason"), (["--reason", "r"], "--confirm acme"),
                (["--reason", "r", "--confirm", "Acme"], "--confirm acme"),
                (["--reason", "r", "--confirm", "acme"], "cascade")]:
            refused = site.run("tenants", "delete", "acme", *arguments, "--url", server.url)
            assert refused.returncode in (1, 64) and said in refused.stderr
        platform = ["--cascade", "--reason", "r", "--confirm", "platform"]
        assert "never deleted" in site.run("tenants", "delete", "platform", *platform, "--url", server.url).stderr
        assert broker.use(broker.call_token("find_contact"))["decision"] == "execute"


def test_no_sealed_key_of_it_lies_in_any_file(ended: tuple):
    site, known, counted, _ = ended
    assert len(known["sealed"]) == 2 and counted["removes"]["connectors"] > 0
    files = [file.read_bytes() for file in (site.folder / "var").iterdir() if file.is_file()]
    assert len(files) > 2
    for sealed in known["sealed"]:
        assert len(sealed) == 60 and not any(sealed in file for file in files)


def test_it_stays_deleted_and_is_erased_and_its_audit_is_proved(ended: tuple):
    """After the start on what the killed server left."""
    site, known, _, secrets = ended
    with Server(site) as server:
        broker = Broker(server)
        broker.secrets = secrets
        for client in (Broker.OPS, Broker.GATEWAY, Broker.CRM_SERVER):
            with broker.client(client) as http:
                assert http.get("/v1/tenants/acme").status_code == 401
        url = ["--url", server.url]
        poll(lambda: json.loads(site.done("tenants", "deleted", "--json", *url))["items"][0].get("erased_at"),
             "acme to be erased")
        assert site.done("audit", "keys", "--tenant", "acme", *url).strip() == known["key"]
        assert "is whole" in site.done("audit", "verify", "--tenant", "acme", *url)
        site.done("audit", "export", "--tenant", "acme", "--out", site.folder / "acme.jsonl", *url)
        again = site.run("tenants", "delete", "acme", *CONFIRM, *url)
        assert again.returncode == 1 and "was deleted" in again.stderr
        assert site.done("doctor").count("fail") == 0
        with broker.client("globex-ops", "globex") as http:
            assert http.get("/v1/tenants/globex").status_code == 200
            assert http.get("/v1/tenants/acme").status_code == 404
        assert server.stop() == 0
    with sqlite3.connect(f"file:{site.database}?mode=ro", uri=True) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        left = {table for table in tables if "tenant_id" in {
            column[1] for column in database.execute(f"PRAGMA table_info({table})")} and database.execute(
                f"SELECT EXISTS (SELECT 1 FROM {table} WHERE tenant_id = 'acme')").fetchone()[0]}
    database.close()
    assert left == {"audit_record", "audit_checkpoint", "deleted_tenant", "deleted_tenant_audit_key"}
    site.done("audit", "verify", "--tenant", "acme", "--file", "acme.jsonl")
    site.done("audit", "verify", "--tenant", "acme", "--database", site.database, "--public-key", known["key"])
