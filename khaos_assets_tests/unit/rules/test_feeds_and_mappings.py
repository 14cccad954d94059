"""FEED-01 to FEED-04, MAP-01: what is wrong with the reads themselves, and with what translates them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from khaos_assets.snapshots.certificate import Verdict
from khaos_assets.systems.read import Reason
from khaos_assets_tests.planted_night import (
    AS_OF,
    PlantedNight,
    Results,
    SetAside,
    customer,
    dispatch,
    evaluate,
    invoice,
    level,
    line,
    minutes_ago,
    order,
    site,
    stock_item,
    stocked,
    transfer,
    wair_item,
    wair_stock,
)
from khaos_assets_tests.shared_night import SharedNight
from khaos_assets_tests.unit.rules.conftest import Tonight

TWENTY = {"tolerances": {"snapshot_drop_percent": 20}}
INCOMPLETE = {"verdict": Verdict.INCOMPLETE}

NIGHT = SharedNight(
    settings={
        "exchange_rates": {"2026-10": {"EUR": "0.8"}},
        "feeds": {
            "wair.stock": {"moving": True},
            "wair.items": {"moving": True},
            # The night of Friday the 20th speaks of Thursday
            "wair.transfers": {"moving": True, "closed_weekdays": [4]},
            "khaos.stock_items": {"moving": True, "closed_weekdays": [5]},
            "khaos.stock_levels": {"moving": True},
            # It need not move
            "wair.dispatches": {"closed_weekdays": [7]},
        },
    }
)
found = NIGHT.once()


# FEED-01


def test_an_incomplete_read_is_a_fault_with_its_reason(tonight: Tonight) -> None:
    reasons = [Reason(fault="false_end", detail="the last page said there was more")]
    found = tonight(certificates={"wair.stock": {"verdict": Verdict.INCOMPLETE, "reasons": reasons}})
    row = found.one("FEED-01")
    assert (row["systems"], row["record_key"], row["scope"], row["field"]) == ("wair", "wair/stock", "", "")
    assert (row["reason"], row["severity"], row["amount_gbp"]) == ("false_end", "critical", None)


def test_every_complete_read_is_looked_at_and_fine(tonight: Tonight) -> None:
    found = tonight()
    assert found.summary() == []
    assert found.compared("FEED-01") == 12


# FEED-02


def totals(**figures: tuple[str, str]) -> dict[str, dict[str, str]]:
    """Control totals by read, whose dot is written as two underscores: units and value."""
    return {
        read.replace("__", "."): {"control_units": units, "control_value": value}
        for read, (units, value) in figures.items()
    }


def rows(items: int, records: int, levels: int, accounts: int) -> list[object]:
    """Rows of khaos/stock_items, wair/items, khaos/stock_levels (of no units) and khaos/customers."""
    return [
        [stock_item(f"C-{n}") for n in range(items)],
        [wair_item(f"C-{n}") for n in range(records)],
        [level(f"C-{n}", 0) for n in range(levels)],
        [customer(f"A-{n}") for n in range(1, accounts)],
    ]


TEN_PARCELS = [dispatch(f"D-{n}", f"W-{n}", {}) for n in range(10)]


@pytest.fixture(scope="module")
def fallen(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Three nights; a fifth may be lost. In the middle one the dispatches were not read to the end."""
    before = totals(
        khaos__sales_orders=("10", "100"),
        khaos__order_lines=("10", "100"),
        wair__transfers=("10", "100"),
        wair__stock=("10", "100"),
        wair__items=("-10", "-10"),
        khaos__sites=("10", "10"),
        khaos__company_info=("0", "0"),
        khaos__price_lists=("10", "10"),
    )
    grown = before | totals(khaos__price_lists=("100", "100"))
    now = totals(
        khaos__sales_orders=("7", "79.99"),
        khaos__order_lines=("7", "80"),
        wair__transfers=("8", "79.99"),
        wair__stock=("8", "80"),
        wair__items=("-10", "-10"),
        khaos__sites=("1", "1"),
        khaos__company_info=("-1", "-1"),
        khaos__price_lists=("100", "100"),
    )
    ten = rows(10, 10, 10, 10)
    closed = {"khaos.customers": {"confirmed_drops": {"2026-11-20": "A. Person: we closed it"}}}
    settings = TWENTY | {"feeds": closed | {"khaos.stock_items": {"moving": True}}}
    return evaluate(
        tmp_path_factory.mktemp("fallen"),
        PlantedNight([ten, TEN_PARCELS], certificates=before),
        PlantedNight([ten, TEN_PARCELS[:2]], certificates=grown | {"wair.dispatches": INCOMPLETE}),
        PlantedNight(
            [rows(8, 7, 0, 2), TEN_PARCELS[:9]],
            certificates=now | {"khaos.sites": now["khaos.sites"] | INCOMPLETE},
            settings=settings,
        ),
    )


def dropped(found: Results, read: str) -> str | None:
    """The field of a read's drop."""
    return next((r["field"] for r in found.of("FEED-02") if r["record_key"] == read), None)


