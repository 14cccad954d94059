"""How much stood open, night by night."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

from khaos_assets.cases.ledger import open_ledger
from khaos_assets.cases.movement import between
from khaos_assets.cases.trend import ages, trend
from khaos_assets.cases.worklist import work_list
from khaos_assets.config import Store
from khaos_assets.rules.basis import Basis
from khaos_assets_tests.unit.cases.nights_of_cases import finding, night, put


def test_each_night_has_what_stood_at_its_end_by_family_and_basis(tmp_path: Path) -> None:
    with open_ledger(Store(tmp_path)) as ledger:
        put(ledger, 1, finding("a", "10.00"), finding("b", "5.00"))
        put(ledger, 2, finding("a", "12.50"), finding("o", "7.00", code="ORD-05"))
        put(ledger, 3, finding("o", "7.00", code="ORD-05"))
        found = {(p.night, p.family): (p.cases, p.gbp) for p in trend(ledger, night(3).date)}
        carried = [
            sum(x.carried_forward.gbp for x in between(ledger, n, n).lines) for n in (night(i).date for i in (1, 2, 3))
        ]
    stk, order = ("STK", Basis.COST), "ORD"
    assert [found[night(n).date, stk[0]] for n in (1, 2, 3)] == [
        (2, Decimal("15.00")), (1, Decimal("12.50")), (0, Decimal("0.00")),
    ]  # fmt: skip
    assert [found[night(n).date, order] for n in (1, 2, 3)] == [
        (0, Decimal("0.00")), (1, Decimal("7.00")), (1, Decimal("7.00")),
    ]  # fmt: skip
    assert carried == [sum(gbp for (n, _), (_, gbp) in found.items() if n == night(i).date) for i in (1, 2, 3)]


def test_an_earlier_night_knows_nothing_of_later_ones_and_a_window_keeps_what_stood_before_it(tmp_path: Path) -> None:
    with open_ledger(Store(tmp_path)) as ledger:
        for n in range(1, 6):
            put(ledger, n, finding("a", "10.00"), *([finding("b", "1.00")] if n == 4 else []))
        assert [p.night for p in trend(ledger, night(3).date)] == [night(n).date for n in (1, 2, 3)]
        assert [(p.night, p.gbp) for p in trend(ledger, night(5).date, nights=2)] == [
            (night(4).date, Decimal("11.00")), (night(5).date, Decimal("10.00")),
        ]  # fmt: skip
        assert trend(ledger, night(1).date, nights=2)[0].cases == 1


def test_the_ages_of_a_night_are_those_of_its_work_list(tmp_path: Path) -> None:
    with open_ledger(Store(tmp_path)) as ledger:
        put(ledger, 1, finding("a"), finding("b", severity="high"))
        put(ledger, 5, finding("a"), finding("b", severity="high"), finding("c"))
        put(ledger, 12, finding("a"), finding("c", severity="critical"))
        for n in (1, 5, 12):
            listed = Counter((i.bucket, i.severity) for i in work_list(ledger, night(n).date).items)
            counted = ages(ledger, night(n).date)
            assert {(b, s): count for b, found in counted.items() for s, count in found.items()} == listed
            assert list(counted) == ["up to 1 day", "2 to 7 days", "8 to 30 days", "31 to 90 days", "over 90 days"]
        assert not any(ages(ledger, night(2).date).values())
