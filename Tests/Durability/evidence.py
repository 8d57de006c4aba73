"""What is on disk, held against what was acknowledged."""

import base64
import hashlib
import json
import sqlite3
from collections import Counter
from contextlib import closing

from audit_rows import canonical
from broker import Broker
from work import DEPLOYMENT, TENANT, Notes, Token


class Lost(Exception):
    """Something acknowledged is not there, or something happened twice: with what shows it."""


def identifier(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


class Evidence:
    """Reads the database as it grows; the chain is followed from where it was followed to before."""

    def __init__(self, broker: Broker):
        self.broker = broker
        self.heads: dict[str, tuple[int, bytes]] = {}
        # By token: how often a record says that a server was told to act on it.
        self.executed: Counter = Counter()
        self.tokens: dict[str, Token] = {}
        # Of the tenant, by request: what no answer was held against yet.
        self.recorded: dict[str, list[dict]] = {}

    @property
    def records(self) -> int:
        return sum(sequence for sequence, _ in self.heads.values())

    def connect(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self.broker.database}?mode=ro", uri=True, timeout=30)

    def check(self, notes: Notes) -> None:
        """What one life of the server acknowledged is there, once."""
        self.tokens |= notes.tokens
        with closing(self.connect()) as database:
            database.execute("BEGIN")
            self.follow(database)
            self.check_answers(notes)
            self.check_tokens(notes.tokens, database)
            self.check_calls(notes, database)
            self.check_names(
                "cutoffs", set(notes.cutoffs), "SELECT cutoff FROM revocation WHERE tenant_id = ?", database)
            self.check_names(
                "signing keys", {identifier(key) for key in notes.keys},
                "SELECT key_id FROM signing_key WHERE tenant_id = ?", database)
            self.check_key(database)
        self.check_once()

    def follow(self, database: sqlite3.Connection) -> None:
        """Checks that each tenant's new records are hashed onto the old ones."""
        tenants = [name for name, in database.execute("SELECT tenant_id FROM tenant").fetchall()]
        for tenant in [*tenants, "platform"]:
            sequence, head = self.heads.get(tenant, (0, bytes(32)))
            rows = database.execute(
                "SELECT sequence, hash, time_ms, record FROM audit_record WHERE tenant_id = ? AND sequence > ? ORDER BY sequence",
                [tenant, sequence])
            for number, digest, time_ms, coded in rows:
                text = canonical(coded, tenant, number, time_ms)
                record = json.loads(text)
                hashed = hashlib.sha256(b"\0" + head + text).digest()
                if number != sequence + 1 or hashed != digest or (record["seq"], record["tenant"]) != (number, tenant):
                    raise Lost(f"the chain of {tenant} breaks after record {sequence}: {number} {text}")
                sequence, head = number, digest
                if tenant == TENANT:
                    self.recorded.setdefault(record["request_id"], []).append(record)
                    if (record["event"], record["decision"]) == ("verify", "execute"):
                        self.executed[record["jti"]] += 1
            self.heads[tenant] = sequence, head

    def check_answers(self, notes: Notes) -> None:
        for request, wanted in notes.answers.items():
            found = [(record["event"], record["decision"]) for record in self.recorded.pop(request, [])]
            if found != [wanted]:
                raise Lost(f"request {request} was answered as {wanted}, and recorded as {found}")

    @staticmethod
    def check_tokens(tokens: dict[str, Token], database: sqlite3.Connection) -> None:
        cutoffs = {
            (dimension, name): cutoff for dimension, name, cutoff in database.execute(
                "SELECT dimension, id, cutoff FROM revocation WHERE tenant_id = ?", [TENANT])}
        for name, token in tokens.items():
            claims = token.claims
            row = database.execute(
                "SELECT token_id, EXISTS (SELECT 1 FROM used_token AS used WHERE used.tenant_id = token.tenant_id"
                " AND used.sequence = token.sequence) FROM token WHERE tenant_id = ? AND sequence = ?",
                [TENANT, claims["seq"]]).fetchone()
            if row is None or row[0] != identifier(name):
                raise Lost(f"token {name} was handed out and is not on record: {row}")
            if token.ended == "used" and not row[1]:
                raise Lost(f"token {name} was used, and is good")
            cutoff = max(cutoffs.get(("token", name), 0), cutoffs.get(("txn", claims.get("txn")), 0))
            if token.ended == "revoked" and cutoff <= claims["seq"]:
                raise Lost(f"token {name} was revoked, and no cutoff reaches it")

    @staticmethod
    def check_calls(notes: Notes, database: sqlite3.Connection) -> None:
        for name, call in notes.calls.items():
            number = identifier(name)
            row = database.execute(
                "SELECT nonce, outcome_digest IS NOT NULL FROM call WHERE tenant_id = ? AND sequence = ?",
                [TENANT, int.from_bytes(number[:8], "big")]).fetchone()
            if row is None or row[0] != number[8:]:
                raise Lost(f"call {name} was let through and is not on record: {row}")
            if call.result is not None and not row[1]:
                raise Lost(f"the outcome of call {name} was reported and is not there")

    @staticmethod
    def check_names(what: str, wanted: set, statement: str, database: sqlite3.Connection) -> None:
        missing = wanted - {name for name, in database.execute(statement, [TENANT])}
        if missing:
            raise Lost(f"{what} were acknowledged and are not there: {missing}")

    @staticmethod
    def check_key(database: sqlite3.Connection) -> None:
        connector, environment = DEPLOYMENT.split("@")
        active, = database.execute(
            "SELECT count(*) FROM signing_key WHERE tenant_id = ? AND connector_id = ? AND environment_id = ?"
            " AND state = 'active'", [TENANT, connector, environment]).fetchone()
        if active != 1:
            raise Lost(f"{DEPLOYMENT} has {active} active signing keys")

    def check_once(self) -> None:
        """No token and no key had a server told twice to act, whether or not the answer arrived."""
        by_key: Counter = Counter()
        for name, count in self.executed.items():
            token = self.tokens.get(name)
            if count > 1:
                raise Lost(f"token {name} was executed {count} times")
            if token is not None and token.key is not None:
                by_key[token.key] += count
        for key, count in by_key.items():
            if count > 1:
                raise Lost(f"key {key} was executed {count} times")
