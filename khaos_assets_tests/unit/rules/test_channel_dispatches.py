"""ORD-07, 08, 13 and 18: what a channel tells of an order on its way, beside Khaos and WAIR.

Most tests look at one of two nights; references of what a test plants begin with the same word.
"""

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
    Results,
    SetAside,
    dispatch,
    evaluate,
    invoice,
    minutes_ago,
    order,
    pack,
)
from khaos_assets_tests.planted_records import LONG_AGO
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


def numbered(reference: str, *numbers: str) -> scayle.Order:
    return told(2, *map(parcel, numbers), reference=reference)


def sent(reference: str, *numbers: str, **fields: Any) -> list[Record]:
    """Khaos's order, sent in full, in parcels with these numbers."""
    boxes = [khaos.Box(shipped=True, ship_date=None, courier="DPD", consignment_ref=n, items=[]) for n in numbers]
    of_parcels = {"invoices": [replace(SENT, boxes=boxes)], "complete": True}
    return in_khaos(f"K {reference}", f"SC-{reference}", **of_parcels | fields)


ALL_SENT: dict[str, Any] = {"invoices": [SENT], "complete": True}


def boxed(number: str, units: dict[str, int]) -> khaos.Invoice:
    """Packed with a number; sent are the units."""
    box = khaos.Box(shipped=False, ship_date=None, courier="DPD", consignment_ref=number, items=[])
    return replace(invoice(units), boxes=[box])


def sent_part(reference: str) -> list[Record]:
    return in_khaos(f"K {reference}", f"SC-{reference}", invoices=[invoice({"MUG-1": 1})])


def unsent(reference: str) -> list[Record]:
    return in_khaos(f"K {reference}", f"SC-{reference}")


def parcels(reference: str, *numbers: str | None) -> list[Any]:
    each = 2 // len(numbers)
    return [dispatch(f"{reference} {n}", f"SC-{reference}", {"MUG-1": each}, tracking=n) for n in numbers]


NIGHT: list[Any] = [MUG]
"""What the tests of one night plant."""


def has(*things: Any) -> Any:
    NIGHT.append(things)
    return lambda test: test


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return evaluate(tmp_path_factory.mktemp("shown"), PlantedNight(NIGHT, settings=CHANNELS))


def rows(found: Results, code: str, word: str) -> list[tuple[str, ...]]:
    """(reference, systems, scope, field, state) of orders whose reference begins with a word."""
    wanted = [r for r in found.of(code) if r["record_key"].startswith(word)]
    return sorted((r["record_key"], r["systems"], r["scope"], r["field"], r["state"]) for r in wanted)


TOLD = ("told", "told not at all", "told status", "told number")


@has(
    [[sent(r), parcels(r, "T1")] for r in TOLD],
    told(2, parcel("T1"), reference="told"),
    told(reference="told not at all", shipped=False),
    told(reference="told status"),
    told(2, parcel("T1"), reference="told number", shipped=False),
)
def test_what_khaos_sent_in_full_must_show_shipped_with_its_number(shown: Results) -> None:
    assert rows(shown, "ORD-07", "told") == [
        ("told not at all", "khaos>scayle", "", "status+tracking", "open"),
        ("told number", "khaos>scayle", "", "status", "open"),
        ("told status", "khaos>scayle", "", "tracking", "open"),
    ]


@has(
    [sent_part("need part"), told(reference="need part", shipped=False)],
    [sent("need cancelled"), cancelled(reference="need cancelled")],
    # gone in Khaos; of no units; shipped, while nobody has a number
    [sent("need gone", cancelled=True), told(reference="need gone", shipped=False)],
    [in_khaos("K need none", "SC-need none", [("MUG-1", 0, "12.00")]), told(reference="need none", shipped=False)],
    [sent("need no number"), told(reference="need no number")],
    [in_khaos("K need cup", "SC-need cup", [("MUG-1", 2, "9.00"), ("CUP-1", 1, "6.00")], invoices=[SENT])],
    told(reference="need cup", shipped=False),
)
def test_a_part_sent_or_cancelled_order_need_not_show_shipped(shown: Results) -> None:
    assert rows(shown, "ORD-07", "need") == []
    looked_at = [r["record_key"] for r in shown.population if r["code"] == "ORD-07" and "need" in r["record_key"]]
    assert looked_at == ["need no number"]


