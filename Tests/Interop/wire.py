"""HTTP/1.1 by the byte: for requests that no HTTP library would send."""

import base64
import socket
from dataclasses import dataclass

from hallpass import PATIENCE


@dataclass
class Answer:
    """One answer as it came over the wire; header names are in lower case."""

    version: str
    status: int
    headers: dict[str, str]
    body: bytes


class Closed(Exception):
    """The peer closed the connection instead of answering."""


class Wire:
    """One connection. Whatever does not come within `PATIENCE` fails the test."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.received = b""

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, text: str | bytes) -> "Wire":
        """Sends; a peer that has hung up by now is found out when its answer is read."""
        try:
            self.socket.sendall(text.encode("latin-1") if isinstance(text, str) else text)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return self

    def answer(self, has_body: bool = True) -> Answer:
        head, self.received = self.until(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        version, status = lines[0].split(" ")[:2]
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            assert name.lower() not in headers, f"{name} stands twice"
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0)) if has_body else 0
        while len(self.received) < length:
            self.more()
        body, self.received = self.received[:length], self.received[length:]
        return Answer(version, int(status), headers, body)

    def is_closed(self) -> bool:
        """Waits for the end of the connection; an answer that nobody expected is a failure."""
        try:
            self.more()
        except Closed:
            return True
        raise AssertionError(f"more came: {self.received[:200]!r}")

    def until(self, end: bytes) -> tuple[bytes, bytes]:
        while end not in self.received:
            self.more()
        return tuple(self.received.split(end, 1))

    def more(self) -> None:
        try:
            chunk = self.socket.recv(65_536)
        except ConnectionResetError:
            chunk = b""
        except TimeoutError:
            raise AssertionError(f"neither an answer nor an end within {PATIENCE} s, after {self.received!r}") from None
        if not chunk:
            raise Closed(f"after {self.received!r}")
        self.received += chunk


def basic(credentials: tuple[str, str]) -> str:
    """A header line that authenticates a client."""
    return f"Authorization: Basic {base64.b64encode(':'.join(credentials).encode()).decode()}\r\n"
