"""What people decide about cases, what they may not, and what later nights make of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from khaos_assets.cases.decisions import RefusedDecision, accept, acknowledge, assign, reopen, resolve
from khaos_assets.cases.ledger import Ledger, NoSuchCase
from khaos_assets.cases.states import Case, State
from khaos_assets_tests.unit.cases.nights_of_cases import SETTINGS, finding, night, noon, put, story

UNTIL = night(5).date


def resolved(ledger: Ledger, key: str = "a", **changes: Any) -> Case:
    said: dict[str, Any] = {"reason": "corrected", "note": "booked by hand", "by": "ann", "at": noon(1)}
    return resolve(ledger, SETTINGS, key, **(said | changes))


def accepted(ledger: Ledger, key: str = "a", **changes: Any) -> Case:
    said: dict[str, Any] = {"reason": "timing", "note": "a late file", "until": UNTIL, "by": "ann", "at": noon(1)}
    return accept(ledger, SETTINGS, key, **(said | changes))


def test_a_case_in_somebodys_hands_stands_as_before(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    assert acknowledge(ledger, "a", by="ann", at=noon(1)).state is State.ACKNOWLEDGED
    acknowledge(ledger, "a", by="bob", at=noon(1))
    put(ledger, 2, finding("a", "11.00"))
    assert story(ledger, "a") == ["opened", "acknowledged", "changed"]
    assert ledger.case("a").state is State.ACKNOWLEDGED
    event = ledger.events("a")[1]
    assert (event.actor, event.at, event.night) == ("ann", noon(1), night(1).date)


def test_the_owner_that_a_person_names_stays(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    assign(ledger, "a", "finance", by="ann", at=noon(1))
    put(ledger, 2, finding("a", owner="operations"))
    assert (ledger.case("a").owner, story(ledger, "a")) == ("finance", ["opened", "assigned"])


def test_what_was_put_right_by_hand_stays_closed_once_a_night_agrees(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    case = resolved(ledger)
    assert (case.state, case.closing_kind, case.closing_reason) == (State.RESOLVED, "person", "corrected")
    put(ledger, 2)
    assert story(ledger, "a") == ["opened", "resolved"]


def test_a_night_that_still_shows_it_opens_it_again(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    resolved(ledger)
    put(ledger, 2, finding("a"))
    assert story(ledger, "a") == ["opened", "resolved", "reopened"]


def test_the_night_before_the_deed_cannot_contradict_it(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    resolved(ledger)
    put(ledger, 1, finding("a"), finding("b"))
    assert ledger.case("a").state is State.RESOLVED


def test_no_difference_at_all_stays_closed_while_its_values_are_the_same(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    assert resolved(ledger, reason="false positive").state is State.FALSE_POSITIVE
    put(ledger, 2, finding("a"))
    put(ledger, 3)
    put(ledger, 4, finding("a"))
    assert ledger.case("a").state is State.FALSE_POSITIVE
    put(ledger, 5, finding("a", actual_value="4"))
    assert story(ledger, "a") == ["opened", "false_positive", "reopened"]


def test_an_accepted_case_stays_closed_until_its_night(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    case = accepted(ledger)
    assert (case.state, case.accepted_until, case.accepted_gbp) == (State.ACCEPTED, UNTIL, Decimal("10.00"))
    for n in range(2, 6):
        put(ledger, n, finding("a"))
    assert ledger.case("a").state is State.ACCEPTED
    put(ledger, 6, finding("a"))
    assert story(ledger, "a") == ["opened", "accepted", "reopened"]
    assert ledger.events("a")[-1].content["why"] == "the acceptance expired"


def test_an_acceptance_expires_though_the_night_saw_nothing_of_it(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    accepted(ledger)
    put(ledger, 6, blind=["STK-01"])
    assert ledger.case("a").state is State.OPEN


def test_an_accepted_case_that_is_gone_is_resolved(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    accepted(ledger)
    put(ledger, 2)
    assert story(ledger, "a") == ["opened", "accepted", "resolved"]


@pytest.mark.parametrize(
    ("gbp", "state"), [("-10.00", State.ACCEPTED), ("9.99", State.ACCEPTED), ("10.01", State.OPEN)]
)
def test_more_than_was_accepted_opens_it_again(ledger: Ledger, gbp: str, state: State) -> None:
    put(ledger, 1, finding("a"))
    accepted(ledger)
    put(ledger, 2, finding("a", gbp))
    assert ledger.case("a").state is state


@pytest.mark.parametrize("gbp", ["1000.00", "-1000.00", None])
def test_much_money_or_an_unknown_sum_is_accepted_by_two_people(ledger: Ledger, gbp: str | None) -> None:
    put(ledger, 1, finding("a", gbp))
    assert accepted(ledger).state is State.OPEN
    assert accepted(ledger, by="ann").state is State.OPEN
    assert accepted(ledger, by="bob", until=UNTIL + timedelta(days=90)).state is State.OPEN
    assert accepted(ledger, by="ann", until=UNTIL + timedelta(days=90)).state is State.ACCEPTED
    assert story(ledger, "a") == ["opened", "acceptance_proposed", "acceptance_proposed", "accepted"]
    assert ledger.events("a")[-1].content["proposed_by"] == "bob"


def test_a_proposal_falls_when_the_sum_moves(ledger: Ledger) -> None:
    put(ledger, 1, finding("a", "1000.00"))
    accepted(ledger)
    put(ledger, 2, finding("a", "1000.01"))
    assert ledger.case("a").proposal is None
    assert accepted(ledger, by="bob").state is State.OPEN


def test_a_decision_can_be_taken_back_with_a_reason(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    resolved(ledger)
    with pytest.raises(RefusedDecision, match="a note says why"):
        reopen(ledger, SETTINGS, "a", note=" ", by="bob", at=noon(1))
    assert reopen(ledger, SETTINGS, "a", note="the wrong mug", by="bob", at=noon(1)).state is State.OPEN


def test_what_evidence_closed_no_person_opens(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    put(ledger, 2)
    with pytest.raises(RefusedDecision, match="a night opens it where it shows again"):
        reopen(ledger, SETTINGS, "a", note="I saw it", by="bob", at=noon(2))


REFUSED: list[tuple[Callable[[Ledger], Any], str]] = [
    (lambda x: resolved(x, reason="because"), 'no such reason: "because" (there are: corrected, timing'),
    (lambda x: resolved(x, note=" "), "a note says what was found or done"),
    (lambda x: resolved(x, by=" "), "who acts?"),
    (lambda x: accepted(x, note=""), "a note says what was found or done"),
    (lambda x: accepted(x, until=date(2026, 10, 31)), "2026-10-31 is past"),
    (lambda x: assign(x, "a", " ", by="ann", at=noon(1)), "an owner has a name"),
    (lambda x: acknowledge(x, "waiting", by="ann", at=noon(1)), "is expected: only one that is open"),
    (lambda x: resolved(x, "waiting"), "is expected: only one that is open or acknowledged can be resolved"),
    (lambda x: accepted(x, "waiting"), "is expected: only one that is open or acknowledged can be accepted"),
]


@pytest.mark.parametrize(("deed", "words"), REFUSED)
def test_what_is_not_allowed_is_refused_in_words_and_leaves_nothing(
    ledger: Ledger, deed: Callable[[Ledger], Any], words: str
) -> None:
    put(ledger, 1, finding("a"), finding("waiting", state="expected"))
    before = ledger.events()
    with pytest.raises(RefusedDecision, match=re.escape(words)):
        deed(ledger)
    assert ledger.events() == before


def test_a_key_may_be_cut_short_where_that_is_enough(ledger: Ledger) -> None:
    put(ledger, 1, finding("a1"), finding("a2"), finding("b_1"))
    assert ledger.case("b").case_key == "b_1"
    assert ledger.case("a1").case_key == "a1"
    for key, words in (
        ("a", "several cases"),
        ("c", "no case has the key"),
        ("", "no case has the key"),
        ("%", "no case"),
    ):
        with pytest.raises(NoSuchCase, match=words):
            ledger.case(key)
