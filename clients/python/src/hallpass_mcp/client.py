"""The two requests that an MCP server makes of Hallpass: may this call be made, and how did it go."""

import json
import logging
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeAlias

# httpx itself stands on anyio, so it is there wherever httpx is.
import anyio
import httpx

logger = logging.getLogger("hallpass_mcp")

# A report is made this often before it is given up, with a pause that doubles from the first of these, in seconds.
REPORT_ATTEMPTS = 5
REPORT_PAUSE_SECONDS = 0.1


@dataclass(frozen=True)
class Outcome:
    """How a call went: its result as a JSON value, or the error as it was shown to the model."""

    result: Any = None
    error: dict[str, Any] | None = None

    @property
    def json(self) -> dict[str, Any]:
        """The form in which it is reported and given again."""
        return {"ok": True, "result": self.result} if self.error is None else {"ok": False, "error": self.error}


@dataclass(frozen=True)
class Execute:
    """The call is to be made, now and by whoever was told so, and its outcome reported under `call_id`."""

    call_id: str
    # The whole answer: actor, scope, tenant, environment, connector, lease_seconds and what else the protocol has.
    answer: Mapping[str, Any]


@dataclass(frozen=True)
class Replay:
    """The call was made before under the same key: this came of it, and nothing is to be done."""

    outcome: Outcome


@dataclass(frozen=True)
class Deny:
    """The call is not to be made. The error is ready to be handed to a model as it stands."""

    error: dict[str, Any]


@dataclass(frozen=True)
class Credential:
    """What a server reaches its own backend with, for one call: use it for that, and put it in no log."""

    # `bearer` or `api_key`.
    type: str
    value: str = field(repr=False)
    # Of a bearer token: Unix seconds, and the scopes it has. Without `expires_at` it is not to be kept.
    expires_at: int | None = None
    scope: str | None = None


