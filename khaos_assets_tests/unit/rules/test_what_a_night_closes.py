"""What a night does not show is gone only where it saw all that the code needs (`control_code.closes`)."""

from __future__ import annotations

from khaos_assets.snapshots.certificate import Verdict
from khaos_assets_tests.planted_night import PlantedNight, Results, stock_item, stocked, wair_item
from khaos_assets_tests.unit.rules.conftest import Tonight

BLIND = {"verdict": Verdict.INCOMPLETE}


def closed(found: Results) -> set[str]:
    """Codes that a night closes for every pair in which they were tested."""
    open_ended = {c["code"] for c in found.control if c["tested"] and not c["closes"]}
    return {c["code"] for c in found.control if c["tested"]} - open_ended


def test_a_whole_night_closes_every_code_that_it_tested(tonight: Tonight) -> None:
    found = tonight(stocked("MUG-1", 10))
    assert closed(found) == {c["code"] for c in found.control if c["tested"]}
    assert not any(c["closes"] for c in found.control if not c["tested"])


def test_an_incomplete_side_closes_none_of_the_codes_that_need_it_and_all_others(tonight: Tonight) -> None:
    found = tonight(stocked("MUG-1", 10), certificates={"wair.items": BLIND})
    closes = {c["code"]: c["closes"] for c in found.control}
    assert not closes["SKU-01"]
    assert not closes["SKU-02"]
    assert closes["STK-03"]
    assert closes["FEED-01"]


def test_what_rests_on_a_half_blind_code_is_half_blind_itself(tonight: Tonight) -> None:
    found = tonight(certificates={"khaos.stock_items": BLIND})
    closes = {(c["code"], c["systems"]): c["closes"] for c in found.control if c["tested"]}
    assert not any(closes[code, "wair>khaos"] for code in ("STK-01", "FEED-06", "FEED-05"))
    assert closes["FEED-05", "khaos>wair"] is False
    assert closes["ORD-14", "khaos>wair"]


def test_what_is_said_of_a_read_itself_stands_until_that_system_was_read_whole(tonight: Tonight) -> None:
    found = tonight(certificates={"wair.stock": BLIND})
    closes = {(c["code"], c["systems"]): c["closes"] for c in found.control}
    assert not any(closes[code, "wair"] for code in ("FEED-02", "FEED-03", "FEED-04"))
    assert all(closes[code, "khaos"] for code in ("FEED-02", "FEED-03", "FEED-04"))


def test_a_side_that_fell_sharply_closes_no_code_that_concludes_an_absence_from_it(nights: Tonight) -> None:
    many = [[stock_item(f"C-{i}"), wair_item(f"C-{i}")] for i in range(10)]
    few = [many[0], [stock_item(f"C-{i}") for i in range(1, 10)]]
    found = nights(PlantedNight(many), PlantedNight(few, settings={"tolerances": {"snapshot_drop_percent": 20}}))
    assert [r["record_key"] for r in found.of("FEED-02")] == ["wair/items"]
    closes = {(c["code"], c["systems"]): c["closes"] for c in found.control if c["tested"]}
    assert not closes["SKU-03", "khaos>wair"]
    assert closes["SKU-02", "khaos>wair"]
