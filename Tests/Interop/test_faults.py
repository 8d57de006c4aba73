"""Disks that are full, read-only or damaged, and a process that stands still: refused, said why, and nothing lost."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import time
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx
import pytest

from hallpass import Broker, Server, Site, poll, problem
from test_serve import copy_of, refusal


def command(*arguments: object) -> None:
    subprocess.run([*map(str, arguments)], check=True, capture_output=True, timeout=20)


@contextmanager
def mounted(folder: Path, kind: str, mebibytes: int):
    """A file system of its own, as small as that; skips where this machine does not let one be made."""
    if os.geteuid() != 0:
        pytest.skip("a file system is mounted by root only")
    image = folder.with_suffix(".img")
    folder.mkdir(mode=0o700, parents=True)
    try:
        if kind == "tmpfs":
            command("mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=0700", "tmpfs", folder)
        else:
            with image.open("wb") as file:
                file.truncate(mebibytes << 20)
            command("mkfs.ext4", "-q", image)
            command("mount", "-o", "loop", image, folder)
            folder.chmod(0o700)
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        pytest.skip(f"no {kind} can be mounted here: {getattr(error, 'stderr', error)}")
    try:
        yield
    finally:
        command("umount", "--lazy", folder)


@pytest.fixture
def site(make_site) -> Site:
    return make_site("still")


@pytest.fixture
def site_on(tmp_path: Path):
    """Makes a site whose database lies on a file system of its own, with little more room than readiness asks for."""
    with ExitStack() as stack:
        def make(kind: str, mebibytes: int) -> Site:
            site = Site(tmp_path)
            stack.enter_context(mounted(tmp_path / "var", kind, mebibytes))
            site.done("init", "--url", f"http://127.0.0.1:{site.port}")
            return site

        yield make


def fill(folder: Path) -> Path:
    """Takes all that is free, to the last byte."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        size = 1 << 20
        while size:
            try:
                if file.write(b"x" * size) < size:
                    size //= 2
            except OSError:
                size //= 2
    return filler


def ask_for_token(broker: Broker) -> httpx.Response:
    return broker.ask(Broker.GATEWAY, "/v1/call-tokens", {
        "actor": {"sub": "alice"}, "connector": "crm-mcp", "environment": "prod", "tool": "find_contact"})


def show(broker: Broker, token: str) -> httpx.Response:
    return broker.ask(Broker.CRM_SERVER, "/v1/verify", {
        "token": token, "tool": "find_contact", "arguments": {"query": "Ada"}, "idempotency_key": "search-1"})


def assert_nothing_was_written(answer: httpx.Response) -> None:
    """Neither what was asked for, nor that it was refused."""
    error = problem(answer)
    assert answer.status_code == 503 and error["code"] in {"audit_unavailable", "storage_unavailable"}, answer.text
    assert error["retryable"] is True


def decision(broker: Broker, token: str) -> str:
    """`execute`, or the code of the refusal."""
    answer = broker.use(token)
    return answer["decision"] if answer["ok"] else answer["error"]["code"]


def chain(site: Site, tenant: str = "acme", *flags: object) -> subprocess.CompletedProcess:
    return site.run("audit", "verify", "--tenant", tenant, "--database", site.database, *flags)


def findings(site: Site, grade: str) -> list[dict]:
    """What the doctor says, whether or not a server runs."""
    report = json.loads(site.run("doctor", "--port", site.port, "--json").stdout)
    return [item for item in report["checks"] if item["status"] == grade]


def is_ready(server: Server) -> bool:
    return httpx.get(f"{server.url}/readyz").status_code == 200


@pytest.fixture(scope="module")
def busy(make_site):
    """A site that was killed with its log full of what it had acknowledged, and what that was."""
    site = make_site("busy")
    with Server(site) as server:
        broker = Broker(server).apply_seeds("acme")
        used, revoked, fresh = (broker.call_token("find_contact", expires_in=3_600) for _ in range(3))
        assert decision(broker, used) == "execute"
        broker.revoke(revoked)
        server.process.kill()
        server.process.wait()
    return site, broker, (used, revoked, fresh)


