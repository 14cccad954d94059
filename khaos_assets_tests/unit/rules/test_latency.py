"""How long things take from one system to the next, kept per night beside the exceptions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from khaos_assets.config import Store
from khaos_assets.rules.evaluation import evaluate_in
from khaos_assets.snapshots.certificate import Verdict
from khaos_assets.warehouse.building import build_in
from khaos_assets_tests.memory_warehouse import prepare_memory
from khaos_assets_tests.planted_night import NIGHT, PlantedNight, write_snapshots
from khaos_assets_tests.planted_records import dispatch, invoice, order, stock_item, wair_item
from khaos_assets_tests.unit.rules.channel_orders import CHANNELS, MUG, in_khaos, parcel, shop

DISPATCH = ("dispatch", "wair>khaos")


def measured(folder: Path, *things: Any, **night: Any) -> dict[tuple[str, str], dict[str, int]]:
    """The night's lines of `flow_latency` by flow and pair."""
    store, planted = Store(folder), PlantedNight(things, **night)
    with prepare_memory() as db:
        write_snapshots(store, NIGHT, planted)
        settings = planted.effective_settings()
        build_in(db, settings, store, NIGHT)
        evaluate_in(db, settings, store, NIGHT)
        names = ("things", "median_minutes", "p95_minutes", "target_minutes", "late", "waiting")
        rows = db.execute(f"SELECT flow, systems, {', '.join(names)} FROM flow_latency WHERE night = ?", [NIGHT.date])
        return {(r[0], r[1]): dict(zip(names, r[2:], strict=True)) for r in rows.fetchall()}


def gone(reference: str, at: datetime, sent_on: date | None) -> list[Any]:
    """An order of which WAIR sent a mug at an instant, and Khaos on a day, or not yet."""
    invoices = [] if sent_on is None else [invoice({"MUG-9": 1}, shipped_on=sent_on)]
    return [
        order(f"SO {reference}", reference, [("MUG-9", 1, "12.00")], invoices=invoices, complete=sent_on is not None),
        dispatch(f"D {reference}", reference, {"MUG-9": 1}, at=at),
    ]


DISPATCHES = [
    stock_item("MUG-9"), wair_item("MUG-9"),
    gone("the same day", datetime(2026, 11, 18, 10, tzinfo=UTC), date(2026, 11, 18)),
    gone("the next day", datetime(2026, 11, 17, 12, tzinfo=UTC), date(2026, 11, 18)),
    gone("not yet", datetime(2026, 11, 19, 2, tzinfo=UTC), None),
    gone("long ago", datetime(2026, 10, 1, 2, tzinfo=UTC), None),
]  # fmt: skip


def test_a_dispatch_takes_until_the_day_on_which_khaos_sent_it_began_and_at_least_until_now(tmp_path: Path) -> None:
    found = measured(tmp_path, DISPATCHES)
    # 0, 720 and 1,440 minutes
    assert found[DISPATCH] == {
        "things": 3, "median_minutes": 720, "p95_minutes": 1368, "target_minutes": 60, "late": 2, "waiting": 1,
    }  # fmt: skip


def test_targets_and_window_are_the_merchants(tmp_path: Path) -> None:
    found = measured(tmp_path, DISPATCHES, settings={"latency": {"dispatch_minutes": 1000, "days": 2}})
    assert (found[DISPATCH]["target_minutes"], found[DISPATCH]["things"], found[DISPATCH]["late"]) == (1000, 2, 1)


def test_nothing_is_said_of_a_flow_that_could_not_be_seen_whole(tmp_path: Path) -> None:
    blind = {"khaos.sales_orders": {"verdict": Verdict.INCOMPLETE}}
    assert DISPATCH not in measured(tmp_path, DISPATCHES, certificates=blind)


@pytest.fixture(scope="module")
def channel(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], dict[str, int]]:
    """Orders confirmed on the 18th at 10:00: one in Khaos and sent on that day, its parcel told; one not in Khaos."""
    confirmed = datetime(2026, 11, 18, 10, tzinfo=UTC)
    shown = shop("W1", packages=[parcel("T1")], order_code="order_shipped", at=confirmed)
    sent = in_khaos(created_on=date(2026, 11, 18), invoices=[invoice({"MUG-1": 2}, shipped_on=date(2026, 11, 18))])
    lost = shop("W2", at=confirmed)
    asked = {"SC-W1": True, "SC-W2": False}
    folder = tmp_path_factory.mktemp("channel")
    return measured(folder, MUG, shown, sent, lost, settings=CHANNELS, asked=asked)


def test_an_order_that_khaos_lacks_has_taken_until_the_night(channel: dict[tuple[str, str], dict[str, int]]) -> None:
    order_flow = channel["order", "scayle>khaos"]
    assert (order_flow["things"], order_flow["waiting"], order_flow["late"]) == (2, 1, 1)
    assert order_flow["median_minutes"] == 40 * 60 // 2


def test_tracking_counts_from_the_end_of_the_day_on_which_khaos_sent_it(
    channel: dict[tuple[str, str], dict[str, int]],
) -> None:
    assert channel["tracking", "khaos>scayle"]["things"] == 1
    assert channel["tracking", "khaos>scayle"]["waiting"] == 0
