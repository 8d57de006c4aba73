"""HTTP/1.1 for load: many connections, one request at a time on each, nothing but the standard library."""

import asyncio
import base64
import json
from dataclasses import dataclass

# What normally takes a moment, in seconds; only a hang gets there.
PATIENCE = 30


class Broken(Exception):
    """The connection ended before the answer did: whether the request had its effect is not known."""


class Silent(Exception):
    """The server is there and does not answer."""


class Unreachable(Broken):
    """Nobody took the connection: the request was not sent."""


@dataclass
class Answer:
    """Header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict:
        return json.loads(self.body) if self.body else {}

    @property
    def request_id(self) -> str:
        return self.headers["x-request-id"]

    @property
    def code(self) -> str:
        """The code of a refusal, in whichever of the two shapes; empty where there is none."""
        error = self.json.get("error", {})
        return self.json.get("code", "") if isinstance(error, str) else error.get("code", "")


def post(path: str, credentials: tuple[str, str], body: dict) -> bytes:
    """A request as it goes over the wire."""
    content = json.dumps(body).encode()
    secret = base64.b64encode(":".join(credentials).encode()).decode()
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {secret}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n").encode() + content


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


class Connection:
    """One connection to 127.0.0.1; to be asked by one task at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> "Connection":
        try:
            return cls(*await asyncio.open_connection("127.0.0.1", port))
        except OSError as error:
            raise Unreachable(str(error)) from None

    async def ask(self, request: bytes) -> Answer:
        self.writer.write(request)
        try:
            async with asyncio.timeout(PATIENCE):
                return await self.answer()
        except TimeoutError:
            raise Silent(f"no answer within {PATIENCE} s to {request[:80]!r}") from None

    async def answer(self) -> Answer:
        try:
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            status, *lines = head[:-4].split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        except (asyncio.IncompleteReadError, OSError) as error:
            raise Broken(str(error)) from None
        return Answer(int(status.split(" ")[1]), headers, body)

    def close(self) -> None:
        self.writer.transport.abort()


class Pool:
    """Connections to one server, opened as they are needed and used again."""

    def __init__(self, port: int):
        self.port = port
        self.idle: list[Connection] = []

    async def ask(self, request: bytes) -> Answer:
        connection = self.idle.pop() if self.idle else await Connection.open(self.port)
        try:
            answer = await connection.ask(request)
        except BaseException:
            connection.close()
            raise
        if answer.headers.get("connection") == "close":
            connection.close()
        else:
            self.idle.append(connection)
        return answer

    def close(self) -> None:
        while self.idle:
            self.idle.pop().close()
