"""Looking a decision up, taking records away, and verifying that none was tampered with."""

import base64
import json
import re

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import expect


def test_a_refusal_is_found_by_its_request_id_and_says_why(visit, office):
    refusal = office.broker.ask(
        office.broker.GATEWAY, "/v1/call-tokens",
        {"actor": {"sub": "bob"}, "connector": "crm-mcp", "environment": "prod", "tool": "add_note", "txn": "order-7"})
    request_id = refusal.json()["error"]["request_id"]
    adam = visit("adam")
    page = adam.open("acme/audit")
    page.get_by_label("Any id").fill(request_id)
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_label("Request id")).to_have_value(request_id)
    page.locator("tbody a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("mint add_note")
    expect(page.get_by_text("actor_not_granted", exact=True)).to_be_visible()
    expect(page.get_by_text("by the check")).to_be_visible()
    passed = page.locator(".checks .passed")
    expect(passed).to_have_count(9)
    expect(passed.first).to_contain_text("admission")
    expect(passed.last).to_contain_text("scopes")
    expect(page.locator(".checks .spoke")).to_contain_text("grant")
    page.get_by_role("link", name="order-7").click()
    adam.expect_drawn("acme/audit?txn=order-7")
    adam.open("acme/audit")
    page.get_by_label("Any id").fill("order-7")
    page.keyboard.press("Enter")
    adam.expect_drawn("acme/audit?txn=order-7")
    adam.open("acme/audit")
    page.get_by_label("Any id").fill("3")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("audit/3$"))


def test_a_denied_call_shows_which_checks_it_passed(visit, office):
    token = office.broker.call_token("find_contact")
    office.broker.use(token)
    office.broker.use(token)
    page = visit("adam").open("acme/audit?code=token_already_used")
    page.locator("tbody a").first.click()
    expect(page.locator(".checks .spoke")).to_contain_text("ledger")
    expect(page.locator(".checks .passed")).to_have_count(20)
    expect(page.get_by_role("heading", name="About the same token")).to_be_visible()


def test_from_a_record_one_goes_to_ending_its_token(visit, office):
    minted = office.broker.mint("find_contact")
    page = visit("dana").open(f"acme/audit?jti={minted['jti']}")
    page.locator("tbody a").first.click()
    page.get_by_role("link", name="this token").click()
    expect(page.get_by_label("Token id")).to_have_value(minted["jti"])
    page.get_by_role("button", name="Revoke…").click()
    expect(page.get_by_role("dialog")).to_contain_text("1 token that is good now would end")


def test_the_question_is_copied_as_a_command_without_a_secret(visit, office):
    page = visit("adam").open("acme/audit?sub=alice")
    page.get_by_role("button", name="Copy as curl").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    command = page.evaluate("navigator.clipboard.readText()")
    assert f"{office.url}/v1/tenants/acme/audit?sub=alice" in command
    assert "$HALLPASS_SECRET" in command


def test_the_chain_is_verified_here_and_its_head_noted(visit, office):
    page = visit("adam").open("acme/audit/chain")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("The chain of acme is whole")).to_be_visible()
    head = page.locator(".copyable code").inner_text()
    assert re.fullmatch(r"\d+:[\w-]{43}", head)
    office.broker.mint("find_contact")
    page.get_by_label("Noted head").fill(head)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("The chain of acme is whole")).to_be_visible()
    expect(page.locator(".copyable code")).not_to_have_text(head)


def test_a_changed_a_missing_and_a_cut_off_record_are_named(visit):
    adam = visit("adam")
    page = adam.open("acme/audit/chain")

    def verify(change, checkpoint: str = "") -> str:
        def answer(route):
            reply = route.fetch()
            body = reply.json()
            change(body)
            route.fulfill(response=reply, body=json.dumps(body))

        adam.context.route("**/audit/chain?*", answer)
        page.get_by_label("Noted head").fill(checkpoint)
        page.get_by_role("button", name="Verify").click()
        text = page.get_by_role("alert").inner_text()
        adam.context.unroute_all()
        return text

    def changed(body):
        body["items"][2]["record"] = body["items"][2]["record"].replace("acme", "acm3")

    assert "broken at record 3" in verify(changed)
    assert "broken at record 2" in verify(lambda body: body["items"].pop(1))
    assert "written anew" in verify(lambda body: None, f"1:{'A' * 43}")


