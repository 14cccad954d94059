"""The records behind an exception as the published copy has them: those of both sides, field by field, beside each other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from khaos_assets.cases.states import Case
from khaos_assets.portal.published import Published, Row

ITEM_FAMILIES = ("SKU", "PIM")
PRICE_CODES = ("FIN-07", "FIN-08")
ORDER = (
    "status", "kind", "full_reference", "channel", "market", "company_class", "on_hold", "currency", "items_net",
    "items_gross", "delivery_net", "delivery_gross", "total_net", "total_gross", "refund", "refunded_gross", "shipped",
    "units_ordered", "created_on", "created_at", "confirmed_at", "cancelled_at", "shipped_at", "refunded_at", "changed_at",
)  # fmt: skip
ITEM = (
    "sku", "kind", "parent_sku", "description", "active", "live", "archived", "discontinued", "on_web", "barcodes",
    "stock_controlled", "run_to_zero", "sells_without_stock", "weight_kg", "commodity_code", "country_of_origin",
    "tax_code", "vat_percent", "style_size", "style_colour", "body_map_size", "body_map_displayed", "changed_at",
)  # fmt: skip
STOCK = (
    "place", "unit", "on_hand", "allocated", "available", "quantity", "on_order", "back_order", "sells_without_stock",
    "changed_at",
)  # fmt: skip
DISPATCH = (
    "reference",
    "full_reference",
    "place",
    "carrier_service",
    "tracking",
    "dispatched_at",
    "voided",
    "changed_at",
)
NOT_COMPARED = frozenset(
    {"created_at", "confirmed_at", "cancelled_at", "shipped_at", "refunded_at", "changed_at", "full_reference"}
)
"""Fields that each system has its own way with: they are shown, and no difference is made of them."""


@dataclass(frozen=True)
class Line:
    """One field, or one SKU, over all records shown. `differs`: two records have it and do not agree."""

    name: str
    values: tuple[str, ...]
    differs: bool


@dataclass(frozen=True)
class Sheet:
    """Records side by side: a column for each, a line for each field that one of them has."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def side_by_side(published: Published, case: Case) -> list[Sheet]:
    """What the systems of a case have of its record; only what is there."""
    systems = case.systems.split(">")
    keys = [k for k in (case.record_key, case.counterpart_key) if k]
    values: dict[str, Any] = {"systems": systems, "keys": keys}
    family = case.code.split("-")[0]
    if family in ITEM_FAMILIES or case.code in PRICE_CODES:
        rows = published.rows(
            f"FROM item WHERE {_OF} (sku IN (SELECT unnest($keys)) OR source_key IN (SELECT unnest($keys)))", **values
        )
        return _kept(_sheet("Item", rows, ITEM, systems))
    if family == "STK":
        rows = published.rows(
            f"FROM stock_position WHERE {_OF} sku IN (SELECT unnest($keys)) ORDER BY ALL LIMIT 24", **values
        )
        return _kept(_sheet("Stock", rows, STOCK, systems, compared=False))
    if family in ("ORD", "FIN", "CUS"):
        reference = reference_of(published, case)
        if reference:
            return of_order(published, reference, systems)
    return []


_OF = "system IN (SELECT unnest($systems)) AND"


def reference_of(published: Published, case: Case) -> str | None:
    """The reference of the order that a case is about; None where it is about none that the copy knows."""
    if case.code.split("-")[0] not in ("ORD", "FIN", "CUS"):
        return None
    found = published.rows(
        """
        SELECT reference FROM sales_order WHERE reference IN (SELECT unnest($keys)) OR source_key IN (SELECT unnest($keys))
        UNION ALL
        SELECT reference FROM dispatch WHERE source_key IN (SELECT unnest($keys)) OR reference IN (SELECT unnest($keys))
        LIMIT 1
        """,
        keys=[k for k in (case.record_key, case.counterpart_key) if k],
    )
    return found[0]["reference"] if found else None


