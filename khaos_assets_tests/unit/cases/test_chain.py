"""The history of a ledger cannot be rewritten unseen, and two writers never make two of anything."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from khaos_assets.cases import tables
from khaos_assets.cases.decisions import acknowledge, resolve
from khaos_assets.cases.events import event_hash
from khaos_assets.cases.ledger import BrokenChain, Ledger, LedgerError, open_ledger
from khaos_assets.config import Store
from khaos_assets_tests.unit.cases.nights_of_cases import SETTINGS, finding, noon, put


def a_few_days(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"), finding("b", "12.34"), finding("c", None))
    acknowledge(ledger, "a", by="ann", at=noon(1))
    resolve(ledger, SETTINGS, "b", reason="timing", note="came late", by="bob", at=noon(1))
    put(ledger, 2, finding("a"), finding("b", "12.34"))


def test_every_event_holds_the_hash_of_the_one_before(ledger: Ledger) -> None:
    a_few_days(ledger)
    events = ledger.events()
    assert [e.seq for e in events] == list(range(1, 10))
    assert [e.previous for e in events] == ["0" * 64, *(e.hash for e in events[:-1])]
    assert ledger.verify() == 9


def test_events_cannot_be_changed_or_removed(ledger: Ledger) -> None:
    a_few_days(ledger)
    for statement in ("UPDATE event SET actor = 'eve'", "DELETE FROM event WHERE seq = 9"):
        with pytest.raises(sa.exc.DBAPIError, match="appended, never changed"), ledger.deed(noon(2)) as deed:
            deed.connection.exec_driver_sql(statement)


TAMPERING = [
    ("UPDATE event SET actor = 'eve' WHERE seq = 4", "event 4"),
    ("UPDATE event SET body = replace(body, '12.34', '1.34') WHERE seq = 2", "event 2"),
    ("UPDATE event SET at = '2026-11-01T12:00:00.000001+00:00' WHERE seq = 5", "event 5"),
    ("UPDATE event SET night = '2026-10-31' WHERE seq = 5", "event 5"),
    ("UPDATE event SET kind = 'false_positive' WHERE seq = 6", "event 6"),
    ("UPDATE event SET case_key = 'b' WHERE seq = 5", "event 5"),
    ("DELETE FROM event WHERE seq = 3", "event 3"),
    ("DELETE FROM event WHERE seq = 10", "case b"),
    ("DELETE FROM event WHERE seq >= 9", "night 2026-11-02"),
    ("UPDATE case_now SET amount_gbp = 1 WHERE case_key = 'b'", "case b"),
    ("UPDATE case_now SET state = 'resolved' WHERE case_key = 'a'", "case a"),
    ("DELETE FROM case_now WHERE case_key = 'a'", "case a"),
]


@pytest.mark.parametrize(("statement", "where"), TAMPERING)
def test_tampering_is_named(tmp_path: Path, statement: str, where: str) -> None:
    store = Store(tmp_path)
    with open_ledger(store) as ledger:
        a_few_days(ledger)
        acknowledge(ledger, "b", by="ann", at=noon(2))
    with sqlite3.connect(store.ledger) as connection:
        connection.execute("DROP TRIGGER event_no_update")
        connection.execute("DROP TRIGGER event_no_delete")
        connection.execute(statement)
    with open_ledger(store) as ledger, pytest.raises(BrokenChain, match=where):
        ledger.verify()


def test_a_forger_who_makes_the_hash_anew_is_found_at_the_event_after(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with open_ledger(store) as ledger:
        a_few_days(ledger)
        forged = msgspec.structs.replace(ledger.events()[4], actor="eve")
    with sqlite3.connect(store.ledger) as connection:
        connection.execute("DROP TRIGGER event_no_update")
        connection.execute("UPDATE event SET actor = 'eve', hash = ? WHERE seq = 5", [event_hash(forged)])
    with open_ledger(store) as ledger, pytest.raises(BrokenChain, match="event 6"):
        ledger.verify()


def test_two_runs_of_one_night_make_each_case_once(ledger: Ledger) -> None:
    rows = [finding(f"{n:03}") for n in range(50)]
    with ThreadPoolExecutor(4) as runs:
        made = list(runs.map(lambda _: put(ledger, 1, *rows), range(8)))
    assert len(set(made)) == 1
    assert len(ledger.events()) == 51
    assert ledger.verify() == 51


def test_people_and_nights_at_once_lose_nothing(ledger: Ledger) -> None:
    rows = [finding(f"{n:03}") for n in range(20)]
    put(ledger, 1, *rows)
    with ThreadPoolExecutor(4) as hands:
        done = [hands.submit(acknowledge, ledger, row.case_key, by="ann", at=noon(1)) for row in rows]
        done.append(hands.submit(put, ledger, 2, *rows))
        for each in done:
            each.result()
    assert ledger.verify() == 20 + 1 + 20 + 1


def test_the_migrations_make_the_tables_that_the_code_knows(ledger: Ledger) -> None:
    with ledger.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "ledger_version"})
        differences = compare_metadata(context, tables.metadata)
        made = {i["name"] for i in sa.inspect(connection).get_indexes("case_now")}
    # A database writes the expressions of an index in its own words (or, SQLite, does not tell): compared by name
    expressions = {"case_worst", "case_largest", "case_due", "case_late"}
    known = [d for d in differences if "index" not in str(d[0]) or d[1].name not in expressions]
    assert [d for d in known if "comment" not in str(d[0])] == []
    named = {str(i.name) for i in tables.case.indexes}
    assert made == named or made == named - expressions


def test_amounts_come_back_to_the_penny(ledger: Ledger) -> None:
    amounts = {"a": "0.01", "b": "-123456789012.34", "c": "0.10", "d": None}
    put(ledger, 1, *(finding(k, gbp, units=Decimal("-0.00001")) for k, gbp in amounts.items()))
    found = {c.case_key: c.amount_gbp for c in ledger.cases()}
    assert found == {k: None if gbp is None else Decimal(gbp) for k, gbp in amounts.items()}
    assert ledger.case("a").units == Decimal("-0.00001")


def test_part_of_a_penny_is_refused(ledger: Ledger) -> None:
    with pytest.raises(sa.exc.StatementError, match="pounds have two places"):
        put(ledger, 1, finding("a", "0.001"))
    assert ledger.events() == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "not an address such as postgresql://user:password@host/database"),
        ("mysql://ann:geheim@localhost/cases", "mysql is no ledger"),
        ("postgresql://ann:geheim@127.0.0.1:1/cases", "the ledger cannot be opened"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_without_its_password(tmp_path: Path, url: str, words: str) -> None:
    with pytest.raises(LedgerError, match=words) as refusal, open_ledger(Store(tmp_path), url=url):
        pass
    assert "geheim" not in str(refusal.value)


def test_a_file_that_is_no_ledger_is_left_alone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.ledger.write_text("something else, and long enough to be taken for a database file" * 20)
    before = store.ledger.read_bytes()
    with pytest.raises(LedgerError, match=r"ledger\.sqlite: the ledger cannot be opened"), open_ledger(store):
        pass
    assert store.ledger.read_bytes() == before


def test_dates_of_acceptances_are_dates(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    assert isinstance(ledger.case("a").last_seen, date)