@has(
    [
        sent("number 1", "A", "B"),
        parcels("number 1", "A", "B"),
        told(2, parcel("A"), parcel("C"), reference="number 1"),
    ],
    [
        sent("number 2", "A", "X"),
        parcels("number 2", "A", "B"),
        told(2, parcel("A"), parcel("B"), reference="number 2"),
    ],
    # several parcels, each matched
    [
        sent("number 3", "B", "A"),
        parcels("number 3", "A", "B"),
        told(2, parcel("B"), parcel("A"), reference="number 3"),
    ],
    # Khaos's number counts where WAIR has none
    [sent("number 4", "K"), parcels("number 4", None), numbered("number 4", "C")],
    # a number of what was voided, cancelled on either side or not sent is none
    [sent("number void", "A"), parcels("number void", "A"), numbered("number void", "A")],
    dispatch("V void", "SC-number void", {}, tracking="V"),
    [sent("number gone", "K", cancelled=True), numbered("number gone", "C")],
    [sent("number off", "K"), cancelled(reference="number off", packages=[parcel("C")])],
    [sent("number early", "K", invoices=[boxed("K", {})], complete=False), numbered("number early", "C")],
    [in_khaos("K number line", "SC-number line", [("MUG-1", 2, "12.00"), (None, 1, "2.00")], **ALL_SENT)],
    told(reference="number line", shipped=False),
    [pack("KIT-1", {"MUG-1": 2}), told(reference="number kit", shipped=False)],
    in_khaos("K number kit", "SC-number kit", [("KIT-1", 1, "24.00"), ("MUG-1", 2, "0.00")], **ALL_SENT),
)
def test_each_expected_number_must_be_among_those_of_the_other_side(shown: Results) -> None:
    assert [r[:4] for r in rows(shown, "ORD-08", "number")] == [
        ("number 1", "khaos>scayle", "B", "tracking"),
        ("number 2", "wair>khaos", "B", "tracking"),
        ("number 4", "khaos>scayle", "K", "tracking"),
    ]
    untold = {r[0] for r in rows(shown, "ORD-07", "number")}
    assert {"number line", "number kit"} <= untold, "a line without an item is never sent, nor is a pack itself"
    assert rows(shown, "ORD-11", "number line") == []


@has(
    [[sent(r, "A"), parcels(r, "A")] for r in ("carrier other", "carrier unmapped")],
    told(2, parcel("A", "evri"), reference="carrier other"),
    told(2, parcel("A", "new"), reference="carrier unmapped"),
    # WAIR's carrier is unknown; WAIR has the parcel twice, of which the first one counts
    [sent("carrier theirs", "A"), told(2, parcel("A"), reference="carrier theirs")],
    dispatch("carrier theirs", "SC-carrier theirs", {"MUG-1": 2}, tracking="A", carrier="unheard of"),
    [sent("carrier twin", "A"), told(2, parcel("A", "evri"), reference="carrier twin")],
    dispatch("carrier twin 1", "SC-carrier twin", {"MUG-1": 2}, tracking="A", carrier="evri"),
    dispatch("carrier twin 2", "SC-carrier twin", {"MUG-1": 2}, tracking="A", at=minutes_ago(60)),
)
def test_the_same_number_under_another_carrier_differs(shown: Results) -> None:
    assert [r[:4] for r in rows(shown, "ORD-08", "carrier")] == [
        ("carrier other", "khaos>scayle", "A", "carrier"),
        ("carrier twin", "wair>khaos", "A", "carrier"),
    ]


