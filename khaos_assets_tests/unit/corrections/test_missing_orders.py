"""Which missing order goes into Khaos, at which prices, and why another one stays on the list."""

from __future__ import annotations

import json
import re
from typing import Any

import duckdb
import pytest

from khaos_assets.warehouse.database import HERE, prepare

ROOT = HERE.parent
MACROS = re.compile(r"CREATE OR REPLACE MACRO vat_on.*?;", re.DOTALL)
NIGHT = """
    SET VARIABLE home_vat_percent = 20::DECIMAL(9, 4);
    CREATE SCHEMA wire;
    CREATE TABLE open_case AS
        SELECT 'case' AS case_key, 'ORD-01' AS code, 'orocommerce>khaos' AS systems, 'B1' AS record_key,
            'ff' AS expected_snapshot;
    CREATE TABLE channel_order AS
        SELECT 'orocommerce' AS channel, 'orocommerce>khaos' AS to_khaos, '7' AS order_key, 'B1' AS reference,
            'OR-B1' AS khaos_reference, 'orocommerce/GBP' AS market, 'GBP' AS currency, '101' AS account_key,
            TIMESTAMPTZ '2026-11-17T19:55:00Z' AS confirmed_at, 147.67::DECIMAL(28, 4) AS total_gross,
            0.50::DECIMAL(28, 4) AS delivery_net, 0.60::DECIMAL(28, 4) AS delivery_gross;
    CREATE TABLE order_line (
        system VARCHAR, order_key VARCHAR, line BIGINT, sku VARCHAR, place VARCHAR, quantity DECIMAL(28, 5),
        cancelled BOOLEAN, price_is_net BOOLEAN, vat_percent DECIMAL(28, 4), line_net DECIMAL(28, 4),
        line_gross DECIMAL(28, 4), voucher_net DECIMAL(28, 4)
    );
    INSERT INTO order_line BY NAME
        SELECT 'orocommerce' AS system, '7' AS order_key, unnest([1, 2]) AS line, unnest(['lamp-1', 'RUG']) AS sku,
            2 AS quantity, TRUE AS price_is_net, unnest([76.56, 46.00]) AS line_net,
            unnest([91.872, 55.20]) AS line_gross;
    CREATE TABLE item AS SELECT 'khaos' AS system, unnest(['LAMP', 'RUG']) AS sku, 20::DECIMAL(9, 4) AS vat_percent;
    CREATE TABLE item_relation (system VARCHAR, kind VARCHAR, parent_sku VARCHAR);
    CREATE TABLE sku_meaning AS SELECT 'orocommerce' AS system, 'lamp-1' AS sku, 'LAMP' AS stock_code;
    CREATE TABLE tax_code AS SELECT unnest(['1', '2']) AS tax_code, unnest([20, 0]::DECIMAL(9, 4)[]) AS percent;
    CREATE TABLE market_tax_code AS SELECT 'orocommerce/GBP' AS market, percent AS item_percent, tax_code FROM tax_code;
    CREATE TABLE account AS SELECT 'khaos' AS system, 'C1' AS source_key, 'Trade' AS company_class;
    CREATE TABLE shop_customer AS SELECT '101' AS customer, ['C1'] AS khaos_accounts;
    CREATE TABLE class_arithmetic AS SELECT 'Trade' AS company_class, 'net' AS method;
    CREATE TABLE map_warehouse AS SELECT 'orocommerce' AS channel, '' AS warehouse, unnest(['Leeds', 'Main']) AS site;
    CREATE TABLE wire.khaos_sites AS SELECT unnest(['Leeds', 'Main']) AS site_name, unnest([FALSE, TRUE]) AS is_default;
    CREATE TABLE sealed_period AS SELECT DATE '2026-10-01' AS first, DATE '2026-10-31' AS last;
"""
"""Two lamps at 38.28 and two rugs at 23.00, 20 % VAT, and delivery: what Khaos computes for a class priced net."""


def planned(*changes: str) -> dict[str, Any]:
    """The row of the order after some changes to the night."""
    with duckdb.connect(":memory:") as db:
        prepare(db)
        found = MACROS.search((ROOT / "rules" / "comparisons" / "6_channel_money.sql").read_text(encoding="utf-8"))
        assert found is not None
        db.execute(found[0])
        db.execute(NIGHT)
        for change in changes:
            db.execute(change)
        db.execute((ROOT / "corrections" / "missing_order.sql").read_text(encoding="utf-8"))
        (row,) = db.sql("FROM missing_order").to_arrow_table().to_pylist()
        return row


def why(*changes: str) -> str:
    return planned(*changes)["left_out"]


