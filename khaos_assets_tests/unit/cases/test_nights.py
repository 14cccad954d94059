"""What a night does to cases."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from khaos_assets.cases.ledger import Ledger
from khaos_assets.cases.movement import of_night
from khaos_assets.cases.recording import Finding, NightFindings, record_moment
from khaos_assets.cases.states import STANDING, State
from khaos_assets.cases.worklist import work_list
from khaos_assets.config import Night
from khaos_assets_tests.unit.cases.nights_of_cases import PAIRS, SETTINGS, finding, night, noon, put, story


def test_a_difference_is_one_case_however_many_nights_it_stands(ledger: Ledger) -> None:
    for n in (1, 2, 3):
        put(ledger, n, finding("a"))
    case = ledger.case("a")
    assert story(ledger, "a") == ["opened"]
    assert (case.state, case.opened_night, case.last_seen, case.occurrences) == (
        State.OPEN, night(1).date, night(3).date, 3,
    )  # fmt: skip


def test_it_is_closed_by_a_night_that_could_have_seen_it(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    put(ledger, 2)
    case = ledger.case("a")
    assert (case.state, case.closing_kind, case.closed_night) == (State.RESOLVED, "evidence", night(2).date)


def test_a_night_that_could_not_see_closes_nothing(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"), finding("b", code="FIN-01", systems="scayle>khaos"))
    put(ledger, 2, blind=["STK-01"])
    assert (ledger.case("a").state, ledger.case("b").state) == (State.OPEN, State.RESOLVED)
    assert ledger.case("a").last_seen == night(1).date


def test_a_case_that_returns_is_the_same_case_again(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    put(ledger, 2)
    put(ledger, 3, finding("a", "12.00"))
    case = ledger.case("a")
    assert story(ledger, "a") == ["opened", "resolved", "reopened"]
    assert (case.state, case.opened_night, case.amount_gbp) == (State.OPEN, night(3).date, Decimal("12.00"))
    assert (case.closing_kind, case.closed_night, case.occurrences) == (None, None, 2)


def test_inside_its_grace_it_waits_and_does_not_stand(ledger: Ledger) -> None:
    put(ledger, 1, finding("a", state="expected"), finding("b", state="expected"))
    assert {c.state for c in ledger.cases()} == {State.EXPECTED}
    put(ledger, 2, finding("a"))
    assert story(ledger, "a") == ["appeared", "opened"]
    assert story(ledger, "b") == ["appeared", "resolved"]


def test_what_another_code_explains_is_no_case_of_its_own(ledger: Ledger) -> None:
    put(ledger, 1, finding("a", state="suppressed", suppressed_by="z"))
    assert ledger.cases() == []


def test_a_case_that_another_explains_from_now_on_is_closed_by_that(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    put(ledger, 2, finding("a", state="suppressed", suppressed_by="z"))
    case = ledger.case("a")
    assert (case.state, case.closing_kind, case.closing_reason) == (State.RESOLVED, "explained", "explained by z")
    put(ledger, 3, finding("a"))
    assert ledger.case("a").state is State.OPEN


@pytest.mark.parametrize(
    "change", [{"actual_value": "4"}, {"units": Decimal(-3)}, {"amount_gbp": Decimal("9.99")}, {"expected_value": "8"}]
)
def test_a_change_of_its_figures_is_an_event(ledger: Ledger, change: dict[str, object]) -> None:
    put(ledger, 1, finding("a"))
    put(ledger, 2, msgspec.structs.replace(finding("a"), **change))
    assert story(ledger, "a") == ["opened", "changed"]
    name, value = next(iter(change.items()))
    assert getattr(ledger.case("a"), name) == value


def test_other_words_for_the_same_figures_are_no_event(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    put(ledger, 2, finding("a", reason="2 days old"))
    assert story(ledger, "a") == ["opened"]


def test_a_case_that_grows_severe_is_escalated_and_due_the_sooner(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    put(ledger, 2, finding("a", "3000.00", severity="critical"))
    case = ledger.case("a")
    assert story(ledger, "a") == ["opened", "escalated"]
    assert (case.severity, case.due_at) == ("critical", night(3).as_of)
    put(ledger, 3, finding("a", severity="low"))
    assert story(ledger, "a") == ["opened", "escalated", "changed"]


def test_a_case_whose_service_level_ended_says_so_once(ledger: Ledger) -> None:
    for n in range(1, 9):
        put(ledger, n, finding("a"))  # medium: five days
    assert story(ledger, "a") == ["opened", "breached"]
    assert ledger.events("a")[-1].night == night(7).date
    assert ledger.case("a").breached


def test_it_is_late_though_the_night_could_not_see_it(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    put(ledger, 9, blind=["STK-01"])
    assert story(ledger, "a") == ["opened", "breached"]


def test_the_owner_follows_routing_until_a_person_names_one(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    put(ledger, 2, finding("a", owner="finance"))
    assert (story(ledger, "a"), ledger.case("a").owner) == (["opened", "changed"], "finance")


def test_a_night_recorded_again_with_the_same_findings_changes_nothing(ledger: Ledger) -> None:
    first = put(ledger, 1, finding("a"), finding("b"))
    assert put(ledger, 1, finding("b"), finding("a")) == first
    assert len(ledger.events()) == 3
    assert ledger.case("a").occurrences == 1


def test_a_night_run_again_with_other_findings_adds_what_differs(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"), finding("b"))
    again = put(ledger, 1, finding("a"), finding("c"))
    assert again is not None
    assert (again.night, again.run) == (night(1).date, 2)
    assert [ledger.case(k).state for k in "abc"] == [State.OPEN, State.RESOLVED, State.OPEN]
    assert ledger.case("a").occurrences == 1


def test_an_older_night_leaves_the_ledger_as_it_is(ledger: Ledger) -> None:
    first = put(ledger, 1, finding("a"))
    put(ledger, 3, finding("a"))
    assert put(ledger, 1) == first
    assert ledger.case("a").state is State.OPEN
    assert put(ledger, 2, finding("b")) is None
    assert [e.night for e in ledger.events()] == [night(1).date, night(1).date, night(3).date]


def test_service_levels_come_from_the_severity_or_the_last_route_that_fits(ledger: Ledger) -> None:
    from khaos_assets.config import Settings

    routes = [
        {"codes": ["STK-*"], "service_hours": 24},
        {"codes": ["STK-01"], "from_gbp": "500", "service_hours": 8},
        {"codes": ["FIN-*"], "service_hours": 1},
    ]
    settings = Settings.of_merchant({"merchant": {"name": "x"}, "routing": routes})
    put(ledger, 1, finding("a"), finding("b", "-500.00"), settings=settings)
    put(ledger, 1, finding("a"), finding("b", "-500.00"), finding("c"), settings=SETTINGS)
    hours = {c.case_key: (c.due_at - night(1).as_of).total_seconds() / 3600 for c in ledger.cases() if c.due_at}
    assert hours == {"a": 24, "b": 8, "c": 120}


# The day between two nights


def moment(n: int, *rows: Finding) -> NightFindings:
    """What a moment found at noon after the n-th night."""
    day = Night(night(n + 1).date, noon(n))
    return NightFindings(day, {r.case_key: r for r in rows}, frozenset(PAIRS))


def test_what_the_day_finds_opens_the_same_case_and_closes_none(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"), finding("b", state="expected"))
    found = moment(1, finding("b"), finding("c", first_seen=noon(1)), finding("d", state="expected"))
    assert record_moment(ledger, SETTINGS, found) == 2
    assert record_moment(ledger, SETTINGS, found) == 0
    assert [c.case_key for c in ledger.cases(states=STANDING)] == ["a", "b", "c"]
    assert (ledger.events("c")[0].at, ledger.events("c")[0].night) == (noon(1), night(1).date)
    put(ledger, 2, finding("a"), finding("c"))
    assert story(ledger, "b") == ["appeared", "opened", "resolved"]
    assert story(ledger, "c") == ["opened"]
    movement = of_night(ledger, night(2).date)
    assert (movement.total("opened"), movement.total("evidence"), movement.ties) == (2, 1, True)
    assert {i.case_key: i.new for i in work_list(ledger, night(2).date).items} == {"a": False, "c": True}


def test_the_night_before_run_again_says_nothing_of_what_the_day_found(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    record_moment(ledger, SETTINGS, moment(1, finding("c", first_seen=noon(1))))
    put(ledger, 1)
    assert story(ledger, "a") == ["opened", "resolved"]
    assert story(ledger, "c") == ["opened"]


def test_a_day_without_a_night_before_it_is_not_kept(ledger: Ledger) -> None:
    assert record_moment(ledger, SETTINGS, moment(1, finding("a"))) == 0
    assert ledger.events() == []
