"""Plans and their journal stand in the ledger's chain, in both databases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from khaos_assets.cases import tables
from khaos_assets.cases.events import Happening, Kind
from khaos_assets.cases.ledger import Ledger, open_ledger
from khaos_assets.config import Settings, Store
from khaos_assets.corrections import CorrectionError
from khaos_assets.corrections.approval import approve
from khaos_assets.corrections.journal import ItemState, Journal, Line, counts, prove
from khaos_assets.corrections.register import enter, find, registered
from khaos_assets.systems.write import installed_writes
from khaos_assets_tests.unit.corrections.target import AT, SetWrite, item, plan_of


@pytest.fixture(autouse=True)
def shop_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(installed_writes(), SetWrite.name, SetWrite)  # type: ignore[arg-type]


def test_a_plan_from_its_making_to_its_end_is_a_chain_of_events_that_proves_itself(ledger: Ledger) -> None:
    plan = plan_of([item(SetWrite, "a"), item(SetWrite, "b")])
    plan_id = enter(ledger, plan)
    settings = Settings.of_merchant({"merchant": {"name": "Bright & Co"}})
    approve(ledger, settings, plan_id, by="ben", at=AT)
    journal = Journal(ledger, find(ledger, plan_id), "ben", lambda: AT + timedelta(minutes=1))
    journal.begin()
    journal.write([Line(1, ItemState.INTENT), Line(2, ItemState.INTENT)])
    journal.write([Line(1, ItemState.VERIFIED), Line(2, ItemState.CONFLICT, why="5 stands there")])
    journal.end("done")
    made = registered(ledger)[0]
    assert (made.plan, made.state(AT), made.approved_by) == (plan, "done", "ben")
    assert counts(ledger, plan_id) == {"verified": 1, "conflict": 1}
    assert journal.lines()[2].why == "5 stands there"
    moved = [Kind.CORRECTION] * 4
    assert [e.kind for e in ledger.events()] == [
        Kind.PLAN_MADE, Kind.PLAN_APPROVED, Kind.PLAN_BEGUN, *moved, Kind.PLAN_ENDED,
    ]  # fmt: skip
    assert (ledger.verify(), prove(ledger)) == (8, 2)


def test_an_item_that_somebody_moved_by_hand_is_found(ledger: Ledger) -> None:
    plan_id = enter(ledger, plan_of([item(SetWrite, "a")]))
    Journal(ledger, find(ledger, plan_id), "ben", lambda: AT).write([Line(1, ItemState.REFUSED)])
    assert prove(ledger) == 1
    with ledger.engine.begin() as connection:
        connection.execute(sa.update(tables.correction_item).values(state="verified"))
    with pytest.raises(CorrectionError, match="item 1 of plan"):
        prove(ledger)


def test_a_ledger_from_before_there_were_corrections_gets_their_tables_and_keeps_its_events(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with open_ledger(store) as ledger:
        with ledger.deed(AT) as deed:
            deed.append([Happening(Kind.HALTED, actor="carol", body={"why": "then"})], None)
        with ledger.engine.begin() as connection:
            for table in (tables.correction_item, tables.correction_plan):
                table.drop(connection)
            connection.execute(sa.text("UPDATE ledger_version SET version_num = '0001'"))
    with open_ledger(store) as ledger:
        assert (ledger.verify(), registered(ledger), prove(ledger)) == (1, [], 0)
