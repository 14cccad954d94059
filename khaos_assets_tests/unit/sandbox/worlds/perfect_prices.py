"""FIN-07: prices of OroCommerce lists beside those of the Khaos lists. Called by `perfect`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from khaos_assets_tests.unit.sandbox.worlds.files import Record

if TYPE_CHECKING:
    from khaos_assets_tests.unit.sandbox.worlds.perfect import Night


@dataclass
class Tier:
    """A price of one unit (in OroCommerce: of one case, too), from a quantity on to below the next."""

    start: Fraction
    price: Fraction
    end: Fraction | None = None
    currency: str = ""


class ShopPrices:
    """One night's prices; `month` is that of the amounts."""

    def __init__(self, night: Night, month: str) -> None:
        self.night, self.month = night, month
        self.khaos: dict[tuple[str, str], list[Tier]] = defaultdict(list)
        for prices in night.files.of("khaos/price_lists"):
            for x in prices["rows"]:
                tier = Tier(Fraction(x["QtyStart"]), Fraction(x["AmountValue"]), Fraction(x["QtyEnd"]))
                self.khaos[(prices["_name"], x["StockCode"])].append(tier)
        self.skus = {r["id"]: r["attributes"]["sku"] for r in night.files.of("orocommerce/products")}
        groups = night.merchant["mapping"]["customer_groups"]
        self.list_of: dict[str, str] = {}
        for r in night.files.of("orocommerce/customers"):
            group = r["relationships"]["group"]["data"]
            self.list_of[r["id"]] = groups.get(group["id"], "") if group else ""

    def codes(self) -> None:
        for (number, product, unit), tiers in self._tiers().items():
            sku = self.skus.get(product)
            if sku is not None and not self.night.identity["orocommerce"].is_hidden(sku):
                for tier in tiers:
                    self._compare(number, sku, unit, tier)

    def _tiers(self) -> dict[tuple[str, str, str], list[Tier]]:
        """Per active mapped list, product and unit: the tiers in order, each ending where the next begins."""
        files, mapped = self.night.files, self.night.merchant["mapping"]["price_lists"]
        active = {r["id"] for r in files.of("orocommerce/pricelists") if r["attributes"]["active"]}
        found: dict[tuple[str, str, str], list[Tier]] = defaultdict(list)
        for r in files.of("orocommerce/productprices"):
            number, product, unit = (r["relationships"][n]["data"]["id"] for n in ("priceList", "product", "unit"))
            if number in active and number in mapped:
                a = r["attributes"]
                tier = Tier(Fraction(str(a["quantity"])), Fraction(a["value"]), currency=a["currency"])
                found[(number, product, unit)].append(tier)
        for tiers in found.values():
            tiers.sort(key=lambda t: t.start)
            for tier, following in pairwise(tiers):
                tier.end = following.start
        return found

    def _compare(self, number: str, sku: str, unit: str, tier: Tier) -> None:
        mapping = self.night.merchant["mapping"]
        name, size = mapping["price_lists"][number], Fraction(mapping["units"][unit])
        for right in self.khaos[(name, sku)]:
            if right.start <= tier.start * size <= (right.end or 0) and right.price * size != tier.price:
                units = sum((q for q in self._sold(name, sku, unit) if _is_inside(q, tier)), Fraction(0))
                scope = f"{number}/{unit}/{tier.start}/{tier.currency}"
                amount = (tier.price - right.price * size) * units
                self.night.put("FIN-07", "khaos>orocommerce", sku, scope, amount=amount)

    def _sold(self, name: str, sku: str, unit: str) -> list[Fraction]:
        """Quantities on not cancelled orders of the month, of customers of that list."""
        orders = self.night.channel_orders["orocommerce"].values()
        wanted = {o.key for o in orders if o.month() == self.month and o.cancelled_at is None}
        keys = {
            r["id"]
            for r in self.night.files.of("orocommerce/orders")
            if r["attributes"]["identifier"] in wanted and self.list_of.get(_customer(r)) == name
        }
        return [
            Fraction(str(a["quantity"]))
            for a, order in self._rows()
            if a["productSku"] == sku and a["productUnitCode"] == unit and order in keys
        ]

    def _rows(self) -> list[tuple[Record, str]]:
        rows = self.night.files.of("orocommerce/orderlineitems")
        return [(r["attributes"], r["relationships"]["orders"]["data"][0]["id"]) for r in rows]


def _is_inside(quantity: Fraction, tier: Tier) -> bool:
    return tier.start <= quantity and (tier.end is None or quantity < tier.end)


def _customer(order: Record) -> str:
    return (order["relationships"]["customer"]["data"] or {"id": ""})["id"]
