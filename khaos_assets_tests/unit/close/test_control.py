"""Control totals find an error in any one figure, and say where nothing could be compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from khaos_assets.close.control import Evidence, Line, control_lines
from khaos_assets.close.pack import Pack
from khaos_assets.close.sheets import Sheet
from khaos_assets.close.steps import bring_trial_balance
from khaos_assets.close.trial_balance import Agreement
from khaos_assets.config import Settings
from khaos_assets_tests.unit.close.months_by_hand import Books
from khaos_assets_tests.unit.close.october import CLOSES, CLOSING, SENT_AFTER


@pytest.fixture(scope="module")
def evidence(october_pack: Pack) -> Evidence:
    settings = Settings.of_merchant({"merchant": {"name": "Test"}})
    p = october_pack
    return Evidence(settings, p.period, p.figures, p.sheets, p.journals, p.ledger, timedelta(hours=2), None)


def checks(evidence: Evidence) -> list[Line]:
    return [line for line in control_lines(evidence) if not line.ok]


def with_error(sheet: Sheet, column: str) -> Sheet:
    """One figure more than it was, in the first row that has one."""
    values = sheet.table[column].to_pylist()
    place = next((n for n, v in enumerate(values) if v is not None), None)
    if place is None:
        return sheet
    values[place] += 1 if pa.types.is_integer(sheet.table.schema.field(column).type) else Decimal("0.01")
    index = sheet.table.column_names.index(column)
    array = pa.array(values, sheet.table.schema.field(column).type)
    return replace(sheet, table=sheet.table.set_column(index, column, array))


def figures(evidence: Evidence) -> Iterator[tuple[str, str]]:
    for name, sheet in evidence.sheets.items():
        for column in sheet.summed:
            yield name, column


def test_october_ties_out(evidence: Evidence) -> None:
    assert checks(evidence) == []


def test_an_error_in_any_one_figure_of_any_sheet_turns_a_line_to_check(evidence: Evidence) -> None:
    unseen: list[tuple[str, str]] = []
    tried = 0
    for name, column in figures(evidence):
        wrong = with_error(evidence.sheets[name], column)
        if wrong is not evidence.sheets[name]:
            tried += 1
            if not checks(replace(evidence, sheets={**evidence.sheets, name: wrong})):
                unseen.append((name, column))
    assert unseen == []
    assert tried > 60


def test_a_row_that_is_lost_turns_a_line_to_check(evidence: Evidence) -> None:
    unseen = [
        name
        for name, sheet in evidence.sheets.items()
        if sheet.table.num_rows and sheet.summed
        and any(v for c in sheet.summed for v in [sheet.table[c][0].as_py()])
        and not checks(replace(evidence, sheets={**evidence.sheets, name: replace(sheet, table=sheet.table.slice(1))}))
    ]  # fmt: skip
    assert unseen == []


def test_every_figure_has_a_total_that_was_counted_apart(evidence: Evidence) -> None:
    for sheet in evidence.sheets.values():
        assert set(sheet.totals) == set(sheet.summed), sheet.name


def test_a_read_that_lost_records_and_a_code_that_does_not_add_up_are_found(evidence: Evidence) -> None:
    reads, codes = evidence.figures.reads, evidence.figures.codes
    tested = next(n for n, c in enumerate(codes) if c.tested and c.compared)
    for figures in (
        replace(evidence.figures, reads=(replace(reads[0], loaded=reads[0].loaded + 1), *reads[1:])),
        replace(evidence.figures, reads=(replace(reads[0], verdict="INCOMPLETE"), *reads[1:])),
        replace(
            evidence.figures,
            codes=(*codes[:tested], replace(codes[tested], matched=codes[tested].matched + 1), *codes[tested + 1 :]),
        ),
    ):
        assert len(checks(replace(evidence, figures=figures))) == 1


def test_stock_that_was_counted_long_after_the_months_end_is_told(evidence: Evidence) -> None:
    found = checks(replace(evidence, stock_distance=timedelta(hours=13)))
    assert [line.what for line in found] == ["stock was counted within 12 hours of the cut-off"]


def test_an_opening_that_is_not_the_last_closing_is_told(evidence: Evidence) -> None:
    found = checks(replace(evidence, opening_before={"wair": Decimal(1)}))
    assert [line.what for line in found] == ["Roll-forward opening wair = closing of the period before"]


def test_a_journal_that_does_not_balance_is_told(evidence: Evidence) -> None:
    first, *rest = evidence.journals
    wrong = replace(first, debit=(first.debit or Decimal(0)) + Decimal("0.01"))
    assert [line.part for line in checks(replace(evidence, journals=[wrong, *rest]))] == ["Books"]


@pytest.mark.parametrize(
    ("ledger", "pack", "ok"),
    [("100.00", "149.99", True), ("100.00", "150.00", False), ("100.00", None, False), (None, "1.00", False)],
)
def test_a_control_account_may_be_off_by_less_than_what_is_material(
    evidence: Evidence, ledger: str | None, pack: str | None, ok: bool
) -> None:
    line = Agreement("stock", ("1100",), ledger and Decimal(ledger), pack and Decimal(pack), "stock")  # type: ignore[arg-type]
    assert (checks(replace(evidence, ledger=[line])) == []) is ok


def test_a_trial_balance_that_was_brought_is_compared(october: Books) -> None:
    bring_trial_balance(
        october.store, october.period(), b"account,name,debit,credit\n1100,Stock,9.00,\n4000,Sales,,9.00\n", "tb.csv"
    )
    pack = october.prepare().pack
    told = {a.what: (a.ledger, a.difference is not None) for a in pack.ledger}
    assert told == {"stock": (Decimal("9.00"), True), "debtors": (None, False)}
    assert [line.what.split(" =")[0] for line in pack.checks] == ["Ledger, stock", "Ledger, debtors"]


def test_from_a_read_that_is_incomplete_no_sheet_concludes_anything(october: Books) -> None:
    things = [t for t in CLOSING if t is not SENT_AFTER]
    october.look(CLOSES, things, again=True, lost=["wair.dispatches"])
    pack = october.prepare().pack
    silent = {name for name, sheet in pack.sheets.items() if sheet.not_tested}
    goods = {"dispatched_open", "invoiced_not_dispatched", "cut_off", "paid_not_dispatched", "roll_forward"}
    assert silent == goods
    assert all(pack.sheets[name].table.num_rows == 0 for name in silent)
    assert pack.sheets["vat"].table.num_rows > 0
    told = {r["code"] for r in pack.sheets["not_tested"].table.to_pylist() if r["systems"] == "pack"}
    assert "Invoiced, not dispatched" in told
    assert "Invoiced, not dispatched could be told" in [line.what for line in pack.checks]
    assert {a.not_tested for a in pack.answers if a.question.sheet in goods} == {"wair/dispatches INCOMPLETE"}
    assert {j.text for j in pack.journals} == {"Refunds beyond credit notes, gross"}
