"""The records behind an exception, as the published copy has them: those of both sides, field by field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from khaos_assets.cases.states import Case
from khaos_assets.config.night import LONDON
from khaos_assets.portal.published import Published, Row

ORDER_FAMILIES = ("ORD", "FIN", "CUS")
ITEM_FAMILIES = ("SKU", "PIM")
ITEM_CODES = ("FIN-07", "FIN-08")
ORDER = (
    "status", "kind", "full_reference", "channel", "market", "company_class", "on_hold", "currency", "items_net",
    "items_gross", "delivery_net", "delivery_gross", "total_net", "total_gross", "refund", "refunded_gross", "shipped",
    "units_ordered", "created_on", "created_at", "confirmed_at", "cancelled_at", "shipped_at", "refunded_at",
    "changed_at",
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
    "reference", "full_reference", "place", "carrier_service", "tracking", "dispatched_at", "voided", "changed_at",
)  # fmt: skip
OWN_WAY = frozenset({
    "created_at", "confirmed_at", "cancelled_at", "shipped_at", "refunded_at", "changed_at", "full_reference",
    "units_ordered",
})  # fmt: skip
"""Fields that each system has its own way with: they are shown, and no difference is made of them."""
MONEY = frozenset(name for name in ORDER if name.endswith(("_net", "_gross")))
POSITIONS = 24
"""Stock positions shown at most."""


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
    of_skus: bool = False
    """Its lines are SKUs, not fields."""


def side_by_side(published: Published, case: Case, *, non_stock: Collection[str] = ()) -> list[Sheet]:
    """What the systems of a case have of its record; only what is there. `non_stock`: codes that are no goods."""
    systems, family = case.systems.split(">"), case.code.split("-")[0]
    if family in ITEM_FAMILIES or case.code in ITEM_CODES:
        known = "sku IN (SELECT unnest($keys)) OR source_key IN (SELECT unnest($keys))"
        rows = published.rows(f"FROM item WHERE {_OF} AND ({known})", systems=systems, keys=_keys(case))
        return _sheets(_sheet("Item", rows, ITEM, systems))
    if family == "STK":
        query = f"FROM stock_position WHERE {_OF} AND sku IN (SELECT unnest($keys)) ORDER BY ALL LIMIT {POSITIONS}"
        rows = published.rows(query, systems=systems, keys=_keys(case))
        return _sheets(_sheet("Stock", rows, STOCK, systems, compared=False))
    reference = reference_of(published, case)
    return of_order(published, reference, systems, non_stock=non_stock) if reference else []


def reference_of(published: Published, case: Case) -> str | None:
    """The reference of the order that a case is about; None where it is about none that the copy knows."""
    if case.code.split("-")[0] not in ORDER_FAMILIES or case.code in ITEM_CODES:
        return None
    found = published.rows(
        """
        SELECT reference FROM (
            SELECT reference, source_key FROM sales_order UNION ALL SELECT reference, source_key FROM dispatch
        ) WHERE reference IN (SELECT unnest($keys)) OR source_key IN (SELECT unnest($keys))
        ORDER BY reference NOT IN (SELECT unnest($keys)), reference LIMIT 1
        """,
        keys=_keys(case),
    )
    return found[0]["reference"] if found else None


def of_order(
    published: Published, reference: str, systems: list[str], *, non_stock: Collection[str] = ()
) -> list[Sheet]:
    """An order in these systems: its heads, its lines by SKU, what was dispatched."""
    values: dict[str, Any] = {"systems": systems, "reference": reference}
    heads = published.rows(f"FROM sales_order WHERE {_OF} AND reference = $reference", **values)
    dispatches = published.rows(f"FROM dispatch WHERE {_OF} AND reference = $reference", **values)
    lines = published.rows(
        f"""
        SELECT o.system, o.source_key, l.sku, sum(l.quantity) AS units, sum(l.line_net) AS net, o.currency
        FROM sales_order AS o JOIN order_line AS l ON l.system = o.system AND l.order_key = o.source_key
        WHERE o.{_OF} AND o.reference = $reference AND o.kind = 'order' GROUP BY ALL ORDER BY ALL
        """,
        **values,
    )
    sent = published.rows(
        f"""
        SELECT d.system, d.source_key, l.sku, sum(l.units) AS units
        FROM dispatch AS d JOIN dispatch_line AS l ON l.system = d.system AND l.dispatch_key = d.source_key
        WHERE d.{_OF} AND d.reference = $reference AND NOT d.voided GROUP BY ALL ORDER BY ALL
        """,
        **values,
    )
    return _sheets(
        _sheet("Order", heads, ORDER, systems),
        _by_sku(lines, sent, non_stock),
        _sheet("Dispatch", dispatches, DISPATCH, systems, compared=False),
    )


_OF = "system IN (SELECT unnest($systems))"


def _keys(case: Case) -> list[str]:
    return [k for k in (case.record_key, case.counterpart_key) if k]


def _sheets(*sheets: Sheet | None) -> list[Sheet]:
    return [s for s in sheets if s is not None]


def _sheet(
    title: str, rows: list[Row], fields: tuple[str, ...], systems: list[str], *, compared: bool = True
) -> Sheet | None:
    if not rows:
        return None
    rows.sort(key=lambda r: (systems.index(r["system"]), str(r["source_key"])))
    made = (_line(name, [row.get(name) for row in rows], compared=compared) for name in fields)
    columns = tuple(f"{r['system']} {r['source_key']}" for r in rows)
    return Sheet(title, columns, tuple(line for line in made if any(line.values)))


def _line(name: str, values: list[Any], *, compared: bool) -> Line:
    shown = tuple(_pounds(v) if name in MONEY and v is not None else plain(v) for v in values)
    return Line(name, shown, compared and name not in OWN_WAY and len({v for v in shown if v}) > 1)


def _by_sku(lines: list[Row], sent: list[Row], non_stock: Collection[str]) -> Sheet | None:
    """Units and net value by SKU: a column for each order and each dispatch. Orders are compared, dispatches shown."""
    cells: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    orders: dict[tuple[str, str], dict[str, tuple[Any, Any]]] = defaultdict(dict)
    for row in [*lines, *sent]:
        column, sku = (row["system"], row["source_key"]), row["sku"] or "(no SKU)"
        net = f", {_pounds(row['net'])} {row['currency']}" if row.get("net") is not None else ""
        cells[column][sku] = f"{plain(row['units'])}{net}"
        if "net" in row:
            orders[column][sku] = (row["units"], row["net"])
    skus = sorted({sku for column in cells.values() for sku in column})

    def differ(sku: str) -> bool:
        return sku not in non_stock and len({order.get(sku) for order in orders.values()}) > 1

    made = (Line(sku, tuple(column.get(sku, "") for column in cells.values()), differ(sku)) for sku in skus)
    columns = tuple(f"{system} {key}" for system, key in cells)
    return Sheet("Lines: units, net value", columns, tuple(made), of_skus=True) if cells else None


def _pounds(value: Decimal) -> str:
    return f"{value:,.2f}".replace("-", "−")


def plain(value: Any) -> str:
    """A value of the copy as text: numbers without trailing noughts, instants in London, nothing as ""."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value.normalize():f}" if value else "0"
        case datetime():
            return value.astimezone(LONDON).strftime("%-d %b %Y, %H:%M %Z")
        case date():
            return value.strftime("%-d %b %Y")
        case list():
            return ", ".join(map(plain, value))
        case _:
            return str(value)
