"""A restored backup is the past: what was used or revoked after it was made must not come back."""

import json
import os
import shutil
import sqlite3

import pytest

from hallpass import Broker, Server, Site


@pytest.fixture(scope="module")
def past(make_site):
    """A site whose server ran on after a backup: a token was used, another revoked, and the server was stopped."""
    site = make_site("past")
    with Server(site) as server:
        broker = Broker(server).apply_seeds("acme")
        used, unused, revoked = (broker.call_token("find_contact") for _ in range(3))
        made = json.loads(site.done("backup", "copy.sqlite", "--json"))
        assert broker.use(used)["decision"] == "execute"
        broker.revoke(revoked)
        broker.ask(Broker.OPS, "/v1/revocations", {"dimension": "actor", "id": "alice", "reason": "left"})
        running = site.run("restore", "copy.sqlite")
        assert running.returncode == 4 and f"in use by process {server.process.pid}" in running.stderr
        assert server.stop() == 0
    return site, made, [used, unused, revoked]


def test_a_backup_is_one_private_file_that_is_not_written_over(past: tuple):
    site, made, _ = past
    copy = site.folder / "copy.sqlite"
    assert copy.stat().st_mode & 0o777 == 0o600 and copy.stat().st_size == made["bytes"]
    assert {head["tenant"] for head in made["heads"]} == {"acme", "platform"}
    assert sorted(path.name for path in site.folder.glob("copy*")) == ["copy.sqlite"]
    assert site.run("backup", "copy.sqlite").returncode == 4
    acme = next(head["head"] for head in made["heads"] if head["tenant"] == "acme")
    site.done("audit", "verify", "--tenant", "acme", "--database", copy, "--checkpoint", acme)


def half(copy, whole: bytes, folder):
    copy.write_bytes(whole[: len(whole) // 2])


def newer(copy, whole: bytes, folder):
    copy.write_bytes(whole)
    with sqlite3.connect(copy) as database:
        database.execute("PRAGMA user_version = 9999")
    database.close()


def text(copy, whole: bytes, folder):
    copy.write_text("not a database at all")


def other_key(copy, whole: bytes, folder):
    copy.write_bytes(whole)
    (folder / "other-kek").touch(mode=0o600)
    (folder / "other-kek").write_bytes(os.urandom(32))


@pytest.mark.parametrize("spoil, said, flags", [
    (half, "damaged", []), (newer, "schema version 9999", []), (text, "not a Hallpass database", []),
    (other_key, "does not open with this key file", ["--kek-file", "other-kek"])])
def test_what_cannot_be_restored_is_refused_and_nothing_is_touched(past: tuple, spoil, said: str, flags: list[str]):
    site, _, _ = past
    before = site.database.read_bytes()
    bad = site.folder / "bad.sqlite"
    spoil(bad, (site.folder / "copy.sqlite").read_bytes(), site.folder)
    refused = site.run("restore", bad, *flags)
    assert refused.returncode == 4 and said in refused.stderr and "Next: " in refused.stderr
    assert site.database.read_bytes() == before
    assert not list((site.folder / "var").glob("*.replaced-*")) and not list((site.folder / "var").glob("*.partial"))


def restored(site: Site, tokens: list[str], tenants: dict) -> Broker:
    """Starts on a copy: no token from before is good, new ones are, and the audit says why."""
    with Server(site) as server:
        assert "every token, approval and session from before is ended" in server.output
        broker = Broker(server)
        broker.secrets = tenants
        for token in tokens:
            assert broker.use(token)["error"]["code"] == "unknown_key"
            assert broker.introspect(token) == {"active": False}
        assert broker.use(broker.call_token("find_contact"))["decision"] == "execute"
        ops = site.secret_file("ops", tenants["acme"][Broker.OPS])
        as_ops = ["--tenant", "acme", "--client-id", Broker.OPS, "--client-secret-file", ops, "--url", server.url]
        site.done("audit", "verify", *as_ops)
        fence = json.loads(site.done("audit", "list", "--event", "restore_fence", "--json", *as_ops))["items"]
        assert fence[0]["target"] == "tenant acme" and "the database is " in fence[0]["reason"]
        assert server.stop() == 0
    return broker


def test_after_a_restore_no_token_from_before_is_good(past: tuple):
    site, _, tokens = past
    secrets = {"acme": json.loads((site.folder / "acme-secrets.json").read_text())}
    said = json.loads(site.done("restore", "copy.sqlite", "--json"))
    undone = {(item["tenant"], item["event"]) for item in said["undone"]}
    assert undone >= {("acme", "verify"), ("acme", "revoke"), ("acme", "revoke_token")}
    assert (site.folder / said["replaced"]).is_file()
    assert "the next start ends all tokens from before" in site.run("doctor").stdout
    restored(site, tokens, secrets)

    # The same by hand, with the file of before the restore: a whole database, and an older one.
    with Server(site) as server:
        broker = Broker(server)
        broker.secrets = secrets
        tokens = [broker.call_token("find_contact")]
        with sqlite3.connect(site.database) as source, sqlite3.connect(site.folder / "by-hand.sqlite") as target:
            source.backup(target)
        source.close()
        target.close()
        assert broker.use(tokens[0])["decision"] == "execute"
        assert server.stop() == 0
    shutil.copyfile(site.folder / "by-hand.sqlite", site.database)
    site.database.chmod(0o600)
    restored(site, tokens, secrets)
    assert "an older state of itself" in (site.folder / "serve.log").read_text()
