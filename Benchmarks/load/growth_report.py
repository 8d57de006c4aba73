"""What `growth.py` has found, as a table for people and as one for the document."""

ACTS = {
    "change_one_tenant": "a change of one tenant's registry",
    "revoke_actor": "a revocation",
    "list_tenants": "all tenants (1,000, and 1)",
    "list_grants": "100 grants of one tenant",
    "list_revisions": "100 revisions of one tenant",
    "audit_page": "the newest 100 records",
    "audit_search_miss": "a search of the audit that finds nothing, one step",
    "activity": "the activity of the last hour",
    "metrics": "a scrape of the metrics",
}


def count(rows: int) -> str:
    return f"{rows / 1_000_000:g} million" if rows else "none"


def rows(result: dict) -> list[list[str]]:
    """A heading, and a line for each measure with a value for each size."""
    sizes = result["sizes"]

    def line(name: str, value) -> list[str]:
        return [name, *(value(size) for size in sizes)]

    lines = [line("Ledger rows filled in", lambda size: count(size["rows"]))]
    lines.append(line("database, MB", lambda size: f"{size['database_megabytes']:.0f}"))
    lines.append(line("start to ready, s", lambda size: f"{size['start_to_ready_seconds']:.2f}"))
    lines.append(line("start to ready, CPU s", lambda size: f"{size['start_cpu_seconds']:.2f}"))
    lines.append(line("resident after the start, MB", lambda size: f"{size['resident_megabytes']:.0f}"))
    lines.append(line("what a server does of itself after its start, CPU s", lambda size: f"{size['idle_cpu_seconds']:.2f}"))
    for kind in ("mint", "verify"):
        lines.append(line(f"{kind}, a second", lambda size: f"{size[kind]['grown']['per_second']:,.0f}"))
        lines.append(line(f"{kind}, CPU s a thousand", lambda size: f"{size[kind]['grown']['cpu_seconds_per_thousand']:.3f}"))
        lines.append(line(f"{kind}, p99 ms", lambda size: f"{size[kind]['grown']['p99_ms']:.1f}"))
        lines.append(line(f"{kind}, calls a second, of the empty broker's", lambda size: f"{size[kind]['ratio_per_second']:.2f}"))
        lines.append(line(f"{kind}, CPU of a call, of the empty broker's", lambda size: f"{size[kind]['ratio_cpu']:.2f}"))
        lines.append(line(
            f"{kind}, KB written a call (empty broker)",
            lambda size: "{grown:.1f} ({empty:.1f})".format(
                **{side: written / 1_000 for side, written in size[kind]["written_bytes_per_call"].items()})))
    lines.append(line("resident after those calls, MB", lambda size: f"{size['resident_megabytes_loaded']:.0f}"))
    for key, name in ACTS.items():
        lines.append(line(
            f"{name}, ms (empty broker)",
            lambda size: f"{size['acts'][key]['grown']:.1f} ({size['acts'][key]['empty']:.1f})"))
    lines.append(line(
        "sweep of 10,000 expired tokens and 10,000 calls, s (CPU s)",
        lambda size: f"{size['swept']['seconds']:.2f} ({size['swept']['cpu_seconds']:.2f})" if size["swept"] else "-"))
    return lines


VERIFY_FLOOR = 0.9
START_SECONDS = 1.0


def notes(result: dict) -> list[str]:
    machine, applied, largest = result["machine"], result["apply_milliseconds"], result["sizes"][-1]
    ratio, start = largest["verify"]["ratio_per_second"], largest["start_to_ready_seconds"]
    chains = "; ".join(
        f"{chain['said']['records']:,} of {tenant} in {chain['seconds']:.1f} s" for tenant, chain in result["chains"].items())
    return [
        f"verify with {count(largest['rows'])} rows: {ratio:.2f} of the empty broker's, floor {VERIFY_FLOOR}"
        f"{missed(ratio < VERIFY_FLOOR)}; start to ready: {start:.2f} s, at most {START_SECONDS:g}{missed(start > START_SECONDS)}",
        f"{result['tenants']:,} tenants of {result['deployments']} deployments and {result['grants']} grants: registering one "
        f"took {applied['first_100']:.0f} ms among the first hundred and {applied['last_100']:.0f} ms among the last",
        f"audit records verified afterwards: {chains}",
        f"{machine['cores']} cores of {machine['processor']}, load average {machine['load_average']} before and "
        f"{machine['load_average_after']} after; {result['rounds']} rounds of {result['seconds_per_round']} s in turns with an "
        f"empty broker, wrk on the same machine; all of it took {result['seconds'] / 60:.0f} minutes",
    ]


def missed(is_missed: bool) -> str:
    return " (missed)" if is_missed else ""


def text(result: dict) -> str:
    lines = rows(result)
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join([
        *("  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in lines),
        "", *notes(result)])


def markdown(result: dict) -> str:
    heading, *lines = rows(result)
    return "\n".join([
        f"| {' | '.join(heading)} |", f"| --- |{' ---: |' * (len(heading) - 1)}",
        *(f"| {' | '.join(line)} |" for line in lines)])


def remarks(result: dict) -> str:
    return "\n".join(f"- {note[0].upper()}{note[1:]}." for note in notes(result))
