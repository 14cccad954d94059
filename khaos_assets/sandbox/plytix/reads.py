"""Single products, variants, families, attributes and what can be filtered. Contract 3.1 to 3.4."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from khaos_assets.sandbox.plytix import answers, filters
from khaos_assets.sandbox.plytix.answers import JSON, missing
from khaos_assets.sandbox.plytix.definitions import OPERATORS, PROPERTIES, Kind
from khaos_assets.sandbox.plytix.filters import Condition
from khaos_assets.sandbox.plytix.holdings import Holdings
from khaos_assets.sandbox.plytix.paging import Paging, envelope
from khaos_assets.sandbox.plytix.products import LINE, Product, Record, sortable

MOST_ATTRIBUTES = 1000
FAMILY_FIELDS = {
    "name": Kind.NAME,
    "_created_at": Kind.INSTANT,
    "modified": Kind.INSTANT,
    "total_products": Kind.COUNT,
    "total_attributes": Kind.COUNT,
    "total_models": Kind.COUNT,
}
ATTRIBUTE_FIELDS = {"name": Kind.NAME, "label": Kind.NAME, "type_class": Kind.STATUS}


class Reads:
    """Everything one can ask of an account by GET, and the searches in its small lists."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings

    def product(self, key: str, query: Mapping[str, str]) -> Response:
        """One product; empty attributes are left out, or null with `all_attributes=true`."""
        product = self._product(key)
        if query.get("all_attributes", "false").lower() != "true":
            return answers.lines([product.line])
        record = product.record()
        every = dict.fromkeys(self._labels(record))
        return answers.data([record | {"attributes": every | (record.get("attributes") or {})}])

    def variants(self, key: str) -> Response:
        """Every variant of a product; `[]` when it has none."""
        self._product(key)
        return answers.lines([p.line for p in self.holdings.shown.variants(key)])

    def families(self, body: Mapping[str, Any]) -> Response:
        """Product families, page by page."""
        return self._search([_family_row(f) for f in self.holdings.families], body, FAMILY_FIELDS)

    def family(self, key: str) -> Response:
        """One family."""
        return answers.data([_family_row(self._family(key))])

    def family_attributes(self, key: str) -> Response:
        """The attributes of a family, each with its level."""
        return answers.data(self._family(key).get("attributes") or [])

    def attributes(self, body: Mapping[str, Any]) -> Response:
        """The attributes of the account, page by page."""
        rows = [d.row for d in self.holdings.definitions]
        return self._search(rows, body, ATTRIBUTE_FIELDS, MOST_ATTRIBUTES)

    def attribute(self, key: str) -> Response:
        """One attribute by its id."""
        found = next((d.row for d in self.holdings.definitions if d.row["id"] == key), None)
        if found is None:
            raise missing("Attribute", key)
        return answers.data([found])

    def filters(self) -> Response:
        """What a product search can be filtered by."""
        attributes = [
            _offer(f"attributes.{d.label}", d.kind, d.row["filter_type"], d.options) for d in self.holdings.definitions
        ]
        properties = [_offer(name, kind, kind.value) for name, kind in PROPERTIES.items()]
        return answers.data([{"attributes": attributes, "properties": properties}])

    def _product(self, key: str) -> Product:
        found = self.holdings.shown.get(key)
        if found is None:
            raise missing("Product", key)
        return found

    def _family(self, key: str) -> Record:
        found = self.holdings.family(key)
        if found is None:
            raise missing("Product family", key)
        return found

    def _labels(self, record: Record) -> list[str]:
        """The attributes a product could have: those of its family, of all where it has none."""
        family = self.holdings.family(record.get("product_family_id"))
        if family is None:
            return [d.label for d in self.holdings.definitions]
        return [str(a["label"]) for a in family.get("attributes") or ()]

    def _search(
        self, rows: Iterable[Record], body: Mapping[str, Any], kinds: Mapping[str, Kind], largest: int = 100
    ) -> Response:
        paging = Paging.of(body, largest)
        groups = filters.parse(body.get("filters") or [], kinds, self.holdings.world.as_of)
        everything = list(rows)
        found = [r for r in everything if not groups or any(_agrees(r, group, kinds) for group in groups)]
        if paging.order:
            field = paging.order.removeprefix("-")
            found.sort(key=_text_of(field), reverse=paging.order.startswith("-"))
        page = found[paging.start : paging.start + paging.size]
        body_ = envelope(
            LINE.encode(page),
            paging,
            shown=len(page),
            matches=len(found),
            all_rows=len(everything),
            faults=self.holdings.faults,
        )
        return Response(body_, media_type=JSON)


def _family_row(family: Record) -> Record:
    return {"_created_at": None, "modified": None} | {k: v for k, v in family.items() if k != "attributes"}


def _agrees(row: Record, group: Sequence[Condition], kinds: Mapping[str, Kind]) -> bool:
    return all(c.test(_value(row, c.field, kinds)) for c in group)


def _value(row: Record, field: str, kinds: Mapping[str, Kind]) -> Any:
    value = row.get(field)
    return sortable(str(value or "")) if kinds[field] is Kind.INSTANT else value


def _text_of(field: str) -> Callable[[Record], str]:
    return lambda row: str(row.get(field, ""))


def _offer(key: str, kind: Kind, wire: str, options: list[str] | None = None) -> Record:
    found: Record = {"filter_type": wire, "key": key, "operators": list(OPERATORS[kind])}
    return found | ({"options": options} if options else {})
