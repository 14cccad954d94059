"""`page_shift`: rows that come or go between the pages of a walk, so that what stands behind the cursor shifts.

A walk begins with a request without a cursor (one for a single row is a capability check and begins nothing). When
`after_page` pages of it have been answered, the list is shifted: rows withdrawn (and truly gone), inserted before the
first or appended behind the last (and truly there). `walks` says how many walks are disturbed; after them the list
stays shifted; without it each walk begins with the original list again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from khaos_assets.sandbox.scayle.calls import Identifier
from khaos_assets.sandbox.scayle.holdings import Holdings
from khaos_assets.sandbox.scayle.rows import ORDERS, PRODUCTS, Group, Record, Row, Shape

SHIFTED = (ORDERS, PRODUCTS)


class Shift:
    """A list after the shift. Rows that are not withdrawn are all still there."""

    def __init__(self, shape: Shape, group: Group, parameters: dict[str, Any], holdings: Holdings) -> None:
        rows = holdings.table(shape).group(group)
        self.gone = {row.id for row in _withdrawn(rows, parameters.get("withdraw", 0))}
        kept = [row for row in rows if row.id not in self.gone]
        self.new = {row.id: row for row in _inserted(shape, kept, parameters, holdings)}
        self.rows: Sequence[Row] = sorted([*kept, *self.new.values()], key=lambda row: row.id)

    def look(self, identifier: Identifier, row: Row | None) -> Row | None:
        """What is found by this identifier, where `row` was found before."""
        if row is not None:
            return None if row.id in self.gone else row
        return None if identifier.id is None else self.new.get(identifier.id)


def _withdrawn(rows: Sequence[Row], what: Any) -> Sequence[Row]:
    """By ids or reference keys, or how many from the first."""
    if not isinstance(what, list):
        return rows[:what]
    wanted = set(map(str, what))
    return [row for row in rows if wanted & {str(row.id), row.reference}]


def _inserted(shape: Shape, rows: Sequence[Row], parameters: dict[str, Any], holdings: Holdings) -> list[Row]:
    """Copies of the first row, with free ids: below the first row as many as there is room for."""
    if not rows:
        return []
    first, last = rows[0].id, holdings.table(shape).highest_id()
    ids = [n for n in range(first - parameters.get("insert", 0), first) if n > 0]
    ids += range(last + 1, last + 1 + parameters.get("append", 0))
    return [shape.row(_copy(shape, rows[0].record(), n, holdings)) for n in ids]


def _copy(shape: Shape, record: Record, at: int, holdings: Holdings) -> Record:
    """An order placed a second before the as-of, or a draft product without variants."""
    if shape is PRODUCTS:
        return record | {"id": at, "referenceKey": f"NEW-{at}", "state": "draft", "variants": []}
    placed = (holdings.world.as_of - timedelta(seconds=1)).isoformat()
    times = {name: placed for name in ("createdAt", "updatedAt", "confirmedAt") if record.get(name) is not None}
    return record | times | {"id": at, "referenceKey": None}
