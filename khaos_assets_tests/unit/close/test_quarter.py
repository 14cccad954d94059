"""A quarter by script, 93 nights, closed month by month: each pack says how the list moved, all three are sealed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from khaos_assets.cases.decisions import accept, resolve
from khaos_assets.cases.ledger import open_ledger
from khaos_assets.close import steps
from khaos_assets.close.preparing import known_closes
from khaos_assets_tests.unit.cases.nights_of_cases import SETTINGS, night, noon, put
from khaos_assets_tests.unit.cases.test_quarter import seen
from khaos_assets_tests.unit.close.months_by_hand import LATER, books
from khaos_assets_tests.unit.close.october import OPENING

MONTHS = {"2026-11": (1, 31), "2026-12": (32, 62), "2027-01": (63, 93)}
"""The nights that move each: up to the one that closes it."""


def test_each_month_of_a_scripted_quarter_ties_hands_on_and_is_sealed(tmp_path: Path) -> None:
    made = books(tmp_path, {})
    with open_ledger(made.store) as ledger:
        for n in range(1, 94):
            rows, blind = seen(n)
            put(ledger, n, *rows, blind=blind)
            said = {"note": "seen", "by": "ann", "at": noon(n)}
            if n == 10:
                accept(ledger, SETTINGS, "accepted", reason="timing", until=night(40).date, **said)
            if n == 50:
                resolve(ledger, SETTINGS, "by hand", reason="corrected", **said)
    for day in (date(2026, 11, 1), *(night(last).date for _, last in MONTHS.values())):
        made.look(day, OPENING)
    carried = 0
    accepted = {}
    for key in MONTHS:
        pack = made.prepare(key).pack
        assert pack.checks == []
        moved = pack.sheets["movement"]
        assert moved.sum("brought_forward_cases") == carried
        carried = int(moved.sum("carried_forward_cases"))
        assert carried == pack.sheets["open_cases"].table.num_rows
        accepted[key] = [(a["case"], a["until"]) for a in pack.sheets["accepted"].table.to_pylist()]
        period = made.period(key)
        steps.sign(made.store, period, by="ann", note="", at=LATER)
        steps.review(made.store, period, by="bob", note="", at=LATER)
        assert steps.seal(made.settings, made.store, period, by="bob", at=LATER).status == "sealed"
        told = {
            name: int(moved.sum(f"{name}_cases")) for name in ("opened", "reopened", "evidence", "person", "accepted")
        }
        assert told == EXPECTED[key]
    assert [c.status for c in known_closes(made.store).values()] == ["sealed"] * 3
    assert accepted == {"2026-11": [("accepted", night(40).date)], "2026-12": [], "2027-01": []}
    with open_ledger(made.store) as ledger:
        ledger.verify()


EXPECTED = {
    # 20 steady, one born a night for 31 nights, and four others; those born on the first 26 have gone; what returns
    # went and came back three times
    "2026-11": {"opened": 55, "reopened": 3, "evidence": 29, "person": 0, "accepted": 1},
    # The accepted one is back; three of those born in the week that WAIR was down were never seen, nor, once, what
    # returns
    "2026-12": {"opened": 28, "reopened": 3, "evidence": 30, "person": 1, "accepted": 0},
    # 31 pass; what returns is there at the beginning and goes four times
    "2027-01": {"opened": 31, "reopened": 3, "evidence": 35, "person": 0, "accepted": 0},
}
