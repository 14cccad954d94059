"""ORD-07, 08, 13 and 18: what a channel tells of an order on its way, beside Khaos and WAIR."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from khaos_assets.snapshots.certificate import Verdict
from khaos_assets.systems.khaos import records as khaos
from khaos_assets.systems.scayle import records as scayle
from khaos_assets.systems.wire import Record
from khaos_assets_tests.planted_night import (
    PlantedNight,
    dispatch,
    invoice,
    minutes_ago,
)
from khaos_assets_tests.unit.rules.channel_orders import (
    CHANNELS,
    MUG,
    SENT,
    TWO,
    cancelled,
    found,
    in_khaos,
    parcel,
    shop,
)
from khaos_assets_tests.unit.rules.conftest import Tonight

# Sent and told


def told(units: int = 2, *packages: scayle.Package, shipped: bool = True, **fields: Any) -> scayle.Order:
    code = "order_shipped" if shipped else "order_confirmed"
    return shop(units=TWO[:units], order_code=code, packages=packages, **fields)


def test_what_khaos_sent_in_full_must_show_shipped_with_its_number(tonight: Tonight) -> None:
    parcels = [dispatch("D1", "SC-W1", {"MUG-1": 2})]
    sent = in_khaos(invoices=[SENT], complete=True)
    untold = {
        "status+tracking": told(shipped=False),
        "tracking": told(),
        "status": told(2, parcel("T-D1"), shipped=False),
    }
    for field, shown in untold.items():
        row = found(tonight, sent, parcels, shown).one("ORD-07")
        assert (row["systems"], row["field"], row["state"]) == ("khaos>scayle", field, "open")
    assert found(tonight, sent, parcels, told(2, parcel("T-D1"))).of("ORD-07") == []


@pytest.mark.parametrize(("grace", "state"), [(120, "open"), (121, "expected")])
def test_the_channel_may_hear_of_it_within_the_tracking_grace_of_the_day_it_was_shipped(
    tonight: Tonight, grace: int, state: str
) -> None:
    """Shipped on the 19th, which ended two hours ago."""
    sent = in_khaos(invoices=[invoice({"MUG-1": 2}, shipped_on=date(2026, 11, 19))], complete=True)
    settings = {"graces": {"tracking_minutes": grace}}
    assert found(tonight, sent, told(shipped=False), settings=settings).state("ORD-07") == state


def test_a_part_sent_or_cancelled_order_need_not_show_shipped(tonight: Tonight) -> None:
    part = in_khaos(invoices=[invoice({"MUG-1": 1})])
    assert found(tonight, part, told(shipped=False)).of("ORD-07") == []
    whole = in_khaos(invoices=[SENT], complete=True)
    assert found(tonight, whole, shop(status="cancellation_completed")).of("ORD-07") == []


def numbered(*numbers: str, courier: str = "DPD") -> list[Record]:
    """Khaos's order, sent in parcels with these numbers."""
    boxes = [khaos.Box(shipped=True, ship_date=None, courier=courier, consignment_ref=n, items=[]) for n in numbers]
    return in_khaos(invoices=[replace(SENT, boxes=boxes, courier=courier)], complete=True)


def test_each_expected_number_must_be_among_those_of_the_other_side(tonight: Tonight) -> None:
    parcels = [dispatch("D1", "SC-W1", {"MUG-1": 1}, tracking="A"), dispatch("D2", "SC-W1", {"MUG-1": 1}, tracking="B")]
    rows = found(tonight, parcels, numbered("A", "B"), told(2, parcel("A"), parcel("C"))).of("ORD-08")
    assert [(r["systems"], r["scope"], r["field"]) for r in rows] == [("khaos>scayle", "B", "tracking")]
    rows = found(tonight, parcels, numbered("A", "X"), told(2, parcel("A"), parcel("B"))).of("ORD-08")
    assert [(r["systems"], r["scope"], r["field"]) for r in rows] == [("wair>khaos", "B", "tracking")]


def test_several_parcels_each_matched_are_no_difference(tonight: Tonight) -> None:
    parcels = [dispatch("D1", "SC-W1", {"MUG-1": 1}, tracking="A"), dispatch("D2", "SC-W1", {"MUG-1": 1}, tracking="B")]
    assert found(tonight, parcels, numbered("B", "A"), told(2, parcel("B"), parcel("A"))).of("ORD-08") == []


def test_khaos_numbers_are_expected_where_wair_has_none(tonight: Tonight) -> None:
    parcels = dispatch("D1", "SC-W1", {"MUG-1": 2}, tracking=None)
    row = found(tonight, parcels, numbered("K"), told(2, parcel("C"))).one("ORD-08")
    assert (row["systems"], row["scope"]) == ("khaos>scayle", "K")


