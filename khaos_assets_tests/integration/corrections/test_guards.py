"""What a plan leaves alone, and why: each guard shown by one change to a night that would otherwise be corrected."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from khaos_assets.cases.events import Happening, Kind
from khaos_assets.cases.ledger import Ledger, open_ledger
from khaos_assets.config import Night, Settings, Store, load_settings
from khaos_assets.corrections import CorrectionError
from khaos_assets.corrections.plan import Plan
from khaos_assets.corrections.planning import make_plan
from khaos_assets.warehouse import build, open_warehouse


@dataclass
class Desk:
    """A night that was taken, without any system to write to."""

    settings: Settings
    store: Store
    ledger: Ledger
    night: Night

    def plan(self, **changed: object) -> Plan:
        corrections = self.settings.corrections.model_copy(update=changed)
        settings = self.settings.model_copy(update={"corrections": corrections})
        return make_plan(settings, self.store, self.ledger, self.night, planner="anna", at=datetime.now(UTC))

    def change(self, statement: str) -> None:
        """Something of the night is otherwise."""
        with open_warehouse(self.store) as db:
            db.execute(statement)

    def why(self, write: str, code: str) -> set[str]:
        """Why no case of the code is planned; empty where one is."""
        plan = self.plan()
        return set() if any(i.write == write for i in plan.items) else {x.why for x in plan.left_out if x.code == code}


@pytest.fixture
def desk(taken: tuple[Path, Path, list[Night]], tmp_path: Path) -> Iterator[Desk]:
    world, data, nights = taken
    shutil.copytree(data, tmp_path / "data", ignore=shutil.ignore_patterns("raw"))
    settings = load_settings(world / "merchant.toml", data_dir=tmp_path / "data")
    store = Store(settings.data_dir)
    with open_ledger(store) as ledger:
        yield Desk(settings, store, ledger, nights[0])


def test_an_order_on_hold_is_not_shipped(desk: Desk) -> None:
    assert desk.why("khaos.shipment", "ORD-05") == set()
    desk.change("UPDATE sales_order SET on_hold = TRUE WHERE system = 'khaos'")
    assert "on payment or terms hold" in desk.why("khaos.shipment", "ORD-05")


def test_a_merchant_without_the_shops_plans_what_concerns_the_others(desk: Desk) -> None:
    gone = ("scayle", "orocommerce", "plytix")
    only = desk.settings.model_copy(
        update={n: desk.settings.sections()[n].model_copy(update={"enabled": False}) for n in gone}
    )
    build(only, desk.store, desk.night)
    plan = make_plan(only, desk.store, desk.ledger, desk.night, planner="anna", at=datetime.now(UTC))
    assert {i.write for i in plan.items} & {"khaos.shipment", "khaos.item"}
    assert not {i.system for i in plan.items} & set(gone)


NOVEMBER = {"period": "2026-11", "first": "2026-11-01", "last": "2026-11-30"}


def test_nothing_is_dated_back_into_a_sealed_month_until_it_is_reopened(desk: Desk) -> None:
    for kind, shipped in ((Kind.PERIOD_SEALED, False), (Kind.PERIOD_REOPENED, True)):
        with desk.ledger.deed(desk.night.as_of) as deed:
            deed.append([Happening(kind, actor="carol", body=NOVEMBER)], desk.night.date)
        assert (desk.why("khaos.shipment", "ORD-05") == set()) is shipped


def test_an_item_is_discontinued_only_when_nothing_is_left_of_it_and_nobody_waits_for_it(desk: Desk) -> None:
    assert all("left in stock" in why for why in desk.why("khaos.discontinued", "PIM-07"))
    desk.change("UPDATE physical_total SET units = NULL")
    assert desk.why("khaos.discontinued", "PIM-07") == {"what is left in stock is not known"}
    desk.change("UPDATE physical_total SET units = 0; DELETE FROM order_line WHERE system = 'khaos'")
    assert {i.after for i in desk.plan().items if i.write == "khaos.discontinued"} == {"-1"}
    desk.change(
        "INSERT INTO order_line BY NAME SELECT 'khaos' AS system, o.source_key AS order_key, '' AS snapshot, "
        "1 AS line, e.record_key AS sku FROM sales_order AS o, exception AS e "
        "WHERE o.system = 'khaos' AND o.status = 'open' AND e.code = 'PIM-07'"
    )
    assert desk.why("khaos.discontinued", "PIM-07") == {"open orders ask for it"}


@pytest.mark.parametrize(
    "shaken",
    [
        "UPDATE control_read SET verdict = 'INCOMPLETE' WHERE system = 'khaos' AND entity = 'stock_levels'",
        *(
            "INSERT INTO exception BY NAME SELECT * REPLACE ("
            f"'{code}' AS code, 'shaky' AS case_key, '{state}' AS state, 'khaos' AS systems, 'stock_levels' AS entity) "
            "FROM exception LIMIT 1"
            for code, state in (("FEED-01", "open"), ("FEED-02", "open"), ("FEED-03", "suppressed"))
        ),
    ],
    ids=["incomplete", "FEED-01", "FEED-02", "FEED-03"],
)
def test_nothing_is_corrected_from_a_side_that_is_not_proven(desk: Desk, shaken: str) -> None:
    stock = {"scayle.stock", "orocommerce.stock"}
    assert stock <= {i.write for i in desk.plan().items}
    desk.change(shaken)
    plan = desk.plan()
    assert not stock & {i.write for i in plan.items}
    assert plan.items, "what rests on other sides goes on"
    said = "nothing is corrected from khaos/stock_levels: not complete, dropped or stale"
    assert said in {x.why for x in plan.left_out if x.code == "STK-04"}


def test_a_price_below_its_cost_is_left_out(desk: Desk) -> None:
    assert {"FIN-07", "FIN-08"} <= {i.code for i in desk.plan().items}
    desk.change("UPDATE item_cost SET cost = {'num': 100000, 'den': 1}")
    plan = desk.plan()
    assert not {"FIN-07", "FIN-08"} & {i.code for i in plan.items}
    assert any("below its cost" in x.why for x in plan.left_out if x.code == "FIN-07")


def test_stock_that_orders_on_their_way_ask_for_is_not_given_out_twice(desk: Desk) -> None:
    desk.change("DELETE FROM units_on_their_way")
    desk.change(
        "INSERT INTO units_on_their_way BY NAME "
        "SELECT split_part(systems, '>', 2) AS channel, record_key AS sku, 1 AS units FROM exception "
        "WHERE code IN ('STK-02', 'STK-03', 'STK-04', 'STK-05')"
    )
    assert any("has not heard of yet take 1 of it" in why for why in desk.why("scayle.stock", "STK-04"))
    assert any("has not heard of yet take 1 of it" in why for why in desk.why("orocommerce.stock", "STK-04"))


def test_what_is_switched_off_is_shown_and_left_out(desk: Desk) -> None:
    plan = desk.plan(writes=["scayle.*"], assumed_writes=[])
    assert {i.system for i in plan.items} == {"scayle"}
    why = {x.why for x in plan.left_out}
    assert "switched off: corrections.writes does not name orocommerce.stock" in why
    assert "switched off: corrections.assumed_writes does not name khaos.shipment" in why


def test_a_night_that_is_not_the_newest_is_not_corrected(desk: Desk) -> None:
    with pytest.raises(CorrectionError, match="corrections rest on the newest"):
        make_plan(desk.settings, desk.store, desk.ledger, Night.of("2026-11-01"), planner="anna", at=datetime.now(UTC))


def test_the_same_night_gives_the_same_items_in_the_same_order(desk: Desk) -> None:
    assert desk.plan().items == desk.plan().items
    ranks = [i.write for i in desk.plan().items]
    assert ranks.index("khaos.shipment") < ranks.index("scayle.stock") < ranks.index("khaos.item")
