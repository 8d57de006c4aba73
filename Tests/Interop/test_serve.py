"""Starting, stopping, and what keeps it from starting: one sentence and the next step, and nothing touched."""

import hashlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from hallpass import PATIENCE, ROOT, Broker, Server, Site, poll


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def copy_of(site: Site, folder: Path) -> Site:
    """The same files elsewhere, as a backup would have them."""
    shutil.copytree(site.folder / "var", folder / "var")
    return Site(folder)


def fingerprint(folder: Path) -> dict[str, str]:
    """What is in a folder, but for what SQLite and the lock keep beside the database."""
    return {
        file.name: hashlib.sha256(content(file)).hexdigest() for file in folder.iterdir()
        if file.is_file() and file.suffix not in {".lock"} and not file.name.endswith(("-wal", "-shm"))}


def content(file: Path) -> bytes:
    """The rows of a database, which SQLite may have laid out otherwise; the bytes of anything else."""
    if file.suffix == ".sqlite":
        with closing(sqlite3.connect(f"file:{file}?immutable=1", uri=True)) as database:
            try:
                return "\n".join(database.iterdump()).encode()
            except sqlite3.DatabaseError:
                pass
    return file.read_bytes()


def refusal(site: Site, *flags: object) -> str:
    """What `serve` says when it does not start: everything on standard error, with a way out, and no stack."""
    result = site.run("serve", "--port", site.port, *flags)
    assert result.returncode not in (0, None), result
    assert result.returncode > 0, f"it crashed: {result.returncode}\n{result.stderr}"
    assert result.stdout == ""
    assert "Next: " in result.stderr
    assert "Fatal" not in result.stderr and ".swift" not in result.stderr
    return result.stderr


@pytest.fixture(scope="module")
def made(make_site) -> Site:
    """Initialised and never started; copied, not used."""
    return make_site("made")


@pytest.fixture
def site(made: Site, tmp_path: Path) -> Site:
    return copy_of(made, tmp_path)


def test_init_makes_files_for_its_owner_only_and_refuses_to_make_them_twice(tmp_path: Path):
    """A key that is written over is a database that is lost."""
    site = Site(tmp_path)
    output = site.done("init")
    assert mode(tmp_path / "var") == 0o700
    for file in [site.key_file, site.database, tmp_path / "var" / "admin.json"]:
        assert mode(file) == 0o600, file
    assert site.key_file.stat().st_size == 32
    assert site.admin["client_secret"] not in output
    before = fingerprint(tmp_path / "var")
    again = site.run("init")
    assert again.returncode == 4 and "Next: " in again.stderr
    assert fingerprint(tmp_path / "var") == before


def test_init_in_json_names_the_files_and_not_the_secret(tmp_path: Path):
    """Elsewhere than in the working directory, too."""
    site = Site(tmp_path)
    answer = json.loads(site.done("init", "--data-dir", tmp_path / "elsewhere", "--json"))
    assert answer["ok"] is True
    admin = json.loads(Path(answer["admin_file"]).read_text())
    assert admin["client_id"] == answer["client_id"] and admin["client_secret"] not in json.dumps(answer)


@pytest.mark.parametrize(("trouble", "words"), [
    ("missing", ["not there", "hallpass init"]), ("short", ["31", "32"]), ("long", ["33", "32"]),
    ("empty", ["0 bytes"]), ("readable by others", ["0644", "chmod 600"]),
    ("readable by the group", ["0640", "chmod 600"]), ("a folder", ["not a regular file"]), ("another key", ["key"]),
])
def test_a_key_file_that_will_not_do_is_a_refusal(site: Site, trouble: str, words: list[str]):
    """Missing, of the wrong size, readable by others, or of another database."""
    key = site.key_file
    match trouble:
        case "missing": key.unlink()
        case "short": key.write_bytes(key.read_bytes()[:31])
        case "long": key.write_bytes(key.read_bytes() + b"x")
        case "empty": key.write_bytes(b"")
        case "readable by others": key.chmod(0o644)
        case "readable by the group": key.chmod(0o640)
        case "a folder": key.unlink(), key.mkdir()
        case "another key": key.write_bytes(os.urandom(32))
    before = fingerprint(site.folder / "var")
    said = refusal(site)
    for word in words:
        assert word in said, said
    assert fingerprint(site.folder / "var") == before


@pytest.mark.parametrize("trouble", [
    "missing", "another program's", "text", "empty", "newer", "read-only", "a folder that is read-only", "damaged"])
