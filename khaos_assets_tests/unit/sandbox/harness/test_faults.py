"""Fault switches: when they are on, for whom, and how often."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.world import WorldError


def faults(*raw: dict[str, Any], night: str = "2026-11-20") -> Faults:
    made = Faults.of({"system": "wair", **r} for r in raw)
    made.night = night
    return made


def test_a_switch_without_a_count_stays_on() -> None:
    on = faults({"switch": "slow"})
    assert all(on.take("wair", "slow") for _ in range(3))


def test_a_switch_without_parameters_is_still_true() -> None:
    assert faults({"switch": "endless"}).take("wair", "endless")


def test_a_count_is_used_up_by_taking_and_not_by_looking() -> None:
    on = faults({"switch": "slow", "count": 2})
    assert on.active("wair", "slow")
    assert [bool(on.take("wair", "slow")) for _ in range(3)] == [True, True, False]
    assert on.active("wair", "slow") is None


def test_the_first_calls_can_be_let_through() -> None:
    on = faults({"switch": "slow", "after": 2, "count": 1})
    assert [bool(on.take("wair", "slow")) for _ in range(4)] == [False, False, True, False]


def test_a_parameter_limits_a_switch_to_what_agrees_with_it() -> None:
    on = faults({"switch": "slow", "path": ["/a", "/b"], "count": 1})
    assert on.take("wair", "slow", path="/c") is None
    assert on.take("wair", "slow", path="/b", method="GET")
    assert on.take("wair", "slow", path="/a") is None


def test_other_systems_and_switches_are_not_concerned() -> None:
    on = faults({"switch": "slow"})
    assert on.take("khaos", "slow") is None
    assert on.take("wair", "hang") is None


def test_a_switch_can_be_on_in_some_nights_only() -> None:
    on = faults({"switch": "slow", "nights": ["2026-11-20"]}, night="2026-11-19")
    assert on.take("wair", "slow") is None
    on.night = "2026-11-20"
    assert on.take("wair", "slow")


def test_what_must_be_asked_for_by_name_is_not_hit_by_chance() -> None:
    on = faults({"switch": "slow"}, {"switch": "slow", "path": "/t", "seconds": 9})
    found = on.take("wair", "slow", named="path", path="/t")
    assert found is not None
    assert found["seconds"] == 9


def test_several_switches_of_one_name_are_used_up_one_after_the_other() -> None:
    on = faults({"switch": "slow", "count": 1, "seconds": 1}, {"switch": "slow", "seconds": 2})
    assert [p["seconds"] for p in on.every("wair", "slow")] == [1, 2]
    assert [(on.take("wair", "slow") or {})["seconds"] for _ in range(3)] == [1, 2, 2]


def test_a_file_may_write_dates_as_dates(tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text('[[fault]]\nsystem = "wair"\nswitch = "tracking_late"\nuntil = 2026-11-20\nnights = [2026-11-19]\n')
    [fault] = Faults.load(file).switches
    assert (fault.parameters["until"], fault.nights) == ("2026-11-20", ("2026-11-19",))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[fault]\n", "not a readable faults file"),
        ('[[faults]]\nsystem = "wair"\n', "only [[fault]] is allowed"),
        ('[[fault]]\nsystem = "wair"\n', "fault 1: switch is missing"),
        ('[[fault]]\nsystem = "wair"\nswitch = "slow"\ncount = -1\n', "count = -1"),
        ('[[fault]]\nsystem = "wair"\nswitch = "slow"\nafter = "two"\n', "after = 'two'"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_place(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "faults.toml"
    file.write_text(text)
    with pytest.raises(WorldError) as refused:
        Faults.load(file)
    assert str(file) in str(refused.value)
    assert told in str(refused.value)


def test_a_switch_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(WorldError, match=r"no switch 'slwo' .known: hang, slow"):
        faults({"switch": "slwo"}).check({"wair": {"slow", "hang"}})
    with pytest.raises(WorldError, match=r"no system 'wair' .known: khaos"):
        faults({"switch": "slow"}).check({"khaos": set()})
