"""The first page of a pack: what somebody owes an explanation for, and how much it is.

Per question one line, over and under apart, exact and after materiality. Bases are never added up: each line says on
which it counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from khaos_assets.close.sheets import Sheet

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Question:
    """What a line of the summary asks of a sheet: whose figure it is and what it means."""

    sheet: str
    column: str
    asks: str
    basis: str
    units: str = ""


QUESTIONS = (
    Question("dispatched_open", "net_gbp", "Goods gone, revenue not recognised", "net", "units"),
    Question("invoiced_not_dispatched", "net_gbp", "Revenue recognised, goods not gone", "net", "units"),
    Question("paid_not_dispatched", "net_gbp", "Paid by customers, goods not gone", "net", "units"),
    Question("cut_off", "net_gbp", "On the wrong side of the month's end", "net", "units"),
    Question("refunds", "difference_gbp", "Credit notes beyond refunds", "gross"),
    Question("sales", "net_difference_gbp", "Sales, net: Khaos beyond the channels", "net"),
    Question("sales", "vat_difference_gbp", "VAT on sales: Khaos beyond the channels", "VAT"),
    Question("sales", "shipping_difference_gbp", "Shipping: Khaos beyond the channels", "net"),
    Question("sales", "discount_difference_gbp", "Discounts: Khaos beyond the channels", "net"),
    Question("vat", "difference_gbp", "VAT beyond net at its rate", "VAT"),
    Question("vat", "without_evidence_gbp", "Zero-rated exports without evidence", "net"),
    Question("valuation", "difference_gbp", "Stock: Khaos beyond WAIR", "indicative cost", "difference_units"),
    Question(
        "roll_forward", "unexplained_gbp", "Stock that moved without a record", "indicative cost", "unexplained_units"
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Side:
    """Rows on one side of nil. GBP without sign; `material` of the rows from the materiality on."""

    rows: int = 0
    gbp: Decimal = ZERO
    material_rows: int = 0
    material_gbp: Decimal = ZERO


@dataclass(frozen=True)
class Answer:
    """One line of the summary."""

    question: Question
    over: Side
    under: Side
    unknown: int
    """Rows whose value cannot be told."""
    not_tested: str = ""
    """Why nothing is said."""

    @property
    def net(self) -> Decimal:
        """Over less under: the sheet's total."""
        return self.over.gbp - self.under.gbp

    @property
    def quiet(self) -> bool:
        return not (self.over.rows or self.under.rows or self.unknown or self.not_tested)


def answers(sheets: Mapping[str, Sheet], materiality: Decimal) -> list[Answer]:
    """The summary of a pack. `materiality` in GBP, for single rows."""
    return [_answer(q, sheets[q.sheet], materiality) for q in QUESTIONS]


def _answer(question: Question, sheet: Sheet, materiality: Decimal) -> Answer:
    amounts: list[Decimal | None] = sheet.table[question.column].to_pylist()
    known = [a for a in amounts if a]
    over, under = [a for a in known if a > 0], [-a for a in known if a < 0]
    unknown = sum(a is None for a in amounts)
    return Answer(question, _side(over, materiality), _side(under, materiality), unknown, sheet.not_tested)


def _side(amounts: list[Decimal], materiality: Decimal) -> Side:
    material = [a for a in amounts if a >= materiality]
    return Side(len(amounts), sum(amounts, ZERO), len(material), sum(material, ZERO))
