"""What people do between two pages of the list: switches `deleted_`, `edited_` and `created_between_pages`.

They are no requests, so the journal does not name them, and the next night knows nothing of them. Which products they
meet depends on the list only: a run that asks the same meets the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from khaos_assets.sandbox.pimberly.holdings import Holdings
from khaos_assets.sandbox.pimberly.rows import Row, instant

SWITCHES = ("deleted_between_pages", "edited_between_pages", "created_between_pages")


class Happenings:
    """What is due before a page, as often as `count` says. Without `page`: before every page but the first."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings
        self._made = 0

    def before(self, page: int, rows: Sequence[Row]) -> bool:
        """Let happen what is due before this page of these rows; whether anything did."""
        named = "page" if page == 1 else None
        due = [(n, self.holdings.faults.take("pimberly", n, named=named, page=page)) for n in SWITCHES]
        for name, parameters in due:
            if parameters is not None:
                self._happen(name, parameters, rows)
        return any(p is not None for _, p in due)

    def _happen(self, name: str, parameters: dict[str, Any], rows: Sequence[Row]) -> None:
        # As they are, not as a row switch shows them.
        met = [r for m in _met(rows, parameters) if (r := self.holdings.rows.get(m.id))]
        now = instant(self.holdings.world.as_of)
        fields = parameters.get("set", {})
        if name == "deleted_between_pages":
            for row in met:
                self.holdings.rows.remove(row.id)
        elif name == "edited_between_pages":
            for row in met:
                self.holdings.rows.put(Row.of(row.record() | {"dateUpdated": now} | fields))
        elif met:
            self._create(met[0], {"dateCreated": now, "dateUpdated": now} | fields, parameters.get("rows", 1))

    def _create(self, model: Row, fields: dict[str, Any], number: int) -> None:
        """A new internal id is the largest so far: a new product stands at the end of the list."""
        for _ in range(number):
            self._made += 1
            own = {"id": f"{'f' * 16}{self._made:08x}", "primaryId": f"NEW-{self._made}"}
            self.holdings.rows.put(Row.of(model.record() | own | fields))


def _met(rows: Sequence[Row], parameters: dict[str, Any]) -> list[Row]:
    """The named products, or so many of the list from place `at` on; the first are those that were read already."""
    if (keys := parameters.get("keys")) is not None:
        return [r for r in rows if r.key in keys]
    at = parameters.get("at", 0)
    return list(rows[at:][: parameters.get("rows", 1)])
