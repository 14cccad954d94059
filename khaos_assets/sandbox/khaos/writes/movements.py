"""What a write does to stock records: units taken for an order, put back, a level set (contract khaos, 3.4, 5)."""

from __future__ import annotations

from decimal import Decimal

from khaos_assets.sandbox.khaos.installation import Installation, Record, number
from khaos_assets.sandbox.khaos.markup import as_list, at
from khaos_assets.sandbox.khaos.orders import invoices, is_credit_note
from khaos_assets.sandbox.khaos.stages import ISSUED
from khaos_assets.sandbox.khaos.stock import default_site


def level_row(khaos: Installation, code: str, site: str) -> Record | None:
    """The stock status record of an item at a site (name; empty = the default site)."""
    wanted = site or str(default_site(khaos)["SiteName"])
    rows = khaos.by("stock_levels", "@CODE").get(code.casefold(), [])
    return next((r for r in rows if r.get("_site", wanted) == wanted), None)


def is_controlled(item: Record) -> bool:
    """Whether Khaos keeps a level of this item."""
    return number(item.get("STOCK_CONTROLLED", -1)) != 0


def take(khaos: Installation, item: Record, site: str, quantity: Decimal) -> Decimal:
    """Assign units to an order line; returns those assigned. What finds no stock becomes back order; with the switch
    `back_order_in_level` it lowers LEVEL below 0 as well. Items that are not controlled are always assigned."""
    if not is_controlled(item):
        return quantity
    row = level_row(khaos, at(item, "STOCK_CODE"), site)
    free = max(number(row.get("LEVEL")), Decimal(0)) if row else Decimal(0)
    assigned = min(quantity, free)
    lowered = quantity if khaos.switches.on("back_order_in_level") is not None else assigned
    if row is not None:
        row["LEVEL"] = number(row.get("LEVEL")) - lowered
    _potential(khaos, item, available=-lowered, back_order=quantity - assigned)
    _moved(khaos, item)
    return assigned


def put_back(khaos: Installation, item: Record, site: str, quantity: Decimal) -> None:
    """Units come back to free stock."""
    row = level_row(khaos, at(item, "STOCK_CODE"), site)
    if not is_controlled(item) or row is None:
        return
    row["LEVEL"] = number(row.get("LEVEL")) + quantity
    _potential(khaos, item, available=quantity, back_order=Decimal(0))
    _moved(khaos, item)


def set_level(khaos: Installation, item: Record, row: Record, level: Decimal) -> None:
    """An absolute set of available units. With the switch `level_is_physical` the number is stored as physical, so what
    is read back is less by the units assigned."""
    if khaos.switches.on("level_is_physical") is not None:
        level -= assigned_units(khaos, at(item, "STOCK_CODE"))
    change = level - number(row.get("LEVEL"))
    row["LEVEL"] = level
    _potential(khaos, item, available=change, back_order=Decimal(0))
    _moved(khaos, item)


def assigned_units(khaos: Installation, code: str) -> Decimal:
    """Units on open order lines of the item that have stock: ordered − sent − on back order, over all sites."""
    open_units = Decimal(0)
    for order in khaos.records("sales_orders"):
        if "CANCELLED" in order or is_credit_note(order) or at(order, "COMPLETE") == "-1":
            continue
        for lines in khaos.by("order_lines", "_sorder_code").get(at(order, "@SORDER_CODE").casefold(), []):
            for line in as_list((lines.get("ORDER_ITEMS") or {}).get("ORDER_ITEM")):
                if at(line, "STOCK_CODE").casefold() == code.casefold():
                    open_units += number(line.get("ORDER_QTY"))
        for invoice in invoices(order):
            if at(invoice, "@INVOICE_STAGE_ID") in ISSUED:
                open_units -= sum(
                    (
                        number(i.get("@QTY_SENT"))
                        for i in as_list((invoice.get("INVOICE_ITEMS") or {}).get("INVOICE_ITEM"))
                        if at(i, "@STOCK_CODE").casefold() == code.casefold()
                    ),
                    Decimal(0),
                )
    potential = khaos.find("stock_potential", "StockCode", code)
    return open_units - (number(potential.get("BackOrder")) if potential else Decimal(0))


def _potential(khaos: Installation, item: Record, *, available: Decimal, back_order: Decimal) -> None:
    row = khaos.find("stock_potential", "StockCode", at(item, "STOCK_CODE"))
    if row is None:
        return
    row["Available"] = number(row.get("Available")) + available
    row["BackOrder"] = number(row.get("BackOrder")) + back_order
    row["Potential"] = row["Available"] + number(row.get("OnOrder")) - row["BackOrder"]


def _moved(khaos: Installation, item: Record) -> None:
    """A movement moves the movement date, not the revision date."""
    listed = khaos.find("stock_list", "StockCode", at(item, "STOCK_CODE"))
    if listed is not None:
        listed["_movement_date"] = khaos.now.isoformat()
    khaos.changed("stock_list", "stock_levels", "stock_potential")
