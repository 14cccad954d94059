"""One night's files joined up: items with cost and price, orders with their units, stock per SKU and site.

Written from the contracts and the catalogue's terms, not from the world maker.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from khaos_assets_tests.unit.sandbox.worlds.files import (
    LONDON,
    NightFiles,
    Record,
    as_list,
    fraction,
    instant,
    sent_units,
)
from khaos_assets_tests.unit.sandbox.worlds.reading_channels import channel_orders


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
        self.systems = files.systems
        self.site_of: dict[str, str] = merchant["mapping"].get("locations", {})
        channels = merchant["mapping"].get("warehouses", {}).values()
        sold_from = {s for warehouses in channels for sites in warehouses.values() for s in sites}
        everywhere = {r["SiteName"] for r in files.of("khaos/sites")}
        self.mapped_sites = sorted((sold_from | {*self.site_of.values()}) or everywhere)
        self.non_stock = set(merchant["non_stock_codes"])
        self.places: dict[str, list[str]] = defaultdict(list)
        for place, site in sorted(self.site_of.items()):
            self.places[site].append(place)
        self.items = self._items()
        self.wair = {r["skuId"]: r for r in files.of("wair/items")}
        self.prefixes: dict[str, str] = merchant.get("order_reference_prefixes", {})
        self.company_info = {r["CompanyCode"]: r for r in files.of("khaos/company_info")}
        self._orders()
        self.channel_orders = {c: channel_orders(c, merchant, files) for c in self.prefixes}
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
        """By order reference: the one order of it, of several the earliest that is not cancelled."""
        self.extras: dict[str, list[Record]] = defaultdict(list)
        self.credits: dict[str, list[Record]] = defaultdict(list)
        self.all_orders: list[Record] = []
        self.by_code: dict[str, Record] = {}
        self.references: set[str] = set()
        broken = {k.split("/", 2)[2] for k in self.files.broken if k.startswith("khaos/sales_orders/")}
        self.references |= {lines[c]["ORDER_HEADER"]["ASSOCIATED_REF"] for c in broken}
        for r in self.files.of("khaos/sales_orders"):
            detail = lines[r["@SORDER_CODE"]]
            entries = as_list(detail["ORDER_ITEMS"]["ORDER_ITEM"])
            order: Record = {
                "record": r,
                "code": r["@SORDER_CODE"],
                "full": r["@ASSOCIATED_REF"],
                "key": self.key_of(r["@ASSOCIATED_REF"]),
                "created": datetime.strptime(r["DATE_CREATED"], "%d/%m/%Y").replace(tzinfo=LONDON).date(),
                "account": r["COMPANY_NAME"]["@COMPANY_CODE"],
                "cancelled": "CANCELLED" in r,
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
            self.by_code[order["code"]] = order
            if r["@ASSOCIATED_REF"]:
                self.references.add(r["@ASSOCIATED_REF"])
                if r["ORDER_TYPE"]["@TYPE_ID"] == "S":
                    self.extras[order["key"]].append(order)
                elif not order["cancelled"]:
                    self.credits[order["key"]].append(order)
        for key, found in self.extras.items():
            found.sort(key=lambda o: (o["cancelled"], o["created"], o["code"]))
            self.orders[key] = found.pop(0)

    def with_extras(self, key: str) -> Record:
        """The order of a reference with those keyed in a second time, as one: WAIR cannot tell them apart."""
        order, extras = self.orders[key], [o for o in self.extras[key] if not o["cancelled"]]
        if not extras:
            return order
        whole = {**order, "sent": dict(order["sent"]), "ordered": defaultdict(Fraction, order["ordered"])}
        for extra in extras:
            whole["lines"] = [*whole["lines"], *extra["lines"]]
            whole["open"] = whole["open"] or extra["open"]
            for name in ("sent", "ordered"):
                for sku, units in extra[name].items():
                    whole[name][sku] = whole[name].get(sku, Fraction(0)) + units
        return whole

    def key_of(self, reference: str) -> str:
        """An order reference without the prefix of its channel."""
        return reference[len(self.prefix_of(reference)) :]

    def prefix_of(self, reference: str) -> str:
        return next((p for p in self.prefixes.values() if reference.startswith(p)), "")

    def channel_of(self, reference: str) -> str:
        """The channel whose form a reference has."""
        return next((c for c, p in self.prefixes.items() if reference.startswith(p)), "")

    def is_known_to_a_channel(self, reference: str) -> bool:
        return self.key_of(reference) in self.channel_orders.get(self.channel_of(reference), {})

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
            net = sum(money_of(x, method).net for x in lines)
            total += net / sum(Fraction(x["ORDER_QTY"]) for x in lines) * wanted * order["rate"]
        return total

    def _figures(self) -> None:
        """Per SKU and site: physical in Khaos and on hand in WAIR, where both can be told."""
        files = self.files
        back = {r["StockCode"] for r in files.of("khaos/stock_potential") if Fraction(r["BackOrder"])}
        self.level = {(r["@CODE"], r["_site"]): Fraction(r["LEVEL"]) for r in files.of("khaos/stock_levels")}
        builds = (r for r in files.of("khaos/stock_levels") if "BUILD_POTENTIAL_CHILDREN" in r)
        self.buildable = {(r["@CODE"], r["_site"]): Fraction(r["BUILD_POTENTIAL_CHILDREN"]) for r in builds}
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
        """Over all mapped sites, as far as they can be read."""
        parts = self.items[sku].parts
        if parts:
            return Fraction(min(self.sellable(c) // q for c, q in parts))
        return max(Fraction(0), self.available(sku, self.mapped_sites) - self.buffer(sku))

    def sellable_at(self, sku: str, sites: list[str]) -> Fraction | None:
        """At some sites, buffer once; None where a level cannot be read."""
        parts = self.items[sku].parts
        if parts:
            each = [(self.sellable_at(c, sites) if c in self.items else None, q) for c, q in parts]
            known = [Fraction(n // q) for n, q in each if n is not None]
            return min(known) if len(known) == len(each) else None
        if any((sku, s) not in self.level for s in sites):
            return None
        return max(Fraction(0), self.available(sku, sites) - self.buffer(sku))

    def buffer(self, sku: str) -> Fraction:
        run_out = self.items[sku].record["RUN_TO_ZERO"] == "-1"
        return Fraction(0 if run_out else self.merchant["buffer"]["default"])

    def available(self, sku: str, sites: list[str]) -> Fraction:
        return sum((self.level.get((sku, s), Fraction(0)) for s in sites), Fraction(0))

    def physical(self, sku: str, sites: list[str]) -> Fraction:
        return self.available(sku, sites) + sum((self.allocated[(sku, s)] for s in sites), Fraction(0))

    def potential(self, sku: str, sites: list[str]) -> Fraction:
        """What could be built of its parts."""
        return sum((self.buildable.get((sku, s), Fraction(0)) for s in sites), Fraction(0))


@dataclass
class Money:
    """One Khaos order line after discount, and its discount, in the order's currency."""

    net: Fraction
    vat: Fraction
    discount_net: Fraction


def money_of(line: Record, method: str) -> Money:
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
        net = Fraction(penny_away(p - discount))
        return Money(net, Fraction(penny_away(net * r)), discount)
    before = Fraction(penny_away(Fraction(penny_away(p)) / (1 + r)))
    net = Fraction(penny_away(before - discount / (1 + r)))
    return Money(net, Fraction(penny_away(p - discount - net)), discount / (1 + r))


def penny_away(value: Fraction) -> Decimal:
    whole, rest = divmod(abs(value) * 100, 1)
    whole += 1 if rest >= Fraction(1, 2) else 0
    return Decimal(int(whole) if value >= 0 else -int(whole)) / 100
