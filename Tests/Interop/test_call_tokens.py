"""Call tokens as a gateway asks for them, of the release build: an optimiser has mixed these answers up before."""

from hallpass import Broker

# What is refused is ready before what is issued.
ANSWERS = {
    "find_contact": "contacts:read", "delete_contact": "tool_not_allowed", "add_note": "notes:write",
    "no_such_tool": "unknown_tool"}


def test_each_item_of_a_batch_is_answered_in_its_place(broker: Broker):
    tools = list(ANSWERS) * 16
    items = [
        {"actor": {"sub": "alice"}, "connector": "crm-mcp", "environment": "prod", "tool": tool} for tool in tools]
    answer = broker.ask(Broker.GATEWAY, "/v1/call-tokens/batch", {"items": items})
    assert answer.status_code == 200, answer.text
    told = [item["scope"] if item["ok"] else item["error"]["code"] for item in answer.json()["items"]]
    assert told == [ANSWERS[tool] for tool in tools]
