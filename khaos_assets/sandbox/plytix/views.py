"""Fault switches that change rows: what products look like while they are on. The account itself stays as it is.

Every such switch takes `skus` or `rows` (how many, in the order of the SKU), and `nights`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.plytix.products import LINE, Product, Record, instant

Parameters = dict[str, Any]
View = Callable[[Sequence[Product], Parameters, datetime], list[Product]]
Edit = Callable[[Product, Parameters, datetime], Product]

NOBODY = "f" * 24
_OFFSET = re.compile(rb'("(?:created|modified)":\s*"[^"]+)(?:\+00:00|Z)"')


def chosen(rows: Iterable[Product], parameters: Parameters, default: int | None = 1) -> set[str]:
    """The ids of the products that a switch means; `default` None = all."""
    if (skus := parameters.get("skus")) is not None:
        return {p.id for p in rows if p.sku in skus}
    number = parameters.get("rows", default)
    return {p.id for p in (rows if number is None else sorted(rows, key=lambda p: p.sku)[:number])}


def _rewriting(edit: Edit, default: int | None = 1, among: Callable[[Product], bool] = bool) -> View:
    """A switch that shows each chosen product otherwise; `among`: which ones it can choose."""

    def view(rows: Sequence[Product], parameters: Parameters, as_of: datetime) -> list[Product]:
        keys = chosen([p for p in rows if among(p)], parameters, default)
        return [edit(p, parameters, as_of) if p.id in keys else p for p in rows]

    return view


def _cleared(product: Product, parameters: Parameters, _: datetime) -> Product:
    """One attribute is empty; left out, or null where rows are shown as they are kept."""
    record = product.record()
    attributes: Record = dict(record.get("attributes") or {})
    label = parameters.get("attribute", next(iter(attributes), ""))
    attributes.pop(label, None)
    if parameters.get("as", "omitted") == "null":
        attributes[label] = None
    return product._replace(line=LINE.encode(record | {"attributes": attributes}))


def _as_text(product: Product, parameters: Parameters, _: datetime) -> Product:
    record = product.record()
    wanted = parameters.get("attributes")

    def spelled(label: str, value: Any) -> Any:
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        return str(value) if is_number and (wanted is None or label in wanted) else value

    attributes = {k: spelled(k, v) for k, v in (record.get("attributes") or {}).items()}
    return product._replace(line=LINE.encode(record | {"attributes": attributes}))


def _naive(product: Product, _: Parameters, __: datetime) -> Product:
    return product._replace(line=_OFFSET.sub(rb'\1"', product.line))


def _one_modified(product: Product, parameters: Parameters, as_of: datetime) -> Product:
    """As a bulk edit leaves it: an hour before the as-of unless `at` says when."""
    at = parameters.get("at", instant(as_of - timedelta(hours=1)))
    return Product.of(product.record() | {"modified": at})


def _dangling(product: Product, parameters: Parameters, _: datetime) -> Product:
    return Product.of(product.record() | {"_parent_id": parameters.get("parent", NOBODY)})


ROW_SWITCHES: dict[str, View] = {
    "cleared_attribute": _rewriting(_cleared),
    "number_as_text": _rewriting(_as_text, None),
    "naive_times": _rewriting(_naive, None),
    "one_modified": _rewriting(_one_modified, None),
    "dangling_parent": _rewriting(_dangling, among=lambda p: bool(p.parent)),
}


def seen_through(faults: Faults) -> list[tuple[str, Parameters, View]]:
    """The row switches that are on, in the order in which they are applied."""
    return [(name, p, view) for name, view in ROW_SWITCHES.items() for p in faults.every("plytix", name)]
