"""`page_shift`: rows that come, go or change between the pages of a walk.

When `after_page` pages of a type's list have been answered (a page of one row does not count: that is a look for the
highest id or for the count), rows are withdrawn, edited or added, for good. With `times` the same happens again after
as many further pages, to the next rows. New rows are copies of the last one, or of the one that `like` names.
Their ids lie above all others, or with `low` below the highest, where a keyset walk may have passed already.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from khaos_assets.sandbox.orocommerce.conditions import wire_time
from khaos_assets.sandbox.orocommerce.tables import Row, Table, line, row

Parameters = Mapping[str, Any]
FIRST, LAST = "00000000", "ffffffff"
"""What the ids of new rows begin with where ids are no numbers."""


class Happenings:
    """How many pages of each type were answered since its switch was turned on."""

    def __init__(self) -> None:
        self._pages: dict[str, tuple[Parameters, int]] = {}

    def answered(self, type_: str, parameters: Parameters) -> None:
        """Note one more page."""
        self._pages[type_] = (parameters, self._since(type_, parameters) + 1)

    def times(self, type_: str, parameters: Parameters) -> int:
        """How often it has happened."""
        often = self._since(type_, parameters) // max(1, parameters.get("after_page", 1))
        return min(often, parameters.get("times", 1))

    def forget(self) -> None:
        """Another night: nothing has happened yet."""
        self._pages.clear()

    def _since(self, type_: str, parameters: Parameters) -> int:
        known, pages = self._pages.get(type_, (None, 0))
        return pages if known is parameters else 0


def shift(table: Table, parameters: Parameters, times: int, as_of: datetime) -> Table:
    """The rows after it has happened so often. Rows neither withdrawn nor edited are all still there, unchanged."""
    rows, now = dict(table.items()), wire_time(as_of)
    like = parameters.get("like")
    model = table.get(str(like)) if like is not None else row(table.lines[-1]) if table.lines else None
    last = table.keys[-1] if table.numeric and table.keys else 0
    for time in range(times):
        for id_ in _named(rows, parameters.get("withdraw", 0), time):
            rows.pop(id_, None)
        for id_ in _named(rows, parameters.get("touch", 0), time):
            rows[id_] = line(_edited(row(rows[id_]), parameters.get("set", {}), now))
        if model is None:
            continue
        for n in range(parameters.get("insert", 0)):
            at = time * parameters.get("insert", 0) + n + 1
            if not table.numeric:
                id_ = _text_id(model, FIRST, at)
            else:
                id_ = _free_below(last, rows) if parameters.get("low") else str(last + at)
            rows[id_] = line(_copy(model, id_, at, now))
        for n in range(parameters.get("append", 0) if not table.numeric else 0):
            at = time * parameters.get("append", 0) + n + 1
            id_ = _text_id(model, LAST, at)
            rows[id_] = line(_copy(model, id_, at, now))
    return table.with_rows(rows.items())


def _named(rows: Mapping[str, bytes], what: list[str] | int, time: int) -> list[str]:
    """Ids, the first time; or the next so many from the first (those withdrawn before are not there any more)."""
    if isinstance(what, list):
        return [str(i) for i in what if str(i) in rows] if time == 0 else []
    return list(rows)[:what]


def _free_below(last: int, rows: Mapping[str, bytes]) -> str:
    """An id below the highest that nobody has: 0 where all others are taken."""
    return next((str(n) for n in range(last - 1, 0, -1) if str(n) not in rows), "0")


def _edited(of: Row, attributes: Mapping[str, Any], now: str) -> Row:
    known = of.get("attributes", {})
    moved = {"updatedAt": now} if "updatedAt" in known else {}
    return of | {"attributes": known | moved | attributes}


def _copy(model: Row, id_: str, number: int, now: str) -> Row:
    """A row like another, with a business key of its own."""
    known = model.get("attributes", {})
    own: Row = {n: f"{known[n]}-NEW-{number}" for n in ("sku", "identifier") if n in known}
    if model["type"] == "productprices":
        own["quantity"] = 1000 + number
    times = {n: now for n in ("createdAt", "updatedAt") if n in known}
    return model | {"id": id_, "attributes": known | own | times}


def _text_id(model: Row, begins: str, number: int) -> str:
    return f"{begins}-0000-4000-8000-{number:012}-{model['id'].rpartition('-')[2]}"
