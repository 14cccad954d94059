"""People: adding them, their roles, their passwords, and that somebody is always left to administer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khaos_assets.portal.access import Access, AccessError, audit, people, sessions, tokens
from khaos_assets.portal.access.passwords import BadPassword, Passwords
from khaos_assets.portal.access.rights import NoSuchRole
from khaos_assets.portal.access.signing_in import NotLetIn, Visitor, by_password
from khaos_assets_tests.portal_people import ADDRESS, OFFICE, PASSWORD, hire, kinds

HERE = Visitor(ADDRESS)


def test_somebody_new_is_given_a_password_that_they_have_to_change(access: Access) -> None:
    first = people.add(access, " Jo@Example.COM ", roles=["viewer", "owner:STK", "viewer"], by=OFFICE)
    found = people.one(access, "jo@example.com")
    assert (found.roles, found.must_change, found.disabled) == (("owner:STK", "viewer"), True, False)
    assert by_password(access, "JO@example.com", first, HERE)
    assert len(first) >= 24 and first != people.made_up()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=st.text(max_size=80))
def test_a_name_is_plain_or_refused(access: Access, name: str) -> None:
    try:
        people.add(access, name, roles=[], by=OFFICE, password=PASSWORD)
    except (AccessError, BadPassword):
        assert all(not set(p.name) - set("abcdefghijklmnopqrstuvwxyz0123456789._@+-") for p in people.listed(access))


def test_a_name_is_given_once(access: Access) -> None:
    hire(access, "jo", "viewer")
    with pytest.raises(AccessError, match="there is a person of this name"):
        people.add(access, "JO", roles=["administrator"], by=OFFICE, password=PASSWORD)
    assert people.one(access, "jo").roles == ("viewer",)


def test_what_is_refused_leaves_nothing_behind(access: Access) -> None:
    with pytest.raises(NoSuchRole):
        people.add(access, "jo", roles=["king"], by=OFFICE)
    with pytest.raises(BadPassword):
        people.add(access, "jo", roles=["viewer"], by=OFFICE, password="short")
    assert people.listed(access) == [] and audit.entries(access.engine, limit=9) == []


def test_somebody_disabled_does_not_come_in_until_enabled(access: Access) -> None:
    hire(access, "root", "administrator")
    hire(access, "jo", "viewer")
    people.disable(access, "jo", by=OFFICE)
    with pytest.raises(NotLetIn):
        by_password(access, "jo", PASSWORD, HERE)
    people.enable(access, "jo", by=OFFICE)
    assert by_password(access, "jo", PASSWORD, HERE)


def test_the_last_administrator_stays_one(access: Access) -> None:
    hire(access, "root", "administrator")
    hire(access, "jo", "viewer")
    for deed in (
        lambda: people.disable(access, "root", by=OFFICE),
        lambda: people.change_roles(access, "root", ["finance"], by=OFFICE),
    ):
        with pytest.raises(AccessError, match="nobody would be left who administers"):
            deed()
    assert by_password(access, "root", PASSWORD, HERE)
    people.change_roles(access, "jo", ["administrator"], by=OFFICE)
    people.disable(access, "root", by=OFFICE)


def test_a_reset_password_has_to_be_changed_and_a_chosen_one_not(access: Access) -> None:
    hire(access, "jo", "viewer")
    fresh = people.reset_password(access, "jo", by=OFFICE)
    assert people.one(access, "jo").must_change
    with pytest.raises(NotLetIn):
        by_password(access, "jo", PASSWORD, HERE)
    with pytest.raises(AccessError, match="choose another one"):
        people.choose_password(access, "jo", fresh, by=OFFICE)
    people.choose_password(access, "jo", "three plain words", by=OFFICE)
    assert not people.one(access, "jo").must_change and by_password(access, "jo", "three plain words", HERE)


def test_a_reset_password_ends_what_was_let_in_by_the_old_one_and_nobody_elses(access: Access) -> None:
    for name in ("jo", "kim"):
        hire(access, name, "finance")
    mine, old, others = (tokens.make(access, n, purpose="robot", days=30, by=OFFICE) for n in ("jo", "jo", "kim"))
    tokens.revoke(access, old.split("_")[1], by=OFFICE)
    with access.writing() as connection:
        for name in ("jo", "kim"):
            sessions.begin(connection, name, via="password", address="", browser="", at=access.clock())
    people.reset_password(access, "jo", by=OFFICE)
    with access.engine.connect() as connection:
        lasting = [len(sessions.of_person(connection, n, access.settings, access.clock())) for n in ("jo", "kim")]
    assert lasting == [0, 1]
    assert tokens.person_of(access, mine) is None and tokens.person_of(access, others) is not None
    told = [e.content["token"] for e in audit.entries(access.engine, kind="revoked a token", limit=9)]
    assert sorted(told) == sorted(t.split("_")[1] for t in (mine, old))
    people.choose_password(access, "jo", "three plain words", by=OFFICE)
    assert tokens.person_of(access, mine) is None


@pytest.mark.parametrize("name", ["nobody", "", "\x00", "x" * 100])
def test_nobody_is_said_to_be_nobody(access: Access, name: str) -> None:
    for deed in (people.disable, people.enable):
        with pytest.raises(people.NoSuchPerson):
            deed(access, name, by=OFFICE)
    with pytest.raises(people.NoSuchPerson):
        people.reset_password(access, name, by=OFFICE)


def test_every_deed_is_in_the_audit_with_who_did_it_and_without_a_password(access: Access) -> None:
    hire(access, "root", "administrator")
    hire(access, "jo", "viewer")
    people.change_roles(access, "jo", ["finance"], by=OFFICE)
    people.reset_password(access, "jo", by=OFFICE, password="a secret nobody sees")
    people.disable(access, "jo", by=OFFICE)
    people.enable(access, "jo", by=OFFICE)
    found = audit.entries(access.engine, limit=20)
    assert kinds(found) == [
        "added a person", "added a person", "changed roles", "reset a password", "disabled a person",
        "enabled a person",
    ]  # fmt: skip
    assert {e.actor for e in found} == {"office"}
    assert not any(text in e.body for e in found for text in (PASSWORD, "secret"))
    assert found[3].content == {"name": "jo", "before": "viewer", "roles": "finance"}


def test_a_password_that_was_reset_while_it_was_checked_lets_nobody_in(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    hire(access, "jo", "viewer")
    fits = Passwords.fits

    def slowly(passwords: Passwords, password: str, stored: str | None) -> bool:
        right = fits(passwords, password, stored)
        people.reset_password(access, "jo", by=OFFICE)
        return right

    monkeypatch.setattr(Passwords, "fits", slowly)
    with pytest.raises(NotLetIn):
        by_password(access, "jo", PASSWORD, HERE)


def test_a_hash_of_older_parameters_is_made_anew_when_its_person_comes_in(access: Access) -> None:
    hire(access, "jo", "viewer")
    dearer = replace(access, passwords=Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)))
    assert by_password(dearer, "jo", PASSWORD, HERE)
    with access.engine.connect() as connection:
        stored = people.stored_password(connection, "jo")
    assert stored is not None and "t=2" in stored and dearer.passwords.fits(PASSWORD, stored)