def test_rows_may_fall_by_the_configured_share_and_not_by_more(fallen: Results) -> None:
    """Of ten, to eight, to seven, to none."""
    reads = ("khaos/stock_items", "wair/items", "khaos/stock_levels")
    assert [dropped(fallen, read) for read in reads] == [None, "rows", "rows"]
    assert {r["state"] for r in fallen.of("FEED-02")} == {"open"}


def test_units_and_value_fall_though_the_rows_stand(fallen: Results) -> None:
    """Of ten units worth 100: to 7 and 79.99, 7 and 80, 8 and 79.99, 8 and 80."""
    reads = ("khaos/sales_orders", "khaos/order_lines", "wair/transfers", "wair/stock")
    assert [dropped(fallen, read) for read in reads] == ["units+value", "units", "value", None]


def test_what_grew_or_was_never_above_zero_has_not_fallen_and_what_is_incomplete_is_another_fault(
    fallen: Results,
) -> None:
    """Totals that stayed at −10, went from 0 to −1, from 10 to 100 and stayed; and a tenth of an INCOMPLETE read."""
    reads = ("wair/items", "khaos/company_info", "khaos/price_lists", "khaos/sites")
    assert [dropped(fallen, read) for read in reads] == ["rows", None, None, None]
    looked_at = {r["record_key"] for r in fallen.population if r["code"] == "FEED-02"}
    assert "khaos/sites" not in looked_at
    assert [r["record_key"] for r in fallen.of("FEED-03")] == ["khaos/stock_items"], "of this night, and once"


def test_a_drop_that_a_person_confirmed_is_lawful(fallen: Results) -> None:
    assert dropped(fallen, "khaos/customers") is None
    assert [r["holds"] for r in fallen.about("khaos/customers").population if r["code"] == "FEED-02"] == [True]


def test_the_drop_is_since_the_last_complete_snapshot(fallen: Results) -> None:
    assert dropped(fallen, "wair/dispatches") is None


def test_a_drop_to_nothing_counts_whatever_share_is_allowed(nights: Tonight) -> None:
    before = totals(khaos__sales_orders=("10", "100"), khaos__order_lines=("10", "100"), wair__stock=("10", "100"))
    now = totals(khaos__sales_orders=("0", "1"), khaos__order_lines=("1", "0"), wair__stock=("1", "1"))
    found = nights(
        PlantedNight(rows(2, 2, 2, 2), certificates=before), PlantedNight(rows(0, 1, 2, 2), certificates=now)
    )
    assert {r["record_key"]: r["field"] for r in found.of("FEED-02")} == {
        "khaos/stock_items": "rows",
        "khaos/sales_orders": "units",
        "khaos/order_lines": "value",
    }


def test_what_is_concluded_from_the_dropped_side_is_explained_by_the_drop(nights: Tonight) -> None:
    before = [stocked(f"C-{i}", 5, web=True) for i in range(10)]
    found = nights(
        PlantedNight(before),
        PlantedNight(
            [[x for x in group if type(x).__module__.split(".")[2] == "khaos"] for group in before], settings=TWENTY
        ),
    )
    assert found.open() == [("FEED-02", "wair/items"), ("FEED-02", "wair/stock")]
    assert len(found.of("SKU-03")) == 10
    assert {found.explained_by(r) for r in found.of("SKU-03")} == {"FEED-02"}


# FEED-03


@NIGHT.has(
    [stocked("MOVES-1", 5, at=minutes_ago(24 * 60))],
    wair_item("MOVES-2", updated_at=minutes_ago(24 * 60, -1)),
    transfer("T1", "MOVES-1", 1, received=1, goal="L1"),
)
def test_a_moving_feed_must_have_moved_within_the_target(found: Results) -> None:
    """The stock changed a day ago, the items a microsecond before."""
    stale = [r["record_key"] for r in found.of("FEED-03")]
    assert "wair/stock" not in stale
    assert "wair/items" in stale


def test_a_day_on_which_the_shop_is_closed_brings_no_change(found: Results) -> None:
    stale = [r["record_key"] for r in found.of("FEED-03")]
    assert "wair/transfers" not in stale
    assert "khaos/stock_items" in stale


def test_a_feed_that_need_not_move_and_one_without_change_times_are_not_stale(found: Results) -> None:
    looked_at = {r["record_key"] for r in found.population if r["code"] == "FEED-03"}
    assert looked_at == {"wair/stock", "wair/items", "wair/transfers", "khaos/stock_items"}


STALE = {"feeds": {"wair.stock": {"moving": True}}}


def test_a_stale_side_explains_the_stock_codes_against_it(tonight: Tonight) -> None:
    found = tonight(stocked("MUG-1", 10, 7), stocked("CUP-1", 3, -1), settings=STALE)
    assert found.open() == [("FEED-03", "wair/stock")]
    assert {r["state"] for r in found.rows if r["code"].startswith("STK")} == {"suppressed"}


