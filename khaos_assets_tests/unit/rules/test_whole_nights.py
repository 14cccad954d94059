"""What holds for a night as a whole: its order, its neighbours, the systems that are on, the decoys."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from khaos_assets.config import Night, Store
from khaos_assets.rules.catalogue import load_catalogue
from khaos_assets.rules.evaluation import evaluate_in, pairs_of
from khaos_assets.snapshots.certificate import Verdict
from khaos_assets.systems.scayle import records as scayle
from khaos_assets.warehouse.building import build_in
from khaos_assets_tests.memory_warehouse import prepare_memory
from khaos_assets_tests.planted_night import (
    AS_OF,
    NIGHT,
    PlantedNight,
    Record,
    SetAside,
    body_map,
    customer,
    dispatch,
    evaluate,
    invoice,
    level,
    line,
    minutes_ago,
    order,
    pack,
    site,
    stock_item,
    stocked,
    style_child,
    style_parent,
    transfer,
    wair_item,
    wair_stock,
    write_snapshots,
)
from khaos_assets_tests.planted_records import Number
from khaos_assets_tests.planted_scayle import scayle_order, scayle_stock, scayle_variant, unit
from khaos_assets_tests.unit.rules.conftest import Tonight

BEFORE = [
    stocked("LATE-1", 10),
    stock_item("OLD-1", stock_id="7"),
    [stocked(f"C-{n}", 1) for n in range(9)],
]
EVERYTHING = [
    stocked("LATE-1", 10, 7, at=minutes_ago(300)),
    stocked("DRIFT-1", 10, 4),
    stocked("DOUBLE-1", 10),
    stocked("double-1", 10),
    stocked("NEG-1", -2, -3),
    stocked("MUG-1", 8, 6),
    stocked("WRONG-1", 8),
    stock_item("NEW-1", stock_id="7", web=True),
    stock_item("WEB-1", web=True),
    [level("NEW-1", 4), level("WEB-1", 5), wair_item("OLD-1"), wair_stock("OLD-1", 4)],
    [wair_item("wrong-1 "), wair_stock("wrong-1 ", 2), wair_item("NOBODY-1"), wair_stock("NOBODY-1", -1)],
    [pack("SET-1", {"MUG-1": 2}), wair_item("SET-1"), wair_stock("SET-1", 3)],
    [style_parent("TEE"), style_child("TEE-M", "TEE", size="M"), level("TEE-M", 9)],
    [wair_item("TEE-M", body_map=body_map("L", displayed=False)), wair_stock("TEE-M", 9, allocated=2)],
    order("SO1", "WEB1", [("MUG-1", 2, "12.00"), ("WRONG-1", 2, "6.00")]),
    order("SO2", "WEB2", [("MUG-1", 1, "9.99"), ("WRONG-1", 1, "1.01")], invoices=[invoice({"MUG-1": 1})]),
    order("SO3", "WEB3", [("MUG-1", 1, "9.99")], invoices=[invoice({"MUG-1": 1})], complete=True),
    customer("T1", company_class="Test"),
    order("SO4", "WEB4", [("MUG-1", 1, "9.99")], company="T1"),
    [dispatch("D1", "WEB1", {"MUG-1": 2}), dispatch("D2", "WEB2", {"MUG-1": 3}, tracking=None)],
    [dispatch(k, "X1", {"MUG-1": 1}, tracking="T") for k in ("D3", "D4")],
    [dispatch("D5", "WEB4", {"MUG-1": 1}, carrier="NEW-9"), transfer("T1", "DRIFT-1", 2)],
    SetAside("wair.stock", "L1/BAD-1", row=1),
    SetAside("wair.stock", "L1/BAD-2", row=2),
]
SETTINGS = {"feeds": {"wair.items": {"moving": True}}, "tolerances": {"snapshot_drop_percent": 100}}


def sold(
    number: int, sku: str = "VASE-1", *, status: str = "payment_reserved", returned: bool = False, **fields: Any
) -> Record:
    """SCAYLE's order W<number> of one unit."""
    back = minutes_ago(3000) if returned else None
    return scayle_order(f"W{number}", [unit(sku, "12.00", returned_at=back)], status=status, **fields)


def taken(number: int, *, code: str = "A", quantity: Number = 1, **fields: Any) -> list[Record]:
    """Khaos's order of it."""
    return order(f"S{code}{number}", f"SC-W{number}", [("VASE-1", quantity, "12.00")], **fields)


def offered(sku: str, available: Number, shown: int, **fields: Any) -> list[Any]:
    return [stocked(sku, available, **fields), scayle_variant(sku), scayle_stock(sku, shown)]


