"""What a run has found, as one table and as JSON."""

import os
import platform
from pathlib import Path
from statistics import median

from wrk import Round


def machine() -> dict:
    """What the figures are of."""
    processor = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.machine())
    return {
        "processor": processor, "cores": os.cpu_count(), "kernel": platform.release(),
        # Above the number of cores, others were at work too: look at the ratios.
        "load_average": round(os.getloadavg()[0], 1)}


def summarise(rounds: dict[str, list[Round]]) -> dict:
    """Medians of all rounds; of ratios, of the rounds that followed each other, so that what slows all of them cancels out."""
    summary: dict = {}
    for name, list_of in rounds.items():
        summary[name] = {
            field: median(getattr(round, field) for round in list_of)
            for field in ("per_second", "p50_ms", "p99_ms", "cpu_seconds_per_thousand")}
        summary[name]["requests"] = sum(round.requests for round in list_of)
    for name in rounds:
        if name != "broker":
            summary[f"ratio_to_{name}"] = median(
                own.per_second / other.per_second for own, other in zip(rounds["broker"], rounds[name]))
    return summary


def faults(result: dict) -> list[str]:
    """Why the figures mean nothing: an answer is not on record, or what was measured is refusals."""
    found = []
    for name, measure in result["measures"].items():
        if measure["answers"] != measure["audit_records"]:
            found.append(f"{name}: {measure['answers']} answers have {measure['audit_records']} audit records")
        refused = sum(count for decision, count in measure["decisions"].items() if decision in ("deny", "inactive"))
        if refused:
            found.append(f"{name}: {refused} of {measure['answers']} were refused: {measure['decisions']}")
    return found


COLUMNS = ("", "req/s", "p50 ms", "p99 ms", "CPU s/1000", "of echo", "of nginx", "bytes/call", "answers", "records")


def table(result: dict) -> str:
    rows = [COLUMNS]
    for name, measure in result["measures"].items():
        rows.append((
            name, *_load(measure["broker"]), _ratio(measure, "echo"), _ratio(measure, "nginx"),
            f"{measure['bytes_on_disk_per_call']:.0f}", f"{measure['answers']}", f"{measure['audit_records']}"))
        for other in ("echo", "nginx"):
            if other in measure:
                rows.append((f"  {other}", *_load(measure[other]), *[""] * 5))
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = ["  ".join(
        cell.ljust(width) if column == 0 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows]
    made = result["machine"]
    return "\n".join([
        *lines, "",
        f"start to ready {result['start_to_ready_seconds']:.3f} s; resident {result['resident_megabytes_idle']:.0f} MB idle, "
        f"{result['resident_megabytes_loaded']:.0f} MB after {result['calls']} calls",
        f"{made['cores']} cores of {made['processor']}, load average {made['load_average']}; {result['rounds']} rounds of "
        f"{result['seconds_per_round']} s, {result['connections']} connections, wrk on the same machine"])


def _load(side: dict) -> tuple[str, ...]:
    return (
        f"{side['per_second']:.0f}", f"{side['p50_ms']:.2f}", f"{side['p99_ms']:.2f}",
        f"{side['cpu_seconds_per_thousand']:.3f}")


def _ratio(measure: dict, name: str) -> str:
    ratio = measure.get(f"ratio_to_{name}")
    return f"{ratio:.2f}" if ratio else "-"
