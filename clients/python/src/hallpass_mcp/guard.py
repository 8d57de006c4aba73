"""What stands before a tool: it asks Hallpass, runs the tool or does not, and reports what came of it."""

import functools
import inspect
import json
import logging
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar, cast

import anyio
import anyio.to_thread
from mcp.server.context import ServerRequestContext
from mcp.server.mcpserver import Context
from mcp_types import CallToolResult, ContentBlock, InputRequiredResult, TextContent
from pydantic import PydanticUserError, TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python

from hallpass_mcp.client import NOT_RETAINED, Credential, Deny, Execute, Hallpass, Outcome, Refused, Replay

TOKEN_HEADER = "mcp-call-token"
TOKEN_META = "dev.hallpass/call-token"
# Marks a stored result that is a whole MCP result and not a plain value.
WHOLE_RESULT = "dev.hallpass/tool-result"
# How MCPServer hands its context to a tool that does not ask for it.
CONTEXT_PARAMETER = "hallpass_context"

logger = logging.getLogger("hallpass_mcp")
P = ParamSpec("P")
R = TypeVar("R")


class ToolFailure(Exception):
    """Raised by a tool to say why it failed. All of it is shown to the model, now and to whoever repeats the call."""

    def __init__(
        self, message: str, *, code: str = "tool_failed", retryable: bool = False, suggested_action: str = "reconcile"
    ) -> None:
        super().__init__(message)
        self.error: dict[str, Any] = {
            "code": code, "message": message, "retryable": retryable, "suggested_action": suggested_action}


@dataclass(frozen=True)
class Call:
    """The call that a guarded function was told to make."""

    # Under which it is in the audit; worth noting in a log of your own.
    id: str
    # The whole answer: actor, scope, tenant, environment, connector, lease_seconds and what else the protocol has.
    answer: Mapping[str, Any]
    _hallpass: Hallpass = field(repr=False)

    async def credential(self) -> Credential:
        """What this server reaches its backend with, for this call; it is given once. Raises `Refused`, as the tool may."""
        return await self._hallpass.credential(self.id)


_current_call: ContextVar[Call] = ContextVar("hallpass_call")


def current_call() -> Call:
    """The call that is being made, within a guarded function and whatever it awaits."""
    return _current_call.get()


def guarded(
    hallpass: Hallpass, *, tool: str, listed_as: str | None = None
) -> Callable[[Callable[P, Awaitable[R] | R]], Callable[P, Awaitable[R | CallToolResult]]]:
    """Lets a tool run only if Hallpass says so, once for each idempotency key.

    It goes directly on the function, below `@server.tool()`. `tool` is the name that Hallpass knows; `listed_as` is the
    name that clients see, where that is another. The call token is taken from the header `MCP-Call-Token`, else
    from `_meta["dev.hallpass/call-token"]`, else from `Authorization: Bearer`. The function's own parameters are as
    they were; it may be sync, and then runs in a thread. Cancelling the request does not stop a call on its way:
    the call is finished and reported, so that whoever asks again learns what came of it.
    """

    def decorate(function: Callable[P, Awaitable[R] | R]) -> Callable[P, Awaitable[R | CallToolResult]]:
        _require_plain(function)
        hints = inspect.get_annotations(function, eval_str=True)
        @functools.wraps(function)
        async def guard(*args: P.args, **kwargs: P.kwargs) -> R | CallToolResult:
            injected = kwargs.pop(CONTEXT_PARAMETER, None)
            token, arguments = _call(_request([injected, *args, *kwargs.values()]), listed_as or tool)
            with anyio.CancelScope(shield=True):
                match await hallpass.verify(token, tool, arguments):
                    case Deny(error):
                        return _failed(error)
                    case Replay(outcome):
                        return cast(R, _restored(outcome, hints.get("return", Any)))
                    case Execute(call_id, answer):
                        _current_call.set(Call(call_id, answer, hallpass))
                        result, outcome = await _run(tool, functools.partial(function, *args, **kwargs))
                        await hallpass.report(call_id, outcome)
                        return result
            raise AssertionError("a shielded scope is not left early")

        # MCPServer fills what the annotations call a Context; the signature is what clients are shown.
        guard.__signature__ = inspect.signature(function, eval_str=True)  # type: ignore[attr-defined]
        if not any(_is_context(hint) for hint in hints.values()):
            guard.__annotations__ = {**function.__annotations__, CONTEXT_PARAMETER: Context}
        return guard

    return decorate


def _require_plain(function: Callable[..., Any]) -> None:
    """Refuses what would run unguarded: a tool that is registered already, and one that runs after it returned."""
    if not inspect.isroutine(function) or hasattr(function, "__fastmcp__"):
        raise TypeError("guarded goes directly on a function, below the decorator that registers the tool")
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError("a generator cannot be guarded, it would run after its outcome was reported")


def _is_context(hint: Any) -> bool:
    return inspect.isclass(hint) and issubclass(hint, (Context, ServerRequestContext))


