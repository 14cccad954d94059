"""The audit: appended only, in a chain that shows any other hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from khaos_assets.portal.access import Access, By, Did, audit
from khaos_assets.portal.access.audit import BrokenAudit
from khaos_assets_tests.portal_people import Clock


def fill(access: Access, clock: Clock, number: int = 6) -> None:
    for n in range(number):
        access.note(Did.DOWNLOADED, By(f"p{n % 2}", "192.0.2.1"), report=f"report {n}")
        clock.passes(minutes=1)


def test_entries_are_read_newest_first_a_page_at_a_time(access: Access, clock: Clock) -> None:
    fill(access, clock)
    first = audit.entries(access.engine, limit=4)
    assert [e.seq for e in first] == [6, 5, 4, 3]
    assert [e.seq for e in audit.entries(access.engine, before=3, limit=4)] == [2, 1]
    assert [e.seq for e in audit.entries(access.engine, actor="p1", limit=9)] == [6, 4, 2]
    assert audit.entries(access.engine, kind=Did.REFUSED, limit=9) == []
    assert audit.verify(access.engine) == 6


@pytest.mark.parametrize("statement", ["DELETE FROM portal_audit", "UPDATE portal_audit SET actor = 'nobody'"])
def test_the_database_refuses_to_change_it(access: Access, clock: Clock, statement: str) -> None:
    fill(access, clock)
    with pytest.raises(DatabaseError, match="appended, never changed"), access.writing() as connection:
        connection.execute(sa.text(statement))
    assert audit.verify(access.engine) == 6


@pytest.mark.parametrize(
    ("statement", "entry"),
    [
        ("UPDATE portal_audit SET actor = 'nobody' WHERE seq = 3", 3),
        ("UPDATE portal_audit SET address = NULL WHERE seq = 2", 2),
        ("UPDATE portal_audit SET at = '2026-11-20T09:00:30.000000+00:00' WHERE seq = 1", 1),
        ("UPDATE portal_audit SET body = '{}' WHERE seq = 6", 6),
        ("DELETE FROM portal_audit WHERE seq = 4", 4),
        ("UPDATE portal_audit SET seq = 7 WHERE seq = 6", 6),
    ],
)
def test_whoever_has_the_file_and_changes_an_entry_is_found_out(
    access: Access, clock: Clock, statement: str, entry: int
) -> None:
    fill(access, clock)
    with access.writing() as connection:
        connection.execute(sa.text("DROP TRIGGER portal_audit_no_update"))
        connection.execute(sa.text("DROP TRIGGER portal_audit_no_delete"))
        connection.execute(sa.text(statement))
    with pytest.raises(BrokenAudit, match=f"entry {entry} "):
        audit.verify(access.engine)


def test_many_who_write_at_once_stand_one_after_the_other(access: Access) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: access.note(Did.DOWNLOADED, By("jo"), report=str(n)), range(80)))
    assert audit.verify(access.engine) == 80


def test_what_was_not_done_is_not_in_it(access: Access) -> None:
    def fail() -> None:
        with access.writing() as connection:
            access.record(connection, Did.DISABLED, By("root"), name="jo")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert audit.entries(access.engine, limit=1) == []
