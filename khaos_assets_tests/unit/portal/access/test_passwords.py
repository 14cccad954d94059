"""Passwords: only good ones, only their hashes, and no difference in time between a wrong one and nobody's."""

from __future__ import annotations

import time
from statistics import median

import pytest
from argon2 import PasswordHasher, extract_parameters
from hypothesis import given
from hypothesis import strategies as st

from khaos_assets.portal.access.passwords import LONGEST, BadPassword, Passwords
from khaos_assets_tests.portal_people import CHEAP, PASSWORD


@given(st.text(min_size=1, max_size=LONGEST))
def test_a_password_that_is_taken_fits_its_own_hash_and_no_other(text: str) -> None:
    try:
        stored = CHEAP.hashed(text, name="jo")
    except BadPassword:
        return
    assert CHEAP.fits(text, stored)
    assert not CHEAP.fits(text + "x", stored)
    assert not CHEAP.fits(text, None)


@given(st.text(max_size=3 * LONGEST))
def test_whatever_is_typed_as_a_password_has_an_answer(text: str) -> None:
    assert not CHEAP.fits(text, CHEAP.hashed("entirely another one", name="jo"))


@pytest.mark.parametrize("text", ["", "short", "x" * 20, "jo is my name and I am here", "ababababababab", "a" * 201])
def test_what_is_easy_to_guess_or_endless_is_not_taken(text: str) -> None:
    with pytest.raises(BadPassword) as refused:
        CHEAP.hashed(text, name="jo")
    assert not text or len(text) < 6 or text not in str(refused.value)


def test_letters_are_the_same_however_a_keyboard_puts_them_together() -> None:
    stored = CHEAP.hashed("crème brûlée à la carte", name="jo")
    assert CHEAP.fits("crème brûlée à la carte", stored)


def test_the_usual_hash_is_argon2id_as_rfc_9106_has_it_for_64_mib() -> None:
    found = extract_parameters(Passwords().hashed(PASSWORD, name="jo"))
    assert (found.type.name, found.memory_cost, found.time_cost, found.parallelism) == ("ID", 65536, 3, 4)


def test_a_hash_of_other_parameters_is_known_as_outdated() -> None:
    dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    stored = CHEAP.hashed(PASSWORD, name="jo")
    assert dearer.outdated(stored) and dearer.fits(PASSWORD, stored) and not CHEAP.outdated(stored)


def test_nobodys_password_takes_as_long_to_refuse_as_somebodys() -> None:
    passwords = Passwords(PasswordHasher(time_cost=2, memory_cost=4096, parallelism=1))
    stored = passwords.hashed(PASSWORD, name="jo")

    def took(hashed: str | None) -> float:
        begun = time.thread_time()
        passwords.fits("a wrong one", hashed)
        return time.thread_time() - begun

    pairs = [(took(stored), took(None)) for _ in range(9)]
    assert 0.5 < median(nobodys / somebodys for somebodys, nobodys in pairs) < 2
