"""Control totals: every figure of a pack beside the same figure counted another way. Each line is OK or CHECK."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from khaos_assets.close.journals import JournalLine, balanced
from khaos_assets.close.periods import Period
from khaos_assets.close.sheets import Sheet
from khaos_assets.close.trial_balance import Agreement
from khaos_assets.config import Settings
from khaos_assets.reports.figures import Figures

Number = Decimal | int


@dataclass(frozen=True)
class Line:
    """Two figures that have to be equal. `sums`: the sheet and column whose rows the first one adds up."""

    part: str
    what: str
    left: Number | None
    right: Number | None
    ok: bool
    sums: tuple[str, str] | None = None
    why: str = ""

    @property
    def verdict(self) -> str:
        return "OK" if self.ok else "CHECK"


def equal(part: str, what: str, left: Number, right: Number, *, sums: tuple[str, str] | None = None) -> Line:
    """A line that is OK where both figures are the same."""
    return Line(part, what, left, right, left == right, sums)


@dataclass(frozen=True)
class Evidence:
    """All that the control totals of a pack are made of."""

    settings: Settings
    period: Period
    figures: Figures
    sheets: Mapping[str, Sheet]
    journals: Sequence[JournalLine]
    ledger: Sequence[Agreement]
    stock_distance: timedelta | None
    """How far from the cut-off stock was counted; None where the period has not ended."""
    opening_before: Mapping[str, Decimal] | None
    """Closing units by system of the pack before; None where there is none."""


def control_lines(e: Evidence) -> list[Line]:
    """Every line, in the order in which they are read."""
    return [*_night(e), *_sheets(e), *_between(e), *_books(e)]


def _night(e: Evidence) -> Iterator[Line]:
    part = "The night that closes it"
    for read in e.figures.reads:
        counted = read.loaded + read.quarantined
        yield equal(part, f"{read.system}/{read.entity}: extracted = loaded + quarantined", read.extracted, counted)
    for read in e.figures.incomplete:
        why = "; ".join(read.reasons)
        yield Line(part, f"{read.system}/{read.entity} is complete", None, None, ok=False, why=why)
    for code in e.figures.codes:
        if code.tested:
            made = code.matched + code.expected + code.open + code.suppressed
            what = f"{code.code} {code.systems}: compared = matched + expected + open + suppressed"
            yield equal(part, what, code.compared, made)
    if e.stock_distance is not None:
        hours = e.settings.close.stock_within_hours
        counted, near = round(e.stock_distance / timedelta(hours=1)), e.stock_distance <= timedelta(hours=hours)
        yield Line(part, f"stock was counted within {hours} hours of the cut-off", counted, hours, ok=near)


def _sheets(e: Evidence) -> Iterator[Line]:
    for sheet in e.sheets.values():
        if sheet.not_tested:
            yield Line("Sheets", f"{sheet.title} could be told", None, None, ok=False, why=sheet.not_tested)
        for column in sheet.summed:
            made = sheet.sum(column)
            what = f"{sheet.title}, {column.replace('_', ' ')}: its rows = counted apart"
            yield equal("Sheets", what, made, sheet.totals[column], sums=(sheet.name, column))


def _between(e: Evidence) -> Iterator[Line]:
    part, sheets = "Sheet against sheet", e.sheets
    roll, value = sheets["roll_forward"], sheets["valuation"]
    for system in ("khaos", "wair") if not (roll.not_tested or value.not_tested) else ():
        closing = _units_of(roll, system, "closing_units")
        yield equal(
            part, f"Valuation {system} units = Roll-forward closing {system}", value.sum(f"{system}_units"), closing
        )
    if _any_known(roll, "opening_units"):
        moved = roll.sum("opening_units") + roll.sum("received_units") - roll.sum("transferred_units")
        made = moved - roll.sum("dispatched_units")
        yield equal(
            part,
            "Roll-forward: opening + received − transferred − dispatched = expected",
            roll.sum("expected_units"),
            made,
        )
    if e.opening_before is not None and not roll.not_tested:
        for system, units in sorted(e.opening_before.items()):
            opening = _units_of(roll, system, "opening_units")
            yield equal(part, f"Roll-forward opening {system} = closing of the period before", opening, units)
    sales, by_channel = sheets["sales"], sheets["sales_by_channel"]
    for measure in ("net", "vat", "shipping", "discount", "refunds"):
        for side in ("", "khaos_"):
            summed = _measured(by_channel, measure, "khaos_gbp" if side else "channel_gbp")
            what = f"Sales by channel, {measure}{' in Khaos' if side else ''} = sum of its orders"
            yield equal(part, what, summed, sales.sum(f"{side}{measure}_gbp"))
    movement, open_cases, ageing = sheets["movement"], sheets["open_cases"], sheets["ageing"]
    came = sum(movement.sum(f"{f}_cases") for f in ("brought_forward", "opened", "reopened", "revalued_up"))
    left = sum(movement.sum(f"{f}_cases") for f in _WENT)
    yield equal(
        part,
        "Movement, cases: brought forward + came − went = carried forward",
        came - left,
        movement.sum("carried_forward_cases"),
    )
    came = sum(movement.sum(f"{f}_gbp") for f in ("brought_forward", "opened", "reopened", "revalued_up"))
    left = sum(movement.sum(f"{f}_gbp") for f in _WENT)
    yield equal(
        part,
        "Movement, pounds: brought forward + came − went = carried forward",
        came - left,
        movement.sum("carried_forward_gbp"),
    )
    yield equal(
        part, "Movement, carried forward = Open cases", movement.sum("carried_forward_cases"), open_cases.table.num_rows
    )
    cases = sum(ageing.sum(c) for c in ageing.summed if c.endswith("_cases"))
    yield equal(part, "Ageing, cases = Open cases", cases, open_cases.table.num_rows)
    aged = sum(ageing.sum(c) for c in ageing.summed if c.endswith("_gbp"))
    yield equal(part, "Ageing, pounds = Movement, carried forward", aged, movement.sum("carried_forward_gbp"))


_WENT = ("evidence", "correction", "person", "explained", "accepted", "false_positive", "revalued_down")


def _books(e: Evidence) -> Iterator[Line]:
    part = "Books"
    debit = sum((line.debit or Decimal(0) for line in e.journals), Decimal("0.00"))
    credit = sum((line.credit or Decimal(0) for line in e.journals), Decimal("0.00"))
    yield Line(part, "Journals: debit = credit, each by itself", debit, credit, ok=balanced(list(e.journals)))
    for line in e.ledger:
        difference = line.difference
        ok = difference is not None and abs(difference) < max(e.settings.close.materiality_gbp, Decimal("0.01"))
        why = "" if difference is not None else "one side does not tell it"
        yield Line(
            part, f"Ledger, {line.what.replace('_', ' ')} = {line.pack_is}", line.ledger, line.pack, ok=ok, why=why
        )


def _units_of(roll: Sheet, system: str, column: str) -> Decimal:
    systems, units = roll.table["system"].to_pylist(), roll.table[column].to_pylist()
    return sum((u for s, u in zip(systems, units, strict=True) if s == system and u is not None), Decimal(0))


def _any_known(sheet: Sheet, column: str) -> bool:
    return sheet.table[column].null_count < sheet.table.num_rows


def _measured(by_channel: Sheet, measure: str, column: str) -> Decimal:
    names = {"vat": "VAT", "discount": "discounts"}
    wanted = names.get(measure, measure)
    found = zip(by_channel.table["measure"].to_pylist(), by_channel.table[column].to_pylist(), strict=True)
    return sum((gbp for name, gbp in found if name == wanted and gbp is not None), Decimal("0.00"))