GONE: dict[str, Any] = {"status": "cancellation_completed"}
SENT: dict[str, Any] = {"invoices": [invoice({"VASE-1": 1})], "complete": True}
OTHER = scayle.Package(carrier_key="dpd", tracking=scayle.Tracking(id="OTHER"))
"""Another number than WAIR's: ORD-08."""
ON_A_CHANNEL = [
    [stocked("VASE-1", 20), scayle_variant("VASE-1"), scayle_stock("VASE-1", 18)],
    [sold(1), sold(2, "NOBODY-2")],  # ORD-01, 02
    [sold(3), taken(3), taken(3, code="B"), taken(4)],  # ORD-03, 04
    [sold(7), taken(7, **SENT), dispatch("D7", "SC-W7", {"VASE-1": 1})],  # ORD-07
    [sold(8, order_code="order_shipped", packages=[OTHER]), taken(8, **SENT), dispatch("D8", "SC-W8", {"VASE-1": 1})],
    [sold(9, **GONE), taken(9), sold(10, **GONE), taken(10, invoices=[invoice({}, stage=12)])],  # ORD-09, 10
    [sold(11), taken(11, quantity=2), sold(12, returned=True), taken(12, **SENT)],  # ORD-11, 12
    [sold(13), taken(13, invoices=[invoice({}, stage=21)])],  # ORD-13: on hold
    [sold(18, order_code="order_shipped"), taken(18)],  # ORD-18
    [offered("FULL-1", 8, 8), offered("OVER-1", 8, 9), offered("HELD-1", 30, 1)],  # STK-02, 04, 05
    [offered("ENDED-1", 4, 2, discontinued=True), offered("LESS-1", 4, -1)],  # PIM-09, STK-06
    [style_parent("CAP"), scayle_variant("CAP"), scayle_stock("CAP", 2)],  # STK-03
]
ON = SETTINGS | {
    "scayle": {},
    "order_reference_prefixes": {"scayle": "SC-"},
    "mapping": {"warehouses": {"scayle": {"HUB": ["Main"]}}},
    "markets": {"scayle/hl/GB": {"company_class": "Web", "tax_codes": {"20": "1"}}},
}


def eventful(folder: Path, seed: int | None = None) -> list[dict[str, Any]]:
    first, second = PlantedNight(BEFORE, settings=ON), PlantedNight([EVERYTHING, ON_A_CHANNEL], settings=ON)
    return evaluate(folder, first, second, seed=seed).rows


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    return eventful(tmp_path_factory.mktemp("in_order"))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_rows_changes_nothing(tmp_path: Path, in_order: list[dict[str, Any]], seed: int) -> None:
    assert eventful(tmp_path, seed) == in_order


ELSEWHERE = {"FEED-01", "FEED-02", "FEED-05", "FEED-06"} | {f"PIM-0{n}" for n in range(1, 9)}
"""What stops or hides other codes: with money and customers on the night of test_suppression.py, and shuffled there."""


def test_this_night_has_every_code(in_order: list[dict[str, Any]]) -> None:
    """Of mappings, items, stock and orders: otherwise the order of rows would be tested for less than all of them."""
    wanted = {name for name, c in load_catalogue().items() if c.family not in ("FIN", "CUS")} - ELSEWHERE
    assert wanted - {r["code"] for r in in_order} == set()
    channel = {r["code"] for r in in_order if "scayle" in r["systems"]}
    assert {f"ORD-{n:02}" for n in (1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 18)} <= channel
    assert {"STK-02", "STK-03", "STK-04", "STK-05", "STK-06", "PIM-09"} <= channel


# Nights


def test_a_difference_that_stays_is_the_same_case_with_its_first_instant(nights: Tonight) -> None:
    found = nights(*[PlantedNight([stocked("MUG-1", 10, units)]) for units in (7, 6, 5)])
    row = found.one("STK-01")
    assert (row["first_seen"], row["as_of"], row["units"]) == (AS_OF - timedelta(days=2), AS_OF, 5)


def test_a_difference_that_went_and_came_back_begins_anew(nights: Tonight) -> None:
    found = nights(*[PlantedNight([stocked("MUG-1", 10, units)]) for units in (7, 10, 5)])
    assert found.one("STK-01")["first_seen"] == AS_OF


def test_a_night_that_could_not_look_does_not_begin_it_anew(nights: Tonight) -> None:
    blind = {"wair.stock": {"verdict": Verdict.INCOMPLETE}}
    differing = [stocked("MUG-1", 10, 7)]
    found = nights(PlantedNight(differing), PlantedNight(differing, certificates=blind), PlantedNight(differing))
    assert found.one("STK-01")["first_seen"] == AS_OF - timedelta(days=2)


def test_figures_of_an_incomplete_night_are_not_handed_on_as_agreed(nights: Tonight) -> None:
    blind = {"wair.stock": {"verdict": Verdict.INCOMPLETE}}
    found = nights(
        PlantedNight([stocked("MUG-1", 10)], certificates=blind),
        PlantedNight([stocked("MUG-1", 10, 7, at=minutes_ago(300))]),
    )
    assert found.open() == [("STK-01", "MUG-1")]


