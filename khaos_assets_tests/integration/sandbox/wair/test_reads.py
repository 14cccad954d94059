"""The simulated WAIR lists what its world holds, in the envelope and order of the contract."""

from __future__ import annotations

import json
from decimal import Decimal

import httpx
import pytest

from khaos_assets_tests.integration.sandbox.wair.conftest import STOCK_KEYS, Caller


def test_stock_goes_out_in_key_order_whatever_the_order_of_the_file(wair: Caller) -> None:
    assert wair.stock_keys(limit=4) == STOCK_KEYS


def test_changed_stock_goes_out_by_change_time_then_key(wair: Caller) -> None:
    rows = wair.walk("/Stock", "stock", updatedFrom="2026-11-18T10:53:00.000Z")
    assert [r["updatedAt"][14:16] for r in rows] == ["53", "54", "55", "56", "57", "58", "59"]


def test_a_change_filter_includes_its_own_instant_to_the_millisecond(wair: Caller) -> None:
    assert len(wair.walk("/Stock", "stock", updatedFrom="2026-11-18T10:59:00.000Z")) == 1
    assert wair.walk("/Stock", "stock", updatedFrom="2026-11-18T10:59:00.001Z") == []


@pytest.mark.parametrize("spelling", ["2026-11-18 10:59:00.00", "2026-11-18T11:59:00+01:00", "2026-11-18T10:59:00Z"])
def test_instants_are_understood_in_the_spellings_of_the_vendor(wair: Caller, spelling: str) -> None:
    assert len(wair.walk("/Stock", "stock", updatedFrom=spelling)) == 1


def test_one_location_can_be_asked_for(wair: Caller) -> None:
    assert wair.stock_keys(locationId="L2") == STOCK_KEYS[5:]


def test_decimals_keep_their_own_digits(wair: Caller) -> None:
    text = wair.http.get("/Stock").text
    row = json.loads(text, parse_float=str)["stock"][0]
    assert row["allocated"] == "1.00"
    assert Decimal(row["allocated"]) == 1


def test_query_names_are_accepted_in_either_case(wair: Caller) -> None:
    page = wair.get("/Stock", Offset=2, Limit=3)
    assert (page["offset"], page["limit"], len(page["stock"])) == (2, 3, 3)


def test_the_default_limit_is_500_and_a_larger_one_than_5000_is_clamped_and_shown(wair: Caller) -> None:
    assert wair.get("/Stock")["limit"] == 500
    assert wair.get("/Stock", limit=9999)["limit"] == 5000


def test_past_the_end_there_is_nothing_and_nothing_more(wair: Caller) -> None:
    page = wair.get("/Stock", offset=10)
    assert (page["stock"], page["moreRecordsAvailable"]) == ([], False)


@pytest.mark.parametrize("asked", [{"offset": "-1"}, {"limit": "ten"}, {"limit": "0"}, {"updatedFrom": "yesterday"}])
def test_a_query_that_makes_no_sense_is_refused_by_name(wair: Caller, asked: dict[str, str]) -> None:
    answer = wair.http.get("/Stock", params=asked)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == next(iter(asked)).lower()


def test_dispatches_can_be_asked_for_by_the_day_they_left(wair: Caller) -> None:
    asked = {"dispatchedFrom": "2026-11-12T12:00:00Z", "dispatchedTo": "2026-11-14T12:00:00Z"}
    assert [d["dispatchId"] for d in wair.walk("/Dispatches", "dispatches", **asked)] == ["D2", "D3"]


def test_items_and_transfers_keep_null_apart_from_absent(wair: Caller) -> None:
    first, second, *_ = wair.walk("/Items", "items")
    assert first["bodyMap"] == {"code": "BM", "size": "M", "displayed": True, "reason": None}
    assert second["bodyMap"] is None
    assert second["colour"] is None
    assert wair.walk("/Transfers", "transfers")[0]["shippedAt"] is None


def test_recommendations_come_at_every_call_without_what_is_the_simulators_own(wair: Caller) -> None:
    for _ in range(2):
        rows = wair.walk("/Recommendations/transfers", "transfers")
        assert [r["referenceId"] for r in rows] == ["RD_2", "RD_1"]
        assert set(rows[0]) == {"referenceId", "skuId", "quantity"}


def test_the_other_recommendations_answer_in_their_own_arrays(wair: Caller) -> None:
    assert wair.walk("/Recommendations/stockTargets", "stockTargets") == []
    assert wair.walk("/Recommendations/productDescriptions", "productDescriptions") == []


def test_gzip_is_used_when_asked_for_and_only_then(wair: Caller) -> None:
    plain = wair.http.get("/Stock", headers={"Accept-Encoding": "identity"})
    zipped = wair.http.get("/Stock", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert plain.content == zipped.content


def test_without_the_tenant_or_a_token_nothing_is_told(wair: Caller) -> None:
    url = f"{wair.sandbox.base_url('wair')}/Stock"
    authorization = wair.http.headers["Authorization"]
    for headers in ({"X-Tenant": "other", "Authorization": authorization}, {"Authorization": authorization}, {}):
        assert httpx.get(url, headers=headers, trust_env=False).status_code == 401
    assert wair.http.get("/Stock", headers={"Authorization": "Bearer made-up"}).status_code == 401


def test_a_wrong_password_gets_no_token(wair: Caller) -> None:
    assert wair.http.post("/Token", json={"username": wair.known["username"], "password": "no"}).status_code == 401


def test_a_token_says_how_long_it_lives(wair: Caller) -> None:
    answer = wair.token().json()
    assert (answer["expiresIn"], answer["tokenType"]) == (3600, "Bearer")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("PUT", "/Stock", 405), ("POST", "/Dispatches", 405), ("GET", "/Sales", 405), ("GET", "/Parcels", 404)],
)
def test_what_the_vendor_does_not_offer_is_not_there(wair: Caller, method: str, path: str, status: int) -> None:
    assert wair.http.request(method, path).status_code == status
