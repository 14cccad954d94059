"""FIN-07 and FIN-08: which price of Khaos a price is compared with, in which market and on which basis. One night."""

from __future__ import annotations

from typing import Any

from khaos_assets_tests.planted_channels import HOME, SHOPS, ShopsNight
from khaos_assets_tests.planted_night import Results, customer, merged, stock_item
from khaos_assets_tests.planted_orocommerce import oro_price, oro_price_list, oro_product
from khaos_assets_tests.planted_pimberly import PIMBERLY, pimberly_product
from khaos_assets_tests.planted_plytix import PLYTIX, plytix_product
from khaos_assets_tests.planted_records import listed_price, price_list
from khaos_assets_tests.planted_scayle import scayle_price, scayle_shop, scayle_variant
from khaos_assets_tests.unit.rules.conftest import Tonight


def market(currency: str, listed: str) -> dict[str, Any]:
    return {"currency": currency, "company_class": "Web", "price_list": listed, "tax_codes": HOME}


MARKETS = {"IE": market("GBP", "Trade"), "NL": market("EUR", "Trade"), "BE": market("GBP", "Web EUR")}
NIGHT = ShopsNight(
    customer("T1", price_lists=["Trade", price_list("Web EUR", currency="EUR")]),
    customer("T2", price_lists=[price_list("Gross", is_net=False)]),
    [oro_price_list("1"), oro_price_list("2"), [scayle_shop(c) for c in ("GB", "DE", *MARKETS)]],
    markets=SHOPS["markets"] | {f"scayle/hl/{c}": m for c, m in MARKETS.items()},
    mapping={"units": {"each": 1}, "price_lists": {"1": "Trade", "2": "Gross"}},
    # Pounds need no rate, and may have one
    exchange_rates={"2026-11": {"EUR": "0.90", "GBP": "1"}},
)
found = NIGHT.once()


def differing(found: Results, code: str, word: str) -> list[str]:
    return [r["record_key"] for r in found.about(word).of(code)]


def compared(found: Results, code: str, word: str) -> list[str]:
    return [r["record_key"] for r in found.about(word).population if r["code"] == code]


def priced(sku: str, price: str, country: str, *, currency: str = "GBP", **fields: Any) -> list[Any]:
    """An item of 12.00 with VAT, and its price on SCAYLE in a country."""
    return [
        stock_item(sku, **fields),
        scayle_variant(sku),
        scayle_price(sku, price, country=country, currency=currency),
    ]


@NIGHT.has(
    [priced("LISTED-1", "9.60", "IE"), listed_price("Trade", "LISTED-1", "8.00")],
    [priced("LISTED-2", "8.00", "IE", vat_percent="0"), listed_price("Trade", "LISTED-2", "8.00")],
    [priced("LISTED-3", "9.00", "IE"), listed_price("Trade", "LISTED-3", "8.00")],
)
def test_a_market_with_a_list_has_the_prices_of_the_list_at_its_rates(found: Results) -> None:
    """Whatever its currency."""
    assert differing(found, "FIN-08", "LISTED-") == ["LISTED-3"]
    assert compared(found, "FIN-08", "LISTED-") == ["LISTED-1", "LISTED-2", "LISTED-3"]


@NIGHT.has(
    # The list is in pounds and the market is not, or the other way round; euros at home
    [priced("MONEY-1", "1.00", "NL"), listed_price("Trade", "MONEY-1", "8.00")],
    [priced("MONEY-2", "1.00", "BE"), listed_price("Web EUR", "MONEY-2", "8.00")],
    priced("MONEY-3", "1.00", "GB", currency="EUR"),
    # A rate that the market does not have
    priced("MONEY-4", "1.00", "GB", vat_percent="5"),
    # A promotion is called as the list is
    [stock_item("MONEY-5"), scayle_variant("MONEY-5"), scayle_price("MONEY-5", "11.00", country="DE", currency="EUR")],
    scayle_price("MONEY-5", "9.00", country="DE", currency="EUR", key="p", promotion_key="Web EUR"),
)
def test_prices_of_another_currency_rate_or_list_are_not_compared(found: Results) -> None:
    assert compared(found, "FIN-08", "MONEY-") == []


@NIGHT.has(
    [priced(f"ONE-{n}", "8.00", "IE", vat_percent="0") for n in (1, 2, 3)],
    [listed_price("Trade", "ONE-1", "8.00", end=1), listed_price("Trade", "ONE-1", "7.00", start=2)],
    listed_price("Trade", "ONE-2", "8.00", start=None),
    listed_price("Trade", "ONE-3", "7.00", start=0, end="0.5"),
)
def test_a_market_shows_what_one_unit_costs(found: Results) -> None:
    assert differing(found, "FIN-08", "ONE-") == []
    assert compared(found, "FIN-08", "ONE-") == ["ONE-1", "ONE-2"]


@NIGHT.has(
    [stock_item("FROM-1"), oro_product("FROM-1"), oro_price("FROM-1", "8.50")],
    listed_price("Trade", "FROM-1", "8.00", start=None),
    [oro_product("FROM-2"), oro_price("FROM-2", "8.50"), listed_price("Trade", "FROM-2", "8.00")],
    [stock_item("FROM-3", vat_percent="0"), oro_product("FROM-3"), oro_price("FROM-3", "8.00", price_list="2")],
    listed_price("Gross", "FROM-3", "8.00"),
)
def test_a_list_price_holds_from_nothing_on_unless_it_says_otherwise(found: Results) -> None:
    """And it is of a stock item, at its rate of VAT."""
    assert differing(found, "FIN-07", "FROM-") == ["FROM-1"]
    assert compared(found, "FIN-07", "FROM-") == ["FROM-1", "FROM-3"]


def test_who_owns_another_field_says_nothing_of_the_price(tonight: Tonight) -> None:
    things = [
        [
            stock_item("MUG-2"),
            plytix_product("MUG-2", rrp="13.20"),
            pimberly_product("MUG-2", shows={"RRP (ex vat)": 10}),
        ],
    ]
    pims = {"plytix": PLYTIX, "pimberly": PIMBERLY, "ownership": {"cost": ["plytix"]}}
    told = tonight(things, settings=merged(SHOPS, pims))
    assert [(r["systems"], r["expected_value"]) for r in told.of("FIN-08")] == [("khaos>plytix", "12")]
    assert told.compared("FIN-08") == 2


def test_a_pim_that_owns_prices_has_one_for_each_item(tonight: Tonight) -> None:
    prices = {"MUG-2": "12.00", "CUP-2": "24.00"}
    things = [[priced(sku, p, "GB"), plytix_product(sku, rrp=p)] for sku, p in prices.items()]
    owned = {"plytix": PLYTIX, "ownership": {"price": ["plytix"]}}
    told = tonight(scayle_shop(), things, settings=merged(SHOPS, owned))
    assert (told.of("FIN-08"), told.compared("FIN-08")) == ([], 2)