def test_a_full_disk_refuses_everything_says_so_and_loses_nothing(site_on):
    """Not a token, not a use, and not readiness; with room again it goes on where it was, without a restart."""
    site = site_on("tmpfs", 16)
    with Server(site) as server:
        broker = Broker(server).apply_seeds("acme")
        used, waiting = (broker.call_token("find_contact", expires_in=3_600) for _ in range(2))
        assert decision(broker, used) == "execute"
        filler = fill(site.folder / "var")
        # What the log has allocated already may still be written.
        poll(lambda: ask_for_token(broker).status_code == 503, "the disk is full")
        for answer in [ask_for_token(broker), show(broker, waiting), show(broker, used)]:
            assert_nothing_was_written(answer)
        poll(lambda: not is_ready(server), "not ready")
        assert httpx.get(f"{server.url}/healthz").status_code == 200
        assert server.output.count("Nothing can be written") == 1 and "disk is full" in server.output
        disk, = [item for item in findings(site, "fail") if item["check"] == "disk"]
        assert "MiB free" in disk["message"] and disk["next"]
        filler.unlink()
        poll(lambda: is_ready(server), "ready again")
        poll(lambda: "Writing works again" in server.output, "said so")
        assert [decision(broker, token) for token in (used, waiting)] == ["token_already_used", "execute"]
        assert server.stop() == 0
    assert "whole" in chain(site).stdout


def test_a_server_on_a_full_disk_says_so_and_takes_up_where_it_was(site_on):
    """After a crash in the middle of it: it does not start, or starts and is not ready until there is room."""
    site = site_on("tmpfs", 16)
    with Server(site) as server:
        broker = Broker(server).apply_seeds("acme")
        used, waiting = (broker.call_token("find_contact", expires_in=3_600) for _ in range(2))
        assert decision(broker, used) == "execute"
        server.process.kill()
        server.process.wait()
    filler = fill(site.folder / "var")
    with pytest.raises(AssertionError, match="did not start"):
        server.start(patience=2)
    disk, = [item for item in findings(site, "fail") if item["check"] == "disk"]
    assert "MiB free" in disk["message"] and disk["next"]
    filler.unlink()
    with Server(site) as server:
        assert [decision(broker, token) for token in (used, waiting)] == ["token_already_used", "execute"]
        assert server.stop() == 0
    assert "whole" in chain(site).stdout


def test_a_disk_that_goes_read_only_under_it_is_said_and_survived(site_on):
    """As ext4 does by itself after an error of the device."""
    site = site_on("ext4", 32)
    with Server(site) as server:
        broker = Broker(server).apply_seeds("acme")
        used, waiting = (broker.call_token("find_contact", expires_in=3_600) for _ in range(2))
        assert decision(broker, used) == "execute"
        command("mount", "-o", "remount,abort", site.folder / "var")
        assert_nothing_was_written(show(broker, waiting))
        poll(lambda: not is_ready(server), "not ready")
        assert "Nothing can be written" in server.output
        disk, = [item for item in findings(site, "fail") if item["check"] == "disk"]
        assert "read-only" in disk["message"] and "remount" in disk["next"]
        server.process.kill()
        server.process.wait()
    said = refusal(site)
    assert "read-only" in said.lower()


