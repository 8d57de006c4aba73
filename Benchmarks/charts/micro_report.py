"""What the micro-benchmarks have found: gathers the samples of every piece into one JSON, and makes the table of them.

Usage: micro_report.py SAMPLES-FOLDER OUTPUT [THRESHOLDS-FOLDER]

With the third, writes a threshold for every piece: the 90th percentile of its ratio to an HMAC.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "load"))

import report  # noqa: E402

TITLES = {
    "token-check": "token check: bytes in, verified claims out",
    "token-signing": "signing: claims in, token out",
    "canonical-json": "arguments as RFC 8785",
    "arguments-digest": "digest of the arguments",
    "strict-parse-300-bytes": "strict parse of 300 bytes",
    "strict-parse-64-kib": "strict parse of 64 KiB",
    "schema-validation": "arguments against their schema",
    "verify-policy": "policy: registry, grants, schema, digest",
    "audit-record": "audit record: canonical form, hash",
    "snapshot-1000-tenants": "snapshots of 1,000 tenants",
}
# HMACs that the token check may cost.
TOKEN_CHECK_FLOOR = 4
# Nothing that one call is made of.
LARGE = {"strict-parse-64-kib", "snapshot-1000-tenants"}
RATIO, TIME, INSTRUCTIONS = "hundredths-of-an-hmac", "cpu-nanoseconds", "instructions"


@dataclass(frozen=True)
class Piece:
    name: str
    title: str
    hmacs: float
    nanoseconds: float
    instructions: float | None


def gather(folder: Path) -> dict:
    """`{"machine", "pieces": {"name": {"metric": {"p50","p90"}}}}`"""
    found: dict = {}
    for name in TITLES:
        for metric in (RATIO, TIME, INSTRUCTIONS):
            for file in folder.glob(f"*.{name}.{metric}.*"):
                # A heading, and a sample a line.
                samples = sorted(int(line) for line in file.read_text().splitlines()[1:] if line)
                found.setdefault(name, {})[metric] = {
                    "p50": median(samples), "p90": samples[int(len(samples) * 0.9)], "samples": len(samples)}
    missing = set(TITLES) - set(found)
    if missing:
        sys.exit(f"micro: no samples of {', '.join(sorted(missing))} in {folder}")
    return {"machine": report.machine(), "pieces": found}


def pieces(result: dict) -> list[Piece]:
    return [
        Piece(
            name, TITLES[name], found[RATIO]["p50"] / 100, found[TIME]["p50"],
            found[INSTRUCTIONS]["p50"] if INSTRUCTIONS in found else None)
        for name, found in result["pieces"].items()]


def duration(nanoseconds: float) -> str:
    for unit, size in (("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.0f} ns"


def rows(result: dict) -> list[list[str]]:
    return [
        ["Piece", "HMACs", "CPU time"],
        *([piece.title, f"{piece.hmacs:,.1f}", duration(piece.nanoseconds)] for piece in pieces(result))]


def markdown(result: dict) -> str:
    heading, *lines = rows(result)
    return "\n".join([f"| {' | '.join(heading)} |", "| --- | ---: | ---: |", *(f"| {' | '.join(line)} |" for line in lines)])


def remarks(result: dict) -> str:
    hmacs = next(piece.hmacs for piece in pieces(result) if piece.name == "token-check")
    missed = " (missed)" if hmacs > TOKEN_CHECK_FLOOR else ""
    machine = result["machine"]
    return (
        f"- The token check: {hmacs:.1f} HMACs, at most {TOKEN_CHECK_FLOOR}{missed}.\n"
        f"- {machine['cores']} cores of {machine['processor']}, load average {machine['load_average']}.")


def text(result: dict) -> str:
    lines = rows(result)
    widths = [max(len(line[column]) for line in lines) for column in range(3)]
    return "\n".join("  ".join([line[0].ljust(widths[0]), line[1].rjust(widths[1]), line[2].rjust(widths[2])]) for line in lines)


def main() -> int:
    result = gather(Path(sys.argv[1]))
    output = Path(sys.argv[2])
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(result, indent=2) + "\n")
    for name, found in result["pieces"].items() if len(sys.argv) > 3 else ():
        threshold = {RATIO: found[RATIO]["p90"]}
        (Path(sys.argv[3]) / f"MicroBenchmarks.{name}.p90.json").write_text(json.dumps(threshold, indent=2) + "\n")
    print(text(result))
    print(f"\nMedians of CPU time; an HMAC is of the bytes of a token, in the same rounds. All of it: {output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
