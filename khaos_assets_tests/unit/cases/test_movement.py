"""How the list moves: what is brought forward and what changes makes what is carried forward, in cases and pounds."""

from __future__ import annotations

import random
from decimal import Decimal
from itertools import pairwise

import pytest

from khaos_assets.cases.decisions import accept, resolve
from khaos_assets.cases.ledger import Ledger, LedgerError
from khaos_assets.cases.movement import Movement, between, of_night
from khaos_assets.cases.recording import Finding
from khaos_assets.rules.basis import Basis
from khaos_assets_tests.unit.cases.nights_of_cases import SETTINGS, finding, night, noon, put


def drift(key: str, gbp: str | None, units: int = -2, **changes: object) -> Finding:
    """A drift of stock: its pounds are at cost and bear no sign, its units say on which side it lies."""
    return finding(key, gbp, units=Decimal(units), **changes)


def flows(movement: Movement, basis: Basis = Basis.COST, side: str = "under") -> dict[str, tuple[int, str]]:
    """What moved on one line, where anything did: cases and pounds."""
    line = next(x for x in movement.lines if (x.basis, x.side) == (basis, side))
    named = {"brought": line.brought_forward, **line.flows, "carried": line.carried_forward}
    return {name: (f.cases, str(f.gbp)) for name, f in named.items() if f.cases or f.gbp}


def test_a_list_begins_with_what_the_first_night_opens(ledger: Ledger) -> None:
    put(ledger, 1, drift("a", "10.00"), drift("b", "5.50"), drift("c", "1.00", state="expected"))
    movement = of_night(ledger, night(1).date)
    assert flows(movement) == {"opened": (2, "15.50"), "carried": (2, "15.50")}
    assert movement.ties


def test_every_way_in_and_out_is_told_apart(ledger: Ledger) -> None:
    said = {"note": "seen", "by": "ann", "at": noon(1)}
    put(ledger, 1, *(drift(k, "10.00") for k in "abcdefg"))
    resolve(ledger, SETTINGS, "b", reason="corrected", **said)
    resolve(ledger, SETTINGS, "c", reason="false positive", **said)
    accept(ledger, SETTINGS, "d", reason="timing", until=night(9).date, **said)
    put(
        ledger, 2, drift("d", "10.00"), drift("e", "10.00", state="suppressed", suppressed_by="z"), drift("f", "12.50"),
        drift("g", "7.00"), drift("h", "1.00"),
    )  # fmt: skip
    assert flows(of_night(ledger, night(2).date)) == {
        "brought": (7, "70.00"), "opened": (1, "1.00"), "revalued up": (0, "2.50"), "revalued down": (0, "3.00"),
        "evidence": (1, "10.00"), "person": (1, "10.00"), "false_positive": (1, "10.00"), "accepted": (1, "10.00"),
        "explained": (1, "10.00"), "carried": (3, "20.50"),
    }  # fmt: skip
    put(ledger, 3, drift("a", "4.00"), drift("f", "12.50"), drift("g", "7.00"), drift("h", "1.00"))
    assert flows(of_night(ledger, night(3).date))["reopened"] == (1, "4.00")


def test_over_and_under_and_what_pounds_mean_are_kept_apart(ledger: Ledger) -> None:
    vat = finding("v", "-3.00", code="FIN-01", systems="scayle>khaos", units=None)
    put(ledger, 1, drift("a", "10.00"), drift("b", "10.00", units=1), vat)
    lines = {(x.basis, x.side): x.carried_forward.gbp for x in of_night(ledger, night(1).date).lines}
    ten = Decimal("10.00")
    assert lines == {(Basis.COST, "under"): ten, (Basis.COST, "over"): ten, (Basis.VAT, "under"): Decimal("3.00")}


def test_a_case_that_goes_over_to_the_other_side_leaves_the_one_and_joins_the_other(ledger: Ledger) -> None:
    put(ledger, 1, drift("a", "10.00"))
    put(ledger, 2, drift("a", "4.00", units=1))
    movement = of_night(ledger, night(2).date)
    assert flows(movement) == {"brought": (1, "10.00"), "revalued down": (1, "10.00")}
    assert flows(movement, side="over") == {"revalued up": (1, "4.00"), "carried": (1, "4.00")}


def test_a_case_without_an_amount_counts_as_a_case(ledger: Ledger) -> None:
    put(ledger, 1, drift("a", None))
    assert flows(of_night(ledger, night(1).date)) == {"opened": (1, "0.00"), "carried": (1, "0.00")}


def test_a_night_that_was_run_again_is_one_movement(ledger: Ledger) -> None:
    put(ledger, 1, drift("a", "10.00"))
    put(ledger, 2, drift("b", "5.00"))
    put(ledger, 2, drift("b", "5.00"), drift("c", "2.00"))
    assert flows(of_night(ledger, night(2).date)) == {
        "brought": (1, "10.00"), "opened": (2, "7.00"), "evidence": (1, "10.00"), "carried": (2, "7.00"),
    }  # fmt: skip


def test_an_old_night_gives_the_same_movement_for_ever(ledger: Ledger) -> None:
    put(ledger, 1, drift("a", "10.00"))
    put(ledger, 2, drift("a", "11.00"), drift("b", "5.00"))
    then = of_night(ledger, night(2).date)
    put(ledger, 3)
    put(ledger, 4, drift("a", "99.00"))
    assert of_night(ledger, night(2).date) == then


def test_a_night_that_is_not_in_the_ledger_has_no_movement(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="no night from 2026-11-01"):
        of_night(ledger, night(1).date)


@pytest.mark.parametrize("seed", range(6))
def test_any_history_ties_night_by_night_and_over_any_stretch(ledger: Ledger, seed: int) -> None:
    chance = random.Random(seed)
    for n in range(1, 13):
        rows = [
            drift(
                key, f"{chance.randrange(1, 2000) / 100:.2f}" if chance.random() < 0.9 else None,
                chance.choice([-2, 1]), state=chance.choice(["open", "open", "open", "expected", "suppressed"]),
            )
            for key in "abcdefghij" if chance.random() < 0.7
        ]  # fmt: skip
        put(ledger, n, *rows, blind=["STK-01"] if chance.random() < 0.2 else [])
        for case in [c for c in ledger.cases() if c.stands and chance.random() < 0.2]:
            said = {"note": "seen", "by": "ann", "at": noon(n)}
            if chance.random() < 0.5:
                reason = chance.choice(["corrected", "false positive"])
                resolve(ledger, SETTINGS, case.case_key, reason=reason, **said)
            else:
                accept(ledger, SETTINGS, case.case_key, reason="timing", until=night(n + 2).date, **said)
    put(ledger, 13)
    ledger.verify()
    movements = [of_night(ledger, night(n).date) for n in range(1, 14)]
    assert all(m.ties for m in movements)
    for before, then in pairwise(movements):
        assert before.total("carried_forward") == then.total("brought_forward")
    whole = between(ledger, night(1).date, night(13).date)
    assert whole.ties
    for flow in ("opened", "reopened", "evidence", "person", "accepted", "false_positive"):
        assert whole.total(flow) == sum(m.total(flow) for m in movements)
    assert whole.total("carried_forward") == sum(c.stands for c in ledger.cases())