def test_standing_still_for_a_while_costs_time_and_nothing_else(site: Site):
    """Stopped with requests on their way: they are answered when it goes on, by the clock as it is then."""
    with Server(site) as server:
        broker = Broker(server).apply_seeds("acme")
        short = broker.call_token("find_contact", expires_in=1)
        long = broker.call_token("find_contact", expires_in=3_600)
        server.process.send_signal(signal.SIGSTOP)
        asking = subprocess.Popen(
            ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", f"{server.url}/readyz"], stdout=subprocess.PIPE)
        time.sleep(2.1)
        assert asking.poll() is None
        server.process.send_signal(signal.SIGCONT)
        assert asking.communicate(timeout=20)[0] == b"200"
        assert [decision(broker, token) for token in (short, long)] == ["token_expired", "execute"]
        assert server.stop() == 0
    assert "whole" in chain(site).stdout


@pytest.fixture
def left_behind(busy: tuple, tmp_path: Path) -> tuple:
    """A copy of it to break, to be reached where the original was."""
    original, broker, tokens = busy
    site = copy_of(original, tmp_path)
    site.port = original.port
    return site, broker, tokens


@pytest.mark.parametrize("garbage", [b"\0" * 4_096, b"\x37\x7f\x06\x82" * 2_500])
def test_a_log_that_was_torn_behind_its_last_commit_loses_nothing(left_behind: tuple, garbage: bytes):
    """A frame that was begun when the power went: SQLite knows it by its checksum, and what stands before it counts."""
    site, broker, tokens = left_behind
    with site.database.with_name("hallpass.sqlite-wal").open("ab") as log:
        log.write(garbage)
    with Server(site) as server:
        assert [decision(broker, token) for token in tokens] == ["token_already_used", "token_revoked", "execute"]
        assert server.stop() == 0
    assert "whole" in chain(site).stdout


def test_a_log_that_was_cut_short_is_found_by_a_head_that_was_noted(left_behind: tuple):
    """No database can know of what was taken off its end; a head or a checkpoint that lies elsewhere does."""
    site, _, _ = left_behind
    head = json.loads(chain(site, "acme", "--json").stdout)["head"]
    log = site.database.with_name("hallpass.sqlite-wal")
    os.truncate(log, log.stat().st_size * 3 // 4)
    with Server(site) as server:
        assert server.stop() == 0
    assert chain(site).returncode == 0
    cut = chain(site, "acme", "--checkpoint", f"{head['seq']}:{head['hash']}")
    assert cut.returncode == 5 and "Next: " in cut.stderr, cut.stdout + cut.stderr


@pytest.mark.parametrize("table", ["token", "used_token", "audit_record", "call", "claim_page", "client_secret"])
def test_a_damaged_page_is_a_refusal_and_not_a_guess(left_behind: tuple, table: str):
    """Under a server, or before it starts: nothing is let through on what cannot be read, and the doctor finds it."""
    site, broker, (_, _, fresh) = left_behind
    with closing(sqlite3.connect(site.database)) as database:
        page, = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", [table]).fetchone()
        size, = database.execute("PRAGMA page_size").fetchone()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with site.database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(os.urandom(size))
    failed, = [item for item in findings(site, "fail") if item["check"] == "database"]
    assert "damaged" in failed["message"] and "backup" in failed["next"]
    server = Server(site)
    try:
        server.start()
    except AssertionError:
        assert "is damaged" in server.output and "Next: hallpass doctor" in server.output, server.output
        return
    try:
        assert_nothing_was_written(show(broker, fresh))
        assert "Nothing can be written" in server.output and "malformed" in server.output
    finally:
        server.process.kill()
        server.process.wait()



def test_keys_missing_from_their_index_are_named_and_a_copy_finds_them(site: Site):
    """Whoever removed them: a call that was made under one is not made again."""
    note = {"contact_id": "c-17", "body": "Called back.", "idempotency_key": "turn-1"}

    def call(broker: Broker) -> dict:
        token = broker.call_token("add_note", arguments=note)
        return broker.verify(token, tool="add_note", arguments=note)

    with Server(site) as server:
        broker = Broker(server).apply_seeds("acme")
        assert call(broker)["decision"] == "execute"
        assert server.stop() == 0
    with closing(sqlite3.connect(site.database)) as database, database:
        database.execute("UPDATE ledger_state SET claims_indexed_to = (SELECT max(sequence) FROM call)")
    failed, = [item for item in findings(site, "fail") if item["check"] == "database"]
    assert "1 idempotency key" in failed["message"], failed
    for command_line in re.findall(r"hallpass (backup|restore) (\S+?)[: ]", failed["next"]):
        site.done(*command_line)
    assert not [item for item in findings(site, "fail") if item["check"] == "database"]
    with Server(site) as server:
        broker.server = server
        assert call(broker)["error"]["code"] == "outcome_unknown"
        assert server.stop() == 0
