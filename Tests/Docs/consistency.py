"""The documents against the sources: what is named there is named here, and the other way round."""

import json
import re
import subprocess
import urllib.request
from pathlib import Path

from pages import Page

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "Sources"
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
COLLECTIONS = "environments|connectors|deployments|grants|clients|issuers"


def source_text(name: str) -> str:
    """Of the one file of that name, in whichever folder it is."""
    [path] = SOURCES.rglob(name)
    return path.read_text(encoding="utf-8")


def compare(what: str, documented, real) -> list[str]:
    """Both ways."""
    documented, real = set(documented), set(real)
    return [f"{what}: {item} is documented and is not there" for item in sorted(documented - real)] + [
        f"{what}: {item} is there and is not documented" for item in sorted(real - documented)]


def table_rows(text: str, column_count: int) -> list[list[str]]:
    rows = (re.split(r"(?<!\\)\|", line.strip().strip("|")) for line in text.splitlines() if line.startswith("| "))
    return [[cell.strip() for cell in row] for row in rows if len(row) == column_count]


def section(text: str, heading: str) -> str:
    """From a heading to the next of its level or above."""
    level = heading.split(" ")[0]
    lines = text.split("\n" + heading + "\n", 1)[1].splitlines()
    for index, line in enumerate(lines):
        found = re.match(r"(#+) ", line)
        if found and len(found[1]) <= len(level):
            return "\n".join(lines[:index])
    return "\n".join(lines)


# Links.