@has(
    [told(reference=f"left {r}") for r in ("nothing", "part", "parcel", "void")],
    [unsent("left nothing"), sent_part("left part"), unsent("left parcel"), unsent("left void")],
    dispatch("left void", "SC-left void", {}),
    SetAside("wair.stock", "S aside", raw='{"orderReference": "SC-left nothing"}'),
    dispatch("left", "SC-left parcel", {"MUG-1": 1}),
    # a parcel that was set aside; cancelled after all
    [told(reference="left aside"), unsent("left aside")],
    SetAside("wair.dispatches", "D aside", raw='{"orderReference": "SC-left aside"}'),
    [shop("left cancelled", status="cancellation_completed", order_code="order_shipped"), unsent("left cancelled")],
    # within the dispatch grace
    [[unsent(f"ahead {us}"), told(reference=f"ahead {us}", changed=minutes_ago(60, us))] for us in (0, 1)],
)
def test_a_channel_that_shows_shipped_when_nothing_left_is_wrong(shown: Results) -> None:
    assert rows(shown, "ORD-18", "left") == [(f"left {r}", "khaos>scayle", "", "", "open") for r in ("nothing", "void")]
    row = next(r for r in shown.of("ORD-18") if r["record_key"] == "left nothing")
    assert (row["amount_gbp"], row["observed_at"]) == (Decimal("20.00"), LONG_AGO)
    assert [(r[0], r[4]) for r in rows(shown, "ORD-18", "ahead")] == [("ahead 0", "open"), ("ahead 1", "expected")]


@has(told(reference="nobody's"))
def test_an_order_that_khaos_does_not_have_explains_that_nothing_left(shown: Results) -> None:
    (row,) = [r for r in shown.of("ORD-18") if r["record_key"] == "nobody's"]
    assert shown.explained_by(row) == "ORD-01"


@has(
    # Khaos has not imported it yet; the shop does not have it any more
    [shop("of the shop"), parcels("of the shop", "A")],
    [sent("of Khaos", "A"), parcels("of Khaos", "A"), scayle.OrderAsked(full_reference="SC-of Khaos", found=False)],
    parcels("of nobody", "A"),
)
def test_a_parcel_of_an_order_that_either_side_knows_is_no_orphan(shown: Results) -> None:
    orphans = [r["record_key"] for r in shown.of("ORD-16") if r["record_key"].startswith("of ")]
    assert orphans == ["of nobody A"]


def test_a_channel_without_a_prefix_names_its_orders_as_wair_does(tonight: Tonight) -> None:
    left = dispatch("D1", "W1", {"MUG-1": 2})
    assert found(tonight, told(), left, settings={"order_reference_prefixes": {}}).of("ORD-18") == []


@pytest.mark.parametrize(("grace", "state"), [(120, "open"), (121, "expected")])
def test_the_channel_may_hear_of_it_within_the_tracking_grace_of_the_day_it_was_shipped(
    tonight: Tonight, grace: int, state: str
) -> None:
    """Shipped on the 19th, which ended two hours ago; a line that names no item is never sent."""
    lines = [("MUG-1", 2, "12.00"), (None, 1, "0.00")]
    yesterday = in_khaos(lines=lines, invoices=[invoice({"MUG-1": 2}, shipped_on=date(2026, 11, 19))], complete=True)
    settings = {"graces": {"tracking_minutes": grace}}
    assert found(tonight, yesterday, told(shipped=False), settings=settings).state("ORD-07") == state


def test_without_a_complete_list_of_dispatches_nothing_is_concluded(tonight: Tonight) -> None:
    blind = {"wair.dispatches": {"verdict": Verdict.INCOMPLETE}}
    rows = found(tonight, in_khaos(), told(), certificates=blind)
    assert ("ORD-18", "khaos>scayle") in rows.not_tested()


# Stuck


