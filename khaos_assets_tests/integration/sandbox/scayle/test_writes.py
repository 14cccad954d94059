"""Documented writes: what they answer, what they change, and that it stands on the next night."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from khaos_assets_tests.integration.sandbox.scayle.conftest import (
    FIRST,
    O_DE,
    O_GB,
    RECORDS,
    SECOND,
    SLASHED,
    Caller,
    calling,
    item,
    key,
    order,
    stock,
)
from khaos_assets_tests.sandbox_fixtures import write_world

NEW_STOCK = {"warehouseReferenceKey": "WH-1", "quantity": 9, "changedAt": "2026-11-19T01:00:00+00:00"}
OWNED = {"shopKey": "main", "countryCode": "gb", "orderId": 101}
SHIPMENT = OWNED | {
    "carrier": "dpd",
    "shipmentKey": "T-1",
    "deliveryDate": "2026-11-21",
    "items": [{"orderItemId": 1011, "returnKey": "R-1"}],
}


@pytest.fixture
def scayle(world: Path) -> Iterator[Caller]:
    """A SCAYLE of its own for each test: these change it."""
    with calling(world) as caller:
        yield caller


@pytest.fixture(scope="module")
def untouched(world: Path) -> Iterator[Caller]:
    """One for all that is refused."""
    with calling(world) as caller:
        yield caller


def send(scayle: Caller, path: str, body: Any, method: str = "POST") -> tuple[int, Any]:
    answer = scayle.ask(path, method, json=body)
    return answer.status_code, answer.json() if answer.content else None


def test_a_younger_stock_is_put_in_force_and_answered(scayle: Caller) -> None:
    status, now = send(scayle, f"/variants/{key(SLASHED)}/stocks", NEW_STOCK)
    assert (status, now["quantity"], now["changedAt"]) == (200, 9, NEW_STOCK["changedAt"])
    assert scayle.stock() == now
    assert scayle.stock(warehouse="WH-2")["quantity"] == 2
    [entry] = scayle.journal()
    assert entry["operation"] == "POST /variants/{}/stocks"
    [changed] = entry["what"]["changed"]
    assert (changed["key"], changed["before"]["quantity"], changed["after"]["quantity"]) == ("1010/WH-1", 7, 9)


def test_a_stale_stock_is_answered_with_the_old_one_and_changes_nothing(scayle: Caller) -> None:
    before = scayle.stock()
    status, now = send(scayle, "/variants/1010/stocks", NEW_STOCK | {"changedAt": "2026-11-18T11:59:00+02:00"})
    assert (status, now) == (200, before)
    assert scayle.journal() == []


def test_stock_of_a_new_place_is_created_with_the_instant_of_the_write(scayle: Caller) -> None:
    status, now = send(scayle, "/variants/1021/stocks", {"warehouseReferenceKey": "WH-2", "quantity": 1})
    assert (status, now["sellableWithoutStock"]) == (201, False)
    assert now["changedAt"].startswith(f"{FIRST}T02:00:00.001+00:00")
    assert scayle.stock("1021", "WH-2") == now


def test_the_same_stock_a_second_time_is_not_journalled(scayle: Caller) -> None:
    for _ in range(2):
        assert send(scayle, "/variants/1010/stocks", NEW_STOCK)[0] == 200
    assert len(scayle.journal()) == 1


@pytest.mark.parametrize(
    ("path", "change", "status"),
    [
        ("/variants/9/stocks", {}, 404),
        ("/variants/1010/stocks", {"warehouseReferenceKey": "WH-9"}, 400),
        ("/variants/1010/stocks", {"quantity": "9"}, 400),
        ("/variants/1010/stocks", {"quantity": -1}, 400),
        ("/variants/1010/stocks", {"changedAt": "2026-11-19T01:00:00"}, 400),
        ("/variants/1010/prices", {"price": 1.5}, 400),
        ("/variants/1010/prices", {"price": 1, "currencyCode": "GBP"}, 400),
        ("/fulfillment/shipments", SHIPMENT | {"countryCode": "DE"}, 404),
        ("/fulfillment/shipments", SHIPMENT | {"items": [{"orderItemId": 9}]}, 404),
        ("/fulfillment/shipments", SHIPMENT | {"carrier": "pigeon"}, 400),
        ("/fulfillment/shipments", SHIPMENT | {"items": []}, 400),
        ("/fulfillment/return-items", {"returnKey": "R-1"}, 400),
    ],
)
def test_a_body_that_cannot_be_done_is_refused_and_changes_nothing(
    untouched: Caller, path: str, change: Any, status: int
) -> None:
    body = NEW_STOCK | change if path.endswith("stocks") else change
    assert send(untouched, path, body)[0] == status
    assert untouched.journal() == []


def test_selling_without_stock_can_be_switched(scayle: Caller) -> None:
    body = {"warehouseReferenceKey": "WH-1", "merchantReferenceKey": None, "sellableWithoutStock": True}
    assert send(scayle, "/variants/1010/stocks/sellableWithoutStock", body, "PUT") == (200, body)
    assert scayle.stock()["sellableWithoutStock"] is True
    assert send(scayle, "/variants/1021/stocks/sellableWithoutStock", body, "PUT")[0] == 404


def test_a_price_replaces_the_one_of_its_scope_and_keeps_the_servers_key(scayle: Caller) -> None:
    body = {"price": 1290, "tax": 20.0, "currencyCode": "GBP", "countryCode": "gb"}
    status, now = send(scayle, "/variants/1010/prices", body)
    assert (status, now["key"], now["price"]) == (200, "1-100", 1290)
    other = body | {"currencyCode": "EUR", "countryCode": "DE"}
    status, added = send(scayle, "/variants/1010/prices", other)
    assert status == 201
    assert [p["key"] for p in scayle.get("/variants/1010/prices")["entities"]] == ["1-100", added["key"]]
    later = body | {"validFrom": "2026-12-01T00:00:00+00:00"}
    assert send(scayle, "/variants/1010/prices", later)[0] == 201


def test_a_price_is_removed_by_its_key(scayle: Caller) -> None:
    for status in (204, 404):
        assert scayle.ask("/variants/1010/prices/1-100", "DELETE").status_code == status
    assert scayle.get("/variants/1010/prices") == {"entities": []}


def test_a_shipment_makes_a_parcel_and_an_invoice_and_has_no_answer(scayle: Caller) -> None:
    assert send(scayle, "/fulfillment/shipments", SHIPMENT) == (204, None)
    shown = scayle.get(f"{O_GB}/101")
    [parcel] = shown["packages"]
    assert (parcel["shipmentKey"], parcel["carrierKey"]) == ("T-1", "dpd")
    assert shown["items"][0]["packageId"] == parcel["id"]
    assert shown["items"][0]["shippedAt"] == shown["updatedAt"]
    assert (shown["status"], shown["detailedStatus"]["order"]["code"]) == ("invoice_completed", "order_invoiced")
    assert [i["type"] for i in scayle.walk(f"{O_GB}/101/invoices")] == ["invoice", "invoice"]


def test_a_repeated_shipment_is_a_conflict_and_nothing_is_done_twice(scayle: Caller) -> None:
    assert [send(scayle, "/fulfillment/shipments", SHIPMENT)[0] for _ in range(2)] == [204, 409]
    assert send(scayle, "/fulfillment/shipments", SHIPMENT | {"shipmentKey": "T-2"})[0] == 409
    assert len(scayle.get(f"{O_GB}/101")["packages"]) == 1


def test_parcels_of_one_order_are_sent_one_by_one(tmp_path: Path) -> None:
    orders = [order(101, items=[item(1, 1010), item(2, 1010), item(3, 1011)])]
    with calling(write_world(tmp_path, {**RECORDS, "scayle/orders": orders})) as scayle:
        first = SHIPMENT | {"items": [{"orderItemId": 1}]}
        assert send(scayle, "/fulfillment/shipments", first)[0] == 204
        assert scayle.get(f"{O_GB}/101/status") == {"status": "invoice_partially_completed"}
        assert send(scayle, "/fulfillment/cancellations", OWNED | {"items": [{"orderItemId": 3}]}) == (204, None)
        second = SHIPMENT | {"shipmentKey": "T-2", "items": [{"orderItemId": 2}]}
        assert send(scayle, "/fulfillment/shipments", second)[0] == 204
        shown = scayle.get(f"{O_GB}/101")
        assert [p["shipmentKey"] for p in shown["packages"]] == ["T-1", "T-2"]
        assert shown["status"] == "invoice_completed"


def test_a_cancellation_is_done_once_and_ends_the_order_with_its_last_item(scayle: Caller) -> None:
    body = OWNED | {"items": [{"orderItemId": 1011}]}
    assert [send(scayle, "/fulfillment/cancellations", body)[0] for _ in range(2)] == [204, 409]
    shown = scayle.get(f"{O_GB}/101")
    assert (shown["items"][0]["status"], shown["status"]) == ("cancelled", "cancellation_completed")
    assert send(scayle, "/fulfillment/shipments", SHIPMENT)[0] == 409


def test_a_returned_item_is_received_in_local_time_and_refunded(scayle: Caller) -> None:
    german = OWNED | {"countryCode": "DE", "orderId": 201, "shipmentKey": "T-9", "carrier": "dpd"}
    send(scayle, "/fulfillment/shipments", german | {"items": [{"orderItemId": 2011, "returnKey": "R-9"}]})
    row = {"received": "2026-11-19 10:00:00", "returnKey": "R-9", "returnReason": "too small"}
    assert send(scayle, "/fulfillment/return-items", [row]) == (204, None)
    shown = scayle.get(f"{O_DE}/201")
    assert shown["items"][0]["returnedAt"] == "2026-11-19T09:00:00+00:00"
    assert shown["detailedStatus"]["billing"]["code"] == "billing_refunded"
    assert scayle.walk(f"{O_DE}/201/invoices")[-1]["type"] == "corrective_invoice"
    assert send(scayle, "/fulfillment/return-items", [row])[0] == 409


def test_returned_items_are_judged_row_by_row(scayle: Caller) -> None:
    """What was shipped before is known by the key of its item."""
    rows = [{"received": "2026-11-19 10:00:00", "returnKey": k, "returnReason": ""} for k in ("item-1011", "nobody")]
    status, answer = send(scayle, "/fulfillment/return-items", rows)
    assert (status, [e["errorKey"] for e in answer["errors"]]) == (206, ["RETURN_KEY_NOT_FOUND"])
    assert scayle.get(f"{O_GB}/101")["items"][0]["status"] == "returned"


def test_a_reference_key_is_set_by_number_only_and_is_nobody_elses(scayle: Caller) -> None:
    status, shown = send(scayle, f"{O_GB}/101/reference-key", {"referenceKey": "SO 1/2"}, "PUT")
    assert (status, shown["referenceKey"]) == (200, "SO 1/2")
    assert scayle.get(f"{O_GB}/{key('SO 1/2')}")["id"] == 101
    assert scayle.ask(f"{O_GB}/{key('WEB-101')}").status_code == 404
    assert send(scayle, f"{O_GB}/102/reference-key", {"referenceKey": "SO 1/2"}, "PUT")[0] == 409
    assert send(scayle, f"{O_GB}/{key('WEB-102')}/reference-key", {"referenceKey": "X"}, "PUT")[0] == 400


def test_the_billing_status_of_an_order_can_be_set(scayle: Caller) -> None:
    body = {"code": "billing_refunded", "reason": "goodwill", "items": [{"id": 1011, "code": "billing_refunded"}]}
    status, shown = send(scayle, f"{O_GB}/101/billing-status", body, "PATCH")
    assert (status, shown["detailedStatus"]["billing"]["code"]) == (200, "billing_refunded")
    wrong = body | {"items": [{"id": 9, "code": "x"}]}
    assert send(scayle, f"{O_GB}/101/billing-status", wrong, "PATCH")[0] == 404


def test_a_call_without_a_body_is_accepted(scayle: Caller) -> None:
    answer = scayle.ask(f"{O_GB}/101/payment/manual-capture", "POST", headers={"Content-Length": "0"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert scayle.get(f"{O_GB}/101")["detailedStatus"]["billing"]["code"] == "billing_completed"


def test_orders_are_created_and_deleted(scayle: Caller) -> None:
    status, made = send(scayle, O_GB, {"referenceKey": "NEW", "items": []})
    assert (status, made["id"]) == (201, 203)
    assert scayle.ids(O_GB) == [*range(101, 108), 203]
    assert send(scayle, O_GB, {"referenceKey": "NEW", "items": []})[0] == 409
    assert scayle.ask(f"{O_GB}/203", "DELETE").status_code == 204
    assert scayle.ids(O_GB) == list(range(101, 108))


def test_warehouses_are_created_and_deleted(scayle: Caller) -> None:
    assert send(scayle, "/warehouses", {"referenceKey": "WH-3"})[0] == 201
    assert send(scayle, "/warehouses", {"referenceKey": "WH-3"})[0] == 409
    assert scayle.ask("/warehouses/key%3DWH-3", "DELETE").status_code == 204
    assert [w["referenceKey"] for w in scayle.walk("/warehouses")] == ["WH-1", "WH-2"]


def test_a_reservation_holds_a_unit_back_and_an_unknown_variant_is_a_row_of_a_success(scayle: Caller) -> None:
    rows = [
        {"referenceKey": f"r{n}", "warehouseReferenceKey": "WH-1", "variant": {"id": variant}}
        for n, variant in enumerate((1010, 9))
    ]
    status, answer = send(scayle, "/reservations", rows)
    assert (status, answer["entities"][1]["error"]["errorKey"]) == (200, "VARIANT_NOT_FOUND")
    assert scayle.stock()["quantity"] == 6
    assert [r["referenceKey"] for r in scayle.get("/reservations")["entities"]] == ["r0"]
    assert scayle.ask("/reservations/key%3Dr0", "DELETE").status_code == 204
    assert scayle.stock()["quantity"] == 7


def test_a_bulk_request_ends_later_and_says_what_became_of_each_operation(scayle: Caller) -> None:
    body = {"price": 1290, "tax": 20.0, "currencyCode": "GBP", "countryCode": "GB"}
    operations = [
        {"key": f"op-{v}", "url": f"/api/admin/v1/variants/{v}/prices", "method": "post", "headers": {}, "body": body}
        for v in (1010, 9)
    ]
    operations.append(operations[0] | {"key": "op-stock", "url": "/variants/1010/stocks"})
    status, answer = send(scayle, "/variants/prices/bulk-requests", {"callbacks": {}, "operations": operations})
    assert status == 201
    path = f"/bulk-requests/{answer['key']}"
    first, last = (scayle.get(f"{path}/status") for _ in range(2))
    assert (first["status"], first["progress"]["processed"]) == ("processing", 1)
    assert last["status"] == "processed"
    assert {k: last["progress"][k] for k in ("total", "processed", "failedOperations")} == {
        "total": 3,
        "processed": 3,
        "failedOperations": 2,
    }
    ends = {o["key"]: scayle.get(f"{path}/operations/{o['key']}/status") for o in operations}
    assert [(e["status"], e["response"]["statusCode"]) for e in ends.values()] == [
        ("processed", 200),
        ("failed", 404),
        ("failed", 404),
    ]
    assert scayle.get("/variants/1010/prices")["entities"][0]["price"] == 1290
    assert [r["key"] for r in scayle.get("/bulk-requests")["entities"]] == [answer["key"]]


def test_stock_can_be_set_in_bulk(scayle: Caller) -> None:
    operation = {"key": "a", "url": "/variants/1010/stocks", "method": "POST", "headers": {}, "body": NEW_STOCK}
    assert send(scayle, "/variants/stocks/bulk-requests", {"callbacks": {}, "operations": [operation]})[0] == 201
    assert scayle.stock()["quantity"] == 9


def test_what_was_written_stands_on_the_next_night(scayle: Caller) -> None:
    send(scayle, "/variants/1010/stocks", NEW_STOCK)
    send(scayle, "/fulfillment/shipments", SHIPMENT)
    made = send(scayle, O_GB, {"referenceKey": "NEW", "items": []})[1]["id"]
    assert scayle.sandbox.advance() == SECOND
    assert scayle.stock()["quantity"] == 9
    assert scayle.get(f"{O_GB}/101")["packages"][0]["shipmentKey"] == "T-1"
    assert scayle.get(f"{O_GB}/{key('NEW')}")["id"] == made


def test_a_younger_stock_of_the_next_night_is_not_undone(tmp_path: Path) -> None:
    sold = {**RECORDS, "scayle/stocks": [stock(1010, 1) | {"changedAt": "2026-11-19T20:00:00+00:00"}]}
    with calling(write_world(tmp_path, nights={FIRST: RECORDS, SECOND: sold})) as scayle:
        send(scayle, "/variants/1010/stocks", NEW_STOCK)
        scayle.sandbox.advance()
        assert scayle.stock()["quantity"] == 1


def test_a_restarted_simulator_knows_what_was_written(world: Path, tmp_path: Path) -> None:
    with calling(world, memory_dir=tmp_path) as scayle:
        send(scayle, f"/variants/{key(SLASHED)}/stocks", NEW_STOCK)
    with calling(world, memory_dir=tmp_path) as scayle:
        assert scayle.stock()["quantity"] == 9
        assert len(scayle.journal()) == 1