def test_a_call_is_found_by_its_id(visit, office):
    [record] = office.ops.get("/v1/tenants/acme/audit", params={"event": "verify", "decision": "execute", "limit": 1}).json()["items"]
    page = visit("adam").open("acme/audit")
    page.get_by_label("Any id").fill(record["call_id"])
    page.keyboard.press("Enter")
    expect(page.get_by_label("Call id")).to_have_value(record["call_id"])
    expect(page.locator("tbody tr").first).to_contain_text("verify")


NO_ED25519 = """
const importKey = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = (format, key, name, ...rest) => name === 'Ed25519'
  ? Promise.reject(new DOMException('', 'NotSupportedError')) : importKey(format, key, name, ...rest);
"""


def base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def trim(context, key: Ed25519PrivateKey, listed: Ed25519PrivateKey) -> None:
    """Shows the chain as if its first three records had been trimmed, with a checkpoint of `key`, while `listed` is the server's."""
    def answer(route):
        reply = route.fetch()
        body = reply.json()
        checkpoint = {"hash": body["items"][2]["hash"], "seq": 3, "tenant": "acme", "time": "2026-11-01T00:00:00Z"}
        signed = b"hallpass/audit-checkpoint/v1\n" + json.dumps(checkpoint, separators=(",", ":"), sort_keys=True).encode()
        body["trimmed"] = {"signature": base64url(key.sign(signed)), "checkpoint": checkpoint}
        del body["items"][:3]
        route.fulfill(response=reply, body=json.dumps(body))

    public = base64url(listed.public_key().public_bytes_raw())
    context.route("**/audit/chain?*", answer)
    context.route("**/audit/keys", lambda route: route.fulfill(json={"items": [{"algorithm": "Ed25519", "public_key": public}]}))


def test_a_chain_whose_oldest_records_were_trimmed_is_verified_from_there(visit):
    adam = visit("adam")
    page = adam.open("acme/audit/chain")
    key = Ed25519PrivateKey.generate()
    trim(adam.context, key, key)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("Its records up to 3 were trimmed")).to_be_visible()
    expect(page.get_by_text(base64url(key.public_key().public_bytes_raw()))).to_be_visible()
    adam.shoot("chain-trimmed")
    page.get_by_label("Noted head").fill(f"2:{'A' * 43}")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("alert")).to_contain_text("were trimmed since")


def test_a_checkpoint_that_another_key_signed_is_no_place_to_go_on_from(visit):
    adam = visit("adam")
    page = adam.open("acme/audit/chain")
    trim(adam.context, Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate())
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("alert")).to_contain_text("is signed with no key of this server")


def test_a_browser_that_cannot_check_the_signature_says_so(visit):
    adam = visit("adam")
    adam.context.add_init_script(NO_ED25519)
    page = adam.open("acme/audit/chain")
    key = Ed25519PrivateKey.generate()
    trim(adam.context, key, key)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("its signature was not checked")).to_be_visible()


def test_what_is_filtered_is_saved_as_lines(visit):
    page = visit("adam").open("acme/audit?decision=deny")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    lines = download.value.path().read_text().splitlines()
    assert lines and all(json.loads(line)["decision"] == "deny" for line in lines)
    assert download.value.suggested_filename == "audit-acme.jsonl"


def test_a_search_of_a_long_audit_is_there_at_once_and_goes_on_until_it_is_stopped(visit):
    adam = visit("adam")
    page = adam.open("acme/audit/chain")
    parts = iter([{"items": [], "next_cursor": str(number)} for number in range(2)])
    held = []

    def answer(route):
        part = next(parts, None)
        if part:
            route.fulfill(json=part)
        else:
            held.append(route)

    def answer_next(body: dict) -> None:
        while not held:
            page.wait_for_timeout(10)
        held.pop().fulfill(json=body)

    adam.context.route("**/audit?*", answer)
    page = adam.open("acme/audit?sub=nobody")
    expect(page.get_by_text("looking further")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    answer_next({"items": [], "next_cursor": "2"})
    expect(page.get_by_text("Stopped before the end")).to_be_visible()
    page.get_by_role("button", name="Look further").click()
    expect(page.get_by_text("looking further")).to_be_visible()
    answer_next({"items": []})
    expect(page.get_by_text("No record fits")).to_be_visible()
    expect(page.get_by_text("looking further")).to_have_count(0)
