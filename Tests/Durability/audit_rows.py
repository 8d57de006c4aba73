"""Audit records as they lie in the database, read without the broker: each coded form stands for one canonical JSON text."""

import base64
import datetime
import json

# Kinds of members; see AuditRecordCoding in HallpassStorage.
TEXT, JSON, BYTES_16, BYTES_32, COLUMN = range(1, 6)
NAMES = (
    "act act_issuer address admin approval_id args_sha256 call_id check client_id code connector count credential_sha256 "
    "decision duration_us environment event issuer jti proof_check reason request_id revision scope seq sub target tenant time "
    "token_kind tool txn").split()


def canonical(coded: bytes, tenant: str, sequence: int, time_ms: int) -> bytes:
    """The JSON that was hashed; what no coding wrote is given as it is."""
    if coded.startswith(b"{"):
        return coded
    moment = datetime.datetime.fromtimestamp(time_ms // 1000, datetime.UTC)
    columns = {
        "tenant": json.dumps(tenant), "seq": str(sequence),
        "time": f'"{moment:%Y-%m-%dT%H:%M:%S}.{time_ms % 1000:03}Z"'}
    members = []
    index = 0
    while index < len(coded):
        kind, name = coded[index], NAMES[coded[index + 1]]
        start = index + 2
        width = {BYTES_16: 16, BYTES_32: 32, COLUMN: 0}.get(kind)
        index = start + width if width is not None else next(
            (place for place in range(start, len(coded)) if coded[place] < 8), len(coded))
        value = coded[start:index]
        if kind == TEXT:
            value = b'"' + value + b'"'
        elif kind == COLUMN:
            value = columns[name].encode()
        elif kind != JSON:
            value = b'"' + base64.urlsafe_b64encode(value).rstrip(b"=") + b'"'
        members.append(b'"%s":%s' % (name.encode(), value))
    return b"{" + b",".join(members) + b"}"
