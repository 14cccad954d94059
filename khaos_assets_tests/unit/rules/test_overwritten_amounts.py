"""PIM-03: amounts that Khaos owns, and that took the figure of a product information system."""

from __future__ import annotations

from typing import Any

import pytest

from khaos_assets.snapshots.certificate import Verdict
from khaos_assets_tests.planted_channels import SHOPS
from khaos_assets_tests.planted_night import PlantedNight, Results, customer, evaluate, level, stock_item
from khaos_assets_tests.planted_pimberly import PIMBERLY
from khaos_assets_tests.planted_plytix import PLYTIX, plytix_product
from khaos_assets_tests.planted_records import listed_price, price_list
from khaos_assets_tests.planted_scayle import scayle_price, scayle_shop, scayle_variant
from khaos_assets_tests.unit.rules.conftest import Tonight

ATTRIBUTES = PLYTIX["attributes"] | {
    "sell_price": {"attribute": "shop", "basis": "gross"},
    "web_price": {"attribute": "web", "basis": "gross"},
}
SETTINGS: dict[str, Any] = {
    "plytix": PLYTIX | {"attributes": ATTRIBUTES},
    "wair": {"enabled": False},
    "scayle": {"carries_kinds": []},
    "markets": SHOPS["markets"],
    "ownership": {"web_price": ["plytix"]},
}
IN_THE_SHOP = [
    [scayle_shop(c) for c in ("GB", "DE")],
    [scayle_variant(sku) for sku in ("PRICE", "COST")],
    scayle_price("PRICE", "12.00"),
    scayle_price("PRICE", "17.00", country="DE", currency="EUR", percent=0, key="2"),
    scayle_price("COST", "13.00"),
    customer("E1", price_lists=[price_list("Web EUR", currency="EUR")]),
    listed_price("Web EUR", "PRICE", "16.00"),
]
Stage = tuple[dict[str, Any], dict[str, Any]]


def stage(khaos: str | None, pim: object, **more: Any) -> Stage:
    """Costs; `sold`, `web` in Khaos, `rrp`, `shop`, `web_shown` in the PIM, all with VAT."""
    item = {"buy_price": khaos, "sell_price": more.get("sold", "12.00"), "sell_price_web": more.get("web")}
    return item, {"cost_price": pim, "rrp": more.get("rrp"), "shop": more.get("shop"), "web": more.get("web_shown")}


OVERWRITTEN: dict[str, tuple[Stage, Stage, str, str]] = {
    "COST": (stage("2.50", "2.75"), stage("2.75", "2.75"), "cost", "2.50"),
    "LESS": (stage("2.50", "2.25"), stage("2.25", "2.25"), "cost", "2.50"),
    # The PIM shows 9 as its price as well
    "SAME-FIGURE": (stage("2.50", 9, rrp=9), stage("9", 9, rrp=9), "cost", "65.00"),
    # From 12.00 to 9.99, both with VAT: 1.675 net on each of ten
    "PRICE": (stage("1", 9, rrp="9.99"), stage("1", 9, sold="9.99", rrp="9.99"), "price", "16.75"),
    # The web price stands, so that the price in force does not change
    "SHOP": (
        stage("1", 9, web="11.00", shop="13.20"),
        stage("1", 9, sold="13.20", web="11.00", shop="13.20"),
        "sell_price",
        "10.00",
    ),
}
LAWFUL: dict[str, tuple[Stage, Stage]] = {
    "MERELY-DIFFERS": (stage("2.50", "2.75"), stage("2.50", "2.75")),
    "ANOTHER-FIGURE": (stage("2.50", "2.75"), stage("2.60", "2.75")),
    "BOTH-CHANGED": (stage("2.50", "2.60"), stage("2.75", "2.75")),
    "ALWAYS-SAME": (stage("2.75", "2.75"), stage("2.75", "2.75")),
    "NOT-SHOWN-THEN": (stage("2.50", None), stage("2.75", "2.75")),
    "NOT-SHOWN-NOW": (stage("2.50", "2.75"), stage("2.75", None)),
    "EMPTY-THEN": (stage(None, "2.75"), stage("2.75", "2.75")),
    "EMPTY-NOW": (stage("2.50", "2.75"), stage(None, "2.75")),
    "THE-PIM-OWNS-IT": (stage("1", 9, web="11.00", web_shown="10.00"), stage("1", 9, web="10.00", web_shown="10.00")),
}


def shown(number: int) -> list[Any]:
    """Everything as on the first or second night."""
    stages = {k: v[:2] for k, v in OVERWRITTEN.items()} | LAWFUL
    goods = [
        [stock_item(sku, **s[number][0]), level(sku, 10), plytix_product(sku, **s[number][1])]
        for sku, s in stages.items()
    ]
    return [*goods, *IN_THE_SHOP]


@pytest.fixture(scope="module")
def second_night(tmp_path_factory: pytest.TempPathFactory) -> Results:
    nights = [PlantedNight(shown(n), settings=SETTINGS) for n in (0, 1)]
    return evaluate(tmp_path_factory.mktemp("second_night"), *nights)


def test_an_amount_that_took_the_figure_of_the_pim_was_overwritten(second_night: Results) -> None:
    rows = {r["record_key"]: (r["field"], str(r["amount_gbp"]), r["state"]) for r in second_night.of("PIM-03")}
    assert rows == {sku: (field, amount, "open") for sku, (_, _, field, amount) in OVERWRITTEN.items()}


def test_it_names_what_was_before_and_its_owner_is_finance(second_night: Results) -> None:
    row = next(r for r in second_night.of("PIM-03") if r["record_key"] == "COST")
    assert (row["systems"], row["severity"], row["owner"]) == ("khaos>plytix", "high", "finance")
    assert (row["expected_value"], row["actual_value"]) == ("2.50", "2.75")
    assert '"pim_shows":"2.7500"' in row["evidence"]


def test_an_overwritten_price_explains_that_a_shop_still_shows_the_right_one(second_night: Results) -> None:
    """In the home market; the export list of the shop's euro market has nothing to do with it."""
    rows = {(r["record_key"], r["scope"]): r for r in second_night.of("FIN-08", "khaos>scayle")}
    assert {k: r["state"] for k, r in rows.items()} == {
        ("PRICE", "scayle/hl/GB/GBP"): "suppressed",
        ("PRICE", "scayle/hl/DE/EUR"): "open",
        ("COST", "scayle/hl/GB/GBP"): "open",
    }
    assert second_night.explained_by(rows["PRICE", "scayle/hl/GB/GBP"]) == "PIM-03"


def test_the_night_before_is_the_last_on_which_both_sides_could_be_read(nights: Tonight) -> None:
    """On the first night nothing can have been overwritten."""

    def night(khaos: str, pim: str, **options: Any) -> PlantedNight:
        things = [stock_item("MUG-1", buy_price=khaos), level("MUG-1", 10), plytix_product("MUG-1", cost_price=pim)]
        return PlantedNight(things, settings=SETTINGS | {"pimberly": PIMBERLY}, **options)

    lost = {"plytix.products": {"verdict": Verdict.INCOMPLETE}}
    found = nights(night("2.50", "2.75"), night("2.60", "2.60", certificates=lost), night("2.75", "2.75"))
    assert found.one("PIM-03")["expected_value"] == "2.50"
    first = nights(night("2.50", "2.75"))
    assert {("PIM-03", "khaos>plytix"), ("PIM-03", "khaos>pimberly")} <= set(first.not_tested())