def _request(candidates: list[Any]) -> ServerRequestContext[Any, Any]:
    """The request that is being served, from the tool's arguments or from where FastMCP keeps it."""
    for candidate in candidates:
        if isinstance(candidate, Context):
            candidate = candidate.request_context
        if isinstance(candidate, ServerRequestContext):
            return candidate
    if fastmcp := sys.modules.get("fastmcp.server.dependencies"):
        current = fastmcp.fastmcp_request_ctx.get()
        if current is not None:
            return current._srctx  # type: ignore[no-any-return]  # nothing else there has the arguments as received
    raise RuntimeError("a guarded tool runs only in a request of an MCP client")


def _call(request: ServerRequestContext[Any, Any], name: str) -> tuple[str, Mapping[str, Any]]:
    """The call's token, empty where there is none, and its arguments as received: neither coerced nor completed.

    A tool that runs because another one called it would be judged by the arguments of that other one.
    """
    params = request.params or {}
    if request.method != "tools/call" or params.get("name") != name:
        raise RuntimeError(f"{name!r} is guarded and was not what the client called; see listed_as")
    headers = getattr(request.request, "headers", None) or {}
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    token = headers.get(TOKEN_HEADER) or (params.get("_meta") or {}).get(TOKEN_META)
    if not token and scheme.lower() == "bearer":
        token = bearer.strip()
    return token if isinstance(token, str) else "", params.get("arguments") or {}


async def _run(tool: str, call: Callable[[], Awaitable[R] | R]) -> tuple[R | CallToolResult, Outcome]:
    """Runs the tool; what it raised is logged here, and the model is told no more than that it failed."""
    try:
        if inspect.iscoroutinefunction(call):
            result = await call()
        else:
            returned = await anyio.to_thread.run_sync(call)
            result = await returned if inspect.isawaitable(returned) else returned
        if isinstance(result, InputRequiredResult):
            raise TypeError("a guarded tool cannot ask for input: its call is made once")
    except Exception as exception:
        error = _error(exception)
        if error is None:
            logger.exception("The tool %s failed", tool)
            error = ToolFailure("The tool failed; whether it did anything before that is not known.").error
        return _failed(error), Outcome(error=error)
    try:
        return result, _outcome(result)
    except ValueError as reason:
        logger.error("The result of the tool %s cannot be kept: %s", tool, type(reason).__name__)
        return result, Outcome(error=NOT_RETAINED)


def _error(exception: Exception) -> dict[str, Any] | None:
    """What a tool said on purpose: a `ToolFailure`, or the `ToolError` that both MCP libraries have."""
    if isinstance(exception, Refused):
        # It is what a retry under this key is told too, so it is final however passing its cause.
        action = exception.error.get("suggested_action", "reconcile")
        return ToolFailure(str(exception), code=exception.error["code"], suggested_action=action).error
    if any(kind.__name__ == "ToolError" for kind in type(exception).__mro__):
        exception = ToolFailure(str(exception) or "The tool failed.")
    return exception.error if isinstance(exception, ToolFailure) else None


def _outcome(result: Any) -> Outcome:
    """A result as JSON that `_restored` makes the same answer of."""
    whole = _whole(result)
    if whole is None:
        value = to_jsonable_python(result, by_alias=True)
        json.dumps(value, allow_nan=False)
        return Outcome(result=value)
    kept = {WHOLE_RESULT: whole.model_dump(mode="json", by_alias=True, exclude_none=True)}
    if not whole.is_error:
        return Outcome(result=kept)
    text = " ".join(block.text for block in whole.content if isinstance(block, TextContent))
    return Outcome(error=ToolFailure(text or "The tool failed.").error | kept)


def _whole(result: Any) -> CallToolResult | None:
    """A result that the tool made itself, of the SDK's type, FastMCP's, or content blocks."""
    if isinstance(result, CallToolResult):
        return result
    if hasattr(result, "to_mcp_result"):
        return CallToolResult(
            content=result.content, structured_content=result.structured_content, is_error=result.is_error,
            _meta=result.meta)
    blocks = list(result) if isinstance(result, (list, tuple)) else [result]
    if blocks and all(isinstance(block, ContentBlock) for block in blocks):
        return CallToolResult(content=blocks)
    return None


def _restored(outcome: Outcome, returns: Any) -> Any:
    """What the first call was answered with; a plain value is for the MCP library to wrap, as it was then.

    `returns` is the type that the tool declares: what the library shows of a value may depend on it.
    """
    kept = outcome.result if outcome.error is None else outcome.error
    if isinstance(kept, dict) and WHOLE_RESULT in kept:
        return CallToolResult.model_validate(kept[WHOLE_RESULT])
    if outcome.error is not None:
        return _failed(outcome.error)
    try:
        return TypeAdapter(returns).validate_python(outcome.result)
    except (ValidationError, PydanticUserError):
        return outcome.result


def _failed(error: dict[str, Any]) -> CallToolResult:
    """The error as it stands, for programs in the structured content and for models in the text."""
    body = {"ok": False, "error": error}
    text = json.dumps(body, ensure_ascii=False)
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=body, is_error=True)
