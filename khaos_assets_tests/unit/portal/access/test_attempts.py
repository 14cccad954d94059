"""Guessing: after a few wrong passwords each one waits longer, by name and by address, however many come at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from khaos_assets.portal.access import Access, audit
from khaos_assets.portal.access.attempts import OF_ADDRESS, OF_NAME, Patience, TooManyAttempts
from khaos_assets.portal.access.signing_in import NotLetIn, Visitor, by_password
from khaos_assets_tests.portal_people import ADDRESS, PASSWORD, Clock, hire


def guess(access: Access, name: str = "jo", password: str = "wrong", address: str = ADDRESS) -> str:
    try:
        by_password(access, name, password, Visitor(address))
    except NotLetIn:
        return "wrong"
    except TooManyAttempts as e:
        return f"wait {e.seconds}"
    return "in"


@given(st.sampled_from([OF_NAME, OF_ADDRESS]), st.integers(0, 10_000))
def test_the_wait_only_grows_and_has_an_end(patience: Patience, failures: int) -> None:
    assert patience.wait(failures) <= patience.wait(failures + 1) <= patience.longest
    assert (patience.wait(failures) == timedelta()) == (failures < patience.free)


def test_after_five_wrong_passwords_even_the_right_one_waits(access: Access, clock: Clock) -> None:
    hire(access, "jo", "viewer")
    assert [guess(access) for _ in range(5)] == ["wrong"] * 5
    assert guess(access, password=PASSWORD) == "wait 1"
    clock.passes(seconds=1)
    assert guess(access) == "wrong"
    assert guess(access) == "wait 2"
    clock.passes(seconds=2)
    assert guess(access, password=PASSWORD) == "in"
    assert guess(access) == "wrong", "the right one made good for those before"


def test_whoever_waits_does_not_wait_longer_by_asking(access: Access, clock: Clock) -> None:
    hire(access, "jo", "viewer")
    told = [guess(access) for _ in range(50)]
    assert told == ["wrong"] * 5 + ["wait 1"] * 45
    clock.passes(seconds=1)
    assert guess(access, password=PASSWORD) == "in"


def test_one_address_that_tries_many_names_waits_and_others_do_not(access: Access) -> None:
    hire(access, "jo", "viewer")
    told = [guess(access, name=f"name{n}") for n in range(30)]
    assert told == ["wrong"] * 20 + ["wait 1"] * 10
    assert guess(access, password=PASSWORD) == "wait 1"
    assert guess(access, password=PASSWORD, address="198.51.100.9") == "in"


def test_addresses_of_one_network_of_version_six_are_one(access: Access) -> None:
    told = [guess(access, name=f"n{n}", address=f"2001:db8:1:2::{n:x}") for n in range(22)]
    assert told[20:] == ["wait 1"] * 2
    assert guess(access, name="other", address="2001:db8:1:3::1") == "wrong"


def test_people_who_share_an_address_do_not_wait_for_one_who_came_in(access: Access) -> None:
    hire(access, "jo", "viewer")
    assert [guess(access, name=f"n{n}") for n in range(19)] == ["wrong"] * 19
    assert [guess(access, password=PASSWORD) for _ in range(5)] == ["in"] * 5


def test_failures_are_forgotten_after_an_hour_without_one(access: Access, clock: Clock) -> None:
    hire(access, "jo", "viewer")
    assert [guess(access) for _ in range(5)] == ["wrong"] * 5
    clock.passes(hours=1, seconds=1)
    assert [guess(access) for _ in range(4)] == ["wrong"] * 4
    assert guess(access, password=PASSWORD) == "in"


def test_a_hundred_guesses_at_once_are_not_a_hundred_chances(access: Access) -> None:
    hire(access, "jo", "viewer")
    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(lambda n: guess(access, password=f"guess {n}"), range(60)))
    assert told.count("wrong") == 5


def test_nobody_learns_whether_a_name_exists(access: Access) -> None:
    hire(access, "jo", "viewer")
    assert [guess(access, "jo") for _ in range(7)] == [guess(access, "nobody", address="203.0.113.4") for _ in range(7)]


@pytest.mark.parametrize("typed", ["hunter2hunter2", "\x00", "’ or 1=1 --", "x" * 5000, "\ud800"])
def test_what_is_typed_as_a_name_is_kept_nowhere(access: Access, typed: str) -> None:
    assert guess(access, name=typed) == "wrong"
    assert [(e.kind, e.actor) for e in audit.entries(access.engine, limit=5)] == [("not let in", "(not signed in)")]
    with access.engine.connect() as connection:
        kept = str(
            [connection.execute(sa.text(f"SELECT * FROM {t}")).all() for t in ("portal_attempt", "portal_audit")]
        )
    assert typed == "\x00" or typed[:20] not in kept
