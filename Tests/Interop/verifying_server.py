"""An MCP server on the official SDK that asks Hallpass before each tool call: what an author of one would write.

It keeps no list of users, checks no signature and knows no policy. What Hallpass denies goes back to the model as it
stands, what was done before under the same key is answered again, and whenever Hallpass gave no clear answer nothing is
executed.
"""

import json
from dataclasses import dataclass, field

import httpx
from mcp.server.lowlevel import Server
from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, TextContent, Tool

TOKEN_HEADER = "mcp-call-token"
TOKEN_META = "dev.hallpass/call-token"

TEXT = {"type": "string"}
TOOLS = [
    Tool(name="find_contact", description="Find CRM contacts.", input_schema={
        "type": "object", "required": ["query"], "properties": {"query": TEXT}}),
    Tool(name="add_note", description="Attach a note to a CRM contact.", input_schema={
        "type": "object", "required": ["contact_id", "body", "idempotency_key"],
        "properties": {"contact_id": TEXT, "body": TEXT, "idempotency_key": TEXT}}),
    Tool(name="issue_refund", description="Pay a customer back.", input_schema={
        "type": "object", "required": ["payment_id", "amount_cents", "idempotency_key"],
        "properties": {"payment_id": TEXT, "amount_cents": {"type": "integer"}, "idempotency_key": TEXT}}),
    Tool(name="delete_contact", description="Delete a CRM contact.", input_schema={
        "type": "object", "required": ["contact_id", "idempotency_key"],
        "properties": {"contact_id": TEXT, "idempotency_key": TEXT}}),
]


@dataclass
class VerifyingServer:
    """Tools that only note that they ran, so that a test can count what really happened."""

    broker_url: str
    client_id: str
    client_secret: str
    # Whether it lives long enough to say how a call went.
    reports: bool = True
    executed: list[dict] = field(default_factory=list)

    def app(self):
        server = Server("crm-mcp", on_list_tools=self.list_tools, on_call_tool=self.call_tool)
        return server.streamable_http_app()

    async def list_tools(self, context, params) -> ListToolsResult:
        return ListToolsResult(tools=TOOLS)

    async def call_tool(self, context, params: CallToolRequestParams) -> CallToolResult:
        token = context.request.headers.get(TOKEN_HEADER) or (context.meta or {}).get(TOKEN_META, "")
        answer = await self.ask_hallpass(token, params.name, params.arguments or {})
        match answer.get("decision"):
            case "execute":
                outcome = self.execute(params.name, params.arguments, answer["actor"]["sub"])
                if self.reports:
                    await self.post(f"/v1/calls/{answer['call_id']}/outcome", outcome)
            case "replay":
                outcome = answer["result"]
            case _:
                outcome = {"ok": False, "error": answer["error"]}
        text = TextContent(type="text", text=json.dumps(outcome))
        return CallToolResult(content=[text], structured_content=outcome, is_error=not outcome["ok"])

    def execute(self, tool: str, arguments: dict | None, sub: str) -> dict:
        self.executed.append({"tool": tool, "arguments": arguments, "for": sub})
        return {"ok": True, "result": {"for": sub, "number": len(self.executed)}}

    async def ask_hallpass(self, token: str, tool: str, arguments: dict) -> dict:
        try:
            return (await self.post("/v1/verify", {"token": token, "tool": tool, "arguments": arguments})).json()
        except (httpx.HTTPError, ValueError):
            return {"error": {
                "code": "unavailable", "message": "The call could not be checked, so it was not made.",
                "retryable": True, "retry_after_seconds": 5, "suggested_action": "wait"}}

    async def post(self, path: str, body: dict) -> httpx.Response:
        async with httpx.AsyncClient(auth=(self.client_id, self.client_secret), timeout=5) as http:
            return await http.post(self.broker_url + path, json=body)