def test_a_database_that_will_not_do_is_a_refusal_and_is_left_alone(site: Site, trouble: str):
    """Not ours, from a newer version, read-only or damaged."""
    database = site.database
    match trouble:
        case "missing": database.unlink()
        case "another program's":
            database.unlink()
            with sqlite3.connect(database) as other:
                other.execute("CREATE TABLE song (title TEXT)")
            other.close()
        case "text": database.write_text("Dear diary,\n" * 1_000)
        case "empty": database.write_bytes(b"")
        case "newer":
            with sqlite3.connect(database) as newer:
                version = newer.execute("PRAGMA user_version").fetchone()[0]
                tables = [name for name, in newer.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
                if "grdb_migrations" in tables:
                    newer.execute("INSERT INTO grdb_migrations VALUES ('9999-from-the-future')")
                newer.execute(f"PRAGMA user_version = {version + 1_000}")
            newer.close()
        case "read-only": database.chmod(0o400)
        case "a folder that is read-only": (site.folder / "var").chmod(0o500)
        case "damaged":
            content = bytearray(database.read_bytes())
            content[100:4_000] = b"\xff" * 3_900
            database.write_bytes(content)
    before = fingerprint(site.folder / "var")
    try:
        refusal(site)
        assert fingerprint(site.folder / "var") == before
    finally:
        (site.folder / "var").chmod(0o700)


def test_a_second_server_on_the_same_database_is_refused_and_the_first_goes_on(site: Site):
    """Two writers would each think the chain is theirs."""
    with Server(site) as server:
        said = refusal(Site(site.folder))
        assert "in use" in said and str(server.process.pid) in said
        assert server.is_ready()
        assert server.stop() == 0


def test_a_database_that_another_program_holds_is_refused(site: Site):
    """A shell left open in a transaction, for one."""
    other = sqlite3.connect(site.database, isolation_level=None)
    try:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        refusal(site)
    finally:
        other.close()
    with Server(site) as server:
        assert server.stop() == 0


def test_a_taken_port_is_said_plainly(site: Site):
    """With the port's number and the way out."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        site.port = other.getsockname()[1]
        assert str(site.port) in refusal(site)


@pytest.mark.parametrize("flags", [
    ["--port", "0"], ["--port", "70000"], ["--port", "x"], ["--log-level", "loud"], ["--idle-timeout-seconds", "0"],
    ["--tls-key", "x"], ["--host", "0.0.0.0"], ["--issuer", "ftp://x"], ["--public-dir", "/no/such/folder"],
    ["--tls-certificate", "/no/such", "--tls-key", "/no/such"], ["--config", "/no/such"],
])
def test_a_setting_that_cannot_be_is_named(site: Site, flags: list[str]):
    """By its name, before anything is opened."""
    said = refusal(site, *flags)
    assert flags[0].removeprefix("--") in said or flags[1] in said


def test_settings_come_from_flags_then_environment_then_file(site: Site):
    """Each beats the next: seen by the port that is listened on."""
    config = site.folder / "config.yaml"
    config.write_text("port: 1\nlog-format: json\nidle-timeout-seconds: 7\n")
    server = Server(site)
    with server.output_file.open("wb") as output:
        server.process = subprocess.Popen(
            site.command("serve", "--port", site.port, "--config", config), cwd=site.folder,
            env=site.environment() | {"HALLPASS_PORT": "2", "HALLPASS_LOG_LEVEL": "debug"}, stderr=output,
            stdout=subprocess.DEVNULL)
    try:
        poll(server.is_ready, "ready on the flag's port")
    finally:
        assert server.stop() == 0
    lines = [json.loads(line) for line in server.output.splitlines() if line]
    assert lines, "the file's log format and the environment's log level are in force"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_and_keeps_what_it_acknowledged(site: Site, number: int):
    """With a token minted the moment before; a new start finds it, in use and in the audit."""
    with Server(site) as server:
        broker = Broker(server).apply_seeds("acme")
        token = broker.call_token("find_contact")
        server.process.send_signal(number)
        assert server.process.wait(PATIENCE) == 0
    with Server(site) as again:
        broker.url = again.url
        assert broker.use(token)["decision"] == "execute"
        assert again.stop() == 0
    assert broker.leaks() == []


def test_what_was_acknowledged_survives_a_kill(site: Site):
    """An answer never leaves before its record is on disk: a used token stays used, a revoked one revoked."""
    with Server(site) as server:
        broker = Broker(server).apply_seeds("acme")
        used, revoked, fresh = (broker.call_token("find_contact") for _ in range(3))
        assert broker.use(used)["decision"] == "execute"
        broker.revoke(revoked)
        server.process.kill()
        server.process.wait()
    with Server(site) as again:
        codes = [
            broker.use(token).get("error", {}).get("code")
            for token in (used, revoked, fresh)]
        assert codes == ["token_already_used", "token_revoked", None]
        secret = site.secret_file("ops", broker.secrets["acme"][Broker.OPS])
        assert "whole" in site.done(
            "audit", "verify", "--tenant", "acme", "--url", again.url, "--client-id", Broker.OPS,
            "--client-secret-file", secret)
        assert again.stop() == 0


@pytest.mark.parametrize("change", ["one byte", "a hash", "removed", "swapped"])
def test_tampering_with_the_audit_is_found_and_named(audited: tuple, tmp_path: Path, change: str):
    """On a copy of a stopped server's database, as whoever has the file could: the first that does not fit."""
    original, broker = audited
    site = copy_of(original, tmp_path)
    with sqlite3.connect(site.database) as database:
        count, = database.execute("SELECT max(sequence) FROM audit_record WHERE tenant_id = 'acme'").fetchone()
        target = count // 2
        where = "WHERE tenant_id = 'acme' AND sequence = ?"
        record, digest = database.execute(f"SELECT record, hash FROM audit_record {where}", [target]).fetchone()
        for name, in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        match change:
            case "one byte":
                changed = record.replace(b"alice", b"alicf", 1) if b"alice" in record else record.replace(b"2", b"3", 1)
                assert changed != record
                database.execute(f"UPDATE audit_record SET record = ? {where}", [changed, target])
            case "a hash":
                flipped = bytes([digest[0] ^ 1]) + digest[1:]
                database.execute(f"UPDATE audit_record SET hash = ? {where}", [flipped, target])
            case "removed":
                database.execute(f"DELETE FROM audit_record {where}", [target])
            case "swapped":
                other = database.execute(f"SELECT record, hash FROM audit_record {where}", [target + 1]).fetchone()
                database.execute(f"UPDATE audit_record SET record = ?, hash = ? {where}", [*other, target])
                database.execute(f"UPDATE audit_record SET record = ?, hash = ? {where}", [record, digest, target + 1])
    database.close()
    secret = site.secret_file("ops", broker.secrets["acme"][Broker.OPS])
    offline = site.run("audit", "verify", "--tenant", "acme", "--database", site.database)
    assert offline.returncode == 5 and f"record {target}" in offline.stderr, offline.stdout + offline.stderr
    verify = [
        "audit", "verify", "--tenant", "acme", "--client-id", Broker.OPS, "--client-secret-file", secret, "--url",
        f"http://127.0.0.1:{site.port}"]
    with Server(site) as server:
        broken = site.run(*verify)
        assert broken.returncode == 5, broken.stdout + broken.stderr
        assert f"record {target}" in broken.stderr and "Next: " in broken.stderr
        error = json.loads(site.run(*verify, "--json").stdout)["error"]
        assert error["code"] == "chain_broken"
        assert server.stop() == 0


@pytest.fixture(scope="module")
def audited(make_site):
    """A site whose audit has a few dozen records, stopped."""
    site = make_site("audited")
    with Server(site) as server:
        broker = Broker(server).apply_seeds("acme")
        for _ in range(10):
            broker.use(broker.call_token("find_contact"))
        assert server.stop() == 0
    return site, broker


def test_doctor_says_what_is_sound_and_what_is_not(site: Site):
    """Without a server and with one; it writes nothing."""
    before = fingerprint(site.folder / "var")
    report = json.loads(site.done("doctor", "--port", site.port, "--json"))
    assert report["ok"] is True and {item["status"] for item in report["checks"]} <= {"ok", "warn"}
    assert fingerprint(site.folder / "var") == before
    with Server(site) as server:
        assert json.loads(site.done("doctor", "--port", site.port, "--json"))["ok"] is True
        assert server.stop() == 0
    site.key_file.chmod(0o644)
    result = site.run("doctor", "--port", site.port, "--json")
    report = json.loads(result.stdout)
    assert result.returncode == 4 and report["ok"] is False
    failed = [item for item in report["checks"] if item["status"] == "fail"]
    assert len(failed) == 1 and "chmod 600" in failed[0]["next"]
