"""One night with nearly everything in it, written out in full: every row that must be there, and no other.

Where single facts are tested apart, this says that they do not disturb one another.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from khaos_assets.systems.khaos.records import StyleValue
from khaos_assets_tests.planted_night import (
    PlantedNight,
    Results,
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
)

YESTERDAY, TODAY = date(2026, 11, 19), date(2026, 11, 20)
LATE = minutes_ago(300)
SETTINGS = {
    "mapping": {
        "locations": {"L1": "Main", "L2": "Shop", "L3": "Shop"},
        "couriers": {"COLLECT": "Collect"},
        "sizes": {"Medium": "M"},
    },
    "non_stock_codes": ["POST", "POST-W"],
    "order_reference_prefixes": {"scayle": "SC-"},
    "wair": {"untracked_services": ["COLLECT"]},
    "khaos": {"back_order_lowers_level": "no", "back_orderable": ["BACK-1"]},
}


BEFORE = [
    [stocked(c, 10) for c in ("LATE-1", "LATE-2", "LATE-3", "LATE-4", "LATE-5")],
    stock_item("OLD-1", stock_id="7"),
    stock_item("POST-OLD", stock_id="8"),
]

STOCK = [
    stocked("LATE-1", 10, 7, at=LATE),
    stocked("LATE-2", 10, 7, at=minutes_ago(60)),
    stocked("LATE-3", 10, 7, at=minutes_ago(60, 1)),
    stocked("LATE-4", 10, 7),
    [stocked("LATE-5", 10, 7, at=LATE), transfer("T5", "LATE-5", 3, goal="L1")],
    stocked("GRACE-1", 10, 7, at=minutes_ago(30)),
    stocked("GRACE-2", 10, 7, at=minutes_ago(30, 1)),
    [stocked("MOVE-1", 10, 7), transfer("T1", "MOVE-1", 4, received=1, goal="L2")],
    [stocked("MOVE-2", 10, 7), transfer("T2", "MOVE-2", 3, goal="L2"), transfer("T3", "MOVE-2", 9, goal="L2")],
    [stocked("MOVE-3", 10, 7), transfer("T4", "MOVE-3", 3, received=3, goal="L2")],
    stocked("NEG-1", -2, -3),
    stocked("NEG-2", -2, 0),
    stocked("BACK-1", -2, 0),
    [stocked("WRONG-1", 8), order("SO-W", None, [("WRONG-1", 2, "12.00"), ("POST", 1, "3.00")])],
    [stock_item("FREE-1"), level("FREE-1", 8), wair_item("FREE-1"), wair_stock("FREE-1", 8, available=6)],
    [stock_item("FREE-2"), level("FREE-2", 8), wair_item("FREE-2")],
    wair_stock("FREE-2", 8, allocated=2, available=8, at=minutes_ago(30, 1)),
    [stock_item("BO-1"), level("BO-1", 5, back_order=2), wair_item("BO-1"), wair_stock("BO-1", 6, available=5)],
    order("SO-B", None, [("BO-1", 3, "1.00")]),
    [stock_item("BO-2"), level("BO-2", 5, back_order=None), wair_item("BO-2"), wair_stock("BO-2", 9)],
    [stock_item("SVC-1", stock_controlled=False), level("SVC-1", 0), wair_item("SVC-1"), wair_stock("SVC-1", -5)],
    [stock_item("POST-W"), level("POST-W", -1), wair_item("POST-W"), wair_stock("POST-W", -5)],
    [pack("SET-1", {"WRONG-1": 2}), wair_item("SET-1"), wair_stock("SET-1", 3), level("SET-1", 0)],
    [style_parent("TEE"), wair_item("TEE"), wair_stock("TEE", -1), level("TEE", -1)],
    [site("Shop"), stocked("TWO-1", 3), level("TWO-1", 9, site_name="Shop")],
    [wair_stock("TWO-1", 4, location="L2"), wair_stock("TWO-1", 3, location="L3")],
    [stocked("PART-1", 3, 2), SetAside("wair.stock", "L1/PART-2"), stocked("PART-2", 3, 2)],
]

ITEMS = [
    [stock_item("NEW-1", stock_id="7", web=True), level("NEW-1", 4), wair_item("OLD-1"), wair_stock("OLD-1", 3)],
    [wair_item("near 1"), wair_stock("near 1", 2), stock_item("NEAR-1", web=True), level("NEAR-1", 5)],
    [wair_item("NOBODY-1"), wair_stock("NOBODY-1", -1), wair_item("GONE-1", active=False)],
    [wair_item("two1"), stock_item("TWO/1")],
    [wair_item("TWIN-1"), wair_item("twin-1"), wair_stock("TWIN-1", 4), wair_stock("twin-1", 3)],
    [stock_item("TWIN-1"), stock_item("twin-1"), level("TWIN-1", 9), level("twin-1", 9)],
    [stock_item("WEB-1", web=True), level("WEB-1", 10), stock_item("WEB-2", web=True, discontinued=True)],
    [stock_item("WEB-3", web=True), SetAside("wair.items", "WEB-3")],
    [pack("SET-2", {"WRONG-1": 1}, web=True), stock_item("POST", web=True)],
    [style_child("TEE-M", "TEE", size="M"), level("TEE-M", 9), wair_stock("TEE-M", 9)],
    wair_item("TEE-M", body_map=body_map("L", displayed=False)),
    [style_child("TEE-S", "TEE", size="S"), level("TEE-S", 2), wair_stock("TEE-S", 2)],
    wair_item("TEE-S", body_map=body_map("S", displayed=False)),
    style_child("TEE-F", "TEE", style_values=[StyleValue(level=1, heading="Colour", value="Red")]),
    [level("TEE-F", 9), wair_stock("TEE-F", 9), wair_item("TEE-F", body_map=body_map("Medium"))],
    [style_child("TEE-X", "TEE", size="M"), wair_item("TEE-X", active=False, body_map=body_map("L"))],
]

MUG = [("MUG-1", 2, "12.00")]


def sent(units: int = 2, shipped: date | None = date(2026, 11, 1)) -> dict[str, object]:
    return {"invoices": [invoice({"MUG-1": units}, shipped_on=shipped)]}


ORDERS = [
    [stocked("MUG-1", 50, 57), stocked("CUP-1", 50, 50)],
    [order("SO1", "SC-1", MUG), dispatch("D1", "SC-1", {"MUG-1": 2})],
    [order("SO2", "R2", MUG), dispatch("D2", "R2", {"MUG-1": 2}, at=minutes_ago(60, 1))],
    [order("SO3", "R3", MUG), dispatch("D3", "R3", {"MUG-1": 1}, at=minutes_ago(60))],
    dispatch("D3b", "R3", {"MUG-1": 1}, at=minutes_ago(59)),
    [order("SO4", "R4", MUG, **sent(1)), dispatch("D4", "R4", {"MUG-1": 1})],
    [order("SO5", "R5", MUG, **sent(), complete=True), dispatch("D5", "R5", {"MUG-1": 1, "CUP-1": 1})],
    [order("SO6", "R6", MUG, **sent(2, TODAY), complete=True), dispatch("D6", "R6", {"MUG-1": 1})],
    [order("SO7", "R7", MUG, **sent(2, YESTERDAY), complete=True), dispatch("D7", "R7", {})],
    order("SO8", "R8", MUG, **sent(2, TODAY), complete=True),
    [
        order("SO9", "R9", MUG, **sent(), complete=True),
        SetAside("wair.dispatches", "D9", raw='{"orderReference":"R9"}'),
    ],
    order("SO10", None, MUG, **sent(), complete=True),
    [customer("T1", company_class="Test"), order("SO11", "R11", MUG, company="T1")],
    dispatch("D11", "R11", {"MUG-1": 2}, carrier="NEW-9"),
    [dispatch("D12", "X12", {"CUP-1": 2}), dispatch("D13", "X12", {"CUP-1": 2}, tracking="T-D12")],
    [order("SO14", "R14", MUG, **sent(), complete=True), dispatch("D14", "R14", {"MUG-1": 2}, tracking=None)],
    [order("SO15", "R15", MUG, **sent(), complete=True), dispatch("D15", "R15", {"MUG-1": 2}, carrier="")],
    [order("SO16", "R16", MUG, **sent(), complete=True)],
    dispatch("D16", "R16", {"MUG-1": 2}, carrier="COLLECT", tracking=None),
    [order("SO17", "R17", MUG, **sent(), complete=True)],
    dispatch("D17", "R17", {"MUG-1": 2}, tracking=None, at=minutes_ago(120, 1)),
    [order("SO18", "R18", MUG, cancelled=True), dispatch("D18", "R18", {})],
    [site("Attic"), order("SO19", "R19", [line("JUG-1", 1, "1.00", site_name="Attic")], items_net="9.99")],
    order("SO20", "R20", [("SET-1", 1, "5.00"), ("POST", 1, "3.00")], invoices=[invoice({"SET-1": 1, "POST": 1})]),
    [order("SO21", "R21", [("SVC-1", 1, "6.00")]), dispatch("D21", "R21", {"SVC-1": 1}, location="L9")],
    [order("SO22", "R22", MUG, with_lines=False), dispatch("D22", "R22", {"MUG-1": 2})],
    SetAside("khaos.order_lines", "SO22/1", raw="<STOCK_CODE>PART-1</STOCK_CODE>"),
]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder: Path = tmp_path_factory.mktemp("eventful")
    return evaluate(
        folder, PlantedNight(BEFORE, settings=SETTINGS), PlantedNight([STOCK, ITEMS, ORDERS], settings=SETTINGS)
    )


def test_every_row_is_as_the_catalogue_says(found: Results) -> None:
    by_case = {r["case_key"]: f"{r['code']} {r['record_key']}" for r in found.rows}
    rows = [
        " | ".join(
            [
                f"{r['code']} {r['record_key']}" + (f" @{r['scope']}" if r["scope"] else ""),
                r["state"] + (f" by {by_case[r['suppressed_by']]}" if r["suppressed_by"] else ""),
                f"{r['units']:f}".rstrip("0").rstrip(".") if r["units"] is not None else "-",
                str(r["amount_gbp"]) if r["amount_gbp"] is not None else "-",
                r["field"] or "-",
            ]
        )
        for r in found.rows
    ]
    assert rows == ROWS


# Code, record and scope | state, by what explains it | units | pounds | field
ROWS = [
    "FEED-04 khaos/order_lines/SO22/1 | open | - | - | field",
    "FEED-04 wair/dispatches/D9 | open | - | - | field",
    "FEED-04 wair/items/WEB-3 | open | - | - | field",
    "FEED-04 wair/stock/L1/PART-2 | open | - | - | field",
    "MAP-01 courier/NEW-9 | open | - | - | -",
    "MAP-01 location/L9 | open | - | - | -",
    "ORD-05 1 | open | 2 | 20.00 | full",
    "ORD-05 R11 | suppressed by ORD-14 R11 | 2 | 20.00 | full",
    "ORD-05 R2 | expected | 2 | 20.00 | full",
    "ORD-05 R21 | open | 1 | 5.00 | full",
    "ORD-05 R3 | open | 1 | 10.00 | full",
    "ORD-06 D14 | open | - | - | tracking",
    "ORD-06 D15 | open | - | - | carrier",
    "ORD-06 D17 | expected | - | - | tracking",
    "ORD-14 R11 | open | 2 | 20.00 | -",
    "ORD-15 R5 | open | 2 | 12.50 | CUP-1+MUG-1",
    "ORD-15 R6 | expected | 1 | 10.00 | MUG-1",
    "ORD-16 D12 | open | 2 | 5.00 | -",
    "ORD-16 D13 | open | 2 | 5.00 | -",
    "ORD-17 R7 | open | 2 | 20.00 | -",
    "ORD-17 R8 | expected | 2 | 20.00 | -",
    "PIM-10 TEE-M | open | - | 70.00 | displayed+size",
    "SKU-01 NOBODY-1 | open | - | 0.00 | -",
    "SKU-01 two1 | open | - | 0.00 | -",
    "SKU-02 near 1 | open | - | 0.00 | sku",
    "SKU-03 NEAR-1 | suppressed by SKU-02 near 1 | - | 30.00 | -",
    "SKU-03 NEW-1 | suppressed by SKU-05 OLD-1 | - | 20.00 | -",
    "SKU-03 WEB-1 | expected | - | 80.00 | -",
    "SKU-04 twin-1 | open | - | - | -",
    "SKU-04 twin-1 | open | - | - | -",
    "SKU-05 OLD-1 | open | - | 0.00 | -",
    "STK-01 BACK-1 @Main | open | -2 | 5.00 | physical",
    "STK-01 GRACE-1 @Main | open | 3 | 7.50 | physical",
    "STK-01 GRACE-2 @Main | expected | 3 | 7.50 | physical",
    "STK-01 LATE-1 @Main | suppressed by STK-07 LATE-1 | 3 | 7.50 | physical",
    "STK-01 LATE-2 @Main | suppressed by STK-07 LATE-2 | 3 | 7.50 | physical",
    "STK-01 LATE-3 @Main | open | 3 | 7.50 | physical",
    "STK-01 LATE-4 @Main | open | 3 | 7.50 | physical",
    "STK-01 LATE-5 @Main | expected by STK-07 LATE-5 | 3 | 7.50 | physical",
    "STK-01 MOVE-1 @Main | expected | 3 | 7.50 | physical",
    "STK-01 MOVE-2 @Main | expected | 3 | 7.50 | physical",
    "STK-01 MOVE-3 @Main | open | 3 | 7.50 | physical",
    "STK-01 MUG-1 @Main | suppressed by ORD-05 1 | 2 | 5.00 | physical",
    "STK-01 NEG-1 @Main | suppressed by STK-06 NEG-1 | 1 | 2.50 | physical",
    "STK-01 NEG-2 @Main | open | -2 | 5.00 | physical",
    "STK-01 OLD-1 @Main | suppressed by SKU-05 OLD-1 | 1 | 2.50 | physical",
    "STK-01 TWIN-1 @Main | suppressed by SKU-04 twin-1 | 5 | 12.50 | physical",
    "STK-01 TWO-1 @Shop | open | 2 | 5.00 | physical",
    "STK-01 WRONG-1 @Main | suppressed by STK-02 WRONG-1 | 2 | 5.00 | physical",
    "STK-01 near 1 @Main | suppressed by SKU-02 near 1 | 3 | 7.50 | physical",
    "STK-01 twin-1 @Main | suppressed by SKU-04 twin-1 | 6 | 15.00 | physical",
    "STK-02 WRONG-1 @L1 | open | -2 | 5.00 | available",
    "STK-03 SET-1 @L1 | open | 3 | 15.00 | pack",
    "STK-03 TEE @L1 | open | 1 | 2.50 | scs",
    "STK-06 NEG-1 @Main | suppressed by STK-06 NEG-1 | -2 | 5.00 | available",
    "STK-06 NEG-2 @Main | open | -2 | 5.00 | available",
    "STK-06 NEG-1 @L1 | open | -3 | 7.50 | on_hand",
    "STK-06 NOBODY-1 @L1 | suppressed by SKU-01 NOBODY-1 | -1 | - | on_hand",
    "STK-06 TEE @L1 | suppressed by STK-03 TEE | -1 | 2.50 | on_hand",
    "STK-07 LATE-1 @Main | open | 3 | 7.50 | physical",
    "STK-07 LATE-2 @Main | open | 3 | 7.50 | physical",
    "STK-07 LATE-5 @Main | expected | 3 | 7.50 | physical",
    "STK-08 BO-1 @L1 | open | -1 | 10.00 | allocated",
    "STK-08 FREE-1 @L1 | open | -2 | 20.00 | allocated",
    "STK-08 FREE-2 @L1 | expected | 2 | 20.00 | allocated",
]
