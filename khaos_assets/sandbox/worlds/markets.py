"""Where the channels sell: per market its currency, the Khaos company class, tax codes and price list that go with it.

A SCAYLE market is a shop country, an OroCommerce market a currency. Goods abroad are zero-rated exports.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from khaos_assets.sandbox.worlds import vocabulary as words
from khaos_assets.sandbox.worlds.amounts import price, to_penny
from khaos_assets.sandbox.worlds.model import Item, World

SHOP, HOME = "hl", "GB"
PREFIXES = {"scayle": "SC-", "orocommerce": "OR-"}
"""What stands before a channel's reference in Khaos."""
HOME_CODES = {"20": "1", "0": "2", "5": "4"}
"""Item VAT class (its home rate) → Khaos tax code, at home."""
EXPORT_CODES = dict.fromkeys(HOME_CODES, "2")
_WITH_VAT = (HOME, "JE")
_EURO_MARKUP = Fraction(118, 100)
EURO_LIST, EXPORT_LIST = "Web EUR", "Web Export"


@dataclass(frozen=True, slots=True)
class Market:
    """`key` as in merchant.toml: scayle/<shop>/<country>, orocommerce/<currency>."""

    channel: str
    key: str
    country: str
    """Alpha-2; "" where a market has no country."""
    currency: str
    company_class: str
    is_home: bool
    """Sold with VAT."""
    price_list: str = ""
    """The Khaos price list that holds its prices; "": the item's own price."""

    @property
    def tax_codes(self) -> Mapping[str, str]:
        return HOME_CODES if self.is_home else EXPORT_CODES

    @property
    def delivery_code(self) -> str:
        return self.tax_codes["20"]


def add_markets(world: World) -> None:
    """A SCAYLE market for each country that retail customers live in, home first; pounds for OroCommerce."""
    if "scayle" in world.systems:
        countries = {c.country for c in world.customers if c.company_class == "Retail"} & set(words.COUNTRIES)
        for customer in world.customers:
            customer.price_list = customer.price_list or _list_for(customer.country, customer.currency)
        currency = {c.country: c.currency for c in world.customers if c.company_class == "Retail"}
        for name in sorted(countries, key=lambda n: (n != "United Kingdom", words.COUNTRIES[n][0])):
            country = words.COUNTRIES[name][0]
            world.markets.append(
                Market(
                    channel="scayle",
                    key=f"scayle/{SHOP}/{country}",
                    country=country,
                    currency=currency[name],
                    company_class="Retail",
                    is_home=country in _WITH_VAT,
                    price_list=_list_for(name, currency[name]),
                )
            )
    if "orocommerce" in world.systems:
        world.markets.append(Market("orocommerce", "orocommerce/GBP", "", "GBP", "Trade", is_home=True))


def _list_for(country: str, currency: str) -> str:
    """At home the item's own price; abroad a list of net prices in euros, or in pounds for the rest of the world."""
    if currency == "EUR":
        return EURO_LIST
    return "" if words.COUNTRIES.get(country, (HOME,))[0] in _WITH_VAT else EXPORT_LIST


def markets_of(world: World, channel: str) -> list[Market]:
    """In the order in which they were opened: the home market first."""
    return [m for m in world.markets if m.channel == channel]


def euro_price(item: Item) -> Decimal:
    """The list price in the euro area: net, in euros."""
    return to_penny(price(item) * _EURO_MARKUP)


def pound_price(item: Item) -> Decimal:
    """The web price in pounds: at home with VAT; abroad the same number is paid without."""
    return to_penny(price(item) * (100 + Fraction(item.vat_percent)) / 100)