def test_the_same_number_under_another_carrier_differs(tonight: Tonight) -> None:
    parcels = dispatch("D1", "SC-W1", {"MUG-1": 2}, tracking="A")
    row = found(tonight, parcels, numbered("A"), told(2, parcel("A", "evri"))).one("ORD-08")
    assert (row["systems"], row["field"]) == ("khaos>scayle", "carrier")
    assert found(tonight, parcels, numbered("A"), told(2, parcel("A", "new"))).of("ORD-08") == []


def test_a_channel_that_shows_shipped_when_nothing_left_is_wrong(tonight: Tonight) -> None:
    row = found(tonight, in_khaos(), told()).one("ORD-18")
    assert (row["systems"], row["amount_gbp"], row["state"]) == ("khaos>scayle", Decimal("20.00"), "open")
    assert found(tonight, in_khaos(invoices=[invoice({"MUG-1": 1})]), told()).of("ORD-18") == []
    assert found(tonight, in_khaos(), told(), dispatch("D1", "SC-W1", {"MUG-1": 1})).of("ORD-18") == []


def test_the_channel_may_be_ahead_within_the_dispatch_grace(tonight: Tonight) -> None:
    for us, state in ((0, "open"), (1, "expected")):
        assert found(tonight, in_khaos(), told(changed=minutes_ago(60, us))).state("ORD-18") == state


def test_an_order_that_khaos_does_not_have_explains_that_nothing_left(tonight: Tonight) -> None:
    rows = found(tonight, told())
    assert rows.explained_by(rows.one("ORD-18")) == "ORD-01"


def test_without_a_complete_list_of_dispatches_nothing_is_concluded(tonight: Tonight) -> None:
    blind = {"wair.dispatches": {"verdict": Verdict.INCOMPLETE}}
    rows = found(tonight, in_khaos(), told(), certificates=blind)
    assert ("ORD-18", "khaos>scayle") in rows.not_tested()


# Stuck


def picking(stage: int = 12, sent: int = 0) -> list[Record]:
    return in_khaos(invoices=[replace(invoice({"MUG-1": sent} if sent else {}, stage=stage), stage_desc="Picking")])


def test_an_order_that_stands_at_its_stage_for_two_nights_is_stuck(nights: Tonight) -> None:
    def night(*things: Any) -> PlantedNight:
        return PlantedNight([MUG, shop(), *things], settings=CHANNELS)

    row = nights(night(picking()), night(picking())).one("ORD-13")
    assert (row["systems"], row["field"], row["amount_gbp"]) == ("khaos>scayle", "stage", Decimal("20.00"))
    assert nights(night(picking(5)), night(picking())).of("ORD-13") == []  # it moved on
    assert nights(night(picking(17)), night(picking(17))).of("ORD-13") == []  # it waits for its date
    assert nights(night(picking(70, 1)), night(picking(70, 1))).of("ORD-13") == []  # that invoice was sent


def test_an_order_of_yesterday_is_not_stuck_yet(nights: Tonight) -> None:
    for day, state in ((date(2026, 11, 18), "open"), (date(2026, 11, 19), None)):
        young = in_khaos(invoices=[invoice({}, stage=12)], created_on=day)
        night = PlantedNight([MUG, shop(), young], settings=CHANNELS)
        assert nights(night, night).state("ORD-13") == state


def test_an_order_without_a_channel_is_stuck_in_khaos_alone(nights: Tonight) -> None:
    night = PlantedNight([MUG, in_khaos(reference="TEL-1", invoices=[invoice({}, stage=12)])], settings=CHANNELS)
    row = nights(night, night).one("ORD-13")
    assert (row["systems"], row["record_key"], row["amount_gbp"]) == ("khaos", "TEL-1", Decimal("20.00"))


def test_an_order_on_hold_that_the_channel_shows_in_progress(nights: Tonight) -> None:
    held = in_khaos(invoices=[invoice({}, stage=21)])
    before = PlantedNight([MUG, shop(), in_khaos()], settings=CHANNELS)
    assert nights(before, PlantedNight([MUG, shop(), held], settings=CHANNELS)).one("ORD-13")["field"] == "terms_hold"
    over = PlantedNight([MUG, cancelled(), held], settings=CHANNELS)
    assert nights(before, over).of("ORD-13") == []


def test_a_dispatch_that_khaos_has_not_booked_explains_why_it_is_stuck(nights: Tonight) -> None:
    night = PlantedNight([MUG, shop(), picking(), dispatch("D1", "SC-W1", {"MUG-1": 2})], settings=CHANNELS)
    rows = nights(night, night)
    assert rows.explained_by(rows.one("ORD-13")) == "ORD-05"
