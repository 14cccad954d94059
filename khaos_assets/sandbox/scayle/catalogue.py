"""Products, variants, their stock and prices. Contract scayle, 3.2 to 3.4.

A product always shows its variants; their stocks and prices come where `with` asks for them (`stocks`, `prices`, with
or without `variants.` before).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from khaos_assets.sandbox.scayle import lists
from khaos_assets.sandbox.scayle.calls import Call, Refused
from khaos_assets.sandbox.scayle.holdings import Holdings
from khaos_assets.sandbox.scayle.rows import NOWHERE, PRICES, PRODUCTS, STOCKS, Row, parts
from khaos_assets.sandbox.scayle.variants import inside, with_part, with_variants
from khaos_assets.sandbox.scayle.views import Views

FILTERS = ("id", "referenceKey", "state")


class Catalogue:
    """Reads of the catalogue."""

    def __init__(self, holdings: Holdings, views: Views) -> None:
        self.holdings = holdings
        self.views = views

    def products(self, call: Call) -> bytes:
        """GET /products"""
        wanted = _parts(call)
        place = lists.Place(call)
        rows = _filtered(self.views.listing(PRODUCTS, (), call, place), call)
        return lists.page(call, rows, self.holdings.faults, lambda row: self._product(row, wanted), place)

    def product(self, call: Call) -> bytes:
        """GET /products/{p}"""
        return self._product(self.views.found(PRODUCTS, call.identifier(0)), _parts(call))

    def variants(self, call: Call) -> bytes:
        """GET /products/{p}/variants"""
        product, wanted = self.views.found(PRODUCTS, call.identifier(0)), _parts(call)
        rows = [Row(NOWHERE if n is None else n, None, (), text) for n, text in inside(product.line)]
        return lists.page(call, rows, self.holdings.faults, lambda row: self._variant(row.id, row.line, wanted))

    def variant(self, call: Call) -> bytes:
        """GET /products/{p}/variants/{v}"""
        product = self.views.found(PRODUCTS, call.identifier(0))
        at = self.holdings.variant(call.identifier(1))
        text = dict(inside(product.line)).get(at)
        if text is None:
            raise Refused(404, "VARIANT_NOT_FOUND", f"product {product.id} has no variant {at}")
        return self._variant(at, text, _parts(call))

    def stocks(self, call: Call) -> bytes:
        """GET /variants/{v}/stocks: the whole list, without a cursor."""
        return lists.whole(self._stocks(self.holdings.variant(call.identifier(0))))

    def prices(self, call: Call) -> bytes:
        """GET /variants/{v}/prices: the whole list, without a cursor."""
        return lists.whole(self._prices(self.holdings.variant(call.identifier(0))))

    def _stocks(self, variant: int | None) -> list[bytes]:
        rows = self.holdings.table(STOCKS).group((str(variant),))
        return [self.views.edited(STOCKS, row).line for row in rows]

    def _prices(self, variant: int | None) -> list[bytes]:
        return [row.line for row in self.holdings.table(PRICES).group((str(variant),))]

    def _product(self, row: Row, wanted: frozenset[str]) -> bytes:
        variants = inside(row.line) if wanted else ()
        return with_variants(row.line, [self._variant(n, t, wanted) for n, t in variants]) if variants else row.line

    def _variant(self, at: int | None, text: bytes, wanted: frozenset[str]) -> bytes:
        if "stocks" in wanted:
            text = with_part(text, "stocks", self._stocks(at))
        if "prices" in wanted:
            text = with_part(text, "prices", self._prices(at))
        return text


def _parts(call: Call) -> frozenset[str]:
    return frozenset(p.removeprefix("variants.") for p in call.parts()) & {"stocks", "prices"}


def _filtered(rows: Sequence[Row], call: Call) -> Sequence[Row]:
    """The assumed filters; values separated by commas, any of them. Other filters limit nothing."""
    for (name, operator), value in call.filters().items():
        if name in FILTERS and not operator:
            wanted = set(value.split(","))
            rows = [row for row in rows if _text(row, name) in wanted]
    return rows


def _text(row: Row, name: str) -> str:
    raw = parts(row.line).get(name)
    return "" if raw is None else str(msgspec.json.decode(raw))
