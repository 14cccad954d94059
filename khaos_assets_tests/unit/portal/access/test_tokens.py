"""Tokens: a machine downloads with one in a person's name until it ends, is revoked, or the person may not."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khaos_assets.portal.access import Access, AccessError, audit, people, tokens
from khaos_assets_tests.portal_people import OFFICE, Clock, hire


def make(access: Access, name: str = "jo", days: int = 30) -> str:
    return tokens.make(access, name, purpose="copy to the lake", days=days, by=OFFICE)


def test_a_token_lasts_as_long_as_it_was_made_for(access: Access, clock: Clock) -> None:
    hire(access, "jo", "finance")
    token = make(access)
    found = tokens.person_of(access, token)
    assert found is not None and (found.name, found.via, found.rights) == ("jo", "token", {"download"})
    clock.passes(days=30, seconds=-1)
    assert tokens.person_of(access, token) is not None
    clock.passes(seconds=1)
    assert tokens.person_of(access, token) is None


def test_a_revoked_token_opens_nothing_and_others_still_do(access: Access) -> None:
    hire(access, "jo", "finance")
    gone, kept = make(access), make(access)
    token_id = gone.split("_")[1]
    tokens.revoke(access, token_id, by=OFFICE, of="jo")
    tokens.revoke(access, token_id, by=OFFICE)
    assert tokens.person_of(access, gone) is None and tokens.person_of(access, kept) is not None
    assert [e.kind for e in audit.entries(access.engine, limit=9, kind="revoked a token")] == ["revoked a token"]


def test_nobody_revokes_another_persons_token(access: Access) -> None:
    hire(access, "jo", "finance")
    hire(access, "ann", "finance")
    token = make(access)
    with pytest.raises(AccessError, match="no such token"):
        tokens.revoke(access, token.split("_")[1], by=OFFICE, of="ann")
    assert tokens.person_of(access, token) is not None


def test_a_token_is_worth_no_more_than_its_person(access: Access) -> None:
    hire(access, "root", "administrator")
    hire(access, "jo", "finance")
    token = make(access)
    people.disable(access, "jo", by=OFFICE)
    assert tokens.person_of(access, token) is None
    people.enable(access, "jo", by=OFFICE)
    people.change_roles(access, "jo", [], by=OFFICE)
    found = tokens.person_of(access, token)
    assert found is not None and not found.rights
    with pytest.raises(AccessError, match="may not download"):
        make(access, "root")


def test_the_database_holds_no_more_than_its_hash(access: Access) -> None:
    hire(access, "jo", "finance")
    token = make(access)
    with access.engine.connect() as connection:
        kept = str([connection.execute(sa.text(f"SELECT * FROM {t}")).all() for t in ("portal_token", "portal_audit")])
    assert token.split("_", 2)[2] not in kept and token.split("_")[1] in kept


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_token_with_any_letter_changed_opens_nothing(access: Access, data: st.DataObject) -> None:
    if not people.listed(access):
        hire(access, "jo", "finance")
    token = make(access)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.characters().filter(lambda c: c != token[place]))
    assert tokens.person_of(access, token[:place] + letter + token[place + 1 :]) is None
    assert tokens.person_of(access, token[:place]) is None


@pytest.mark.parametrize(("purpose", "days"), [("", 30), (" ", 30), ("x" * 121, 30), ("copy", 0), ("copy", 367)])
def test_a_token_has_a_purpose_and_an_end(access: Access, purpose: str, days: int) -> None:
    hire(access, "jo", "finance")
    with pytest.raises(AccessError):
        tokens.make(access, "jo", purpose=purpose, days=days, by=OFFICE)


def test_when_a_token_was_used_last_is_known_to_the_hour(access: Access, clock: Clock) -> None:
    hire(access, "jo", "finance")
    token, begun = make(access), clock()
    for _ in range(3):
        tokens.person_of(access, token)
        clock.passes(minutes=20)
    assert tokens.listed(access, "jo")[0].used_at == begun
    tokens.person_of(access, token)
    assert tokens.listed(access, "jo")[0].used_at == clock()