class Refused(Exception):
    """Raised where there is no credential for a call. The error is ready to be handed to a model."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error


Decision: TypeAlias = Execute | Replay | Deny


class Hallpass:
    """A broker, and the `mcp_server` client that asks it.

    Connections are kept and used again, so make one of these for a process; it belongs to the event loop that first
    used it. `environment` makes it refuse tokens for any other, which matters to a client that owns several. `timeout`
    is in seconds, and `verify` is httpx's, for a certificate authority of your own.
    """

    def __init__(
        self, base_url: str, *, client_id: str, secret: str | None = None, secret_file: str | Path | None = None,
        environment: str | None = None, timeout: float = 5.0, verify: ssl.SSLContext | bool = True,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        if (secret is None) == (secret_file is None):
            raise ValueError("give either secret or secret_file")
        if secret is None:
            secret = Path(str(secret_file)).read_text(encoding="utf-8").strip()
        self.environment = environment
        self._http = httpx.AsyncClient(
            base_url=base_url, auth=(client_id, secret), timeout=timeout, verify=verify, transport=transport)

    @classmethod
    def from_environment(cls, **options: Any) -> Self:
        """Reads HALLPASS_URL, HALLPASS_CLIENT_ID and HALLPASS_CLIENT_SECRET_FILE; `options` are the initialiser's."""
        return cls(
            os.environ["HALLPASS_URL"], client_id=os.environ["HALLPASS_CLIENT_ID"],
            secret_file=os.environ["HALLPASS_CLIENT_SECRET_FILE"], **options)

    async def verify(self, token: str, tool: str, arguments: Mapping[str, Any]) -> Decision:
        """Asks whether a call may be made, with its arguments as they were received; the key stands among them.

        It is asked once: an answer that was lost may have used the token up. Whatever is not a clear answer is a
        `Deny` with the code `unavailable`.
        """
        body = {"token": token, "tool": tool, "arguments": arguments}
        if self.environment is not None:
            body["environment"] = self.environment
        request_id = None
        try:
            response = await self._post("/v1/verify", body)
            request_id = response.headers.get("x-request-id")
            if response.status_code == 200 and (decision := _decision(response.json())):
                return decision
            reason = f"it answered {response.status_code} {_code(response)}"
        except Exception as error:  # Whatever went wrong, there is no answer. Its text could repeat what was sent.
            reason = type(error).__name__
        logger.warning("%s was not called, Hallpass gave no decision: %s (request %s)", tool, reason, request_id)
        return Deny(_unavailable(request_id))

    async def report(self, call_id: str, outcome: Outcome) -> bool:
        """Tells how a call went, and gives back whether that is known now.

        What may help later is tried again, a bounded number of times; the same report twice is one report.
        """
        reason = ""
        for attempt in range(REPORT_ATTEMPTS):
            if attempt:
                await anyio.sleep(REPORT_PAUSE_SECONDS * 2 ** (attempt - 1))
            try:
                response = await self._post(f"/v1/calls/{call_id}/outcome", outcome.json)
            except Exception as error:  # The tool has run: its result must not be lost over this.
                reason = type(error).__name__
                continue
            if response.status_code == 204:
                return True
            reason = f"it answered {response.status_code} {_code(response)}"
            if response.status_code == 413 and outcome.error is None:
                outcome = Outcome(error=NOT_RETAINED)
            elif response.status_code < 500 and response.status_code != 429:
                break
        logger.error("The outcome of call %s could not be reported to Hallpass: %s", call_id, reason)
        return False

    async def credential(self, call_id: str) -> Credential:
        """Fetches what this server reaches its backend with, for a call it was told to execute; it is given once.

        Raises `Refused` where there is none, or none now.
        """
        request_id = None
        try:
            response = await self._post(f"/v1/calls/{call_id}/credential", {})
            request_id = response.headers.get("x-request-id")
            match response.status_code, response.json():
                case 200, {"type": "bearer" | "api_key" as kind, "value": str(value), **rest} if value:
                    return Credential(kind, value, rest.get("expires_at"), rest.get("scope"))
                case status, {"error": {"code": str(code), "message": str()} as error} if (
                        status not in (401, 403) or code == "disabled"):
                    raise Refused(error)
            reason = f"it answered {response.status_code} {_code(response)}"
        except Refused:
            raise
        except Exception as error:  # Whatever went wrong, there is none. Its text could repeat what was sent.
            reason = type(error).__name__
        logger.warning("There is no credential for call %s: %s (request %s)", call_id, reason, request_id)
        raise Refused(_unavailable(request_id))

    async def aclose(self) -> None:
        """Closes its connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _post(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        # In ASCII, so that no text is one that cannot be encoded: it is the broker that says what is wrong with it.
        content = json.dumps(body, allow_nan=False, separators=(",", ":"))
        return await self._http.post(path, content=content, headers={"Content-Type": "application/json"})


# What is said of a result that could not be kept, in the words that the broker has for it.
NOT_RETAINED: dict[str, Any] = {
    "code": "RESULT_NOT_RETAINED",
    "message": "The call was executed before; its result could not be kept. Nothing was executed again.",
    "retryable": False, "suggested_action": "reconcile"}


def _decision(answer: Any) -> Decision | None:
    """A decision, where the answer is one in every part that is relied on."""
    match answer:
        case {"ok": True, "decision": "execute", "call_id": str(call_id)} if call_id:
            return Execute(call_id, answer)
        case {"ok": True, "decision": "replay", "result": {"ok": True, "result": result}}:
            return Replay(Outcome(result=result))
        case {"ok": True, "decision": "replay", "result": {"ok": False, "error": dict(error)}}:
            return Replay(Outcome(error=error))
        case {"ok": False, "decision": "deny", "error": {"code": str()} as error}:
            return Deny(error)
    return None


def _code(response: httpx.Response) -> str:
    """The code of a refusal, for the log; empty where there is none to read."""
    try:
        code = response.json()["error"]["code"]
    except (ValueError, LookupError, TypeError):
        return ""
    return code if isinstance(code, str) else ""


def _unavailable(request_id: str | None) -> dict[str, Any]:
    error: dict[str, Any] = {
        "code": "unavailable", "message": "The call could not be checked, so it was not made.", "retryable": True,
        "retry_after_seconds": 5, "suggested_action": "wait"}
    return error | ({"request_id": request_id} if request_id else {})
