"""An MCP server under test: `add_note` appends a line to a file, and every tool is guarded.

Once for each MCP library, the same tools: `FLAVOURS`. As a program it serves on an inherited socket. Once a line is
written it waits for as long as there is a file beside it that ends in `.hold`; with `NOTES_DIE` set it is killed there.
"""

import os
import signal
import socket
import sys
import time
from pathlib import Path

import anyio
import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, ListToolsResult, TextContent, Tool
from pydantic import BaseModel, Field

from hallpass_mcp import Hallpass, ToolFailure, guarded

HOLD_SECONDS = 20


class Note(BaseModel):
    """A result that is more than plain JSON: it has an alias, and becomes structured content."""

    contact: str = Field(alias="contactId")
    number: int


class Notes:
    """A folder with a file for each contact, and in it a line for each time that something was really done."""

    def __init__(self, folder: Path):
        self.folder = folder

    def lines(self, contact: str) -> list[str]:
        file = self.folder / contact
        return file.read_text().splitlines() if file.exists() else []

    def append(self, contact: str, body: str) -> int:
        with (self.folder / contact).open("a") as file:
            file.write(body + "\n")
        return len(self.lines(contact))

    def hold(self, contact: str) -> Path:
        """While this file is there, a note that was written is not reported."""
        return self.folder / f"{contact}.hold"

    async def add(self, contact: str, body: str) -> int:
        number = self.append(contact, body)
        if "NOTES_DIE" in os.environ:
            os.kill(os.getpid(), signal.SIGKILL)
        deadline = time.monotonic() + HOLD_SECONDS
        while self.hold(contact).exists() and time.monotonic() < deadline:
            await anyio.sleep(0.01)
        return number


def sdk(hallpass: Hallpass, notes: Notes):
    """The SDK's MCPServer, called FastMCP in its first version."""
    server = MCPServer("crm-mcp")

    # It answers how it was asked, so that a test sees defaults that must not have taken part in the check.
    @server.tool()
    @guarded(hallpass, tool="add_note")
    async def add_note(contact_id: str, body: str, idempotency_key: str, visibility: str = "internal") -> Note:
        """Attach a note."""
        return Note(contactId=contact_id, number=await notes.add(contact_id, body))

    @server.tool()
    @guarded(hallpass, tool="find_contact")
    def find_contact(ctx: Context, query: str, limit: int = 10) -> list[str]:
        """Find contacts; a function that is not async, and has use for the context."""
        notes.append("queries", query)
        return [query, ctx.request_context.method]

    @server.tool()
    @guarded(hallpass, tool="issue_refund")
    async def issue_refund(payment_id: str, amount_cents: int, idempotency_key: str) -> dict[str, int]:
        """Fails in the way that the payment's id names."""
        return fail(notes, payment_id)

    return server, closing(server.streamable_http_app(), hallpass)


def fastmcp(hallpass: Hallpass, notes: Notes):
    # Here and not above, because it takes a second, and so that the other flavours run without it.
    from fastmcp import FastMCP

    server = FastMCP("crm-mcp")

    @server.tool
    @guarded(hallpass, tool="add_note")
    async def add_note(contact_id: str, body: str, idempotency_key: str, visibility: str = "internal") -> Note:
        """Attach a note."""
        return Note(contactId=contact_id, number=await notes.add(contact_id, body))

    @server.tool
    @guarded(hallpass, tool="find_contact")
    def find_contact(query: str, limit: int = 10) -> list[str]:
        """Find contacts; a function that is not async."""
        notes.append("queries", query)
        return [query]

    @server.tool(name="refund")
    @guarded(hallpass, tool="issue_refund", listed_as="refund")
    async def issue_refund(payment_id: str, amount_cents: int, idempotency_key: str) -> dict[str, int]:
        """Fails in the way that the payment's id names; clients know it by another name."""
        return fail(notes, payment_id)

    return server, closing(server.http_app(), hallpass)


def lowlevel(hallpass: Hallpass, notes: Notes):
    """The SDK's low-level server: what the client sends arrives unchecked."""

    @guarded(hallpass, tool="add_note")
    async def add_note(context, params) -> CallToolResult:
        number = await notes.add(params.arguments["contact_id"], params.arguments["body"])
        return CallToolResult(
            content=[TextContent(type="text", text=f"note {number}")], structured_content={"number": number})

    @guarded(hallpass, tool="find_contact")
    def find_contact(context, params) -> CallToolResult:
        notes.append("queries", params.arguments["query"])
        return CallToolResult(content=[TextContent(type="text", text="Ada")])

    @guarded(hallpass, tool="issue_refund")
    def issue_refund(context, params) -> CallToolResult:
        notes.append("refunds", params.arguments["payment_id"])
        return CallToolResult(content=[TextContent(type="text", text="The bank is closed.")], is_error=True)

    tools = {"add_note": add_note, "find_contact": find_contact, "issue_refund": issue_refund}

    async def call_tool(context, params) -> CallToolResult:
        return await tools[params.name](context, params)

    async def list_tools(context, params) -> ListToolsResult:
        return ListToolsResult(tools=[Tool(name=name, input_schema={"type": "object"}) for name in tools])

    server = Server("crm-mcp", on_list_tools=list_tools, on_call_tool=call_tool)
    return server, closing(server.streamable_http_app(), hallpass)


def closing(app, hallpass: Hallpass):
    """An application that closes its connections to the broker as it ends."""

    async def closing_app(scope, receive, send) -> None:
        await app(scope, receive, send)
        if scope["type"] == "lifespan":
            await hallpass.aclose()

    return closing_app


def fail(notes: Notes, how: str):
    notes.append("refunds", how)
    match how:
        case "crash":
            raise ValueError("password=hunter2 in /etc/shadow")
        case "tool-error":
            raise ToolError("The bank is closed.")
        case "failure":
            raise ToolFailure(
                "The bank is closed.", code="BANK_CLOSED", retryable=True, suggested_action="try_tomorrow")
        case "unkept":
            return {"money": float("nan")}
    return {"cents": 1}


FLAVOURS = {"sdk": sdk, "fastmcp": fastmcp, "lowlevel": lowlevel}


def main() -> None:
    flavour, descriptor, folder = sys.argv[1:]
    hallpass = Hallpass.from_environment(environment=os.environ.get("NOTES_ENVIRONMENT"))
    _, app = FLAVOURS[flavour](hallpass, Notes(Path(folder)))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
    server.run(sockets=[socket.socket(fileno=int(descriptor))])


if __name__ == "__main__":
    main()
