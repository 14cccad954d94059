"""One night's files joined up: items with cost and price, orders with their units, stock per SKU and site.

Written from the contracts and the catalogue's terms, not from the world maker.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from khaos_assets_tests.unit.sandbox.worlds.files import NightFiles, Record, as_list, fraction, instant, sent_units


@dataclass
class Item:
    code: str
    kind: str
    record: Record
    parent: str | None
    cost: Fraction | None = None
    price: Fraction = Fraction(0)
    parts: list[tuple[str, Fraction]] = field(default_factory=list)


class Reading:
    """Everything derived from one night's files, before any code is asked."""

    def __init__(self, merchant: Record, files: NightFiles) -> None:
        self.merchant, self.files = merchant, files
        self.site_of: dict[str, str] = merchant["mapping"]["locations"]
        self.non_stock = set(merchant["non_stock_codes"])
        self.places: dict[str, list[str]] = defaultdict(list)
        for place, site in sorted(self.site_of.items()):
            self.places[site].append(place)
        self.items = self._items()
        self.wair = {r["skuId"]: r for r in files.of("wair/items")}
        self._orders()
        self._figures()

    def _items(self) -> dict[str, Item]:
        builds = {r["@CODE"] for r in self.files.of("khaos/stock_levels") if "BUILD_POTENTIAL_CHILDREN" in r}
        kinds = {r["StockCode"]: r["_item_type"] for r in self.files.of("khaos/stock_list")}
        found: dict[str, Item] = {}
        for r in self.files.of("khaos/stock_items"):
            code = r["STOCK_CODE"]
            links = as_list((r["LINKED_ITEMS"] or {}).get("LINK_ITEM")) if r["LINKED_ITEMS"] else []
            parts = [(x["STOCK_CODE"], Fraction(x["LINK_VALUE"])) for x in links if x["LINK_TYPE"] == "3"]
            kind = {1: "style_parent", 2: "style_child"}.get(kinds[code], "simple")
            kind = "pack" if parts else "build" if code in builds else kind
            if kind == "simple" and r["STOCK_CONTROLLED"] == "0":
                kind = "not_stocked"
            found[code] = Item(code, kind, r, r.get("_parent_code"), parts=parts)
        for item in found.values():
            parent = found[item.parent].record if item.parent else item.record
            vat = 1 + Fraction(item.record["VAT_RATE"]) / 100
            buy, sell = fraction(item.record["BUY_PRICE"]), fraction(item.record["SELL_PRICE_WEB"])
            sell = sell if sell is not None else fraction(item.record["SELL_PRICE"])
            if sell is None:
                web = fraction(parent["SELL_PRICE_WEB"])
                sell = web if web is not None else fraction(parent["SELL_PRICE"])
            if buy is not None:
                item.cost = buy if parent["BUY_PRICE"]["@IS_NET"] == "-1" else buy / vat
            item.price = (sell or Fraction(0)) / (1 if parent["SELL_PRICE"]["@IS_NET"] == "-1" else vat)
        return found

    def stocked(self, sku: str) -> bool:
        return sku in self.items and self.items[sku].kind in ("simple", "build", "style_child")

    def _orders(self) -> None:
        classes = {r["COMPANY_CODE"]: r["COMPANY_CLASS"] for r in self.files.of("khaos/customers")}
        lines = {r["_sorder_code"]: r for r in self.files.of("khaos/order_lines")}
        self.orders: dict[str, Record] = {}
        self.all_orders: list[Record] = []
        self.references: set[str] = set()
        broken = {k.split("/", 2)[2] for k in self.files.broken if k.startswith("khaos/sales_orders/")}
        self.references |= {lines[c]["ORDER_HEADER"]["ASSOCIATED_REF"] for c in broken}
        for r in self.files.of("khaos/sales_orders"):
            detail = lines[r["@SORDER_CODE"]]
            entries = as_list(detail["ORDER_ITEMS"]["ORDER_ITEM"])
            order: Record = {
                "record": r,
                "site": next((x["SITE"] for x in entries if x["SITE"]), detail["ORDER_HEADER"]["SITE"]),
                "class": classes[r["COMPANY_NAME"]["@COMPANY_CODE"]],
                "lines": entries,
                "sent": {k: v for k, v in sent_units(r).items() if self.stocked(k)},
                "ordered": defaultdict(Fraction),
                "open": r["COMPLETE"] == "0" and "CANCELLED" not in r and r["ORDER_TYPE"]["@TYPE_ID"] == "S",
                "rate": self._rate(r),
            }
            for line in entries:
                if self.stocked(line["STOCK_CODE"]):
                    order["ordered"][line["STOCK_CODE"]] += Fraction(line["ORDER_QTY"])
            self.all_orders.append(order)
            if r["@ASSOCIATED_REF"]:
                self.references.add(r["@ASSOCIATED_REF"])
                if r["ORDER_TYPE"]["@TYPE_ID"] == "S":
                    assert r["@ASSOCIATED_REF"] not in self.orders, "one reference, one order"
                    self.orders[r["@ASSOCIATED_REF"]] = order

    def _rate(self, order: Record) -> Fraction:
        currency = order["CURRENCY_CODE"] or "GBP"
        if currency == "GBP":
            return Fraction(1)
        day, month, year = order["DATE_CREATED"].split("/")
        del day
        return Fraction(self.merchant["exchange_rates"][f"{year}-{month}"][currency])

    def line_net(self, order: Record, units: dict[str, Fraction]) -> Fraction:
        """GBP, not rounded; a SKU that is not on the order at cost."""
        method, total = self.merchant["classes"]["arithmetic"][order["class"]], Fraction(0)
        for sku, wanted in units.items():
            lines = [x for x in order["lines"] if x["STOCK_CODE"] == sku]
            if not lines:
                total += wanted * (self.items[sku].cost or 0)
                continue
            net = sum(Fraction(net_of(x, method)) for x in lines)
            total += net / sum(Fraction(x["ORDER_QTY"]) for x in lines) * wanted * order["rate"]
        return total

    def _figures(self) -> None:
        """Per SKU and site: physical in Khaos and on hand in WAIR, where both can be told."""
        files = self.files
        back = {r["StockCode"] for r in files.of("khaos/stock_potential") if Fraction(r["BackOrder"])}
        self.level = {(r["@CODE"], r["_site"]): Fraction(r["LEVEL"]) for r in files.of("khaos/stock_levels")}
        self.allocated: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        for order in self.all_orders:
            if order["open"]:
                for sku, units in order["ordered"].items():
                    self.allocated[(sku, order["site"])] += max(units - order["sent"].get(sku, 0), Fraction(0))
        rows: dict[tuple[str, str], list[Record]] = defaultdict(list)
        for r in files.of("wair/stock"):
            if r["locationId"] in self.site_of:
                rows[(r["skuId"], self.site_of[r["locationId"]])].append(r)
        self.rows = rows
        self.pairs: dict[tuple[str, str], tuple[Fraction, Fraction]] = {}
        self.changed: dict[tuple[str, str], Any] = {}
        for (sku, site), found in rows.items():
            readable = len(found) == len(self.places[site]) and (sku, site) in self.level
            if readable and self.stocked(sku) and sku not in back:
                wair = sum((Fraction(r["onHand"]) for r in found), Fraction(0))
                self.pairs[(sku, site)] = (self.level[(sku, site)] + self.allocated[(sku, site)], wair)
                self.changed[(sku, site)] = max(instant(r["updatedAt"]) for r in found)

    def sellable(self, sku: str) -> Fraction:
        free = sum((self.level[(sku, s)] for s in self.places if (sku, s) in self.level), Fraction(0))
        buffer = 0 if self.items[sku].record["RUN_TO_ZERO"] == "-1" else self.merchant["buffer"]["default"]
        return max(Fraction(0), free - Fraction(buffer))


def net_of(line: Record, method: str) -> Decimal:
    """Contract khaos 3.8, with exact fractions and half-up rounding at each R."""
    r = {"1": Fraction(1, 5), "2": Fraction(0), "4": Fraction(1, 20)}[line["TAX_RATE"]]
    q, d = Fraction(line["ORDER_QTY"]), Fraction(line["KSD_DISCOUNT"] or 0)
    if "PRICE_NET" in line:
        u_net = Fraction(line["PRICE_NET"])
        u_gross = Fraction(penny_away(u_net * (1 + r)))
    else:
        u_gross = Fraction(line["PRICE_GRS"])
        u_net = Fraction(penny_away(u_gross / (1 + r)))
    p = q * (u_gross if method == "gross" else u_net)
    discount = Fraction(penny_away(p * d / 100))
    if method == "net":
        return penny_away(p - discount)
    before = Fraction(penny_away(Fraction(penny_away(p)) / (1 + r)))
    return penny_away(before - discount / (1 + r))


def penny_away(value: Fraction) -> Decimal:
    whole, rest = divmod(abs(value) * 100, 1)
    whole += 1 if rest >= Fraction(1, 2) else 0
    return Decimal(int(whole) if value >= 0 else -int(whole)) / 100
