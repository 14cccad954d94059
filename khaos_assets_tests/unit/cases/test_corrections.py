"""Plans and their journal stand in the ledger's chain, in both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from khaos_assets.cases import tables
from khaos_assets.cases.database import open_engine, writing
from khaos_assets.cases.events import Happening, Kind
from khaos_assets.cases.ledger import LOCK, MIGRATIONS, Ledger, open_ledger
from khaos_assets.cases.tables import instant_text
from khaos_assets.config import Settings, Store
from khaos_assets.corrections import CorrectionError
from khaos_assets.corrections.approval import NotApproved, RefusedApproval, approve, refuse, refuse_unapproved
from khaos_assets.corrections.journal import ItemState, Journal, Line, prove
from khaos_assets.corrections.listing import items, of_case, plans, progress
from khaos_assets.corrections.register import NoSuchPlan, enter, find
from khaos_assets.systems.write import installed_writes
from khaos_assets_tests.unit.corrections.target import AT, NIGHT, SetWrite, item, plan_of


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
    made = progress(ledger, plan_id)
    assert (made.head.state(AT), made.head.approved_by, made.head.begun_by) == ("done", "ben", "ben")
    assert (made.states, made.open, made.moved_at) == ({"verified": 1, "conflict": 1}, 0, AT + timedelta(minutes=1))
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


def test_plans_are_listed_page_by_page_the_newest_first_and_their_items_in_their_order(ledger: Ledger) -> None:
    made = [
        enter(ledger, plan_of([item(SetWrite, f"{n}-{k}", amount_gbp=Decimal(-k)) for k in range(n)],
                              made_at=AT + timedelta(hours=n // 2)))
        for n in range(5)
    ]  # fmt: skip
    pages, before = list[list[str]](), None
    while page := plans(ledger, 2, before):
        pages.append([p.head.plan_id for p in page])
        before = pages[-1][-1]
    order = sorted(made, key=lambda plan_id: (made.index(plan_id) // 2, plan_id), reverse=True)
    assert pages == [order[:2], order[2:4], order[4:]]
    assert [p.items for p in plans(ledger, 1)] == [4]
    assert [p.head.amount_gbp for p in plans(ledger, 1)] == [Decimal(6)]
    assert plans(ledger, night=date(2026, 11, 21)) == []
    with pytest.raises(NoSuchPlan):
        plans(ledger, before="ffff")
    Journal(ledger, find(ledger, made[4]), "ben", lambda: AT).write([Line(2, ItemState.REFUSED, why="no")])
    assert [(x.item.record, x.line.state) for x in items(ledger, made[4], 1, 2)] == [
        ("4-1", ItemState.REFUSED), ("4-2", ItemState.PLANNED),
    ]  # fmt: skip
    assert [x.line.why for x in items(ledger, made[4], state=ItemState.REFUSED)] == ["no"]
    assert prove(ledger) == 10


def test_a_case_tells_what_was_planned_for_it_and_what_became_of_it(ledger: Ledger) -> None:
    first = enter(ledger, plan_of([item(SetWrite, "a"), item(SetWrite, "b", after="7")]))
    second = enter(ledger, plan_of([item(SetWrite, "b", before="7", after="8")], made_at=AT + timedelta(days=1)))
    Journal(ledger, find(ledger, first), "ben", lambda: AT).write([Line(2, ItemState.VERIFIED)])
    told = [(x.head.plan_id, x.head.planner, x.item.after, x.line.state) for x in of_case(ledger, "case-b")]
    assert told == [(second, "anna", "8", ItemState.PLANNED), (first, "anna", "7", ItemState.VERIFIED)]
    assert of_case(ledger, "case-c") == []


def test_a_refused_plan_is_neither_approved_nor_applied_and_says_who_refused_it_and_why(ledger: Ledger) -> None:
    settings = Settings.of_merchant({"merchant": {"name": "Bright & Co"}})
    plan_id = enter(ledger, plan_of([item(SetWrite, "a")]))
    approved = approve(ledger, settings, plan_id, by="ben", at=AT)
    journal = Journal(ledger, approved, "ben", lambda: AT)
    with pytest.raises(RefusedApproval, match="why is it refused"):
        refuse(ledger, plan_id, by="carol", reason=" ", at=AT)
    assert refuse(ledger, plan_id, by="carol", reason="the count is wrong", at=AT).state(AT) == "refused"
    with pytest.raises(RefusedApproval, match="refused by carol"):
        approve(ledger, settings, plan_id, by="ben", at=AT)
    with pytest.raises(RefusedApproval, match="refused by carol"):
        refuse(ledger, plan_id, by="anna", reason="mine", at=AT)
    with pytest.raises(NotApproved, match="refused by carol: the count is wrong"):
        refuse_unapproved(find(ledger, plan_id), AT)
    with pytest.raises(CorrectionError, match="refused by carol"):
        journal.begin()  # it was found approved a moment ago
    assert [e.kind for e in ledger.events()] == [Kind.PLAN_MADE, Kind.PLAN_APPROVED, Kind.PLAN_REFUSED]


def test_a_plan_on_its_way_is_not_refused_before_what_was_sent_is_read_back(ledger: Ledger) -> None:
    plan_id = enter(ledger, plan_of([item(SetWrite, "a"), item(SetWrite, "b")]))
    journal = Journal(ledger, find(ledger, plan_id), "ben", lambda: AT)

    def refused() -> str:
        return refuse(ledger, plan_id, by="carol", reason="enough", at=AT).state(AT)

    journal.begin()
    with pytest.raises(RefusedApproval, match="on its way"):
        refused()
    journal.write([Line(1, ItemState.INTENT)])
    journal.end("halted")
    with pytest.raises(RefusedApproval, match="on its way"):
        refused()
    journal.write([Line(1, ItemState.VERIFIED)])
    assert refused() == "refused"


@contextmanager
def ledger_of_form(store: Store, revision: str) -> Iterator[Ledger]:
    """An empty ledger as an earlier version made it."""
    engine = open_engine(None, store.ledger)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with writing(engine, LOCK) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    yield Ledger(engine)
    engine.dispose()


def test_a_ledger_from_before_plans_could_be_refused_keeps_its_plans_and_lists_their_items(tmp_path: Path) -> None:
    store, plan = Store(tmp_path), plan_of([item(SetWrite, "a"), item(SetWrite, "b")])
    row = {"plan_id": plan.plan_id, "night": NIGHT, "made_at": instant_text(AT)}
    moved = {"plan": plan.plan_id, "item": 2, "state": "verified", "generation": 1}
    with ledger_of_form(store, "0002") as ledger, ledger.deed(AT) as deed:
        made = Happening(Kind.PLAN_MADE, actor="anna", body={"plan": plan.plan_id, "items": 2})
        deed.append([made, Happening(Kind.CORRECTION, actor="ben", body=moved)], date.fromisoformat(NIGHT))
        deed.connection.execute(
            sa.text(
                "INSERT INTO correction_plan (plan_id, night, planner, made_at, body) "
                "VALUES (:plan_id, :night, 'anna', :made_at, :body)"
            ),
            row | {"body": plan.text.decode()},
        )
        deed.connection.execute(
            sa.text(
                "INSERT INTO correction_item (plan_id, place, case_key, night, state, generation, changed_at) "
                "VALUES (:plan_id, 2, 'case-b', :night, 'verified', 1, :made_at)"
            ),
            row,
        )
    with open_ledger(store) as ledger:
        assert [p.states for p in plans(ledger)] == [{"planned": 1, "verified": 1}]
        assert [x.line.state for x in items(ledger, plan.plan_id)] == [ItemState.PLANNED, ItemState.VERIFIED]
        assert [x.item.after for x in of_case(ledger, "case-a")] == ["2"]
        assert (ledger.verify(), prove(ledger)) == (2, 2)


def test_a_ledger_from_before_there_were_corrections_gets_their_tables_and_keeps_its_events(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with ledger_of_form(store, "0001") as ledger, ledger.deed(AT) as deed:
        deed.append([Happening(Kind.HALTED, actor="carol", body={"why": "then"})], None)
    with open_ledger(store) as ledger:
        assert (ledger.verify(), plans(ledger), prove(ledger)) == (1, [], 0)
