"""The feed of revocations and switches, read as any HTTP library reads a stream."""

import json
import time

import httpx

from hallpass import Broker

PATIENCE = 20


def events(lines, until: str) -> list[tuple[int, str, dict]]:
    """(id, event, data) of each, up to one of that name."""
    found, current = [], {}
    for line in lines:
        if line.startswith(":") or line.startswith("retry:"):
            continue
        if line:
            name, _, value = line.partition(": ")
            current[name] = value
        elif current:
            found.append((int(current.get("id", 0)), current["event"], json.loads(current["data"])))
            if current["event"] == until:
                return found
            current = {}
    return found


def test_what_is_cut_off_is_heard_of_and_a_break_is_gone_on_from(broker: Broker):
    """The place of the last event is enough to go on; what came meanwhile is told."""
    def revoke(actor: str) -> int:
        body = {"dimension": "actor", "id": actor, "reason": "to see whether it is told"}
        return broker.ask(Broker.OPS, "/v1/revocations", body).json()["cutoff"]

    with broker.client(Broker.CRM_SERVER) as http:
        first = revoke("feed-1")
        with http.stream("GET", "/v1/revocations/feed", timeout=PATIENCE) as answer:
            assert answer.status_code == 200 and answer.headers["content-type"] == "text/event-stream"
            lines = answer.iter_lines()
            told = events(lines, "state")
            assert (first, "feed-1") in [(number, data.get("id")) for number, _, data in told]
            second = revoke("feed-2")
            number, _, data = events(lines, "revocation")[-1]
            assert (number, data["dimension"], data["id"], data["cutoff"]) == (second, "actor", "feed-2", second)
        third = revoke("feed-3")
        headers = {"Last-Event-ID": str(second)}
        with http.stream("GET", "/v1/revocations/feed", headers=headers, timeout=PATIENCE) as answer:
            told = events(answer.iter_lines(), "state")
            # Tokens that were ended one by one have no place, and are told to everyone who comes.
            assert [number for number, name, data in told if name == "revocation" and data["dimension"] != "token"] == [third]
            assert all(number == 0 for number, name, data in told if name == "revocation" and data["dimension"] == "token")


def test_switches_are_told_and_the_state_is_whole(broker: Broker):
    """Off, then on; whoever comes in between is told that it is off."""
    def switch(verb: str) -> None:
        body = {"dimension": "actor", "id": "feed-switch", "reason": "to see whether it is told"}
        assert broker.ask(Broker.OPS, f"/v1/tenants/acme/{verb}", body).status_code == 200

    with broker.client(Broker.GATEWAY) as http, http.stream("GET", "/v1/revocations/feed", timeout=PATIENCE) as answer:
        lines = answer.iter_lines()
        events(lines, "state")
        switch("disable")
        assert events(lines, "disable")[-1][2] == {"dimension": "actor", "id": "feed-switch"}
        with broker.client(Broker.OPS) as other, other.stream("GET", "/v1/revocations/feed", timeout=PATIENCE) as late:
            [state] = [data for _, name, data in events(late.iter_lines(), "state") if name == "state"]
            assert {"dimension": "actor", "id": "feed-switch"} in state["disabled"]
        switch("enable")
        assert events(lines, "enable")[-1][2] == {"dimension": "actor", "id": "feed-switch"}


def test_a_compromise_and_a_change_of_the_registry_are_told(broker: Broker):
    """The one as a cutoff, which who comes later is shown too; the other by its revision, without a place of its own."""
    with broker.client(Broker.GATEWAY) as http, http.stream("GET", "/v1/revocations/feed", timeout=PATIENCE) as answer:
        lines = answer.iter_lines()
        revision = events(lines, "state")[-1][2]["revision"]
        with broker.client(Broker.OPS) as ops:
            done = ops.put("/v1/tenants/acme/environments/feed", json={"kind": "Environment", "id": "feed"})
            assert done.status_code in (200, 201), done.text
        assert events(lines, "registry")[-1] == (0, "registry", {"revision": revision + 1})
        body = {"deployment": "billing-mcp@prod", "reason": "to see whether it is told"}
        assert broker.ask(Broker.OPS, "/v1/tenants/acme/keys/compromise", body).status_code == 200
        number, _, data = events(lines, "revocation")[-1]
        assert (data["dimension"], data["id"], data["cutoff"]) == ("deployment", "billing-mcp@prod", number)
    with broker.client(Broker.GATEWAY) as http, http.stream("GET", "/v1/revocations/feed", timeout=PATIENCE) as answer:
        told = events(answer.iter_lines(), "state")
        assert number in [place for place, name, _ in told if name == "revocation"]
        assert told[-1][2]["revision"] == revision + 1


def test_a_stream_lives_on_heartbeats_and_ends_with_its_server(make_site):
    """Longer than a connection may idle; and the server's end does not wait for it."""
    from hallpass import Server

    with Server(make_site("feed"), flags=("--idle-timeout-seconds", "1")) as server:
        broker = Broker(server).apply_seeds("acme")
        with broker.client(Broker.CRM_SERVER) as http:
            with http.stream("GET", "/v1/revocations/feed", timeout=PATIENCE) as answer:
                lines = answer.iter_lines()
                events(lines, "state")
                begun = time.monotonic()
                assert next(line for line in lines if line.startswith(":")) == ": heartbeat"
                assert time.monotonic() - begun > 2
                begun = time.monotonic()
                server.process.terminate()
                assert list(lines) in ([], [""])
                server.process.wait(PATIENCE)
                assert time.monotonic() - begun < 5 and server.process.returncode == 0
