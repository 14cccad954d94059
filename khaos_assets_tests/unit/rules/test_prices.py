"""FIN-07 and FIN-08: prices of lists, of channels and of PIMs beside the owner's. Most tests look at one night."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from khaos_assets_tests.planted_channels import GOODS, SHOPS, ShopsNight
from khaos_assets_tests.planted_night import (
    AS_OF,
    PlantedNight,
    Results,
    SetAside,
    customer,
    level,
    merged,
    minutes_ago,
    stock_item,
    style_child,
    style_parent,
)
from khaos_assets_tests.planted_orocommerce import (
    oro_customer,
    oro_line,
    oro_order,
    oro_price,
    oro_price_list,
    oro_product,
)
from khaos_assets_tests.planted_plytix import PLYTIX, plytix_product
from khaos_assets_tests.planted_records import LONG_AGO, listed_price, price_list
from khaos_assets_tests.planted_scayle import scayle_price, scayle_shop, scayle_variant
from khaos_assets_tests.unit.rules.conftest import Tonight

LISTS = {
    "units": {"each": 1, "case": 12},
    "price_lists": {"1": "Trade", "2": "Gross", "3": "Unsaid", "4": "Two minds", "9": "Trade"},
    "customer_groups": {"7": "Trade", "8": "Gross"},
    "locations": {"L1": "Main"},
}
ACCOUNTS = [
    customer("T1", company_class="Trade", price_lists=["Trade", "Two minds", price_list("Web EUR", currency="EUR")]),
    customer("T2", price_lists=[price_list("Gross", is_net=False), price_list("Two minds", is_net=False)]),
]
SHOP_LISTS = [*(oro_price_list(n) for n in "12345"), oro_price_list("9", active=False)]
SHOP_CUSTOMERS = [oro_customer("71", group="7"), oro_customer("81", group="8"), oro_customer("91")]
NIGHT = ShopsNight(
    ACCOUNTS, SHOP_LISTS, SHOP_CUSTOMERS, scayle_shop(), scayle_shop("DE"), scayle_shop("FR"), mapping=LISTS
)
THIS_MONTH = minutes_ago(10 * 24 * 60)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return NIGHT.evaluate(tmp_path_factory.mktemp("prices"))


def rows(found: Results, code: str, word: str) -> list[tuple[str, ...]]:
    """(SKU, scope, amount, state) of SKUs that begin with a word."""
    wanted = [r for r in found.of(code) if r["record_key"].startswith(word)]
    return [(r["record_key"], r["scope"], str(r["amount_gbp"]), r["state"]) for r in wanted]


def compared(found: Results, code: str, word: str) -> list[tuple[str, str]]:
    """(SKU, scope) of what was looked at."""
    looked_at = [r for r in found.population if r["code"] == code and r["record_key"].startswith(word)]
    return [(r["record_key"], r["scope"]) for r in looked_at]


def traded(sku: str, khaos: str = "8.00", *prices: Any, price_list: str = "Trade") -> list[Any]:
    """An item on a Khaos list, from one unit on, and its prices in the shop."""
    return [stock_item(sku), oro_product(sku), listed_price(price_list, sku, khaos), prices]


# FIN-07


@NIGHT.has(
    traded("LIST-1", "8.00", oro_price("LIST-1", "8.0000")),
    traded("LIST-2", "8.00", oro_price("LIST-2", "8.5000")),
    traded("LIST-3", "8.00", oro_price("LIST-3", "8.5", price_list="9"), oro_price("LIST-3", "8.5", price_list="5")),
)
def test_a_price_in_an_active_mapped_list_is_that_of_the_khaos_list(found: Results) -> None:
    assert rows(found, "FIN-07", "LIST") == [("LIST-2", "1/each/1/GBP", "0.00", "open")]
    assert compared(found, "FIN-07", "LIST") == [("LIST-1", "1/each/1/GBP"), ("LIST-2", "1/each/1/GBP")]
    row = next(r for r in found.of("FIN-07") if r["record_key"] == "LIST-2")
    assert (row["expected_value"], row["actual_value"], row["field"]) == ("8", "8.5", "price")


@NIGHT.has(
    stock_item("BREAK-1"),
    oro_product("BREAK-1"),
    listed_price("Trade", "BREAK-1", "8.00", start=1, end=11),
    listed_price("Trade", "BREAK-1", "7.00", start=12),
    listed_price("Trade", "BREAK-1", "6.00", start=20, end=24),
    oro_price("BREAK-1", "8.00"),
    oro_price("BREAK-1", "8.00", start=11),
    oro_price("BREAK-1", "8.00", start=12),
    oro_price("BREAK-1", "6.00", start=24),
    oro_price("BREAK-1", "7.00", start=25),
    oro_price("BREAK-1", "7.00", start=20000),
)
def test_prices_are_compared_at_the_same_quantity(found: Results) -> None:
    assert [r[1] for r in rows(found, "FIN-07", "BREAK")] == ["1/each/12/GBP"]
    assert len(compared(found, "FIN-07", "BREAK")) == 6


@NIGHT.has(
    stock_item("CASE-1"),
    oro_product("CASE-1"),
    listed_price("Trade", "CASE-1", "8.00", end=11),
    listed_price("Trade", "CASE-1", "7.00", start=12),
    oro_price("CASE-1", "84.00", unit="case"),
    oro_price("CASE-1", "96.00", unit="case", start=2),
    oro_price("CASE-1", "1.00", unit="pallet"),
)
def test_a_case_costs_what_its_units_cost(found: Results) -> None:
    assert rows(found, "FIN-07", "CASE") == [("CASE-1", "1/case/2/GBP", "0.00", "open")]
    assert len(compared(found, "FIN-07", "CASE")) == 2


@NIGHT.has(
    # 12.00 with 20 % VAT are 10.00; 9.99 are 8.325, half up
    traded("BASIS-1", "12.00", oro_price("BASIS-1", "10.00", price_list="2"), price_list="Gross"),
    traded("BASIS-2", "9.99", oro_price("BASIS-2", "8.33", price_list="2"), price_list="Gross"),
    traded("BASIS-3", "9.99", oro_price("BASIS-3", "8.32", price_list="2"), price_list="Gross"),
    # nobody says of these whether they are net
    traded("BASIS-4", "9.99", oro_price("BASIS-4", "1.00", price_list="3"), price_list="Unsaid"),
    traded("BASIS-5", "9.99", oro_price("BASIS-5", "1.00", price_list="4"), price_list="Two minds"),
)
def test_both_are_brought_on_one_basis_where_it_is_known(found: Results) -> None:
    assert [r[0] for r in rows(found, "FIN-07", "BASIS")] == ["BASIS-3"]
    assert [k for k, _ in compared(found, "FIN-07", "BASIS")] == ["BASIS-1", "BASIS-2", "BASIS-3"]


@NIGHT.has(
    traded("GAP-1", "8.00", oro_price("GAP-1", "1.00", currency="EUR")),
    [stock_item("GAP-2"), oro_product("GAP-2"), oro_price("GAP-2", "1.00")],
    [stock_item("GAP-3"), oro_product("GAP-3"), oro_price("GAP-3", "1.00"), listed_price("Trade", "GAP-3", None)],
    [
        stock_item("GAP-4"),
        oro_product("GAP-4"),
        oro_price("GAP-4", "1.00"),
        listed_price("Trade", "GAP-4", "2", start=2),
    ],
    [oro_product("POST"), oro_price("POST", "1.00"), listed_price("Trade", "POST", "2.00")],
)
def test_a_price_without_its_like_is_not_compared(found: Results) -> None:
    assert compared(found, "FIN-07", "GAP") == compared(found, "FIN-07", "POST") == []


def bought(reference: str, *lines: Any, customer: str = "71", **fields: Any) -> list[Any]:
    values: dict[str, Any] = {"customer": customer, "at": THIS_MONTH}
    return oro_order(reference, lines, **values | fields)


@NIGHT.has(
    stock_item("SOLD-1"),
    oro_product("SOLD-1"),
    listed_price("Trade", "SOLD-1", "8.00"),
    oro_price("SOLD-1", "8.50"),
    oro_price("SOLD-1", "8.00", start=10),
    oro_price("SOLD-1", "7.90", start=20),
    oro_price("SOLD-1", "95.00", unit="case"),
    bought("P1", oro_line("SOLD-1", 1, "8.50"), oro_line("SOLD-1", 9, "8.50")),
    bought("P2", oro_line("SOLD-1", 5, "8.50"), oro_line("SOLD-1", 3, "95.00", unit="case")),
    # the next break, another currency, another list, no list, cancelled, another month
    bought("P8", oro_line("SOLD-1", 12, "8.00")),
    bought("P9", oro_line("SOLD-1", 2, "8.50"), currency="EUR"),
    bought("P3", oro_line("SOLD-1", 10, "8.00")),
    bought("P4", oro_line("SOLD-1", 4, "8.50"), customer="81"),
    bought("P5", oro_line("SOLD-1", 4, "8.50"), customer="91"),
    bought("P6", oro_line("SOLD-1", 4, "8.50"), status="cancelled"),
    bought("P7", oro_line("SOLD-1", 4, "8.50"), at=LONG_AGO),
)
def test_it_is_worth_what_customers_of_the_list_bought_at_that_break_in_the_month(found: Results) -> None:
    assert rows(found, "FIN-07", "SOLD") == [
        ("SOLD-1", "1/case/1/GBP", "-3.00", "open"),
        ("SOLD-1", "1/each/1/GBP", "7.50", "open"),
        ("SOLD-1", "1/each/20/GBP", "0.00", "open"),
    ]


def test_what_was_sold_is_unknown_where_orders_cannot_be_added_up(tonight: Tonight) -> None:
    night = [ACCOUNTS, SHOP_LISTS, traded("MUG-2", "8.00", oro_price("MUG-2", "8.50"))]
    certificates = {"orocommerce.order_line_items": {"verdict": "INCOMPLETE"}}
    found = tonight(night, settings=merged(SHOPS, {"mapping": LISTS}), certificates=certificates)
    assert found.one("FIN-07")["amount_gbp"] is None


def test_prices_with_tax_are_valued_without(tonight: Tonight) -> None:
    gross = {"mapping": LISTS, "channels": {"orocommerce": {"prices_include_tax": True}}}
    night = [ACCOUNTS, SHOP_LISTS, SHOP_CUSTOMERS, bought("P1", oro_line("MUG-2", 4, "8.00"))]
    prices = [traded("MUG-2", "8.00", oro_price("MUG-2", "12.00")), traded("CUP-2", "8.00", oro_price("CUP-2", "9.60"))]
    found = tonight(night, prices, settings=merged(SHOPS, gross))
    assert (found.one("FIN-07")["record_key"], found.one("FIN-07")["amount_gbp"]) == ("MUG-2", Decimal("8.00"))


@NIGHT.has(
    [stock_item("NEAR-1"), listed_price("Trade", "NEAR-1", "8.00")],
    [oro_product("near-1"), oro_price("near-1", "8.50")],
    [oro_product("NOBODY-1"), oro_price("NOBODY-1", "8.50")],
)
def test_a_sku_that_only_means_a_stock_code_is_an_identity_first(found: Results) -> None:
    (row,) = [r for r in found.of("FIN-07") if r["record_key"] == "near-1"]
    assert (row["counterpart_key"], row["state"], found.explained_by(row)) == ("NEAR-1", "suppressed", "SKU-02")
    assert compared(found, "FIN-07", "NOBODY") == []


# FIN-08


def sold(sku: str, *prices: Any, **fields: Any) -> list[Any]:
    """An item of 12.00 gross, of which 8 can be sold, and its prices on SCAYLE."""
    return [stock_item(sku, **fields), level(sku, 10), scayle_variant(sku), prices]


@NIGHT.has(
    sold("BASE-1", scayle_price("BASE-1", "12.00")),
    sold("BASE-2", scayle_price("BASE-2", "13.20")),
    sold("BASE-3", scayle_price("BASE-3", "12.01")),
    # the web price goes before the price; 20 % on 3.3375 are 4.005, half up
    sold("BASE-4", scayle_price("BASE-4", "9.00"), sell_price_web="9.00"),
    sold("BASE-5", scayle_price("BASE-5", "4.01"), sell_price="3.3375", sell_price_is_net=True),
    sold("BASE-6", scayle_price("BASE-6", "4.00"), sell_price="3.3375", sell_price_is_net=True),
    sold("BASE-7", scayle_price("BASE-7", "4.00", percent=0), sell_price="4.00", vat_percent="0"),
)
def test_the_price_at_home_is_the_items_own_to_the_penny(found: Results) -> None:
    assert rows(found, "FIN-08", "BASE") == [
        ("BASE-2", "scayle/hl/GB/GBP", "8.00", "open"),
        ("BASE-3", "scayle/hl/GB/GBP", "0.07", "open"),
        ("BASE-6", "scayle/hl/GB/GBP", "-0.07", "open"),
    ]
    row = next(r for r in found.of("FIN-08") if r["record_key"] == "BASE-2")
    assert (row["systems"], row["expected_value"], row["actual_value"]) == ("khaos>scayle", "12", "13.2")


def in_germany(sku: str, price: str, *, currency: str = "EUR", **fields: Any) -> list[Any]:
    return sold(sku, scayle_price(sku, price, country="DE", currency=currency, percent=0), **fields)


@NIGHT.has(
    [in_germany("EURO-1", "10.00"), listed_price("Web EUR", "EURO-1", "10.00")],
    [in_germany("EURO-2", "11.00"), listed_price("Web EUR", "EURO-2", "10.00")],
    # nothing to compare with: not on the list, only from two units on, in pounds, a market without a mapping
    in_germany("EURO-3", "11.00"),
    [in_germany("EURO-4", "11.00"), listed_price("Web EUR", "EURO-4", "10.00", start=2)],
    [in_germany("EURO-5", "11.00", currency="GBP"), listed_price("Web EUR", "EURO-5", "10.00")],
    sold("EURO-6", scayle_price("EURO-6", "11.00", country="FR")),
)
def test_the_price_abroad_is_that_of_the_markets_list(found: Results) -> None:
    # one euro × 8 × 0.90, the rate of the month of the night
    assert rows(found, "FIN-08", "EURO") == [("EURO-2", "scayle/hl/DE/EUR", "7.20", "open")]
    assert [k for k, _ in compared(found, "FIN-08", "EURO")] == ["EURO-1", "EURO-2"]


@NIGHT.has(
    sold("OFFER-1", scayle_price("OFFER-1", "12.00"), scayle_price("OFFER-1", "9.00", key="p", promotion_key="summer")),
    sold("OFFER-2", scayle_price("OFFER-2", "12.00"), scayle_price("OFFER-2", "9.00", key="g", group_key="club")),
    sold("OFFER-3", scayle_price("OFFER-3", "9.00", valid_to=AS_OF), scayle_price("OFFER-3", "12.00", key="now")),
    sold("OFFER-4", scayle_price("OFFER-4", "9.00", valid_from=minutes_ago(-1))),
    sold("OFFER-5", scayle_price("OFFER-5", "9.00", valid_from=AS_OF, valid_to=minutes_ago(-1))),
)
def test_promotions_groups_and_prices_out_of_force_are_no_base_price(found: Results) -> None:
    assert [r[0] for r in rows(found, "FIN-08", "OFFER")] == ["OFFER-5"]


@NIGHT.has(
    [stock_item("HIDDEN-1"), scayle_variant("HIDDEN-1", state="draft"), scayle_price("HIDDEN-1", "1.00")],
    [stock_item("HIDDEN-2"), scayle_variant("hidden-2"), scayle_price("hidden-2", "1.00")],
    [scayle_variant("HIDDEN-3"), scayle_price("HIDDEN-3", "1.00")],
    [stock_item("HIDDEN-4", sell_price=None), scayle_variant("HIDDEN-4"), scayle_price("HIDDEN-4", "1.00")],
    [scayle_variant("POST"), scayle_price("POST", "1.00")],
    [style_parent("HIDDEN-5", sell_price="6.00"), style_child("HIDDEN-6", "HIDDEN-5")],
    [scayle_variant("HIDDEN-6"), scayle_price("HIDDEN-6", "6.00")],
)
def test_only_goods_on_show_with_a_price_are_compared(found: Results) -> None:
    assert [k for k, _ in compared(found, "FIN-08", "HIDDEN")] == ["HIDDEN-6"]
    assert compared(found, "FIN-08", "POST") == []
    (row,) = [r for r in found.of("FIN-08") if r["record_key"] == "hidden-2"]
    assert (row["state"], found.explained_by(row)) == ("suppressed", "SKU-02")


@NIGHT.has(
    sold("LAG-1", scayle_price("LAG-1", "9.00"), last_updated=minutes_ago(240)),
    sold("LAG-2", scayle_price("LAG-2", "9.00"), last_updated=minutes_ago(240, 1)),
)
def test_it_is_expected_until_the_price_lag_has_passed(found: Results) -> None:
    assert [(r[0], r[3]) for r in rows(found, "FIN-08", "LAG")] == [("LAG-1", "open"), ("LAG-2", "expected")]


@NIGHT.has(
    [stock_item("STOCK-1"), scayle_variant("STOCK-1"), scayle_price("STOCK-1", "13.20")],
    sold("STOCK-2", scayle_price("STOCK-2", "13.20"), scayle_price("STOCK-2", "14.40", key="2")),
)
def test_without_a_level_the_amount_is_empty_and_two_prices_are_one_exception(found: Results) -> None:
    assert [r[:3] for r in rows(found, "FIN-08", "STOCK")] == [
        ("STOCK-1", "scayle/hl/GB/GBP", "None"),
        ("STOCK-2", "scayle/hl/GB/GBP", "8.00"),
    ]


def test_a_list_tells_no_time_so_what_is_new_tonight_is_expected(nights: Tonight) -> None:
    """As old as it was first seen, over a night on which no price was read; all of the first night is old."""
    austria = SHOPS["markets"] | {"scayle/hl/AT": SHOPS["markets"]["scayle/hl/DE"]}
    settings = merged(SHOPS, {"mapping": LISTS, "markets": austria})
    since = {"EURO-1": 0, "EURO-2": 1, "EURO-3": 3}

    def night(number: int, **options: Any) -> PlantedNight:
        things: list[Any] = [GOODS, ACCOUNTS, scayle_shop("DE"), scayle_shop("AT")]
        for sku, first in since.items():
            things += [in_germany(sku, "11.00" if number >= first else "9.00"), listed_price("Web EUR", sku, "9")]
        things += [SHOP_LISTS, traded("LIST-9", "8.00", oro_price("LIST-9", "8.50"))]
        elsewhere = "11.00" if number == 3 else "9.00"
        things += [scayle_price("EURO-1", elsewhere, country="AT", currency="EUR", percent=0, key="at")]
        return PlantedNight(things, settings=settings, **options)

    assert nights(night(0)).state("FIN-08") == "open"
    found = nights(night(0), night(1), night(2, certificates={"scayle.prices": None}), night(3))
    assert {(r["record_key"], r["scope"]): r["state"] for r in found.of("FIN-08")} == {
        ("EURO-1", "scayle/hl/DE/EUR"): "open",
        ("EURO-1", "scayle/hl/AT/EUR"): "expected",
        ("EURO-2", "scayle/hl/DE/EUR"): "open",
        ("EURO-3", "scayle/hl/DE/EUR"): "expected",
    }
    assert found.one("FIN-07")["amount_gbp"] == 0, "what was sold is known"


PIM = merged(SHOPS, {"plytix": PLYTIX, "mapping": LISTS})


def test_a_pim_shows_the_price_of_the_home_market_on_its_own_basis(tonight: Tonight) -> None:
    things = [
        sold("MUG-2"),
        plytix_product("MUG-2", rrp=Decimal("13.20")),
        sold("CUP-2"),
        plytix_product("CUP-2", rrp=Decimal("12.00")),
        sold("JUG-2"),
        plytix_product("JUG-2"),
    ]
    found = tonight(things, settings=PIM)
    row = found.one("FIN-08", "khaos>plytix")
    assert (row["record_key"], row["scope"], row["amount_gbp"]) == ("MUG-2", "GB/GBP", Decimal("8.00"))
    assert found.compared("FIN-08") == 2


def test_a_price_that_a_pim_owns_is_expected_elsewhere(tonight: Tonight) -> None:
    shop = [scayle_shop(), sold("MUG-2", scayle_price("MUG-2", "12.00")), plytix_product("MUG-2", rrp=Decimal("13.20"))]
    found = tonight(shop, settings=PIM | {"ownership": {"price": ["plytix"]}})
    row = found.one("FIN-08")
    assert (row["systems"], row["expected_value"], row["actual_value"]) == ("khaos>scayle", "13.2", "12")
    both = tonight(shop, settings=PIM | {"ownership": {"price": ["plytix", "khaos"]}})
    assert both.of("FIN-08") == []


# A stale side


def test_a_stale_feed_explains_prices_against_it(tonight: Tonight) -> None:
    moving = {read: {"moving": True} for read in ("orocommerce.price_lists", "scayle.prices")}
    night = [ACCOUNTS, SHOP_LISTS, traded("MUG-2", "8.00", oro_price("MUG-2", "8.50"))]
    shop = [scayle_shop(), sold("CUP-2", scayle_price("CUP-2", "13.20"))]
    old = {"scayle.prices": {"newest_change": LONG_AGO.isoformat()}}
    found = tonight(night, shop, settings=merged(SHOPS, {"feeds": moving, "mapping": LISTS}), certificates=old)
    assert [found.explained_by(found.one(c)) for c in ("FIN-07", "FIN-08")] == ["FEED-03"] * 2


def test_a_stock_item_that_was_set_aside_is_not_compared(tonight: Tonight) -> None:
    aside = [SetAside("khaos.stock_items", "MUG-2"), scayle_shop(), scayle_variant("MUG-2"), scayle_price("MUG-2", "1")]
    assert tonight(aside, settings=merged(SHOPS, {"mapping": LISTS})).compared("FIN-08") == 0


def test_the_order_of_rows_changes_nothing(found: Results, tmp_path: Path) -> None:
    assert {"FIN-07", "FIN-08"} <= {r["code"] for r in found.rows}
    assert NIGHT.evaluate(tmp_path, seed=1).rows == found.rows


@NIGHT.has(stock_item("SPELL-1"), scayle_variant("spell-1"), scayle_price("spell-1", "13.00"))
def test_another_spelling_explains_the_price_that_a_channel_shows(found: Results) -> None:
    (row,) = [r for r in found.of("FIN-08") if r["record_key"] == "spell-1"]
    assert (row["state"], found.explained_by(row)) == ("suppressed", "SKU-02")
