"""Switches that spoil the walking of a list."""

from __future__ import annotations

from pathlib import Path

import pytest

from khaos_assets_tests.integration.sandbox.scayle.conftest import O_DE, O_GB, Caller, calling, switched

GB = list(range(101, 108))


def test_a_cursor_can_lead_to_itself(scayle: Caller) -> None:
    with switched(scayle, {"switch": "cursor_loop", "entity": "orders", "after": 1}):
        first = scayle.get(O_GB, limit=2)["cursor"]["next"]
        page = scayle.get(O_GB, limit=2, cursor=first)
        assert page["cursor"]["next"] == first
        assert [row["id"] for row in page["entities"]] == [103, 104]
        with pytest.raises(AssertionError, match="does not end"):
            scayle.ids(O_GB)
        assert scayle.ids("/products", limit=2) == [1, 2, 3]


def test_a_cursor_can_expire_in_the_middle_of_a_walk(scayle: Caller) -> None:
    with switched(scayle, {"switch": "cursor_expired", "after": 1, "count": 1}):
        cursor = scayle.get(O_GB, limit=2)["cursor"]["next"]
        statuses = [scayle.ask(O_GB, params={"limit": 2, "cursor": cursor}).status_code for _ in range(3)]
    assert statuses == [200, 400, 200]


def test_a_cursor_can_be_left_out_though_there_is_more(scayle: Caller) -> None:
    with switched(scayle, {"switch": "cursor_missing"}):
        page = scayle.get(O_GB, limit=2)
        assert (set(page), len(page["entities"])) == ({"entities"}, 2)
    with switched(scayle, {"switch": "cursor_missing", "mode": "empty"}):
        assert scayle.get(O_GB, limit=2)["cursor"] == {}


def test_an_end_can_come_too_early(scayle: Caller) -> None:
    with switched(scayle, {"switch": "false_end", "after_rows": 4}):
        assert scayle.ids(O_GB) == GB[:6]
    with switched(scayle, {"switch": "false_end", "path": f"/api/admin/v1{O_DE}"}):
        assert scayle.ids(O_GB) == GB


def test_list_rows_can_be_without_dates_and_nested_parts(scayle: Caller) -> None:
    with switched(scayle, {"switch": "thin_list"}):
        [row] = scayle.get(O_GB, limit=1)["entities"]
        assert row == {"id": 101, "referenceKey": "WEB-101", "status": "order_open", "currencyCode": "GBP"}
        [row] = scayle.get(O_GB, limit=1, **{"with": "items,shopCountry"})["entities"]
        assert set(row) == {"id", "referenceKey", "status", "currencyCode", "items", "shopCountry"}
        assert "createdAt" in scayle.get(f"{O_GB}/101")


def test_an_inserted_order_makes_the_next_page_repeat_a_row_and_is_truly_there(scayle: Caller) -> None:
    with switched(scayle, {"switch": "page_shift", "insert": 1}):
        assert scayle.ids(O_GB) == [101, 102, 103, 103, 104, 105, 106, 107]
        new = scayle.get(f"{O_GB}/100")
        assert (new["referenceKey"], new["createdAt"]) == (None, "2026-11-19T01:59:59+00:00")
        assert scayle.ids(O_DE) == [201, 202]
    assert scayle.ask(f"{O_GB}/100").status_code == 404


def test_a_withdrawn_order_makes_the_next_page_skip_a_row_and_is_truly_gone(scayle: Caller) -> None:
    with switched(scayle, {"switch": "page_shift", "withdraw": ["101"], "append": 1}):
        assert scayle.ids(O_GB) == [101, 102, 103, 105, 106, 107, 203]
        assert scayle.ask(f"{O_GB}/101").status_code == 404
        assert [scayle.ask(f"{O_GB}/{n}").status_code for n in (104, 203)] == [200, 200]
        assert scayle.ids(O_GB)[:3] == [101, 102, 103]  # each walk begins with the original list again


def test_after_so_many_walks_a_list_stays_shifted(world: Path) -> None:
    shift = {"switch": "page_shift", "entity": "products", "withdraw": 1, "append": 1, "walks": 1}
    with calling(world, shift) as scayle:
        assert [scayle.ids("/products", limit=2) for _ in range(3)] == [[1, 2, 4], [2, 3, 4], [2, 3, 4]]
        assert scayle.get("/products/4")["state"] == "draft"


def test_an_order_can_be_missing_from_its_list_and_still_be_there(scayle: Caller) -> None:
    with switched(scayle, {"switch": "lost_row", "keys": ["WEB-103", "105"]}):
        assert scayle.ids(O_GB) == [101, 102, 104, 106, 107]
        assert scayle.get(f"{O_GB}/103")["id"] == 103
    with switched(scayle, {"switch": "lost_row", "entity": "products"}):
        assert scayle.ids("/products") == [2, 3]
        assert scayle.ids(O_GB) == GB


def test_the_list_of_one_country_can_show_an_order_of_another(scayle: Caller) -> None:
    with switched(scayle, {"switch": "other_shop_order"}):
        rows = scayle.walk(O_GB)
        assert [r["id"] for r in rows] == [*GB, 201]
        assert rows[-1]["shopCountry"]["countryCode"] == "DE"
        assert scayle.ids(O_DE) == [101, 201, 202]


def test_the_assumed_date_filter_is_ignored_unless_switched_on(scayle: Caller) -> None:
    asked = {"filters[updatedAt][gte]": "2026-11-16T10:00:00+00:00"}
    assert scayle.ids(O_GB, **asked) == GB
    with switched(scayle, {"switch": "order_date_filter"}):
        changed = {n: scayle.get(f"{O_GB}/{n}")["updatedAt"] for n in GB}
        assert scayle.ids(O_GB, **asked) == [n for n in GB if changed[n] >= "2026-11-16T10:00:00+00:00"]
        assert 0 < len(scayle.ids(O_GB, **asked)) < len(GB)
        assert scayle.ask(O_GB, params={"filters[updatedAt][gte]": "yesterday"}).status_code == 400
    for mode, status in (("refused", 400), ("ignored", 200)):
        with switched(scayle, {"switch": "order_date_filter", "mode": mode}):
            assert scayle.ask(O_GB, params=asked).status_code == status
