"""`relationship_filters` of a search: products by what they are bundled with. Contract 3.1 and 3.5."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from khaos_assets.sandbox.plytix.answers import Refused
from khaos_assets.sandbox.plytix.products import Product, Record

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "!eq": lambda a, b: a != b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
}
Links = dict[str, Any]
"""Component → quantity."""


def related_test(raw: Any) -> Callable[[Product], bool] | None:
    """Whether a product agrees; None where nothing is asked. Raises Refused (422)."""
    if not raw:
        return None
    if not isinstance(raw, list) or not all(isinstance(g, list) and all(isinstance(c, dict) for c in g) for g in raw):
        raise _wrong("must be an array of arrays")
    if len({c.get("relationship_id") for g in raw for c in g}) != 1:
        raise _wrong("one relationship per request")
    groups = [[_condition(c) for c in g] for g in raw]

    def agrees(product: Product) -> bool:
        record = product.record() if b'"relationships"' in product.line else {}
        return any(all(c(record) for c in group) for group in groups)

    return agrees


def _wrong(message: str) -> Refused:
    return Refused(422, "Invalid relationship filter", [("relationship_filters", message)])


def _condition(raw: dict[str, Any]) -> Callable[[Record], bool]:
    key, operator, wanted = raw.get("relationship_id"), raw.get("operator"), raw.get("product_ids") or []
    if operator not in ("exists", "!exists"):
        raise _wrong(f"{operator} is not an operator")
    tests = [_component(w) for w in wanted]

    def agrees(record: Record) -> bool:
        links = links_of(record, str(key))
        found = bool(links) and all(test(links) for test in tests)
        return found is (operator == "exists")

    return agrees


def _component(raw: Any) -> Callable[[Links], bool]:
    """A component, and its quantity where one is compared."""
    if not isinstance(raw, dict) or "id" not in raw:
        raise _wrong("product_ids needs id")
    key, operator, value = str(raw["id"]), raw.get("qty_operator"), raw.get("value")
    if operator is None:
        return lambda links: key in links
    if operator not in _COMPARE or not isinstance(value, int):
        raise _wrong(f"qty_operator {operator} with {value}")
    return lambda links: links.get(key) is not None and _COMPARE[operator](links[key], value)


def links_of(record: Record, relationship: str) -> Links:
    """What a product is linked with by one kind of relationship."""
    kinds = [r for r in record.get("relationships") or () if r.get("relationship_id") == relationship]
    return {str(p["product_id"]): p.get("quantity") for r in kinds for p in r.get("related_products") or ()}