def test_a_night_run_again_replaces_its_rows_and_keeps_their_age(tmp_path: Path) -> None:
    planted = PlantedNight([stocked("MUG-1", 10, 7)])
    store, settings = Store(tmp_path), planted.effective_settings()
    before = Night.of("2026-11-19")
    runs: list[list[tuple[Any, ...]]] = []
    with prepare_memory() as db:
        for night in (before, NIGHT):
            write_snapshots(store, night, planted)
        for night in (before, NIGHT, NIGHT):
            build_in(db, settings, store, night)
            evaluate_in(db, settings, store, night)
            runs.append(db.execute("SELECT * FROM exception WHERE night = ?", [night.date]).fetchall())
        ages = db.execute("SELECT night, first_seen FROM exception ORDER BY night").fetchall()
    assert runs[1] == runs[2]
    assert ages == [(before.date, before.as_of), (NIGHT.date, before.as_of)]


# Systems


def test_without_wair_its_pairs_do_not_exist(tonight: Tonight) -> None:
    found = tonight(EVERYTHING, settings={"wair": {"enabled": False}})
    assert {c["systems"] for c in found.control} == {"khaos"}
    assert {r["code"] for r in found.rows} == {"SKU-04", "STK-06"}


def test_without_khaos_only_wair_speaks_of_itself(tonight: Tonight) -> None:
    found = tonight(EVERYTHING, settings={"khaos": {"enabled": False}})
    assert {c["systems"] for c in found.control} == {"wair"}
    assert {r["code"] for r in found.rows} == {"FEED-04", "SKU-04", "STK-06"}


def test_every_code_and_pair_stands_on_the_control_sheet(tonight: Tonight) -> None:
    found = tonight()
    assert {(c["code"], c["systems"]) for c in found.control} == {(code, systems) for code, systems, _ in PAIRS}
    assert set(found.not_tested()) == {("ORD-13", "khaos"), ("SKU-05", "khaos>wair"), ("STK-07", "wair>khaos")}


PAIRS = [
    (code.code, systems, {n.read for n in needs})
    for code in load_catalogue().values()
    for systems, needs in pairs_of(code, PlantedNight().effective_settings())
]
"""Of the two systems that are on: code, pair and what it reads."""


@pytest.mark.parametrize("read", ["khaos.customers", "khaos.stock_items", "wair.dispatches"])
def test_a_code_whose_read_was_never_taken_is_not_tested_and_says_so(tonight: Tonight, read: str) -> None:
    found = tonight(EVERYTHING, certificates={read: None})
    silent = {pair for pair in found.not_tested() if not found.of(*pair)}
    needing = {(code, systems) for code, systems, reads in PAIRS if read in reads}
    assert needing
    assert needing <= silent
    assert all(why for why in found.not_tested().values())


# Decoys: legal differences (their numbers in the catalogue)


def test_legal_differences_are_never_open(tonight: Tonight) -> None:
    found = tonight(
        # 3, 7: a pack heading, the children Khaos added; 16: postage; 23: a free line; 6: three lines of one SKU
        [pack("SET-1", {"MUG-1": 2}), wair_item("SET-1"), wair_stock("SET-1", 0), stock_item("POST")],
        stocked("MUG-1", 10, 10),
        order(
            "SO1",
            "WEB1",
            [
                line("SET-1", 1, "24.00"),
                line("MUG-1", 2, "0"),
                line("POST", 1, "3.00"),
                line(None, 1, "5.00"),
                line("MUG-1", 1, "12.00"),
            ],
            invoices=[invoice({"MUG-1": 3, "POST": 1})],
            complete=True,
        ),
        dispatch("D1", "WEB1", [("MUG-1", 1), ("MUG-1", 2)]),
        # 4: a build with its own level; 5: a style parent without stock
        [stock_item("KIT-1"), level("KIT-1", 4, build_potential=9), wair_item("KIT-1"), wair_stock("KIT-1", 4)],
        [style_parent("TEE"), wair_item("TEE"), wair_stock("TEE", 0)],
        # 2: a dispatch inside its grace; 11: a part on both sides; 10: several parcels
        stocked("CUP-1", 3, 4),
        order("SO2", "WEB2", [("CUP-1", 4, "6.00")], invoices=[invoice({"CUP-1": 1})]),
        dispatch("D2", "WEB2", {"CUP-1": 1}),
        dispatch("D3", "WEB2", {"CUP-1": 2}, at=minutes_ago(20), tracking=None),
        # 15: a test order that nobody saw; 18: in transit; 20: odd SKUs; 25: the size map
        customer("T1", company_class="Test"),
        order("SO3", None, [("JUG-1", 1, "1.00")], company="T1"),
        stocked("JUG-1", 4, 2),
        transfer("T9", "JUG-1", 3, origin="L1", goal="L1"),
        stocked(" 00 /ñ", 3),
        [style_child("TEE-M", "TEE", size="M"), level("TEE-M", 9), wair_stock("TEE-M", 9)],
        wair_item("TEE-M", body_map=body_map("Medium")),
        site("Main 2"),
        settings={"non_stock_codes": ["POST"], "mapping": {"sizes": {"Medium": "M"}}},
    )
    assert found.open() == []
    assert {r["state"] for r in found.rows} == {"expected"}
