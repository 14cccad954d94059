"""Sessions: what the browser holds cannot be guessed or read from the database, and ends when it should."""

from __future__ import annotations

import re
from datetime import timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khaos_assets.portal.access import Access, people, sessions
from khaos_assets.portal.access.sessions import Session
from khaos_assets_tests.portal_people import ADDRESS, OFFICE, PASSWORD, Clock, hire


def begin(access: Access, name: str = "jo") -> str:
    with access.writing() as connection:
        return sessions.begin(connection, name, via="password", address=ADDRESS, browser="Firefox", at=access.clock())


def find(access: Access, secret: str) -> Session | None:
    with access.engine.connect() as connection:
        return sessions.find(connection, secret, access.settings, access.clock())


def test_the_database_holds_no_more_than_a_hash_of_what_the_browser_holds(access: Access) -> None:
    hire(access, "jo", "viewer")
    secret = begin(access)
    with access.engine.connect() as connection:
        stored = str(connection.execute(sa.text("SELECT * FROM portal_session")).all())
    assert secret not in stored and re.fullmatch(r"[\w-]{43}", secret)
    assert find(access, secret) is not None
    assert find(access, sessions.hash_of(secret)[:43]) is None


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(gaps=st.lists(st.integers(1, 45), min_size=1, max_size=30))
def test_a_session_ends_after_half_an_hour_without_a_click_or_ten_hours_in_all(access: Access, gaps: list[int]) -> None:
    name = f"p{abs(hash(tuple(gaps)))}"
    if not any(p.name == name for p in people.listed(access)):
        hire(access, name, "viewer")
    clock: Clock = access.clock  # type: ignore[assignment]
    secret, total, alive = begin(access, name), 0, True
    for gap in gaps:
        clock.passes(minutes=gap)
        total += gap
        alive = alive and gap <= 30 and total <= 600
        assert (find(access, secret) is not None) == alive
        if alive:
            with access.writing() as connection:
                sessions.clicked(connection, secret, clock())


def test_what_has_ended_by_itself_is_removed(access: Access, clock: Clock) -> None:
    hire(access, "jo", "viewer")
    begin(access)
    clock.passes(minutes=31)
    kept = begin(access)
    with access.writing() as connection:
        sessions.forget(connection, access.settings, clock())
        assert connection.scalar(sa.text("SELECT count(*) FROM portal_session")) == 1
    assert find(access, kept) is not None


def test_not_every_click_is_a_write(access: Access, clock: Clock) -> None:
    hire(access, "jo", "viewer")
    session = find(access, begin(access))
    assert session is not None
    assert not sessions.is_to_be_noted(session, clock() + timedelta(seconds=59))
    assert sessions.is_to_be_noted(session, clock() + timedelta(seconds=60))


def test_a_person_ends_one_of_their_own_sessions_and_no_one_elses(access: Access) -> None:
    hire(access, "jo", "viewer")
    hire(access, "ann", "viewer")
    mine, hers = begin(access, "jo"), begin(access, "ann")
    ids = [s.session_id for s in (find(access, mine), find(access, hers)) if s]
    with access.writing() as connection:
        assert not sessions.end_one(connection, "jo", ids[1])
        assert not sessions.end_one(connection, "jo", "%")
        assert not sessions.end_one(connection, "jo", "")
        assert sessions.end_one(connection, "jo", ids[0])
    assert find(access, mine) is None and find(access, hers) is not None


def test_whatever_is_taken_from_a_person_ends_their_sessions_and_nobody_elses(access: Access) -> None:
    hire(access, "root", "administrator")
    other = begin(access, "root")
    for number, take in enumerate(
        (
            lambda n: people.disable(access, n, by=OFFICE),
            lambda n: people.change_roles(access, n, ["viewer"], by=OFFICE),
            lambda n: people.reset_password(access, n, by=OFFICE),
            lambda n: people.choose_password(access, n, PASSWORD + " and more", by=OFFICE),
        )
    ):
        name = hire(access, f"jo{number}", "finance")
        secret = begin(access, name)
        take(name)
        assert find(access, secret) is None
    assert find(access, other) is not None
