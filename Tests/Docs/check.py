"""Runs what the documents show, and holds them against the sources. See `run` for how to call it."""

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import consistency
from outputs import presentable, same
from pages import Block, Command, Page, read_page
from sessions import ROOT, Session

# No page is begun after so many seconds; each command has its own limit.
DEADLINE = 60
PAGES_AT_ONCE = 3


class Results:
    def __init__(self):
        self.run = 0
        self.compared = 0
        self.skipped: list[str] = []
        self.problems: list[str] = []
        # Page, first line and count of the output that is to be replaced, and what with.
        self.rewrites: list[tuple[Page, int, int, list[str]]] = []

    def add(self, other: "Results") -> None:
        self.run += other.run
        self.compared += other.compared
        self.skipped += other.skipped
        self.problems += other.problems
        self.rewrites += other.rewrites


def python_with(modules: list[str]) -> Path | None:
    """The interpreter of the interop tests, if it has these."""
    venv = Path(os.environ.get("INTEROP_VENV", ROOT / ".venv"))
    python = venv / "bin" / "python"
    found = all(any((venv / "lib").glob(f"python3.*/site-packages/{module}/__init__.py")) for module in modules)
    return python if python.exists() and found else None


def play(page: Page, deadline: float) -> Results:
    """Types the commands of a page in a folder of its own."""
    results = Results()
    if time.monotonic() > deadline:
        results.problems.append(f"{page.path.name}: not run, because the time was up")
        return results
    with tempfile.TemporaryDirectory(prefix="hallpass-docs-") as folder:
        session = Session(Path(folder), python_with([]))
        try:
            if not page.starts_without_server:
                session.start_server()
            for block in page.blocks:
                play_block(page, block, session, results)
            if page.path.name == "operators.md":
                url = f"http://127.0.0.1:{session.ports['8080']}"
                results.problems += consistency.check_metrics("\n".join(page.lines), url)
        except RuntimeError as error:
            results.problems.append(f"{page.path.name}: {error}")
        finally:
            session.close()
    return results


def play_block(page: Page, block: Block, session: Session, results: Results) -> None:
    place = f"{page.path.name}:{block.line}"
    if name := block.directives.get("file"):
        session.write(name, block.text)
    if not block.is_runnable:
        return
    if reason := block.directives.get("not run"):
        results.skipped.append(f"{place}: {reason}")
        return
    modules = block.directives.get("needs python", "").split()
    if modules and not python_with(modules):
        results.skipped.append(f"{place}: needs {' and '.join(modules)} for Python, which Tests/Interop/run installs")
        return
    if background := block.directives.get("background"):
        results.run += 1
        session.run_in_background(block.text.strip(), background.removeprefix("until "))
        return
    commands = block.commands()
    for index, command in enumerate(commands):
        is_code_shown = index + 1 < len(commands) and commands[index + 1].text == "echo $?"
        play_command(page, command, block, is_code_shown, session, results)


def play_command(
    page: Page, command: Command, block: Block, is_code_shown: bool, session: Session, results: Results
) -> None:
    place = f"{page.path.name}:{command.line + 1}"
    code, output = session.run(command.text)
    results.run += 1
    if code != 0 and not is_code_shown:
        results.problems.append(f"{place}: ended with {code}: {command.text}\n{indented(output)}")
    if block.language != "console":
        return
    results.compared += 1
    shown = "\n".join(command.output)
    if same(shown, output):
        return
    results.rewrites.append((page, command.line + command.line_count, len(command.output), presentable(output)))
    results.problems.append(f"{place}: {command.text}\n  shown:\n{indented(shown)}\n  real:\n{indented(output)}")


def indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def rewrite(results: Results) -> None:
    """Puts the real output into the documents; from the end, so that the lines above keep their numbers."""
    for page, line, count, output in sorted(results.rewrites, key=lambda item: -item[1]):
        page.lines[line:line + count] = output
    for page in {id(page): page for page, *_ in results.rewrites}.values():
        page.path.write_text("\n".join(page.lines) + "\n", encoding="utf-8")


def check_sources(pages: list[Page], results: Results) -> None:
    text = {page.path.name: "\n".join(page.lines) for page in pages}
    binary = os.environ["HALLPASS_BINARY"]
    results.problems += consistency.check_links(pages)
    results.problems += consistency.check_json(pages)
    results.problems += consistency.check_error_codes(text["errors.md"])
    results.problems += consistency.check_oauth(text["protocol.md"])
    results.problems += consistency.check_schemas(text["protocol.md"])
    results.problems += consistency.check_idempotency(text["protocol.md"])
    results.problems += consistency.check_limits(text["protocol.md"])
    results.problems += consistency.check_routes(text["protocol.md"])
    results.problems += consistency.check_audit(text["protocol.md"])
    results.problems += consistency.check_proof(text["protocol.md"])
    results.problems += consistency.check_places(text["contributors.md"])
    results.problems += consistency.check_settings(text["operators.md"], binary)
    results.problems += consistency.check_commands(pages, binary)


def main() -> int:
    started = time.monotonic()
    wanted = [name for name in sys.argv[1:] if not name.startswith("-")]
    if "--write" in sys.argv:
        (ROOT / "docs" / "errors.md").write_text(consistency.errors_page(), encoding="utf-8")
    pages = [read_page(path) for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]]
    if unknown := set(wanted) - {page.path.name for page in pages}:
        raise SystemExit(f"docs: there is no page {', '.join(sorted(unknown))}")
    results = Results()
    check_sources(pages, results)
    played = [
        page for page in pages
        if (not wanted or page.path.name in wanted) and any(block.is_runnable for block in page.blocks)]
    # Most of a page is waiting, for a server to start or for a second to pass.
    with ThreadPoolExecutor(max_workers=PAGES_AT_ONCE) as pool:
        for played_results in pool.map(lambda page: play(page, started + DEADLINE), played):
            results.add(played_results)
    if "--write" in sys.argv:
        rewrite(results)
    for problem in results.problems:
        print(f"FAILED {problem}")
    for skipped in results.skipped:
        print(f"not run: {skipped}")
    print(
        f"docs: {len(pages)} pages, {results.run} commands run, {results.compared} outputs compared, "
        f"{len(results.skipped)} blocks not run, {len(results.problems)} problems, "
        f"{time.monotonic() - started:.1f} s")
    return 1 if results.problems else 0


if __name__ == "__main__":
    sys.exit(main())
