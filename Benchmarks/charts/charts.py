"""Draws what `make bench`, `make bench-growth` and `make micro-bench` have found, and fills the tables of the document in.

Reads .build/bench.json, .build/growth.json and .build/micro-bench.json, those that are there; writes docs/images/*.svg and the
stretches of docs/performance.md between `<!-- NAME -->` and `<!-- end of NAME -->`.
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Benchmarks" / "load"))

import growth_report  # noqa: E402
import micro_report  # noqa: E402
from svg import Bar, Drawing, Series, bars, lines  # noqa: E402

DOCUMENT = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "images"
# Of docs/performance.md, "The measures".
FLOORS = {"verify": 0.6, "introspect": 0.7, "mint": 0.5}


def bench(result: dict) -> str:
    drawing = Drawing(
        "Calls beside a bare HTTP server",
        "For verify, introspect and mint: calls a second and CPU seconds a thousand, of the broker and of echo.")
    measures = result["measures"]
    note = f"medians of {result['rounds']} rounds of {result['seconds_per_round']} s, {result['connections']} connections"
    most = max(measure["echo"]["per_second"] for measure in measures.values())
    drawing.heading("Calls a second, all checked and on disk", f"{note}; grey: echo, a bare HTTP server; dashed: the floor")
    bars(drawing, [
        bar for name, measure in measures.items() for bar in (
            Bar(name, measure["broker"]["per_second"] / most,
                f"{measure['broker']['per_second']:,.0f}, {measure['ratio_to_echo']:.2f} of echo",
                floor=FLOORS[name] * measure["echo"]["per_second"] / most, is_first=True),
            Bar("echo", measure["echo"]["per_second"] / most, f"{measure['echo']['per_second']:,.0f}", "c"))],
        name_width=90, value_width=190)
    most = max(measure["broker"]["cpu_seconds_per_thousand"] for measure in measures.values())
    drawing.heading("CPU seconds a thousand calls", "less is better")
    bars(drawing, [
        bar for name, measure in measures.items() for bar in (
            Bar(name, measure["broker"]["cpu_seconds_per_thousand"] / most,
                f"{measure['broker']['cpu_seconds_per_thousand']:.3f}, p99 {measure['broker']['p99_ms']:.1f} ms", is_first=True),
            Bar("echo", measure["echo"]["cpu_seconds_per_thousand"] / most,
                f"{measure['echo']['cpu_seconds_per_thousand']:.3f}", "c"))],
        name_width=90, value_width=190)
    return drawing.finish()


def growth(result: dict) -> str:
    drawing = Drawing(
        "What grows with the database", "Verify and mint beside an empty broker, and the start, with ever more ledger rows.")
    sizes = result["sizes"]
    columns = [growth_report.count(size["rows"]) for size in sizes]
    drawing.heading(
        "Calls a second, of an empty broker's in the same rounds",
        f"{result['tenants']:,} tenants of {result['deployments']} deployments and {result['grants']} grants; ledger rows filled in")
    lines(
        drawing, columns, [
            Series("verify", [size["verify"]["ratio_per_second"] for size in sizes], "a"),
            Series("mint", [size["mint"]["ratio_per_second"] for size in sizes], "b")],
        top=1.25, ticks=[0, 0.25, 0.5, 0.75, 1, 1.25], floor=(growth_report.VERIFY_FLOOR, f"floor {growth_report.VERIFY_FLOOR}"))
    drawing.heading("Seconds from start to ready")
    starts = [size["start_to_ready_seconds"] for size in sizes]
    ticks = [0.5 * tick for tick in range(int(max(1.5, *starts) / 0.5) + 2)]
    lines(
        drawing, columns, [Series("start", starts, "a")], top=ticks[-1], ticks=ticks,
        floor=(growth_report.START_SECONDS, "at most 1 s"))
    return drawing.finish()


def micro(result: dict) -> str:
    drawing = Drawing("The pieces of a call", "What each piece of a call costs, in HMACs of a token's bytes.")
    found = [piece for piece in micro_report.pieces(result) if piece.name not in micro_report.LARGE]
    most = max(piece.hmacs for piece in found)
    drawing.heading(
        "The pieces of a call, in HMACs of a token's bytes",
        f"dashed: {micro_report.TOKEN_CHECK_FLOOR}, which the token check should stay below")
    drawing.y += 4
    bars(drawing, [
        Bar(piece.title, piece.hmacs / most, f"{piece.hmacs:,.1f} = {micro_report.duration(piece.nanoseconds)}",
            floor=micro_report.TOKEN_CHECK_FLOOR / most if piece.name == "token-check" else None) for piece in found],
        name_width=280, value_width=130)
    return drawing.finish()


def fill_in(name: str, *parts: str) -> None:
    """Puts them where the document wants what this measurement has found."""
    text = DOCUMENT.read_text()
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    if not pattern.search(text):
        sys.exit(f"charts: {DOCUMENT.name} has no place for what {name} has found")
    DOCUMENT.write_text(pattern.sub(lambda found: found[1] + "".join(f"\n{part}\n" for part in parts) + "\n" + found[2], text))


def main() -> int:
    drawn = 0
    for name, command, chart, words, tables in (
            ("bench", "make bench", bench, "Calls a second, and what they cost, beside a bare HTTP server", []),
            ("growth", "make bench-growth", growth, "Calls a second and seconds to ready, by ledger rows",
             [growth_report.markdown, growth_report.remarks]),
            ("micro-bench", "make micro-bench", micro, "HMACs that each piece of a call takes",
             [micro_report.markdown, micro_report.remarks])):
        source = ROOT / ".build" / f"{name}.json"
        if not source.exists():
            print(f"no {source.relative_to(ROOT)}: {command} writes it")
            continue
        result = json.loads(source.read_text())
        (IMAGES / f"{name}.svg").write_text(chart(result))
        fill_in(name, f"![{words}](images/{name}.svg)", *(table(result) for table in tables))
        drawn += 1
        print(f"docs/images/{name}.svg")
    return 0 if drawn else 1


if __name__ == "__main__":
    sys.exit(main())
