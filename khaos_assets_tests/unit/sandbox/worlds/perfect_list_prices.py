"""FIN-08: list prices of SCAYLE markets and of PIMs beside the owner's, Khaos. Called by `perfect`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from khaos_assets_tests.unit.sandbox.worlds.files import Record, instant
from khaos_assets_tests.unit.sandbox.worlds.perfect_money import penny
from khaos_assets_tests.unit.sandbox.worlds.reading_channels import LONDON

if TYPE_CHECKING:
    from khaos_assets_tests.unit.sandbox.worlds.perfect import Night

PRICE_LAG = timedelta(hours=4)


def list_price_codes(night: Night) -> None:
    ListPrices(night).codes()


class ListPrices:
    """One night's list prices."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.home: str = night.merchant["merchant"]["home_country"]
        self.khaos = {
            (p["_name"], x["StockCode"]): Fraction(x["AmountValue"])
            for p in night.files.of("khaos/price_lists")
            for x in p["rows"]
            if Fraction(x["QtyStart"]) == 1
        }

    def codes(self) -> None:
        for system in ("scayle", "plytix", "pimberly"):
            if system in self.night.systems:
                active = {p.key: p for p in self.night.products[system] if p.active}
                if system == "scayle":
                    self._scayle({key: p.sku for key, p in active.items()})
                    continue
                basis = self.night.merchant[system]["attributes"]["price"]["basis"]
                for product in active.values():
                    shown = product.value.get("price")
                    if shown is not None and self._is_known(system, product.sku):
                        share = self._vat(product.sku) if basis == "gross" else Fraction(0)
                        right = self.night.items[product.sku].price * (1 + share)
                        scope = f"{self.home}/GBP"
                        self._compare(system, product.sku, scope, (shown, right, share), changed=product.modified)

    def _is_known(self, system: str, sku: str) -> bool:
        hidden = self.night.identity[system].is_hidden(sku)
        return sku in self.night.items and sku not in self.night.non_stock and not hidden

    def _vat(self, sku: str) -> Fraction:
        return Fraction(self.night.items[sku].record["VAT_RATE"]) / 100

    def _scayle(self, skus: dict[str, str]) -> None:
        for r in self._current():
            sku = skus.get(str(r["variantId"]))
            if sku is None or not self._is_known("scayle", sku):
                continue
            market = f"scayle/{self._shop()}/{r['countryCode']}"
            name = self.night.merchant["markets"][market]["price_list"]
            if r["countryCode"] == self.home:
                share, right = self._vat(sku), self.night.items[sku].price * (1 + self._vat(sku))
            elif (name, sku) in self.khaos:
                share, right = Fraction(str(r["tax"])) / 100, self.khaos[(name, sku)]
            else:
                continue
            prices = (Fraction(r["price"]) / 100, right, share)
            self._compare("scayle", sku, f"{market}/{r['currencyCode']}", prices, currency=r["currencyCode"])

    def _shop(self) -> str:
        return self.night.files.of("scayle/shops")[0]["shopKey"]

    def _current(self) -> Iterator[Record]:
        """Neither promotions nor prices for groups, valid now."""
        as_of = self.night.files.as_of
        for r in self.night.files.of("scayle/prices"):
            valid = instant(r["validFrom"]) <= as_of and (r["validTo"] is None or as_of < instant(r["validTo"]))
            if valid and r["groupKey"] is None and r["promotionKey"] is None:
                yield r

    def _compare(
        self,
        system: str,
        sku: str,
        scope: str,
        prices: tuple[Fraction, Fraction, Fraction],
        *,
        currency: str = "GBP",
        changed: datetime | None = None,
    ) -> None:
        """Shown, right, and the VAT in both."""
        night, (shown, right, share) = self.night, prices
        off = shown - penny(right)
        if not off:
            return
        pair = f"khaos>{system}"
        as_of, seen = night.files.as_of, night.before is None or ("FIN-08", pair, sku, scope) in night.before.found
        late = changed < as_of - PRICE_LAG if changed is not None else seen
        month = (as_of.astimezone(LONDON) - timedelta(days=1)).strftime("%Y-%m")
        rate = Fraction(1) if currency == "GBP" else Fraction(night.merchant["exchange_rates"][month][currency])
        sellable = night.sellable_at(sku, night.mapped_sites)
        amount = None if sellable is None else off / (1 + share) * rate * sellable
        night.put("FIN-08", pair, sku, scope, amount=amount, state="open" if late else "expected")
