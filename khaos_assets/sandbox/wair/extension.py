"""The ASSUMED writes (contract section 5.2): tracking and carrier of a dispatch, body map of an item.

Each row is answered by APPLIED, ALREADY_APPLIED or REFUSED. A client reference that comes again with the same content
is ALREADY_APPLIED, with other content REFUSED (CLIENT_REF_REUSED).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.responses import Response

from khaos_assets.sandbox.wair import answers
from khaos_assets.sandbox.wair.holdings import Change, Holdings
from khaos_assets.sandbox.wair.tables import DISPATCHES, ITEMS, Record, Shape

Edit = Callable[[Record, Record], Record]
APPLIED, ALREADY_APPLIED, REFUSED = "APPLIED", "ALREADY_APPLIED", "REFUSED"


def _tracking(before: Record, row: Record) -> Record:
    return before | {k: row[k] for k in ("carrierService", "trackingNumber")}


def _body_map(before: Record, row: Record) -> Record:
    """`reason` says why an item is not displayed; a change that displays it takes it away."""
    old = before.get("bodyMap") or {}
    reason = None if row["displayed"] else old.get("reason") or "MANUAL"
    body_map = {k: row[k] for k in ("code", "size", "displayed")}
    return before | {"bodyMap": old | body_map | {"reason": reason}}


CALLS: dict[str, tuple[str, Shape, dict[str, tuple[type, ...]], Edit]] = {
    "Dispatches/tracking": (
        "dispatches",
        DISPATCHES,
        {"carrierService": (str,), "trackingNumber": (str, type(None))},
        _tracking,
    ),
    "Items/bodyMap": (
        "items",
        ITEMS,
        {"code": (str, type(None)), "size": (str, type(None)), "displayed": (bool,)},
        _body_map,
    ),
}
"""Call → array of its body, feed it changes, fields with their types, and what it does to the record."""


def answer(holdings: Holdings, call: str, body: bytes) -> Response:
    """200 with a result per row; 400 where the body is not what the call takes (then nothing was applied)."""
    array, shape, fields, _ = CALLS[call]
    try:
        found = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError as e:
        return answers.error(400, "body", str(e))
    rows = found.get(array)
    if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        return answers.error(400, array, "an array of objects is required")
    wrong = [f"{array}[{n}].{f}" for n, r in enumerate(rows) for f in _wrong(shape, fields, r)]
    if wrong:
        return answers.errors(400, [(f, "missing or of a wrong type") for f in wrong])
    changes: list[Change] = []
    results = [_one(holdings, call, row, changes) for row in rows]
    holdings.note(f"POST /{call}", changes)
    return Response(
        msgspec.json.Encoder(decimal_format="number").encode({"results": results}), media_type="application/json"
    )


def _wrong(shape: Shape, fields: dict[str, tuple[type, ...]], row: Record) -> list[str]:
    missing = [f for f, types in fields.items() if f not in row or not isinstance(row[f], types)]
    return missing + [k for k in shape.key if not isinstance(row.get(k), str)]


def _one(holdings: Holdings, call: str, row: Record, changes: list[Change]) -> Record:
    _, shape, fields, edit = CALLS[call]
    key = tuple(row[k] for k in shape.key)
    reference = row.get("clientReference")
    result, reason = REFUSED, None
    if holdings.faults.take("wair", "forget_client_ref"):
        holdings.references.clear()
    content = msgspec.json.encode([call, *key, *(row[f] for f in fields)])
    if reference is not None and reference in holdings.references:
        if holdings.references[reference] == content:
            result = ALREADY_APPLIED
        else:
            reason = "CLIENT_REF_REUSED"
    elif holdings.table(shape).get(key) is None:
        reason = "NOT_FOUND"
    else:

        def change(at: str) -> list[Change]:
            before = holdings.table(shape).get(key)
            return [] if before is None else holdings.put(shape, edit(before, row), at)

        changed = holdings.write(change)
        changes += (c | {"clientReference": reference} for c in changed)
        result = APPLIED if changed else ALREADY_APPLIED
        if reference is not None:
            holdings.references[reference] = content
    return {"key": "/".join(key), "result": result, "reason": reason, "clientReference": reference}
