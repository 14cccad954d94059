"""Switches that change what an order or a stock looks like, and those that spoil a write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from khaos_assets_tests.integration.sandbox.scayle.conftest import (
    FIRST,
    O_GB,
    RECORDS,
    SECOND,
    Caller,
    calling,
    item,
    order,
    switched,
)
from khaos_assets_tests.sandbox_fixtures import write_world

SHIPMENT = {
    "shopKey": "main",
    "countryCode": "GB",
    "orderId": 101,
    "carrier": "dpd",
    "shipmentKey": "T-1",
    "items": [{"orderItemId": 1011}],
}


@pytest.fixture
def own(world: Path) -> Iterator[Caller]:
    """A SCAYLE of its own for each test: these change it."""
    with calling(world) as caller:
        yield caller


def test_the_two_calculators_differ_by_a_cent_in_net_and_agree_in_gross(tmp_path: Path) -> None:
    """Three lines of 64 at 20 %: 53.33 each; 53 + 53 + 53 = 159 line by line, 160 together."""
    lines = [item(n, 1010, 64, 0.2) for n in range(3)]
    cost = {"withTax": 192, "withoutTax": 0, "tax": {"vat": {"amount": 0.0}}, "appliedFees": []}
    world = write_world(tmp_path, {**RECORDS, "scayle/orders": [order(101, items=lines, cost=cost)]})
    seen: dict[str, Any] = {}
    with calling(world) as scayle:
        for name in ("v1", "deprecated"):
            with switched(scayle, {"switch": f"calculator_{name}"}):
                shown = scayle.get(f"{O_GB}/101")["cost"]
                seen[name] = (shown["withTax"], shown["withoutTax"], shown["tax"]["vat"]["amount"])
    assert seen == {"v1": (192, 159, 33.0), "deprecated": (192, 160, 32.0)}


def test_a_delivery_can_carry_a_rate_that_no_erp_has(scayle: Caller) -> None:
    with switched(scayle, {"switch": "odd_delivery_rate", "keys": ["101"]}):
        cost = scayle.get(f"{O_GB}/101")["cost"]
        [fee] = cost["appliedFees"]
        assert (fee["tax"]["vat"]["rate"], fee["amount"]) == (0.157, {"withTax": 200, "withoutTax": 173})
        assert (cost["withTax"], cost["withoutTax"], cost["tax"]["vat"]["amount"]) == (1390, 1173, 217.0)
        assert scayle.get(f"{O_GB}/102")["cost"]["withoutTax"] == 1168


def test_an_order_priced_outside_has_neither_net_nor_tax_nor_reductions(scayle: Caller) -> None:
    with switched(scayle, {"switch": "external_prices"}):
        shown = scayle.get(f"{O_GB}/101")
    assert shown["cost"]["hasExternalPrices"] is True
    assert not {"withoutTax", "tax", "appliedReductions"} & set(shown["cost"])
    assert shown["items"][0]["price"] == {"withTax": 1190}


def test_codes_can_stand_in_no_list(scayle: Caller) -> None:
    with switched(scayle, {"switch": "unknown_status", "rows": 2}):
        statuses = [row["status"] for row in scayle.walk(O_GB)]
        shown = scayle.get(f"{O_GB}/101")
    assert statuses == ["parked"] * 2 + ["order_open"] * 5
    assert {part: d["code"] for part, d in shown["detailedStatus"].items()} == {
        part: f"{part}_parked" for part in ("order", "shipping", "billing")
    }
    assert shown["items"][0]["status"] == "parked"


@pytest.mark.parametrize(("switch", "code"), [("alpha3_country", "GBR"), ("lower_case_country", "gb")])
def test_a_country_can_be_spelled_otherwise(scayle: Caller, switch: str, code: str) -> None:
    with switched(scayle, {"switch": switch}):
        assert {row["shopCountry"]["countryCode"] for row in scayle.walk(O_GB)} == {code}


def test_an_order_can_be_marked_shipped_though_nothing_left(scayle: Caller) -> None:
    with switched(scayle, {"switch": "force_closed"}):
        shown = scayle.get(f"{O_GB}/101")
    assert shown["detailedStatus"]["order"]["code"] == "order_shipped"
    assert (shown["packages"], shown["items"][0]["shippedAt"]) == ([], None)


def test_sold_out_items_are_not_delegated_and_the_order_is_cancelled_later(tmp_path: Path) -> None:
    records = {**RECORDS, "scayle/orders": [order(101, items=[item(1, 1010), item(2, 1011)])]}
    with calling(
        write_world(tmp_path, nights={FIRST: records, SECOND: records}), {"switch": "partial_delegation"}
    ) as scayle:
        shown = scayle.get(f"{O_GB}/101")
        assert [(i["status"], i["delegatedAt"] is None) for i in shown["items"]] == [
            ("available", False),
            ("unavailable", True),
        ]
        scayle.sandbox.advance()
        assert scayle.get(f"{O_GB}/101/status") == {"status": "cancellation_completed"}
        assert {i["status"] for i in scayle.get(f"{O_GB}/101")["items"]} == {"cancelled"}


@pytest.mark.parametrize("ended_by", ["stock", "cancellation"])
def test_a_hidden_reservation_lowers_the_stock_until_it_ends(own: Caller, ended_by: str) -> None:
    with switched(own, {"switch": "stock_blocker", "by": 3, "keys": ["1010"]}):
        assert [s["quantity"] for s in own.get("/variants/1010/stocks")["entities"]] == [4, 0]
        assert own.stock("1011")["quantity"] == 5
        if ended_by == "stock":
            now = own.ask("/variants/1010/stocks", "POST", json={"warehouseReferenceKey": "WH-1", "quantity": 8}).json()
            assert (now["quantity"], own.stock()["quantity"]) == (8, 8)
        else:
            own.ask("/fulfillment/cancellations", "POST", json=SHIPMENT)
            assert [s["quantity"] for s in own.get("/variants/1010/stocks")["entities"]] == [7, 2]


def test_without_names_a_blocker_is_on_the_first_stock_only(scayle: Caller) -> None:
    with switched(scayle, {"switch": "stock_blocker"}):
        assert [scayle.stock(v)["quantity"] for v in ("1010", "1011")] == [6, 5]


def test_a_stock_can_be_answered_200_and_not_be_taken(own: Caller) -> None:
    body = {"warehouseReferenceKey": "WH-1", "quantity": 9, "changedAt": "2026-11-19T01:00:00+00:00"}
    with switched(own, {"switch": "stale_stock_ok", "count": 1}):
        answers = [own.ask("/variants/1010/stocks", "POST", json=body) for _ in range(2)]
    assert [(a.status_code, a.json()["quantity"]) for a in answers] == [(200, 7), (200, 9)]
    assert len(own.journal()) == 1


def test_a_stock_that_was_not_taken_is_not_taken_on_the_next_night_either(own: Caller) -> None:
    with switched(own, {"switch": "stale_stock_ok"}):
        own.ask("/variants/1010/stocks", "POST", json={"warehouseReferenceKey": "WH-1", "quantity": 9})
    own.sandbox.advance()
    assert own.stock()["quantity"] == 7


def test_a_gateway_can_send_a_shipment_twice_and_give_the_answer_of_the_second(own: Caller) -> None:
    with switched(own, {"switch": "duplicate_shipment_409", "count": 1}):
        assert own.ask("/fulfillment/shipments", "POST", json=SHIPMENT).status_code == 409
    assert len(own.get(f"{O_GB}/101")["packages"]) == 1


def test_a_repeated_shipment_can_be_accepted_as_a_second_parcel(own: Caller) -> None:
    with switched(own, {"switch": "duplicate_shipment_accepted"}):
        statuses = [own.ask("/fulfillment/shipments", "POST", json=SHIPMENT).status_code for _ in range(2)]
    assert statuses == [204, 204]
    assert [p["shipmentKey"] for p in own.get(f"{O_GB}/101")["packages"]] == ["T-1", "T-1"]


def bulk(caller: Caller, path: str = "/variants/stocks/bulk-requests") -> Any:
    operations = [
        {
            "key": f"op-{n}",
            "url": f"/variants/{1010 + n}/stocks",
            "method": "POST",
            "headers": {},
            "body": {"warehouseReferenceKey": "WH-1", "quantity": 9},
        }
        for n in range(2)
    ]
    return caller.ask(path, "POST", json={"callbacks": {}, "operations": operations})


def test_bulk_stock_may_not_exist(own: Caller) -> None:
    with switched(own, {"switch": "bulk_stock_off"}):
        assert bulk(own).status_code == 404
    assert own.stock()["quantity"] == 7


def test_some_operations_of_a_bulk_request_can_fail(own: Caller) -> None:
    with switched(own, {"switch": "bulk_partial"}):
        path = f"/bulk-requests/{bulk(own).json()['key']}"
    progress = [own.get(f"{path}/status") for _ in range(2)][-1]["progress"]
    assert (progress["processed"], progress["failedOperations"]) == (2, 1)
    assert own.get(f"{path}/operations/op-1/status")["response"]["statusCode"] == 500
    assert [own.stock(v)["quantity"] for v in ("1010", "1011")] == [9, 5]
