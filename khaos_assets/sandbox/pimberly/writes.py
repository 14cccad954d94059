"""Writes that clients of Pimberly are known to use: one attribute, several attributes, an asset. Contract section 5.

What the contract leaves open: null and "" clear, the answer is the product's identifiers, identifiers and times cannot
be written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from starlette.responses import Response

from khaos_assets.sandbox.changes import Change
from khaos_assets.sandbox.pimberly import answers
from khaos_assets.sandbox.pimberly.answers import Refused, nothing_found
from khaos_assets.sandbox.pimberly.faces import Face
from khaos_assets.sandbox.pimberly.holdings import Holdings
from khaos_assets.sandbox.pimberly.rows import LINE, RECORD

SWITCHES = ("put_not_applied", "put_late", "put_replaces", "assets_413")
OWN = ("id", "_id", "primaryId", "Primary ID", "dateUpdated", "dateCreated", "lifecycleStage")
"""Fields that are the system's and not the tenant's."""
LARGEST_ASSET = 50_000_000
_VALUE: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=RECORD.float_hook)


class Writes:
    """What can be changed, by `primaryId` or internal id."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings

    def attribute(self, key: str, name: str, body: bytes, face: Face) -> Response:
        """PUT of one attribute; the body is its bare value."""
        return self._set(key, {name: _decoded(body)}, face, "PUT /products/{id}/attributes/{name}", replaces=False)

    def product(self, key: str, body: bytes, face: Face) -> Response:
        """PUT of several attributes; those not named stay, unless `put_replaces` is on."""
        values = _decoded(body)
        if not isinstance(values, dict):
            raise Refused(400, "an object of attributes is expected")
        replaces = self.holdings.faults.take("pimberly", "put_replaces") is not None
        return self._set(key, values, face, "PUT /products/{id}", replaces=replaces)

    def asset(self, body: bytes) -> Response:
        """POST of a file; 413 where it is too large."""
        if len(body) > LARGEST_ASSET or self.holdings.faults.take("pimberly", "assets_413"):
            raise Refused(413, "Payload too large")
        digest = hashlib.sha256(body).hexdigest()
        self.holdings.note("POST /assets", [{"key": digest, "before": None, "after": {"bytes": len(body)}}])
        return answers.flat(LINE.encode({"id": digest[:24]}))

    def _set(self, key: str, values: Mapping[str, Any], face: Face, operation: str, *, replaces: bool) -> Response:
        holdings = self.holdings
        if wrong := [n for n in values if n in OWN]:
            raise Refused(400, f"{', '.join(wrong)} cannot be written")
        row = holdings.rows.get(key)
        if row is None:
            raise nothing_found("Product not found")

        def change(at: datetime) -> list[Change]:
            found = holdings.rows.get(row.id)
            if found is None:
                return []
            before = found.record()
            kept = {k: v for k, v in before.items() if k in OWN or not (replaces or k in values)}
            return holdings.put(kept | {k: v for k, v in values.items() if v not in (None, "")}, at)

        def apply() -> None:
            holdings.note(operation, holdings.write(change))

        if not holdings.faults.take("pimberly", "put_not_applied"):
            late = holdings.faults.take("pimberly", "put_late")
            holdings.after(late.get("calls", 3) if late else 0, apply)
        return answers.flat(face.show([row], None)[0])


def _decoded(body: bytes) -> Any:
    try:
        return _VALUE.decode(body)
    except (msgspec.DecodeError, ArithmeticError) as e:
        raise Refused(400, f"the body is not valid JSON: {e}") from e