def test_an_order_goes_in_at_what_was_paid_for_one_unit() -> None:
    row = planned()
    assert (row["left_out"], row["after"]) == (None, "4 units, 147.67 GBP")
    assert row["target"] | {"lines": json.loads(row["target"]["lines"])} == {
        "reference": "OR-B1", "site": "Main", "ordered_at": "2026-11-17T19:55:00", "currency": "GBP",
        "total": "147.67", "delivery_net": "0.50", "delivery_tax": "0.10",
        "lines": [
            {"code": "LAMP", "quantity": "2", "price": "38.28", "net": True, "tax": "1"},
            {"code": "RUG", "quantity": "2", "price": "23.00", "net": True, "tax": "1"},
        ],
    }  # fmt: skip


GROSS = "UPDATE class_arithmetic SET method = 'gross'"
LEFT_OUT = {
    "its customer is on several accounts of Khaos, or on none": [
        "UPDATE shop_customer SET khaos_accounts = ['C1', 'C2']", "UPDATE shop_customer SET khaos_accounts = NULL",
        "DELETE FROM shop_customer",
    ],
    "a line of it is no stock code of Khaos": [
        "DELETE FROM sku_meaning", "UPDATE order_line SET sku = NULL WHERE line = 1",
    ],
    "it has a pack, whose parts Khaos adds itself": [
        "INSERT INTO item_relation VALUES ('khaos', 'pack', 'RUG')",
    ],
    "a rate of it is not one of Khaos's codes for the market": [
        "DELETE FROM market_tax_code", "UPDATE order_line SET line_gross = line_net WHERE line = 2",
        "UPDATE order_line SET line_gross = NULL WHERE line = 2", "UPDATE tax_code SET percent = 5",
    ],
    "a line of it has no price for one unit in whole pence": [
        "UPDATE order_line SET quantity = 3 WHERE line = 2", "UPDATE order_line SET voucher_net = 1 WHERE line = 1",
        "UPDATE order_line SET quantity = 0 WHERE line = 2", "UPDATE order_line SET quantity = NULL WHERE line = 2",
    ],
    "its total is not that of its lines and delivery in Khaos": [
        "UPDATE channel_order SET total_gross = 147.66", "UPDATE channel_order SET delivery_gross = NULL",
        GROSS, "DELETE FROM class_arithmetic", "DELETE FROM account",
        "UPDATE order_line SET cancelled = TRUE WHERE line = 2",
    ],
    "it leaves from several warehouses, or from one that is not mapped": [
        "DELETE FROM map_warehouse", "INSERT INTO map_warehouse VALUES ('orocommerce', 'second', 'Leeds')",
    ],
    "it was ordered in a month that is sealed": [
        "UPDATE channel_order SET confirmed_at = TIMESTAMPTZ '2026-10-31T23:30:00Z'",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("reason", "change"), [(r, c) for r, changes in LEFT_OUT.items() for c in changes])
def test_what_khaos_would_not_take_as_it_is_stays_on_the_list(reason: str, change: str) -> None:
    assert why(change) == reason


def test_by_the_class_that_is_priced_gross_the_penny_falls_as_khaos_lets_it_fall() -> None:
    assert why(GROSS, "UPDATE channel_order SET total_gross = 147.68") is None


def test_where_both_ways_come_to_the_same_no_class_has_to_say() -> None:
    even = "UPDATE order_line SET line_net = 80.00, line_gross = 96.00 WHERE line = 1"
    assert why("DELETE FROM class_arithmetic", even, "UPDATE channel_order SET total_gross = 151.80") is None


def test_an_order_of_scayle_goes_by_its_lines_own_warehouse_and_gross_prices() -> None:
    scayle = (
        "UPDATE open_case SET systems = 'scayle>khaos'",
        "UPDATE channel_order SET channel = 'scayle', to_khaos = 'scayle>khaos', market = 'scayle/n/GB'",
        "UPDATE channel_order SET total_gross = 144.60",
        "UPDATE market_tax_code SET market = 'scayle/n/GB'",
        "UPDATE map_warehouse SET channel = 'scayle', warehouse = 'HUB'",
        "UPDATE order_line SET system = 'scayle', sku = 'RUG', quantity = 2, place = 'HUB', price_is_net = FALSE, "
        "line_gross = 72.00, line_net = 60.00, vat_percent = 20",
    )
    row = planned(*scayle)
    assert (row["left_out"], row["after"], row["target"]["site"]) == (None, "4 units, 144.60 GBP", "Main")
    assert json.loads(row["target"]["lines"]) == [
        {"code": "RUG", "quantity": "4", "price": "36.00", "net": False, "tax": "1"}
    ]
    elsewhere = "UPDATE order_line SET place = 'OTHER' WHERE line = 2"
    assert "several warehouses" in why(*scayle, elsewhere)
    assert "several warehouses" in why(*scayle, "UPDATE order_line SET place = NULL")
    assert "a rate of it" in why(*scayle, "UPDATE order_line SET vat_percent = 19 WHERE line = 2")
