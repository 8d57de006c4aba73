"""The audit as it leaves: posted to a webhook and added to a file while the server runs, through failures and a kill."""

import base64
import hashlib
import http.server
import json
import re
import signal
import threading
import time
from pathlib import Path

import httpx
import pytest

from hallpass import ROOT, Broker, Server, free_port, poll

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def documented_check():
    """The function that the operators' page gives to whoever writes a receiver."""
    page = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?def is_ours.*?)```", page, re.DOTALL)
    names: dict = {}
    exec(code, names)
    return names["is_ours"]


class Receiver(http.server.ThreadingHTTPServer):
    """Takes deliveries, and answers with `status`."""

    def __init__(self):
        super().__init__(("127.0.0.1", free_port()), Delivery)
        self.status = 204
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.refused = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/audit"

    def lines(self) -> list[dict]:
        return [json.loads(line) for _, body in list(self.taken) for line in body.splitlines()]

    def heads(self) -> dict[str, int]:
        return {line["tenant"]: line["seq"] for line in self.lines()}


class Delivery(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.status < 300:
            self.server.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
        else:
            self.server.refused += 1
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_):
        pass


def metric(server: Server, name: str) -> float:
    text = httpx.get(f"{server.url}/metrics").text
    return float(re.search(rf'^{name}{{destination="webhook"}} (.*)$', text, re.MULTILINE)[1])


@pytest.fixture(scope="module")
def story(make_site):
    """A server whose audit goes to a webhook and to a file, of which one fails for a while and the other is rotated;
    then the server is killed, and started again."""
    site = make_site("export")
    receiver = Receiver()
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    exported = site.folder / "audit.jsonl"
    flags = (
        "--audit-export-url", receiver.url, "--audit-export-secret-file", str(site.secret_file("webhook", SECRET)),
        "--audit-export-file", str(exported))
    seen: dict = {"site": site, "receiver": receiver, "files": []}

    def doctor() -> dict[str, str]:
        checks = json.loads(site.run("doctor", "--json", "--port", site.port, *flags).stdout)["checks"]
        return {check["message"].split()[0]: f"{check['status']}: {check['message']}" for check in checks
                if check["check"] == "export"}

    with Server(site, flags) as server:
        broker = Broker(server).apply_seeds("acme", "globex")
        poll(lambda: "globex" in receiver.heads(), "the first delivery")
        exported.rename(site.folder / "audit.jsonl.1")
        receiver.status = 500
        for _ in range(3):
            broker.use(broker.call_token("find_contact"))
        poll(lambda: "it answered 500" in doctor()["webhook"], "the trouble is known")
        seen["trouble"] = doctor()["webhook"], metric(server, "hallpass_audit_export_lag_records")
        seen["warnings"] = server.output.count("The audit is not exported")
        receiver.status = 204
        poll(lambda: metric(server, "hallpass_audit_export_lag_records") == 0, "it has caught up")
        seen["recovered"] = doctor()["webhook"]
        # Killed in the middle of what it delivers.
        deadline = time.monotonic() + 1.5
        while time.monotonic() < deadline:
            broker.use(broker.call_token("find_contact"))
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        server.start()
        broker.use(broker.call_token("find_contact"))
        assert server.stop() == 0
        seen["output"] = server.output
    receiver.shutdown()
    receiver.server_close()
    seen["files"] = [site.folder / "audit.jsonl.1", exported]
    return seen


def test_every_delivery_is_signed_as_the_operators_page_says(story: dict):
    is_ours = documented_check()
    for headers, body in story["receiver"].taken:
        assert is_ours(headers, body, SECRET, now=int(headers["webhook-timestamp"]))
        assert not is_ours(headers, body + b"\n", SECRET, now=int(headers["webhook-timestamp"]))
        assert not is_ours(headers, body, SECRET, now=int(headers["webhook-timestamp"]) + 301)
        assert not is_ours(headers, body, "whsec_" + "A" * 43 + "=", now=int(headers["webhook-timestamp"]))


def test_every_record_arrives_in_its_place_through_failures_and_a_kill(story: dict):
    chains: dict[str, list[bytes]] = {}
    for line in story["receiver"].lines():
        chain = chains.setdefault(line["tenant"], [bytes(32)])
        # A record that comes again is told by tenant and number, and is the same.
        assert 1 <= line["seq"] <= len(chain), f"a gap before {line['tenant']} {line['seq']}"
        digest = hashlib.sha256(b"\0" + chain[line["seq"] - 1] + line["record"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == line["hash"]
        if line["seq"] == len(chain):
            chain.append(digest)
        assert chain[line["seq"]] == digest
    assert chains.keys() == {"acme", "globex", "platform"}
    for tenant, chain in chains.items():
        result = story["site"].done(
            "audit", "verify", "--tenant", tenant, "--database", story["site"].database, "--json")
        assert json.loads(result)["records"] == len(chain) - 1, f"not all of {tenant} is there"


def test_the_files_of_a_rotation_put_together_are_the_whole_audit(story: dict, tmp_path: Path):
    whole = tmp_path / "whole.jsonl"
    whole.write_bytes(b"".join(file.read_bytes() for file in story["files"]))
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in story["files"])
    for tenant in ("acme", "globex", "platform"):
        found = [json.loads(story["site"].done("audit", "verify", "--tenant", tenant, "--json", *where))
                 for where in (["--file", whole], ["--database", story["site"].database])]
        assert found[0]["head"] == found[1]["head"]


def test_trouble_is_seen_in_the_doctor_the_metrics_and_once_in_the_log(story: dict):
    said, lag = story["trouble"]
    assert said.startswith("warn: webhook ") and "it answered 500" in said
    assert lag > 0 and story["receiver"].refused >= 3
    assert story["warnings"] == 1
    assert story["recovered"].endswith("has all of the audit.") and story["recovered"].startswith("ok: ")
    assert "The audit is exported again." in story["output"]
    assert SECRET not in story["output"] and SECRET.removeprefix("whsec_") not in story["output"]


@pytest.mark.parametrize("content, mode", [
    ("", 0o600), ("secret\n", 0o600), ("whsec_c2hvcnQ=\n", 0o600), (SECRET + "\n", 0o644), (None, 0)])
def test_a_server_whose_secret_is_no_secret_does_not_start(story: dict, content: str | None, mode: int):
    site = story["site"]
    file = site.folder / f"bad-{mode}-{content and len(content)}"
    if content is not None:
        file.write_text(content)
        file.chmod(mode)
    result = site.run(
        "serve", "--port", site.port, "--audit-export-url", "https://siem.example/audit", "--audit-export-secret-file", file)
    assert result.returncode == 4 and str(file) in result.stderr and "Next: " in result.stderr
    assert not content or content.strip() not in result.stderr
