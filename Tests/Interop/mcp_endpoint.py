"""MCP over streamable HTTP: a server in a thread of its own, and the official client to it."""

import socket
import threading
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import httpx2
import uvicorn
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from hallpass import PATIENCE

# Both generations of the protocol: the handshake with `initialize`, and the one that has a request stand for itself.
MODES = ["legacy", "auto"]


@contextmanager
def serving(app):
    """Runs an ASGI application on a free loopback port and yields the URL of its MCP endpoint."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        # From here on connections wait in the backlog, so there is nothing to poll for.
        listener.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2, lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
            assert not thread.is_alive(), "the MCP server did not stop"


@dataclass
class Session:
    """The official client, and the status of every HTTP answer it got."""

    client: Client
    statuses: list[int] = field(default_factory=list)


@asynccontextmanager
async def connected(url: str, headers: dict[str, str] | None = None, mode: str = "auto"):
    """The official client, connected; `headers` go with each of its requests."""
    statuses: list[int] = []

    async def note(response: httpx2.Response) -> None:
        statuses.append(response.status_code)

    async with httpx2.AsyncClient(headers=headers, timeout=PATIENCE, event_hooks={"response": [note]}) as http:
        transport = streamable_http_client(url, http_client=http)
        async with Client(transport, mode=mode, read_timeout_seconds=PATIENCE) as client:
            yield Session(client, statuses)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