def picking(reference: str, stage: int = 12, sent: int = 0, prefix: str = "SC-", **fields: Any) -> list[Record]:
    made = replace(invoice({"MUG-1": sent} if sent else {}, stage=stage), stage_desc="Picking")
    return in_khaos(f"K {reference}", f"{prefix}{reference}", invoices=[made], **fields)


LAST_NIGHT = {
    "stands": picking("stands", items_net="25.00"),
    "moved on": picking("moved on", 5),
    "waits for its date": picking("waits for its date", 17),
    "sent": picking("sent", 70, 1),
    "created on the 18th": picking("created on the 18th", created_on=date(2026, 11, 18)),
    "created on the 19th": picking("created on the 19th", created_on=date(2026, 11, 19)),
    "held": unsent("held"),
    "held and cancelled": unsent("held and cancelled"),
    "unbooked": [picking("unbooked"), dispatch("D1", "SC-unbooked", {"MUG-1": 2})],
    "by phone": picking("by phone", prefix="", delivery_net=None),
    "abroad": picking("abroad", prefix="", currency="EUR", created_on=date(2026, 10, 21)),
    "held to a date": unsent("held to a date"),
}
NO_OPEN_ORDER = [
    picking("complete", complete=True),
    picking("returned", order_type="C"),
    order("K unnamed", None, [("MUG-1", 2, "12.00")]),
]
SINCE = {
    "moved on": picking("moved on"),
    "held": picking("held", 21),
    "held and cancelled": picking("held and cancelled", 21),
    "held to a date": in_khaos(
        "K held to a date", "SC-held to a date", invoices=[invoice({}, stage=s) for s in (21, 17)]
    ),
}
IN_THE_SHOP = [shop(r) for r in LAST_NIGHT if r not in ("by phone", "abroad", "held and cancelled")]
RATES = {"exchange_rates": {"2026-10": {"EUR": "0.80"}, "2026-11": {"EUR": "0.90"}}}


@pytest.fixture(scope="module")
def stuck(tmp_path_factory: pytest.TempPathFactory) -> Results:
    shown = [MUG, IN_THE_SHOP, cancelled(reference="held and cancelled"), NO_OPEN_ORDER]
    nights = [[shown, *orders.values()] for orders in (LAST_NIGHT, LAST_NIGHT | SINCE)]
    return evaluate(tmp_path_factory.mktemp("stuck"), *(PlantedNight(n, settings=CHANNELS | RATES) for n in nights))


def test_an_order_that_stands_at_its_stage_for_two_nights_is_stuck(stuck: Results) -> None:
    """Not one that moved on, waits for its date, was sent or is of yesterday; without a channel in Khaos alone."""
    assert {(r["record_key"], r["systems"]) for r in stuck.of("ORD-13") if r["field"] == "stage"} == {
        ("stands", "khaos>scayle"),
        ("created on the 18th", "khaos>scayle"),
        ("unbooked", "khaos>scayle"),
        ("by phone", "khaos"),
        ("abroad", "khaos"),
    }
    amounts = {r["record_key"]: r["amount_gbp"] for r in stuck.of("ORD-13")}
    assert amounts.pop("abroad") == Decimal("16.00")
    assert set(amounts.values()) == {Decimal("20.00")}, "the channel's, where it is a channel's"
    assert {r["record_key"] for r in stuck.population if r["code"] == "ORD-13"} == set(LAST_NIGHT)


def test_an_order_on_hold_that_the_channel_shows_in_progress(stuck: Results) -> None:
    assert [r["record_key"] for r in stuck.of("ORD-13") if r["field"] != "stage"] == ["held"]
    assert next(r for r in stuck.of("ORD-13") if r["record_key"] == "held")["field"] == "terms_hold"


def test_a_dispatch_that_khaos_has_not_booked_explains_why_it_is_stuck(stuck: Results) -> None:
    explained = {r["record_key"]: stuck.explained_by(r) for r in stuck.of("ORD-13") if r["state"] == "suppressed"}
    assert explained == {"unbooked": "ORD-05"}
