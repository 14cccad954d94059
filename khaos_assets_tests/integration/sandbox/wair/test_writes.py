"""Pushes are upserts of whole objects, the assumed writes answer row by row, and both stand in the journal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from khaos_assets_tests.integration.sandbox.wair.conftest import SECOND, STOCK_KEYS, Caller, calling

LEVEL = {"locationId": "L1", "skuId": "S3", "quantity": 9}


@pytest.fixture
def wair(world: Path) -> Iterator[Caller]:
    """A WAIR of its own for each test: these change it."""
    with calling(world) as caller:
        caller.sign_in()
        yield caller


def journal(wair: Caller) -> list[dict[str, Any]]:
    return wair.sandbox.journal("wair")


def row(wair: Caller, location: str, sku: str) -> dict[str, Any]:
    return next(r for r in wair.walk("/Stock", "stock") if (r["locationId"], r["skuId"]) == (location, sku))


def tracking(wair: Caller, **fields: Any) -> dict[str, Any]:
    body = {"dispatches": [{"dispatchId": "D1", "carrierService": "DPD-NEXT", "trackingNumber": "T1", **fields}]}
    answer = wair.http.post("/Dispatches/tracking", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["results"][0]


def test_a_posted_level_corrects_its_pair_and_leaves_all_others_alone(wair: Caller) -> None:
    before = wair.walk("/Stock", "stock")
    answer = wair.http.post("/Stock", json=[{"locationId": "L1", "skuId": "S3", "quantity": "9.50000"}])
    assert (answer.status_code, answer.content) == (200, b"")
    after = wair.walk("/Stock", "stock")
    changed = [a for a, b in zip(after, before, strict=True) if a != b]
    assert [(r["onHand"], r["allocated"], r["available"]) for r in changed] == [(9.5, 1.0, 8.5)]
    assert changed[0]["updatedAt"] > before[3]["updatedAt"]
    assert journal(wair)[0]["what"]["changed"][0]["mutation"] == 6.5


def test_the_same_object_a_second_time_changes_nothing_and_is_not_journalled(wair: Caller) -> None:
    for _ in range(2):
        wair.http.post("/Stock", json=[LEVEL])
    assert [e["operation"] for e in journal(wair)] == ["POST /Stock"]


def test_a_mutation_counts_once_per_id(wair: Caller) -> None:
    mutation = {"id": "M1", "locationId": "L1", "skuId": "S3", "quantity": -2, "dateTime": "2026-11-19T00:00:00.000Z"}
    for _ in range(2):
        assert wair.http.post("/StockMutations", json=[mutation]).status_code == 200
    assert row(wair, "L1", "S3")["onHand"] == 1


def test_unknown_locations_and_skus_are_accepted_since_endpoints_are_independent(wair: Caller) -> None:
    wair.http.post("/Stock", json=[{"locationId": "L9", "skuId": "NEW", "quantity": 4}])
    assert row(wair, "L9", "NEW")["available"] == 4


def test_a_refused_push_is_refused_whole(wair: Caller) -> None:
    rows = [{"locationId": "L1", "skuId": "S3", "quantity": 9}, {"locationId": "L1", "quantity": "many"}]
    answer = wair.http.post("/Stock", json=rows)
    assert answer.status_code == 400
    assert [e["field"] for e in answer.json()["errors"]] == ["[1].locationId+skuId", "[1].quantity"]
    assert row(wair, "L1", "S3")["onHand"] == 3
    assert journal(wair) == []


def test_items_are_taken_out_of_item_style_and_sku_and_their_body_map_stays(wair: Caller) -> None:
    wair.http.post("/Sizes", json=[{"id": "Z12", "code": "12", "description": "UK 12", "sortOrder": 1}])
    body = {"items": [{"itemId": "I", "styles": [{"styleId": "NEW", "skus": [{"skuId": "S0", "sizeId": "Z12"}]}]}]}
    assert wair.http.post("/Items", json=body).status_code == 200
    item = wair.walk("/Items", "items")[0]
    assert (item["styleId"], item["size"], item["bodyMap"]["code"]) == ("NEW", "UK 12", "BM")


def test_a_full_load_replaces_the_set_only_with_its_last_part(wair: Caller) -> None:
    part = [{"locationId": "L1", "skuId": "S0", "quantity": 7}]
    wair.http.post("/Stock", params={"fullLoad": "true", "moreRecordsAvailable": "true"}, json=part)
    assert wair.stock_keys() == STOCK_KEYS
    last = [{"locationId": "L2", "skuId": "S0", "quantity": 7}]
    wair.http.post("/Stock", params={"fullLoad": "true"}, json=last)
    assert wair.stock_keys() == [("L1", "S0"), ("L2", "S0")]


def test_an_unfinished_full_load_drops_nothing(wair: Caller) -> None:
    wair.http.post("/Batch/start")
    asked = {"fullLoad": "true", "moreRecordsAvailable": "true"}
    wair.http.post("/Stock", params=asked, json=[{"locationId": "L1", "skuId": "S0", "quantity": 7}])
    assert wair.http.post("/Batch/stop").status_code == 200
    assert wair.stock_keys() == STOCK_KEYS


def test_a_batch_that_is_not_open_cannot_be_closed(wair: Caller) -> None:
    assert wair.http.post("/Batch/stop").status_code == 400


def test_every_documented_resource_takes_a_push(wair: Caller) -> None:
    for name in ("Locations", "Sizes", "Colors", "StockNotForReplenishment", "Sales", "PurchaseOrders", "Prepacks"):
        assert wair.http.post(f"/{name}", json=[{"id": "1", "quantity": 1}]).status_code == 200
    transfer = {"transferId": "T1", "skuId": "S1", "open": True, "quantityShipped": 3, "quantityReceived": 3}
    assert wair.http.post("/Transfers", json=transfer).status_code == 200
    assert wair.walk("/Transfers", "transfers")[0]["quantityReceived"] == 3
    assert [e["number"] for e in journal(wair)] == list(range(1, 9))


def test_a_tracking_correction_is_applied_and_seen_with_a_later_change_time(wair: Caller) -> None:
    assert tracking(wair, trackingNumber="NEW", clientReference="c1")["result"] == "APPLIED"
    dispatch = wair.walk("/Dispatches", "dispatches")[0]
    assert (dispatch["trackingNumber"], len(dispatch["lines"])) == ("NEW", 2)
    assert dispatch["updatedAt"] > "2026-11-11T12:00:00.000Z"
    assert journal(wair)[0]["what"]["changed"][0]["clientReference"] == "c1"


def test_a_client_reference_is_applied_once_and_not_lent_to_other_content(wair: Caller) -> None:
    assert tracking(wair, trackingNumber="NEW", clientReference="c1")["result"] == "APPLIED"
    assert tracking(wair, trackingNumber="NEW", clientReference="c1")["result"] == "ALREADY_APPLIED"
    other = tracking(wair, trackingNumber="ELSE", clientReference="c1")
    assert (other["result"], other["reason"], other["clientReference"]) == ("REFUSED", "CLIENT_REF_REUSED", "c1")
    assert len(journal(wair)) == 1


def test_a_dispatch_that_is_not_there_is_refused(wair: Caller) -> None:
    result = tracking(wair, dispatchId="D99")
    assert (result["key"], result["result"], result["reason"]) == ("D99", "REFUSED", "NOT_FOUND")


def test_a_body_map_can_be_set_where_none_was(wair: Caller) -> None:
    body = {"items": [{"skuId": "S1", "code": "BM2", "size": "L", "displayed": False}]}
    assert wair.http.post("/Items/bodyMap", json=body).json()["results"][0]["result"] == "APPLIED"
    shown = wair.walk("/Items", "items")[1]["bodyMap"]
    assert (shown["code"], shown["size"], shown["displayed"], shown["reason"]) == ("BM2", "L", False, "MANUAL")


def test_an_assumed_write_with_a_missing_field_applies_nothing(wair: Caller) -> None:
    answer = wair.http.post("/Items/bodyMap", json={"items": [{"skuId": "S1", "code": "BM2"}]})
    assert answer.status_code == 400
    assert journal(wair) == []


def test_what_was_written_is_remembered_over_a_restart_where_that_is_asked_for(world: Path, tmp_path: Path) -> None:
    for first in (True, False):
        with calling(world, memory_dir=tmp_path) as wair:
            wair.sign_in()
            if first:
                wair.http.post("/Stock", params={"fullLoad": "false"}, json={"rows": [LEVEL]})
            assert row(wair, "L1", "S3")["onHand"] == 9
            result = tracking(wair, trackingNumber="NEW", clientReference="c1")["result"]
            assert result == ("APPLIED" if first else "ALREADY_APPLIED")
    with calling(world) as wair:
        wair.sign_in()
        assert row(wair, "L1", "S3")["onHand"] == 3


def test_writes_stand_on_top_of_the_next_night(wair: Caller) -> None:
    wair.http.post("/Stock", json=[LEVEL])
    tracking(wair, trackingNumber="NEW", clientReference="c1")
    assert wair.sandbox.advance() == SECOND
    assert row(wair, "L1", "S3")["onHand"] == 9
    assert wair.walk("/Dispatches", "dispatches")[0]["trackingNumber"] == "NEW"
    assert tracking(wair, trackingNumber="NEW", clientReference="c1")["result"] == "ALREADY_APPLIED"
    assert len(journal(wair)) == 2
