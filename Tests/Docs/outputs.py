"""Whether two outputs say the same: what differs from run to run is left out, and `…` in a document stands for anything."""

import json
import re

ANYTHING = "…"
SHORT_TOKEN = "eyJhbGciOiJIUzI1NiIs…"

# In this order: the longer and more telling first.
VOLATILE = [
    (re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+|eyJ[\w-]*…"), "<token>"),
    (re.compile(r"hp_[a-z0-9][a-z0-9._-]*_(?:[\w-]{43}|…)"), "<secret>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"), "<time>"),
    (re.compile(r"(?<![\w-])(?=[\w-]*[A-Z])[\w-]{43}(?![\w-])"), "<hash>"),
    (re.compile(r"(?<![\w-])(?=[\w-]*[A-Z])[\w-]{22}(?![\w-])"), "<id>"),
    (re.compile(r'(?<="name":")(?=[\w-]*[A-Z0-9])[\w-]{12}(?=")'), "<name>"),
    (re.compile(r"\b1[7-9]\d{8}\b"), "<seconds>"),
    (re.compile(r'("(?:seq|duration_us|cutoff|iat|exp|expires_at|revoked_tokens|retry_after_seconds)": ?)(?:\d+|<seconds>)'), r'\1"<number>"'),
    (re.compile(r"\b\d+(?= (?:records?|MiB|MB|live tokens?)\b)"), "<number>"),
    (re.compile(r"(?<=\bProcess )\d+|(?<=\bHead )\d+|(?<=\bschema version )\d+"), "<number>"),
    (re.compile(r"^\s*\d+(?=\s+<time>)", re.MULTILINE), "<number>"),
    (re.compile(r"\b\d+\.\d+\.\d+\b(?!\.)"), "<version>"),
]


def settled(text: str) -> str:
    """The text without what differs from run to run."""
    for pattern, word in VOLATILE:
        text = pattern.sub(word, text)
    return text


def same(shown: str, real: str) -> bool:
    shown, real = settled(shown), settled(real)
    try:
        return same_value(json.loads(shown), json.loads(real))
    except ValueError:
        return same_text(shown, real)


def same_text(shown: str, real: str) -> bool:
    parts = [re.escape(plain(part)) for part in plain(shown).split(ANYTHING)]
    return re.fullmatch(".*?".join(parts), plain(real), re.DOTALL) is not None


def plain(text: str) -> str:
    """Columns are as wide as their widest cell, which may be of any length."""
    text = re.sub(r"[ \t]+", " ", text)
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


def same_value(shown: object, real: object) -> bool:
    if isinstance(shown, str) and isinstance(real, str):
        return same_text(shown, real)
    if isinstance(shown, dict) and isinstance(real, dict):
        return list(shown) == list(real) and all(same_value(shown[name], real[name]) for name in shown)
    if isinstance(shown, list) and isinstance(real, list):
        return len(shown) == len(real) and all(map(same_value, shown, real))
    return type(shown) is type(real) and shown == real


def presentable(text: str, width: int = 116) -> list[str]:
    """The real output as a document shows it: tokens and secrets cut short, JSON broken into lines."""
    text = re.sub(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", SHORT_TOKEN, text)
    text = re.sub(r"(hp_[a-z0-9][a-z0-9._-]*_)[\w-]{43}", r"\1…", text)
    lines = [line.rstrip() for line in text.strip("\n").splitlines()]
    return [part for line in lines for part in (wrapped(line, width) if len(line) > width else [line])]


def wrapped(line: str, width: int) -> list[str]:
    """One line of JSON as several, broken behind commas; any other line as it is."""
    try:
        json.loads(line)
    except ValueError:
        return [line]
    pieces = re.findall(r'(?:"(?:\\.|[^"\\])*"|[^",])+,?|,', line)
    lines = [""]
    for piece in pieces:
        indent = "" if len(lines) == 1 else "  "
        if lines[-1].strip() and len(lines[-1]) + len(piece) > width:
            lines.append("  ")
        lines[-1] += piece
    return lines
