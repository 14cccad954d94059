"""`page_shift`: rows that come, go or move between the pages of a walk, so that what stands behind the offset shifts.

A walk begins with a request for offset 0 (one for a single row is a capability check and begins nothing). When
`after_page` pages of it have been answered, the list is shifted: rows withdrawn, inserted in front, appended behind, or
touched (their change time moves on). `walks` says how many walks are disturbed; after them the list stays shifted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from khaos_assets.sandbox.wair.tables import Row, Shape
from khaos_assets.sandbox.wair.views import chosen, moved
from khaos_assets.sandbox.world import WorldState

FIRST, LAST = "!", "~"
"""They sort before and after every ordinary id."""


def shift(shape: Shape, rows: Sequence[Row], parameters: dict[str, Any], world: WorldState) -> list[Row]:
    """The rows after the shift. Rows that are neither withdrawn nor touched are all still there."""
    withdrawn = _named(rows, parameters, "withdraw")
    touched = _named(rows, parameters, "touch")
    model = next((r for r in rows if r.key not in withdrawn), None)
    kept = [moved(r, shape, world.as_of) if r.key in touched else r for r in rows if r.key not in withdrawn]
    if model is not None:
        new = [(FIRST, n) for n in range(parameters.get("insert", 0))]
        new += [(LAST, n) for n in range(parameters.get("append", 0))]
        at = world.as_of - timedelta(seconds=1)
        kept += (moved(_copy(model, shape, f"{mark}{n:05}"), shape, at) for mark, n in new)
    return shape.order(kept)


def _named(rows: Sequence[Row], parameters: dict[str, Any], name: str) -> set[tuple[str, ...]]:
    """Keys, or how many from the first."""
    what = parameters.get(name, 0)
    return chosen(rows, {"keys": what} if isinstance(what, list) else {"rows": what})


def _copy(model: Row, shape: Shape, mark: str) -> Row:
    record = model.record()
    return shape.row(record | {shape.key[0]: f"{mark}{record[shape.key[0]]}"})
