"""What a person sees of a night: one screen, whatever was found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from khaos_assets.cli.overview import folded, not_tested, overview
from khaos_assets.cli.sandbox import USUAL_SYSTEMS
from khaos_assets.cli.summary import Summary
from khaos_assets.config import Night
from khaos_assets.expectations.code_checks import pairs_of
from khaos_assets.reports.figures import CodeLine, Figures, Side
from khaos_assets.rules.basis import Basis, basis_of
from khaos_assets.rules.catalogue import load_catalogue
from khaos_assets.sandbox.serve import simulators
from khaos_assets.systems.read import installed_systems

SCREEN = (45, 120)
"""Lines and columns; a demonstration tells three lines more than its night."""
NIGHT = Night(date(2026, 11, 20), datetime(2026, 11, 20, 2, tzinfo=UTC))


def line(
    code: str, systems: str = "wair>khaos", *, opened: int = 1, gbp: str = "1.00", severity: str = "high"
) -> CodeLine:
    entry = load_catalogue()[code]
    return CodeLine(
        code=code, title=entry.title, family=code[:3], owner=entry.owner, severity=severity, systems=systems,
        basis=basis_of(entry.amount, systems), signed=False, tested=True, not_tested_reason="", compared=opened,
        matched=0, expected=0, open=opened, suppressed=0, open_gbp=Decimal(gbp), suppressed_gbp=Decimal(0), over=Side(),
        under=Side(), without_amount=0,
    )  # fmt: skip


def test_a_demonstration_is_of_all_systems_that_can_be_read_and_served() -> None:
    assert set(USUAL_SYSTEMS.split(",")) == set(installed_systems()) == set(simulators())


def test_a_night_with_every_code_between_all_six_systems_fits_one_screen(capsys: pytest.CaptureFixture[str]) -> None:
    every = pairs_of(load_catalogue().values(), sorted(USUAL_SYSTEMS.split(",")))
    codes = tuple(line(code, systems, opened=250, gbp="12345.67") for code, systems in every)
    untested = replace(line("ORD-12"), tested=False, open=0, not_tested_reason="orocommerce/refunds is not read")
    figures = Figures("Harbour & Lane Ltd", NIGHT, (), (*codes, untested))
    files = {name: Path("var/demo/world/data/reports/2026-11-20") / name for name in ("index.html", "exceptions.xlsx")}
    Summary(figures, files).show()
    printed = [text.rstrip() for text in capsys.readouterr().out.splitlines()]
    assert len(printed) + 3 <= SCREEN[0]
    assert max(map(len, printed)) <= SCREEN[1]
    for owner in {entry.owner for entry in load_catalogue().values()}:
        assert sum(f" {owner}, " in text for text in printed) == 1


def test_pairs_of_a_code_are_folded_and_pounds_on_two_bases_are_not_added() -> None:
    found = folded(
        [
            line("STK-02", "khaos>scayle", opened=2, gbp="10.00"),
            line("STK-02", "khaos>orocommerce", opened=3, gbp="5.00"),
            line("STK-02", "khaos>wair", opened=4, gbp="7.00"),
        ]
    )
    assert [(f.where, f.open, f.open_gbp, f.basis) for f in found] == [
        ("orocommerce, scayle", 5, Decimal("15.00"), Basis.PRICE),
        ("khaos>wair", 4, Decimal("7.00"), Basis.COST),
    ]


def test_the_worst_comes_first_by_severity_then_pounds_whichever_sign_then_rows() -> None:
    lines = [
        line("ORD-05", gbp="900.00", severity="medium"),
        line("FIN-01", gbp="-50.00", severity="critical"),
        line("FIN-02", gbp="20.00", severity="critical"),
        line("ORD-06", gbp="0.00", opened=2, severity="low"),
        line("ORD-07", gbp="0.00", opened=3, severity="low"),
    ]
    assert [f.code for f in folded(lines)] == ["FIN-01", "FIN-02", "ORD-05", "ORD-07", "ORD-06"]


def test_an_owner_whose_codes_do_not_all_fit_is_told_with_all_its_rows() -> None:
    mine = [line(f"ORD-{n:02}", gbp=f"{n}.00", opened=n) for n in range(1, 10)]
    (part,) = overview({"operations": mine, "finance": [line("FIN-01", opened=0)]}, lines=4)
    assert (part.owner, part.codes, part.open) == ("operations", 9, 45)
    assert [f.code for f in part.worst] == ["ORD-09", "ORD-08", "ORD-07"]


def test_every_owner_is_told_though_there_is_no_room_for_it() -> None:
    parts = overview({"operations": [line("ORD-01"), line("ORD-02")], "finance": [line("FIN-01")]}, lines=1)
    assert [(p.owner, len(p.worst)) for p in parts] == [("operations", 1), ("finance", 1)]


def test_codes_that_could_not_be_tested_for_one_reason_are_told_together() -> None:
    first = "khaos/stock_items has no complete snapshot of an earlier night"
    lines = [
        replace(line(code, systems), tested=False, not_tested_reason=reason)
        for code, systems, reason in (
            ("PIM-03", "khaos>plytix", first), ("PIM-03", "khaos>pimberly", first), ("SKU-05", "khaos>wair", first),
            ("ORD-12", "orocommerce>khaos", "orocommerce/refunds is not read"),
        )
    ]  # fmt: skip
    assert not_tested(lines) == {first: ["PIM-03", "SKU-05"], "orocommerce/refunds is not read": ["ORD-12"]}
