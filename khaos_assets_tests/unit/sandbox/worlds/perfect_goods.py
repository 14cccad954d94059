"""Codes about goods on channels and in PIMs: identity, stock, product data. Called by `perfect`."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from khaos_assets_tests.unit.sandbox.worlds.perfect_items import identify, missing
from khaos_assets_tests.unit.sandbox.worlds.perfect_pim import ProductData
from khaos_assets_tests.unit.sandbox.worlds.reading_goods import Product, Shown, products_of, shown_on

if TYPE_CHECKING:
    from khaos_assets_tests.unit.sandbox.worlds.perfect import Night

HALF_HOUR, TWO_DAYS = timedelta(minutes=30), timedelta(days=2)
CHANNELS, PIMS = ("scayle", "orocommerce"), ("plytix", "pimberly")


def goods_codes(night: Night) -> None:
    for system in (*CHANNELS, *PIMS):
        if system in night.systems:
            _system(night, system)


def _system(night: Night, system: str) -> None:
    products = products_of(system, night.merchant, night.files)
    night.products[system] = products
    night.identity[system] = identify(night, system, [(p.sku, p.barcode) for p in products if p.active])
    broken = {k.split("/", 2)[2] for k in night.files.broken if k.startswith(f"{system}/products/")}
    present = {p.sku for p in products} | broken
    data = ProductData(night, system, products) if system in PIMS else None
    missing(night, system, present, night.merchant[system]["carries_kinds"], data.gone if data else {})
    if data:
        data.codes()
    else:
        ChannelStock(night, system, products).codes()


class ChannelStock:
    """STK and PIM-09 of one channel."""

    def __init__(self, night: Night, system: str, products: list[Product]) -> None:
        self.night, self.system, self.pair = night, system, f"khaos>{system}"
        self.active = {p.sku for p in products if p.active}
        self.shown = shown_on(system, night.merchant, night.files, products)
        self.warehouses: dict[str, list[str]] = night.merchant["mapping"]["warehouses"][system]
        self.on_order = {r["StockCode"]: Fraction(r["OnOrder"]) for r in night.files.of("khaos/stock_potential")}
        self.back = {r["StockCode"] for r in night.files.of("khaos/stock_potential") if Fraction(r["BackOrder"])}

    def codes(self) -> None:
        sold_out_of_range = self._discontinued()
        for (sku, warehouse), shown in self.shown.items():
            item = self.night.items.get(sku)
            hidden = self.night.identity[self.system].is_hidden(sku) or sku in self.night.non_stock
            if item is None or hidden or warehouse not in self.warehouses or not shown.is_known:
                continue
            if item.kind == "style_parent":
                if shown.quantity:
                    units = abs(shown.quantity)
                    self.put("STK-03", sku, warehouse, units=units, amount=units * (item.cost or 0))
                continue
            if item.kind == "not_stocked":
                continue
            sellable = self.night.sellable_at(sku, self.warehouses[warehouse])
            if sellable is not None:
                self._compare(sku, warehouse, shown, sellable, quiet=sku in sold_out_of_range)

    def put(
        self, code: str, sku: str, warehouse: str, *, units: Fraction, amount: Fraction, state: str = "open"
    ) -> None:
        self.night.put(code, self.pair, sku, warehouse, units=units, amount=amount, state=state)

    def _discontinued(self) -> set[str]:
        """PIM-09. Returns the SKUs."""
        found: set[str] = set()
        for sku in self.active:
            item = self.night.items.get(sku)
            if item is None or item.record["DISCONTINUED"] != "-1":
                continue
            rows = [s for (x, _), s in self.shown.items() if x == sku]
            quantity = sum((s.quantity for s in rows), Fraction(0))
            left = item.record["RUN_TO_ZERO"] == "-1" and self.night.available(sku, self.night.mapped_sites) > 0
            if (quantity > 0 or any(s.sells_without_stock for s in rows)) and not left:
                found.add(sku)
                self.night.put("PIM-09", self.pair, sku, amount=quantity * item.price)
        return found

    def _compare(self, sku: str, warehouse: str, shown: Shown, sellable: Fraction, *, quiet: bool) -> None:
        night, item, sites = self.night, self.night.items[sku], self.warehouses[warehouse]
        quantity = shown.quantity
        potential = night.potential(sku, sites)
        available = night.available(sku, sites)
        if item.kind == "build" and potential > 0 and quantity != sellable:
            wrong = {available + potential, available + potential - night.buffer(sku), sellable + potential}
            if quantity in wrong:
                self.put("STK-03", sku, warehouse, units=potential, amount=potential * (item.cost or 0))
                return
        if quantity < 0:
            night.put("STK-06", self.system, sku, warehouse, amount=-quantity * (item.cost or 0))
            return
        if quiet:
            return
        age = night.files.as_of - shown.changed if shown.changed else None
        state = "expected" if age is not None and age < HALF_HOUR else "open"
        figures = [] if item.kind == "pack" else [available, available + self.on_order.get(sku, Fraction(0))]
        if item.kind != "pack" and sku not in self.back:
            figures.insert(0, night.physical(sku, sites))
        off = quantity - sellable
        if off and quantity in figures:
            self.put("STK-02", sku, warehouse, units=off, amount=abs(off) * item.price, state=state)
        elif off > 0 or (shown.sells_without_stock and sellable <= 0):
            self.put("STK-04", sku, warehouse, units=off, amount=off * item.price, state=state)
        elif -off > 5 and -off > sellable / 2 and item.record["RUN_TO_ZERO"] == "0":
            most = item.record.get("MAX_DISPLAY_QTY")
            if most and quantity == min(sellable, Fraction(most)):
                return
            lowered = "expected" if age is not None and age < TWO_DAYS else "open"
            self.put("STK-05", sku, warehouse, units=-off, amount=-off * item.price, state=lowered)
