"""Markdown as these tests read it: fenced blocks with the comments that stand above them, and the commands in them."""

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

FENCE = re.compile(r"^(\s*)```(\w*)\s*$")
DIRECTIVE = re.compile(r"^\s*<!-- (not run|file|background|needs python): (.*?) -->\s*$")
WITHOUT_SERVER = "<!-- starts without a server -->"


@dataclass
class Command:
    text: str
    # What the document shows below it; empty where it shows nothing.
    output: list[str]
    # Of its first line, counted from 0 in the file.
    line: int
    line_count: int


@dataclass
class Block:
    language: str
    lines: list[str]
    # Of the first line inside the fence, counted from 0 in the file.
    line: int
    indent: str
    directives: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "\n".join(line.removeprefix(self.indent) for line in self.lines) + "\n"

    @property
    def is_runnable(self) -> bool:
        return self.language in ("sh", "console")

    def commands(self) -> list[Command]:
        """A block of `sh` is one command without output; one of `console` has a command after each `$`."""
        if self.language == "sh":
            return [Command(self.text, [], self.line, len(self.lines))]
        commands: list[Command] = []
        index = 0
        while index < len(self.lines):
            line = self.lines[index].removeprefix(self.indent)
            if not line.startswith("$ "):
                if not commands:
                    raise SystemExit(f"line {self.line + index + 1}: output without a command above it")
                commands[-1].output.append(line)
                index += 1
                continue
            text, start = line[2:], index
            index += 1
            while is_unfinished(text) and index < len(self.lines):
                text += "\n" + self.lines[index].removeprefix(self.indent)
                index += 1
            commands.append(Command(text, [], self.line + start, index - start))
        return commands


@dataclass
class Page:
    path: Path
    lines: list[str]
    blocks: list[Block]

    @property
    def starts_without_server(self) -> bool:
        return WITHOUT_SERVER in self.lines


def is_unfinished(command: str) -> bool:
    """Whether a shell would ask for another line."""
    if command.endswith("\\"):
        return True
    if command.count("'") % 2 == 0 and command.count('"') % 2 == 0:
        return False
    check = subprocess.run(["bash", "-n", "-c", command], capture_output=True, text=True, check=False)
    return check.returncode != 0 and "unexpected EOF" in check.stderr


def read_page(path: Path) -> Page:
    lines = path.read_text(encoding="utf-8").splitlines()
    blocks: list[Block] = []
    directives: dict[str, str] = {}
    index = 0
    while index < len(lines):
        if found := DIRECTIVE.match(lines[index]):
            directives[found[1]] = found[2]
        elif found := FENCE.match(lines[index]):
            end = index + 1
            while end < len(lines) and lines[end].strip() != "```":
                end += 1
            blocks.append(Block(found[2], lines[index + 1:end], index + 1, found[1], directives))
            directives, index = {}, end
        elif lines[index].strip():
            directives = {}
        index += 1
    return Page(path, lines, blocks)
