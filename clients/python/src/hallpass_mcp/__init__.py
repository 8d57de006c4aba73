"""Hallpass for MCP servers: one decorator on each tool, and nothing runs that Hallpass did not allow.

`Hallpass` speaks to the broker, `guarded` stands before a tool, and a tool raises `ToolFailure` to say what went wrong
in words that are fit for a model.
"""

from hallpass_mcp.client import Credential, Deny, Execute, Hallpass, Outcome, Refused, Replay
from hallpass_mcp.guard import Call, ToolFailure, current_call, guarded

__all__ = [
    "Call", "Credential", "Deny", "Execute", "Hallpass", "Outcome", "Refused", "Replay", "ToolFailure", "current_call",
    "guarded"]