def anchors(path: Path) -> set[str]:
    """As the forge makes them of headings."""
    text = re.sub(r"^\s*```.*?^\s*```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def check_links(pages: list[Page]) -> list[str]:
    problems = []
    for page in pages:
        for target in LINK.findall("\n".join(page.lines)):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            path = (page.path.parent / name).resolve() if name else page.path
            if not path.exists():
                problems.append(f"{page.path.name}: {target} leads nowhere")
            elif anchor and anchor not in anchors(path):
                problems.append(f"{page.path.name}: {target}: no such heading")
    return problems


# Error codes.

ERRORS_PAGE = """# Error codes

Every code that Hallpass answers with; the [protocol](protocol.md#errors) has the shape of an error. A code is never renamed. The
status is that of a request which failed with it; inside a decision of `/v1/verify` it stands in a 200. Beside these there are the
codes of your own [constraints](protocol.md#the-registrys-contract).

<!-- Made from Sources/HallpassCore/ErrorCode.swift by `Tests/Docs/run --write`: change it there. -->

| Code | Status | Retryable | Suggested action | When |
| --- | --- | --- | --- | --- |
"""


def errors_page() -> str:
    """The page as the sources have it; without the codes that are never on the wire."""
    source = source_text("ErrorCode.swift")
    enumeration = source.split("package static var wireCases", 1)[0]
    found = re.findall(r'((?:^    /// .*\n)*)^    case (`?\w+`?)(?: = "(\w+)")?$', enumeration, re.MULTILINE)
    unseen = re.findall(r"\.(\w+)", re.search(r"wireCases.*?filter \{ (.*?) \}", source)[1])
    retryable = set(re.findall(r"\.(\w+)", re.search(r"case ([^:]*):\s+true", source)[1]))
    actions = cases(source.split("var suggestedAction", 1)[1], r'"(\w+)"')
    status_source = source_text("ErrorStatus.swift")
    statuses = cases(status_source.split("var oauthError", 1)[0].split("switch self", 1)[1], r"\.(\w+)")
    rows = []
    for comment, case, raw in found:
        case = case.strip("`")
        if case not in unseen:
            when = " ".join(line.strip().removeprefix("/// ") for line in comment.splitlines())
            rows.append(
                f"| `{raw or case}` | {STATUS[statuses[case]]} | {'yes' if case in retryable else 'no'} "
                f"| `{actions[case]}` | {when} |\n")
    return ERRORS_PAGE + "".join(rows)


STATUS = {
    "badRequest": "400", "unauthorized": "401", "forbidden": "403", "notFound": "404", "methodNotAllowed": "405",
    "conflict": "409", "gone": "410", "contentTooLarge": "413", "badGateway": "502", "unsupportedMediaType": "415", "tooManyRequests": "429",
    "internalServerError": "500", "serviceUnavailable": "503"}


def cases(switch: str, result: str) -> dict[str, str]:
    """`case .a, .b: result` → {a: result, b: result}"""
    found = re.findall(rf"case ((?:\.\w+,?\s*)+):\s*{result}", switch)
    return {name: value for names, value in found for name in re.findall(r"\.(\w+)", names)}


def check_error_codes(page: str) -> list[str]:
    return [] if page.rstrip() == errors_page().rstrip() else ["errors.md is not as the sources have it: Tests/Docs/run --write"]


def check_oauth(protocol: str) -> list[str]:
    """Where the table names codes one by one, they are those of the sources that a mint can meet."""
    source = source_text("ErrorStatus.swift")
    words = cases(re.sub(r"//.*", "", source.split("var oauthError", 1)[1]), r'"(\w+)"')
    names = dict(re.findall(
        r'^    case `?(\w+)`?(?: = "(\w+)")?$', source_text("ErrorCode.swift"), re.MULTILINE))
    real = {(word, names[case] or case) for case, word in words.items()}
    rows = table_rows(section(protocol, "### `POST /oauth/token`"), 2)
    rows = [row for row in rows if row[0].strip("`") in set(words.values())]
    documented = {(row[0].strip("`"), code) for row in rows for code in re.findall(r"`(\w+)`", row[1])}
    listed = {word for word, _ in documented}
    never_at_mint = {"invalid_grant"}
    missing = {word for word in words.values()} - {row[0].strip("`") for row in rows} - never_at_mint
    real = {(word, code) for word, code in real if word in listed and code != "constraint_violated"}
    return compare("OAuth word and code", map(" ".join, documented), map(" ".join, real)) + [
        f"OAuth word: {word} is there and is not documented" for word in sorted(missing)]


def check_idempotency(protocol: str) -> list[str]:
    """The table has a row for each answer that the policy gives, and no other; the server's own code is named once more."""
    text = section(protocol, "## Idempotency")
    answers = {name for row in table_rows(text, 4) for name in re.findall(r"`(\w+)`", row[2])} - {"retry_after_seconds"}
    policy = source_text("IdempotencyPolicy.swift")
    names = set(re.findall(r"\.(idempotency\w+|outcomeUnknown)", policy)) | {"idempotencyKeyRequired"}
    real = {re.sub("([A-Z])", r"_\1", name).lower() for name in names} | {"execute", "replay"}
    outcome = source_text("Broker+Outcome.swift")
    shown = json.loads(section(protocol, "## Outcome").split("```json\n")[3].split("```", 1)[0])["error"]
    kept = {
        name: value.strip('"') == "true" if name == "retryable" else value.strip('"')
        for name, value in re.findall(r'error\["(\w+)"\] = ("[^"]*"|true|false)', outcome)}
    problems = compare("idempotency answer", answers, real)
    return problems if shown == kept else problems + [f"{kept.get('code')}: documented {shown}, and is {kept}"]


# Limits.

# What a row of the table is made of, in the order of its numbers.
LIMITS = {
    "Request body": ["requestBodyBytes", "applyBodyBytes", "outcomeBodyBytes"],
    "Token": ["tokenBytes"], "Token of an identity provider": ["identityTokenBytes"],
    "Audiences, keys of one issuer": ["audiencesPerIssuer", "keysPerIssuer"],
    "Published key set": ["keySetBytes", "publishedKeys", "keySetFetchSeconds"], "JSON nesting": ["jsonDepth"], "Scope": ["scopeBytes", "scopesPerSet"],
    "Tool name": ["toolNameBytes"], "Subject, group": ["subjectBytes", "groupsPerActor"], "`act`": ["actorChainDepth"],
    "`txn`": ["transactionIDBytes"], "Idempotency key": ["subjectBytes"],
    "Upstream secret or token": ["credentialBytes"], "Outcome kept for replay": ["outcomeBytes"], "Lease": ["leaseSeconds", "leaseDefaultSeconds"],
    "Retention of a key": ["idempotencyRetentionSeconds", "idempotencyRetentionDefaultSeconds"],
    "Approval": [
        "approvalLifetimeSeconds", "approvalLifetimeDefaultSeconds", "pendingApprovalsPerActor", "approvalArgumentsBytes"],
    "Constraints": ["constraintsPerResource"],
    "A secret's expiry": ["secretLifetimeSeconds"],
    "Rate limit": ["rateLimitCalls", "rateLimitSeconds", "rateBucketsPerTenant"], "Descriptions and reasons": ["descriptionBytes"],
    "Tools of one connector": ["toolsPerConnector"], "Deployments of one `mcp_server` client": ["deploymentsPerClient"],
    "Items of one batch": ["mintsPerBatch"], "Audit records that one search looks through": ["auditRecordsPerSearch"],
    "Documents of one `apply`": ["documentsPerApply"],
    "Calls at once": ["workPerTenant", "workInAll", "workReserved"],
    "Token lifetime": ["tokenLifetimeSeconds"], "Password": ["passwordBytes"],
    "Session": ["sessionIdleSeconds", "sessionLifetimeSeconds", "sessionsPerAccount"],
    "One-time link": ["invitationSeconds"],
    "Streams of the feed": ["feedFollowersPerTenant", "feedFollowers", "feedBacklogEvents"],
    "Servers asked for their tools": [
        "toolFetchesPerTenant", "toolFetches", "toolFetchSeconds", "toolAnswerBytes", "toolPages", "toolsPerConnector"],
    "Streams of activity": [
        "activityFollowersPerCaller", "activityFollowersPerTenant", "activityFollowers", "activityBacklogEvents",
        "activityAgeMilliseconds"]}
UNITS = {"KiB": 1024, "MiB": 1024 * 1024}


def check_limits(protocol: str) -> list[str]:
    source = source_text("Limits.swift")
    real = {
        name: [product(part) for part in value.split("...")]
        for name, value in re.findall(r"static let (\w+)(?:: [\w<>]+)? = (.+)", source)}
    rows = {row[0]: row[1] for row in table_rows(section(protocol, "## Limits"), 2) if row[0] not in ("What", "---")}
    problems = compare("limit", rows, LIMITS)
    for name in rows.keys() & LIMITS.keys():
        documented = [
            int(number.replace(",", "")) * UNITS.get(unit, 1)
            for number, unit in re.findall(r"([\d,]*\d)(?: ([KM]iB))?", rows[name])]
        expected = [number for constant in LIMITS[name] for number in real[constant]]
        if documented != expected:
            problems.append(f"limit {name}: documented {documented}, and is {expected}")
    return problems


def check_schemas(protocol: str) -> list[str]:
    """What the text says of schemas: the formats that are asserted, and what one may cost."""
    formats = source_text("Format.swift").split("func accepts", 1)[0]
    real = [raw or case for case, raw in re.findall(r'^    case (\w+)(?: = "([\w-]+)")?$', formats, re.MULTILINE)]
    text = joined(section(protocol, "## The registry's contract"))
    documented = re.findall(r"`([\w-]+)`", text.split("Asserted as `format`:", 1)[1].split("; any other", 1)[0])
    number = {}
    for file in ("SchemaLimits.swift", "ValidationLimits.swift"):
        source = source_text(file)
        number |= {name: int(value.replace("_", "")) for name, value in re.findall(r"(\w+): Int = ([\d_]+)", source)}
    contract = source_text("ArgumentSchema.swift")
    number["work"] = int(re.search(r"ValidationLimits\(work: ([\d_]+)\)", contract)[1].replace("_", ""))
    phrases = [
        f"{number['values']:,} values", f"{number['subschemas']:,} subschemas", f"{number['patterns']:,} different regular",
        f"{number['textBytes'] // 1024} KiB of text", f"{number['instanceValues']:,} values", f"{number['work']:,} steps"]
    limits = joined(section(protocol, "## Limits"))
    missing = [phrase for phrase in phrases if phrase not in limits]
    if f"at most {number['violations']} violations" not in joined(section(protocol, "## Errors")):
        missing.append(f"at most {number['violations']} violations")
    return compare("format", documented, real) + [f"limits of schemas: it should say {phrase}" for phrase in missing]


def product(text: str) -> int:
    """`16 * 1024 * 1024`, as the sources write it."""
    result = 1
    for factor in text.split("*"):
        result *= int(factor.strip().replace("_", ""))
    return result


# Routes.

def check_routes(protocol: str) -> list[str]:
    file = ROOT / "Public" / "openapi.json"
    if not file.exists():
        return ["routes: there is no Public/openapi.json"]
    paths = json.loads(file.read_text(encoding="utf-8"))["paths"]
    real = {
        general(f"{method.upper()} {path}") for path, methods in paths.items() for method in methods
        if method in ("get", "post", "put", "delete")}
    documented = {general(route) for route in re.findall(r"`((?:GET|POST|PUT|DELETE) /[^`?]*)", protocol)}
    problems = compare("route", documented, real)
    named = set(re.findall(rf"/v1/tenants/{{tenant}}/({COLLECTIONS})`", protocol))
    return problems + compare("collection", named, set(COLLECTIONS.split("|")))


def general(route: str) -> str:
    """Parameters by any name, and the collections as one."""
    route = re.sub(rf"(/v1/tenants/{{\w+}})/(?:{COLLECTIONS})(?=$|/{{\w+}}$)", r"\1/COLLECTION", route)
    return re.sub(r"{\w+}", "{}", route)


# The audit.

def check_audit(protocol: str) -> list[str]:
    text = section(protocol, "## Audit")
    fields = re.findall(r'case \.\w+: #","(\w+)":"#', source_text("AuditText.swift"))
    events = source_text("AuditEvent.swift").split("enum AuditDecision", 1)[0]
    event_names = [raw or case for case, raw in re.findall(r'^    case (\w+)(?: = "(\w+)")?$', events, re.MULTILINE)]
    field_text, _, event_text = text.partition("| `event` | |")
    first_cells = lambda part: [name for row in table_rows(part, 2) for name in re.findall(r"`(\w+)`", row[0])]
    checks = source_text("Decision.swift").split("enum Check", 1)[1]
    check_names = [raw or case for case, raw in re.findall(r'^    case (\w+)(?: = "(\w+)")?$', checks, re.MULTILINE)]
    check_rows = table_rows(section(protocol, "### The checks, in their order"), 3)
    documented_checks = [row[0].strip("`") for row in check_rows if row[0] not in ("`check`", "---")] + ["actor_proof"]
    problems = [] if [name for name in check_names if name != "actor_proof"] == documented_checks[:-1] else [
        "checks: their order is not that of the sources"]
    return problems + compare("audit field", first_cells(field_text), fields) + compare(
        "audit event", first_cells(event_text), event_names) + compare("check", documented_checks, check_names)


def check_proof(protocol: str) -> list[str]:
    """The checks of an identity provider's token stand in their order."""
    checks = source_text("ProofCheck.swift").split("struct ProofFailure", 1)[0]
    real = [raw or case for case, raw in re.findall(r'^    case (\w+)(?: = "(\w+)")?$', checks, re.MULTILINE)]
    rows = table_rows(section(protocol, "### Tokens of identity providers"), 3)
    documented = [row[0].strip("`") for row in rows if row[0] not in ("`proof_check`", "---")]
    return [] if documented == real else [f"proof checks: documented {documented}, and is {real}"]


# Places in the sources.

def check_places(contributors: str) -> list[str]:
    """Each file and folder that contributors are sent to."""
    targets = {path.name for path in SOURCES.iterdir()}
    problems = []
    for cell in re.findall(r"`(\w+/[\w/+.]+)`((?:, `[\w+]+\.swift`)*)", contributors):
        folder = SOURCES / cell[0]
        if cell[0].split("/")[0] in targets:
            places = [folder, *(folder.parent / name for name in re.findall(r"`([\w+.]+)`", cell[1]))]
            problems += [f"contributors.md: {place.relative_to(ROOT)} is not there" for place in places if not place.exists()]
    return problems


# Settings, commands and metrics, of the program itself.

def check_settings(operators: str, binary: str) -> list[str]:
    help_text = run(binary, "serve", "--help")
    entries = re.findall(
        r"^  (--[\w-]+) <[^>]*>\s+(.*?)\s*\[(HALLPASS_\w+);\s+default:\s+([^\]]*)\]", help_text, re.DOTALL | re.MULTILINE)
    real = {(flag, name, flag[2:], joined(default), joined(meaning).rstrip(".")) for flag, meaning, name, default in entries}
    rows = table_rows(section(operators, "## Settings"), 5)
    documented = {
        (flag.strip("`"), name.strip("`"), key.strip("`"), re.sub(r" \(\w+\)$", "", default), meaning)
        for flag, name, key, default, meaning in rows if flag.startswith("`")}
    if not real:
        return ["settings: hallpass serve --help was not understood"]
    example = section(operators, "## Under systemd").split("```yaml\n", 1)[1].split("```", 1)[0]
    unknown = set(re.findall(r"^([\w-]+):", example, re.MULTILINE)) - {entry[2] for entry in real}
    return compare("setting", documented, real) + [f"setting: {name} in the example file is none" for name in sorted(unknown)]


def joined(text: str) -> str:
    return " ".join(text.split())


def check_commands(pages: list[Page], binary: str) -> list[str]:
    known = set(re.findall(r"^  ([a-z]+)  ", run(binary, "--help").split("SUBCOMMANDS:")[-1], re.MULTILINE))
    named = {name for page in pages for name in re.findall(r"`hallpass ([a-z]+)[ `]", "\n".join(page.lines))}
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    made = {name for page in pages for name in re.findall(r"(?:^|`)make ([a-z-]+)", "\n".join(page.lines), re.MULTILINE)}
    return [f"command: hallpass {name} is documented and is not there" for name in sorted(named - known)] + [
        f"command: make {name} is documented and is not there" for name in sorted(made - targets)]


def check_metrics(operators: str, url: str) -> list[str]:
    with urllib.request.urlopen(f"{url}/metrics", timeout=5) as answer:
        real = re.findall(r"^# TYPE (\w+) ", answer.read().decode(), re.MULTILINE)
    # Of a server with a destination, which this one has not.
    real += re.findall(r'label: "(\w+)"', source_text("AuditExportMetrics.swift"))
    documented = [row[0].strip("`") for row in table_rows(section(operators, "## Metrics"), 4) if row[0].startswith("`")]
    return compare("metric", documented, real)


def run(binary: str, *arguments: str) -> str:
    return subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=20, check=True).stdout


def check_json(pages: list[Page]) -> list[str]:
    problems = []
    for page in pages:
        for block in page.blocks:
            if block.language != "json":
                continue
            try:
                json.loads(block.text)
            except ValueError as error:
                problems.append(f"{page.path.name}:{block.line}: this is not JSON: {error}")
    return problems