def of_order(published: Published, reference: str, systems: list[str]) -> list[Sheet]:
    """An order in these systems: its heads, its lines by SKU, what was dispatched."""
    values: dict[str, Any] = {"systems": systems, "reference": reference}
    heads = published.rows(f"FROM sales_order WHERE {_OF} reference = $reference ORDER BY system, source_key", **values)
    lines = published.rows(
        f"""
        SELECT l.system, o.source_key, l.sku, sum(l.quantity) AS quantity, sum(l.line_net) AS net, any_value(o.currency) AS currency
        FROM order_line AS l JOIN sales_order AS o ON o.system = l.system AND o.source_key = l.order_key
        WHERE l.{_OF} o.reference = $reference AND coalesce(o.kind, '') = 'order' GROUP BY ALL ORDER BY ALL
        """,
        **values,
    )
    sent = published.rows(
        f"""
        SELECT d.system, d.source_key, l.sku, sum(l.units) AS quantity
        FROM dispatch AS d JOIN dispatch_line AS l ON l.system = d.system AND l.dispatch_key = d.source_key
        WHERE d.{_OF} d.reference = $reference AND NOT d.voided GROUP BY ALL ORDER BY ALL
        """,
        **values,
    )
    dispatches = published.rows(
        f"FROM dispatch WHERE {_OF} reference = $reference ORDER BY system, source_key", **values
    )
    return _kept(
        _sheet("Order", heads, ORDER, systems),
        _by_sku(lines, sent),
        _sheet("Dispatch", dispatches, DISPATCH, systems, compared=False),
    )


def _kept(*sheets: Sheet | None) -> list[Sheet]:
    return [s for s in sheets if s is not None]


def _sheet(
    title: str, rows: list[Row], fields: tuple[str, ...], systems: list[str], *, compared: bool = True
) -> Sheet | None:
    if not rows:
        return None
    rows.sort(key=lambda r: (systems.index(r["system"]), str(r["source_key"])))
    made = (_line(name, [row.get(name) for row in rows], compared=compared) for name in fields)
    return Sheet(
        title, tuple(f"{r['system']} {r['source_key']}" for r in rows), tuple(line for line in made if any(line.values))
    )


def _by_sku(lines: list[Row], sent: list[Row]) -> Sheet | None:
    """Quantities by SKU: a column for each order and each dispatch."""
    columns: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    quantities: dict[str, set[tuple[str, Decimal]]] = defaultdict(set)
    for row in [*lines, *sent]:
        net = f", {plain(row['net'])} {row['currency']}" if row.get("net") is not None else ""
        sku = row["sku"] or "(no SKU)"
        columns[row["system"], row["source_key"]][sku] = f"{plain(row['quantity'])}{net}"
        if row["quantity"] is not None and "net" in row:
            quantities[sku].add((plain(row["quantity"]), row["net"]))
    if not columns:
        return None
    skus = sorted({sku for column in columns.values() for sku in column})
    orders = {(r["system"], r["source_key"]) for r in lines}
    made = [
        Line(
            sku,
            tuple(columns[c].get(sku, "") for c in columns),
            len(quantities[sku]) > 1 or _missing(columns, orders, sku),
        )
        for sku in skus
    ]
    return Sheet("Lines: units, net value", tuple(f"{system} {key}" for system, key in columns), tuple(made))


def _missing(columns: dict[tuple[str, str], dict[str, str]], orders: set[tuple[str, str]], sku: str) -> bool:
    return len(orders) > 1 and any(sku not in columns[o] for o in orders)


def _line(name: str, values: list[Any], *, compared: bool) -> Line:
    known = {plain(v) for v in values if v is not None}
    return Line(name, tuple(map(plain, values)), compared and name not in NOT_COMPARED and len(known) > 1)


def plain(value: Any) -> str:
    """A value of the copy as text: numbers without trailing noughts, instants to the minute in UTC, nothing as nothing."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value.normalize():f}" if value else "0"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M UTC")
        case date():
            return value.isoformat()
        case list():
            return ", ".join(map(plain, value))
        case _:
            return str(value)
