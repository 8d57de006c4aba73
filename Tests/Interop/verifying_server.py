"""An MCP server on the official SDK that asks Hallpass before each tool call: what an author of one would write.

It keeps no list of users, checks no signature and knows no policy. Whatever Hallpass says instead of `execute` goes
back to the model as it stands, and whenever Hallpass gave no clear answer nothing is executed.
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
    Tool(name="delete_contact", description="Delete a CRM contact.", input_schema={
        "type": "object", "required": ["contact_id", "idempotency_key"],
        "properties": {"contact_id": TEXT, "idempotency_key": TEXT}}),
]


@dataclass
class VerifyingServer:
    """The CRM: each executed call is kept, so that a test can count what really happened."""

    broker_url: str
    client_id: str
    client_secret: str
    executed: list[dict] = field(default_factory=list)

    def app(self):
        server = Server("crm-mcp", on_list_tools=self.list_tools, on_call_tool=self.call_tool)
        return server.streamable_http_app()

    async def list_tools(self, context, params) -> ListToolsResult:
        return ListToolsResult(tools=TOOLS)

    async def call_tool(self, context, params: CallToolRequestParams) -> CallToolResult:
        token = context.request.headers.get(TOKEN_HEADER) or (context.meta or {}).get(TOKEN_META, "")
        answer = await self.ask_hallpass(token, params.name, params.arguments or {})
        if answer.get("decision") != "execute":
            return self.result({"ok": False, "error": answer["error"]}, is_error=True)
        self.executed.append({"tool": params.name, "arguments": params.arguments, "for": answer["actor"]["sub"]})
        return self.result({"ok": True, "for": answer["actor"]["sub"], "call_id": answer["call_id"]})

    async def ask_hallpass(self, token: str, tool: str, arguments: dict) -> dict:
        question = {"token": token, "tool": tool, "arguments": arguments}
        try:
            async with httpx.AsyncClient(auth=(self.client_id, self.client_secret), timeout=5) as http:
                return (await http.post(f"{self.broker_url}/v1/verify", json=question)).json()
        except (httpx.HTTPError, ValueError):
            return {"error": {
                "code": "unavailable", "message": "The call could not be checked, so it was not made.",
                "retryable": True, "retry_after_seconds": 5, "suggested_action": "wait"}}

    @staticmethod
    def result(content: dict, is_error: bool = False) -> CallToolResult:
        text = TextContent(type="text", text=json.dumps(content))
        return CallToolResult(content=[text], structured_content=content, is_error=is_error)
