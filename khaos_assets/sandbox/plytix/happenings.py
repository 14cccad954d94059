"""What people do between two pages of a search: switches `deleted_`, `edited_` and `created_between_pages`.

They are no requests, so the journal does not name them, and the next night knows nothing of them. Which products they
meet depends on the searched list only: a run that asks the same meets the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from khaos_assets.sandbox.changes import hash_of
from khaos_assets.sandbox.plytix.holdings import Holdings
from khaos_assets.sandbox.plytix.products import Product, Record, instant

FRONT, BACK = "!", "~"
"""They sort before and after every ordinary SKU."""
SWITCHES = ("deleted_between_pages", "edited_between_pages", "created_between_pages")


class Happenings:
    """What is due before a page, as often as `count` says. Without `page`: before every page but the first."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings
        self._made = 0

    def before(self, page: int, rows: Sequence[Product]) -> bool:
        """Let happen what is due before this page of these rows; whether anything did."""
        named = "page" if page == 1 else None
        due = [(n, self.holdings.faults.take("plytix", n, named=named, page=page)) for n in SWITCHES]
        for name, parameters in due:
            if parameters is not None:
                self._happen(name, parameters, rows)
        return any(p is not None for _, p in due)

    def _happen(self, name: str, parameters: dict[str, Any], rows: Sequence[Product]) -> None:
        # As they are, not as a row switch shows them.
        met = [p for m in _met(rows, parameters) if (p := self.holdings.products.get(m.id))]
        if name == "deleted_between_pages":
            for product in met:
                self.holdings.products.remove(product.id)
        elif name == "edited_between_pages":
            for product in met:
                self._edit(product, parameters)
        elif met:
            self._create(met[0], parameters)

    def _edit(self, product: Product, parameters: dict[str, Any]) -> None:
        record = product.record() | {"modified": instant(self.holdings.world.as_of)} | parameters.get("set", {})
        attributes: Record = (record.get("attributes") or {}) | parameters.get("attributes", {})
        self.holdings.products.put(Product.of(record | {"attributes": attributes}))

    def _create(self, model: Product, parameters: dict[str, Any]) -> None:
        """As many as `rows` says, each like the first product met; in front unless `where` is "back"."""
        mark = BACK if parameters.get("where") == "back" else FRONT
        now = instant(self.holdings.world.as_of)
        for _ in range(parameters.get("rows", 1)):
            self._made += 1
            sku = f"{mark}{self._made:05}{model.sku}"
            key = hash_of(sku.encode())
            new = {"id": key, "sku": sku, "created": now, "modified": now} | parameters.get("set", {})
            self.holdings.products.put(Product.of(model.record() | new))


def _met(rows: Sequence[Product], parameters: dict[str, Any]) -> list[Product]:
    """The named products, or so many of the list from place `at` on; the first are those that were read already."""
    if (skus := parameters.get("skus")) is not None:
        return [p for p in rows if p.sku in skus]
    at = parameters.get("at", 0)
    return list(rows[at:][: parameters.get("rows", 1)])
