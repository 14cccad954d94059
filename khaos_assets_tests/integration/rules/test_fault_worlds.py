"""Worlds whose feeds break: the FEED code is reported, nothing is concluded from the broken side, the rest is there."""

from __future__ import annotations

import csv
import io
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from khaos_assets.sandbox.worlds import make_world
from khaos_assets_tests.worlds import Reading, read_world

LAST = "2026-11-20"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults") / "world"
    make_world(folder, seed=11, skus=120, orders=150)
    return folder


@pytest.fixture(scope="module")
def first_night(world: Path) -> Path:
    """What the sound night before leaves behind."""
    folder = world.parent / "first"
    read_world(world, folder, part=slice(-1))
    return folder


@pytest.fixture
def last_night(world: Path, first_night: Path, tmp_path: Path) -> Callable[..., Reading]:
    """Read the last night with a fault, after the sound one."""

    def read(switch: str, system: str = "wair", **match: Any) -> Reading:
        shutil.copytree(first_night, tmp_path, dirs_exist_ok=True)
        fault = {"system": system, "switch": switch, "nights": [LAST], **match}
        return read_world(world, tmp_path, faults=[fault], part=slice(-1, None))

    return read


def opened(reading: Reading, night: str = LAST) -> Counter[tuple[str, str]]:
    """Open rows by code and record key (by code alone where it is not a FEED code)."""
    rows = csv.DictReader(io.StringIO(reading.exports[night].decode()))
    return Counter(
        (r["code"], r["record_key"] if r["code"].startswith("FEED") else "") for r in rows if r["state"] == "open"
    )


def codes(reading: Reading, state: str) -> set[str]:
    rows = csv.DictReader(io.StringIO(reading.exports[LAST].decode()))
    return {r["code"] for r in rows if r["state"] == state}


def test_a_feed_that_breaks_off_is_feed_01_and_no_stock_code_speaks_from_it(last_night: Callable[..., Reading]) -> None:
    reading = last_night("bad_json", path="/api/v1/Stock")
    found = opened(reading)
    assert found["FEED-01", "wair/stock"] == 1
    assert reading.verdicts[f"{LAST} wair/stock"] == "INCOMPLETE"
    spoken = {code for code, _ in found}
    assert not spoken & {"STK-01", "STK-02", "STK-03", "STK-07", "STK-08"}
    assert {"ORD-05", "ORD-16", "SKU-01", "SKU-03"} <= spoken, "the other reads are there"


def test_no_item_is_missing_from_a_list_that_broke_off(last_night: Callable[..., Reading]) -> None:
    found = opened(last_night("bad_json", path="/api/v1/Items"))
    assert found["FEED-01", "wair/items"] == 1
    assert not {"SKU-03"} & {code for code, _ in found}


def test_no_order_is_unknown_to_a_khaos_that_does_not_answer_for_orders(last_night: Callable[..., Reading]) -> None:
    reading = last_night("soap_fault", system="khaos", method="ExportOrderStatusEx")
    found = opened(reading)
    assert found["FEED-01", "khaos/sales_orders"] == 1
    assert not {"ORD-16", "STK-01"} & {code for code, _ in found}
    assert "ORD-06" in {code for code, _ in found}, "WAIR speaks for itself"
    assert reading.verdicts[f"{LAST} wair/dispatches"].startswith("COMPLETE")


def test_stock_that_falls_to_nothing_overnight_is_feed_02_and_explains_the_stock_codes(
    last_night: Callable[..., Reading],
) -> None:
    reading = last_night("zero_stock", rows=100_000)
    found = opened(reading)
    assert found["FEED-02", "wair/stock"] == 1
    assert not {"STK-01", "STK-07"} & {code for code, _ in found}
    assert "STK-01" in codes(reading, "suppressed")


def test_a_feed_that_stands_still_is_feed_03(last_night: Callable[..., Reading]) -> None:
    reading = last_night("stale_feed", entity="stock", hours=72)
    found = opened(reading)
    assert found["FEED-03", "wair/stock"] == 1
    assert not {code for code, _ in found if code.startswith("STK-") and code != "STK-06"}
