"""What Prometheus makes of `/metrics`, read by its own parser."""

import json

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from hallpass import ROOT, Broker

MARK = "zx9-mark-of-the-caller"


def scrape(broker: Broker) -> dict[tuple[str, frozenset], float]:
    """Every sample, by name and labels."""
    answer = httpx.get(f"{broker.url}/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = list(text_string_to_metric_families(answer.text))
    assert all(family.type != "unknown" for family in families), [family.name for family in families]
    samples = [sample for family in families for sample in family.samples]
    found = {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}
    assert len(found) == len(samples), "a sample stands twice"
    return found


def total(samples: dict, name: str, **labels: str) -> float:
    return sum(
        value for (sample, its), value in samples.items()
        if sample == name and labels.items() <= dict(its).items())


def test_what_happens_is_counted_by_route_and_outcome(broker: Broker):
    """Two good answers and two bad ones, between two looks."""
    before = scrape(broker)
    with broker.client(Broker.CRM_SERVER) as crm:
        crm.post("/oauth/introspect", data={"token": "x"})
        crm.post("/oauth/introspect", data={"token": "y"})
        crm.post("/oauth/introspect", data={"frobnicate": "1"})
        crm.post("/oauth/introspect", json={})
    after = scrape(broker)
    counted = {
        status: total(after, "hallpass_http_requests_total", route="/oauth/introspect", status=status)
        - total(before, "hallpass_http_requests_total", route="/oauth/introspect", status=status)
        for status in ("200", "400", "415")}
    assert counted == {"200": 2, "400": 1, "415": 1}
    seconds = [name for name, _ in after if name.startswith("hallpass_http_request_duration_seconds")]
    assert {"_bucket", "_sum", "_count"} == {name.removeprefix("hallpass_http_request_duration_seconds")
                                             for name in seconds}


def test_mints_verifications_and_commits_are_counted_by_their_outcome(broker: Broker):
    """A denied verification is a 200 with its code, and each of the three went through the ledger."""
    before = scrape(broker)
    token = broker.call_token("find_contact")
    for _ in range(2):
        broker.use(token)
    after = scrape(broker)

    def more(name: str, **labels: str) -> float:
        return total(after, name, **labels) - total(before, name, **labels)

    requests = "hallpass_http_requests_total"
    assert more(requests, route="/v1/call-tokens", code="ok") == 1
    assert more(requests, route="/v1/verify", status="200", code="ok") == 1
    assert more(requests, route="/v1/verify", status="200", code="token_already_used") == 1
    assert more("hallpass_ledger_batch_entries_sum") == 3
    assert 1 <= more("hallpass_ledger_commit_seconds_count") <= 3
    assert more("hallpass_ledger_commit_seconds_sum") > 0


@pytest.mark.parametrize("target", [
    f"/{MARK}", f"/healthz?{MARK}=1", f"/v1/tenants/{MARK}/audit?q={MARK}", f"/{MARK}.css"])
def test_nothing_that_a_caller_writes_becomes_a_label(broker: Broker, target: str):
    """Else anyone could fill the memory, and read there what others asked for."""
    with broker.client(Broker.OPS) as http:
        for method in ["GET", "POST", MARK.upper()]:
            http.request(method, target, headers={"X-Mark": MARK})
    text = httpx.get(f"{broker.url}/metrics").text
    assert MARK not in text and MARK.upper() not in text
    document = json.loads((ROOT / "Public" / "openapi.json").read_text())
    routes = {dict(labels)["route"] for name, labels in scrape(broker) if name == "hallpass_http_requests_total"}
    assert routes <= document["paths"].keys() | {"none"}


def test_no_secret_and_no_name_of_a_person_is_in_it(broker: Broker):
    """It is open to whoever reaches the port."""
    text = httpx.get(f"{broker.url}/metrics").text
    assert not [secret for secret in broker.confidential if secret in text]
    for name in ["alice", "acme", "crm-mcp", Broker.GATEWAY]:
        assert name not in text
