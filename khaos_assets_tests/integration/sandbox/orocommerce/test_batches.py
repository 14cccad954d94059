"""Many stock quantities in one call, done later or at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from khaos_assets_tests.integration.sandbox.orocommerce.conftest import Caller, Row, calling, turn


@pytest.fixture
def oro(world: Path) -> Iterator[Caller]:
    with calling(world) as caller:
        yield caller


def update(id_: str, quantity: Any) -> Row:
    return {"meta": {"update": True}, "type": "inventorylevels", "id": id_, "attributes": {"quantity": quantity}}


def batch(oro: Caller, wanted: Mapping[str, Any], **headers: str) -> httpx.Response:
    rows = [update(i, q) for i, q in wanted.items()]
    return oro.send("PATCH", "/inventorylevels", {"data": rows}, **headers)


def quantities(oro: Caller, *ids: str) -> list[str]:
    return [r["attributes"]["quantity"] for r in oro.rows("/inventorylevels", {"filter[id]": ",".join(ids)})]


def test_a_batch_is_accepted_and_its_operation_can_be_asked_after(oro: Caller) -> None:
    answer = batch(oro, {"1": 100, "2": "200"})
    operation = answer.json()["data"]
    assert (answer.status_code, operation["attributes"]["status"]) == (202, "new")
    assert operation["attributes"]["summary"] is None
    place = answer.headers["Content-Location"]
    assert place == f"{oro.sandbox.base_url('orocommerce')}/asyncoperations/{operation['id']}"
    done = oro.get(place)["data"]["attributes"]
    assert (done["status"], done["progress"], done["entityType"]) == ("success", 1, "inventorylevels")
    counts = {k: done["summary"][k] for k in ("readCount", "writeCount", "errorCount", "createCount", "updateCount")}
    assert list(counts.values()) == [2, 2, 0, 0, 2]
    assert oro.get(f"{place}/errors") == {"data": []}
    assert quantities(oro, "1", "2", "3") == ["100", "200", "3"]
    (entry,) = oro.journal()
    assert [c["key"] for c in entry["what"]["changed"]] == ["1", "2"]


def test_rows_that_are_wrong_are_errors_and_the_others_are_written(oro: Caller) -> None:
    rows = [update("1", 100), update("99", 1), update("2", "many"), {"type": "inventorylevels", "attributes": {}}]
    answer = oro.send("PATCH", "/inventorylevels", {"data": rows})
    place = answer.headers["Content-Location"]
    summary = oro.get(place)["data"]["attributes"]["summary"]
    assert (summary["readCount"], summary["writeCount"], summary["errorCount"]) == (4, 1, 3)
    errors = oro.get(f"{place}/errors")["data"]
    assert [e["attributes"]["status"] for e in errors] == [404, 400, 400]
    pointers = [e["attributes"]["source"]["pointer"] for e in errors]
    assert pointers == ["/data/1", "/data/2/attributes/quantity", "/data/3"]
    assert [e["id"] for e in oro.get(f"{place}/errors", **{"page[size]": 2, "page[number]": 2})["data"]] == ["1-1-3"]
    assert quantities(oro, "1", "2") == ["100", "2"]


def test_a_batch_can_succeed_in_part(oro: Caller) -> None:
    turn(oro, {"switch": "batch_partial", "rows": [0]})
    place = batch(oro, {"1": 100, "2": 200}).headers["Content-Location"]
    summary = oro.get(place)["data"]["attributes"]["summary"]
    assert (summary["writeCount"], summary["errorCount"]) == (1, 1)
    assert quantities(oro, "1", "2") == ["1", "200"]


def test_a_batch_can_stay_new(oro: Caller) -> None:
    turn(oro, {"switch": "batch_stuck", "count": 1})
    place = batch(oro, {"1": 100}).headers["Content-Location"]
    assert {oro.get(place)["data"]["attributes"]["status"] for _ in range(3)} == {"new"}
    assert quantities(oro, "1") == ["1"]
    assert oro.journal() == []


def test_a_batch_can_take_its_time(oro: Caller) -> None:
    turn(oro, {"switch": "batch_stuck", "status": "running", "polls": 2})
    place = batch(oro, {"1": 100}).headers["Content-Location"]
    seen = [oro.get(place)["data"]["attributes"] for _ in range(3)]
    assert [(s["status"], s["progress"]) for s in seen] == [("running", 0.5), ("running", 0.5), ("success", 1)]
    assert quantities(oro, "1") == ["100"]


def test_a_batch_can_fail(oro: Caller) -> None:
    turn(oro, {"switch": "batch_stuck", "status": "failed", "polls": 0})
    place = batch(oro, {"1": 100}).headers["Content-Location"]
    assert {oro.get(place)["data"]["attributes"]["status"] for _ in range(2)} == {"failed"}
    assert quantities(oro, "1") == ["1"]


def test_operations_are_read_one_by_one_only(shop: Caller) -> None:
    assert shop.http.get("/asyncoperations").status_code == 404
    assert shop.http.get("/asyncoperations/1").status_code == 404
    assert shop.http.get("/asyncoperations/1/errors").status_code == 404


def test_at_once_all_rows_are_written_and_returned_in_their_order(oro: Caller) -> None:
    answer = batch(oro, {"2": 200, "1": 100}, **{"X-Mode": "sync"})
    assert answer.status_code == 200
    rows = answer.json()["data"]
    assert [(r["id"], r["attributes"]["quantity"], r["meta"]["dataId"]) for r in rows] == [
        ("2", "200", "2"),
        ("1", "100", "1"),
    ]


def test_at_once_one_wrong_row_refuses_all(shop: Caller) -> None:
    answer = batch(shop, {"1": 100, "99": 1}, **{"X-Mode": "sync"})
    assert (answer.status_code, answer.json()["errors"][0]["source"]) == (400, {"pointer": "/data/1"})
    assert quantities(shop, "1") == ["1"]


def test_at_once_takes_a_hundred_rows(oro: Caller) -> None:
    rows = [update("1", n) for n in range(100)]
    sync = {"X-Mode": "sync"}
    assert oro.send("PATCH", "/inventorylevels", {"data": rows}, **sync).status_code == 200
    refused = oro.send("PATCH", "/inventorylevels", {"data": [*rows, update("1", 5)]}, **sync)
    assert (refused.status_code, "maximum number" in refused.json()["errors"][0]["detail"]) == (400, True)
    crowded = {"data": rows[:1], "included": [{"type": "products", "id": str(n)} for n in range(51)]}
    assert oro.send("PATCH", "/inventorylevels", crowded, **sync).status_code == 400


@pytest.mark.parametrize("data", [{}, [], {"type": "inventorylevels", "id": "1"}])
def test_a_batch_is_a_list_of_rows(shop: Caller, data: Any) -> None:
    assert shop.send("PATCH", "/inventorylevels", {"data": data}).status_code == 400


def test_a_checkout_can_move_stock_while_a_batch_is_written(oro: Caller) -> None:
    turn(oro, {"switch": "stock_moved", "when": "after", "key": "2"})
    batch(oro, {"1": 100, "2": 200})
    assert quantities(oro, "1", "2") == ["100", "199"]