def test_an_incomplete_side_explains_that_it_looks_stale(tonight: Tonight) -> None:
    found = tonight(stocked("MUG-1", 10, 7), settings=STALE, certificates={"wair.stock": INCOMPLETE})
    assert found.open() == [("FEED-01", "wair/stock")]
    assert found.explained_by(found.one("FEED-03")) == "FEED-01"


# FEED-04


@NIGHT.has(
    SetAside("wair.stock", "L1/ASIDE-1", field="onHand", reason="is not a number", raw="b"),
    SetAside("wair.stock", "L1/ASIDE-1", field="available", reason="is missing", raw="a"),
    SetAside("khaos.stock_items", "ASIDE,B", field="STOCK_CODE"),
)
def test_each_record_set_aside_is_named_once(found: Results) -> None:
    told = found.of("FEED-04")
    assert {r["record_key"]: (r["systems"], r["field"], r["state"]) for r in told} == {
        "wair/stock/L1/ASIDE-1": ("wair", "available", "open"),
        "khaos/stock_items/ASIDE,B": ("khaos", "STOCK_CODE", "open"),
    }
    assert '"times":2' in found.one("FEED-04", "wair")["evidence"]
    assert "wair/stock" not in {r["record_key"] for r in found.population if r["code"] == "FEED-04"}


def test_a_record_without_a_readable_key_leaves_absences_unproven(tonight: Tonight) -> None:
    found = tonight(stock_item("MUG-1", web=True), SetAside("wair.items", "0:7", key_readable=False))
    assert found.open() == [("FEED-04", "wair/items/0:7")]
    assert ("SKU-03", "khaos>wair") in found.not_tested()


# MAP-01


@NIGHT.has(
    order("SO1", "WEB1", [("MOVES-1", 1, "1.00")], items_net="100.00", delivery_net="4.155"),
    order("SO2", "WEB2", [("MOVES-1", 1, "1.00")], items_net="10", currency="EUR", created_on=date(2026, 10, 31)),
    order("SO3", "WEB3", [("MOVES-1", 1, "1.00")], invoices=[invoice({"MOVES-1": 1})], complete=True, items_net="7"),
    [dispatch(f"D{n}", f"WEB{n}", {"MOVES-1": 1}, carrier="NEW-1") for n in (1, 2, 3)],
    dispatch("D4", "WEB1", {}, carrier="NEW-1"),
)
def test_a_courier_without_a_mapping_is_worth_the_open_orders_that_carry_it(found: Results) -> None:
    row = found.about("courier/NEW-1").one("MAP-01")
    assert (row["systems"], row["record_key"], row["amount_gbp"]) == ("wair>khaos", "courier/NEW-1", Decimal("112.16"))


@NIGHT.has(
    order("SO5", "WEB5", [("MOVES-1", 1, "1.00")], currency="USD", items_net="9"),
    order("SO6", "WEB6", [("MOVES-1", 1, "1.00")], items_net=None),
    [dispatch(f"D{n}", f"WEB{n}", {"MOVES-1": 1}, carrier=f"UNTOLD-{n}") for n in (5, 6)],
)
@pytest.mark.parametrize("order_number", [5, 6])
def test_a_value_that_cannot_be_told_is_empty(found: Results, order_number: int) -> None:
    assert found.about(f"courier/UNTOLD-{order_number}").one("MAP-01")["amount_gbp"] is None


@NIGHT.has(
    wair_stock("MOVES-1", 4, location="L7"),
    transfer("T2", "MOVES-1", 1, origin="L8", goal="L1"),
    dispatch("D9", "X1", {}, location="L9", carrier=""),
)
def test_places_that_nothing_translates_are_named_and_worth_nothing_without_orders(found: Results) -> None:
    keys = {r["record_key"]: r["amount_gbp"] for r in found.about("location/").of("MAP-01")}
    assert keys == {f"location/{x}": Decimal(0) for x in ("L7", "L8", "L9")}


@NIGHT.has(
    [site("Attic"), stock_item("ATTIC-1"), level("ATTIC-1", 3, site_name="Attic")],
    order("SO7", "WEB7", [line("ATTIC-1", 1, "1.00", site_name="Attic")], items_net="8.335"),
)
def test_a_khaos_site_without_a_location_is_worth_its_open_orders(found: Results) -> None:
    row = found.about("site/").one("MAP-01")
    assert (row["record_key"], row["amount_gbp"]) == ("site/Attic", Decimal("8.34"))


@NIGHT.has(dispatch("D10", "X2", {}))
def test_known_values_are_fine(found: Results) -> None:
    known = ("courier/DPD-12", "location/L1", "site/Main")
    told = found.about(*known)
    assert told.of("MAP-01") == []
    assert told.compared("MAP-01") == len(known)
    assert "courier/" not in {r["record_key"] for r in found.of("MAP-01")}, "no carrier at all is another code's"


def test_the_instants_of_an_exception_are_those_of_the_records(tonight: Tonight) -> None:
    row = tonight(stocked("MUG-1", 10, 7, at=minutes_ago(90))).one("STK-01")
    assert (row["observed_at"], row["as_of"], row["first_seen"]) == (minutes_ago(90), AS_OF, AS_OF)
