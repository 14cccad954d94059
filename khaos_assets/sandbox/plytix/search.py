"""Product search: which rows agree, in which order, and one page of them. Contract 3.1."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import msgspec
from starlette.responses import Response

from khaos_assets.sandbox.plytix import columns, filters, shuffles
from khaos_assets.sandbox.plytix.answers import JSON, Refused
from khaos_assets.sandbox.plytix.definitions import PROPERTIES
from khaos_assets.sandbox.plytix.filters import Condition
from khaos_assets.sandbox.plytix.happenings import Happenings
from khaos_assets.sandbox.plytix.holdings import Holdings
from khaos_assets.sandbox.plytix.paging import Paging, envelope
from khaos_assets.sandbox.plytix.products import Product, Products
from khaos_assets.sandbox.plytix.related import related_test

LARGEST_ORDERED = 10_000
LISTINGS_KEPT = 8
FAST: dict[str, Callable[[Product], Any]] = {
    "id": attrgetter("id"),
    "sku": attrgetter("sku"),
    "created": attrgetter("created"),
    "modified": attrgetter("modified"),
    "status": attrgetter("status"),
    "_is_variation": lambda p: bool(p.parent),
    "_has_variations": lambda p: p.variations > 0,
}
"""Fields that are at hand; others are read from the line."""
ORDERS = {*FAST, "label", "gtin", "num_variations", "product_family_id", "product_type"}


@dataclass(frozen=True)
class Query:
    """What is asked, besides which page. `key` is the same for the same question."""

    key: bytes
    groups: Sequence[Sequence[Condition]]
    related: Callable[[Product], bool] | None
    order: str


class Search:
    """The product searches of one account. Prepared lists are kept until the rows they rest on change."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings
        self.happenings = Happenings(holdings)
        self.requests = 0
        self._listings: dict[Any, Sequence[Product]] = {}

    def answer(self, body: Mapping[str, Any]) -> Response:
        """One page. Raises Refused (422; 428 for an ordered list above 10,000 rows)."""
        faults = self.holdings.faults
        paging = Paging.of(body)
        cut = columns.cut(_names(body.get("attributes")))
        query = self._query(body, paging)
        self.requests += 1
        found = self._listing(query)
        if self.happenings.before(paging.page, found):
            found = self._listing(query)
        most = (faults.active("plytix", "ordered_limit") or {}).get("rows", LARGEST_ORDERED)
        if query.order and len(found) > most:
            raise Refused(428, "Too many results to order", [("pagination.order", f"more than {most} products match")])
        found = shuffles.shuffled(found, query.order, faults, self.requests, _value(query.order))
        rows = found[paging.start : paging.start + paging.size]
        return Response(
            envelope(
                cut(rows), paging, shown=len(rows), matches=len(found), all_rows=len(self.holdings.shown), faults=faults
            ),
            media_type=JSON,
        )

    def _query(self, body: Mapping[str, Any], paging: Paging) -> Query:
        asked, related = body.get("filters") or [], body.get("relationship_filters") or []
        field = paging.order.removeprefix("-")
        # Attributes of the account are looked up only where somebody asks for one.
        known = self.holdings.kinds() if "attributes." in str(asked) + field else PROPERTIES
        if field and field not in ORDERS and not (field.startswith("attributes.") and field in known):
            raise Refused(422, "Invalid order", [("pagination.order", f"{field} is not a field to order by")])
        groups = filters.parse(asked, known, self.holdings.world.as_of)
        test = related_test(related)
        return Query(msgspec.json.encode([asked, related, paging.order]), groups, test, paging.order)

    def _listing(self, query: Query) -> Sequence[Product]:
        state, products = self.holdings.seen()
        hides = self.holdings.faults.active("plytix", "archived_hidden") is not None
        token = (state, query.key, hides)
        if (found := self._listings.pop(token, None)) is None:
            found = self._select(products, query)
            if hides:
                found = [p for p in found if p.status != "Archived"]
        self._listings[token] = found
        while len(self._listings) > LISTINGS_KEPT:
            del self._listings[next(iter(self._listings))]
        return found

    def _select(self, products: Products, query: Query) -> Sequence[Product]:
        if not query.groups and query.related is None:
            if query.order == "sku":
                return products.by_sku()
            found = products.rows()
        else:
            found = list(_agreeing(products, query.groups))
            if query.related is not None:
                found = [p for p in found if query.related(p)]
        if not query.order:
            return found
        # Backwards means backwards in the field only: equals stay as they stand.
        return sorted(found, key=_sort_key(query.order), reverse=query.order.startswith("-"))


def _names(asked: Any) -> Sequence[str]:
    if asked is None:
        return ()
    if not isinstance(asked, list) or not all(isinstance(a, str) for a in asked):
        raise Refused(422, "Invalid attributes", [("attributes", "must be an array of names")])
    return asked


def _agreeing(products: Products, groups: Sequence[Sequence[Condition]]) -> Iterator[Product]:
    """The products that agree with any group, each once, oldest first."""
    if not groups:
        yield from products.rows()
        return
    seen = {p.id for group in groups for p in _of_group(products, group)}
    everything = products.rows()
    if len(seen) * 20 < len(everything):
        places = products.places()
        yield from (everything[n] for n in sorted(places[k] for k in seen))
    else:
        yield from (p for p in everything if p.id in seen)


def _of_group(products: Products, group: Sequence[Condition]) -> Iterator[Product]:
    """Conditions on `created` cut the list in its order first: a window of a day need not look at every product."""
    instants, rows = products.by_created()
    windows = [c for c in group if c.field == "created" and c.least]
    if windows:
        rows = filters.window(instants, rows, windows)
    tests = [(_value(c.field), c.test) for c in group]
    return (p for p in rows if all(test(value(p)) for value, test in tests))


def _value(field: str) -> Callable[[Product], Any]:
    """How a field is read from a product."""
    field = field.removeprefix("-")
    if field in FAST:
        return FAST[field]
    if field.startswith("attributes."):
        label = field.removeprefix("attributes.")
        return lambda p: (p.record().get("attributes") or {}).get(label)
    return lambda p: p.record().get(field)


def _sort_key(order: str) -> Callable[[Product], Any]:
    value = _value(order)

    def key(product: Product) -> tuple[int, Any]:
        found = value(product)
        if found is None or found == "":
            return (0, "")
        return (1, found) if not isinstance(found, str | list | dict) else (2, str(found))

    return key
