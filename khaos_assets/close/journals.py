"""Journals that the pack proposes: what the ledger would have to say for the period to be right. Nothing is posted.

Each is a few lines that balance, with nominal codes from `[close.nominals]`; what is only a matter of timing is to be
reversed on the first day of the next period. Amounts are the exact totals, in pounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from khaos_assets.close.periods import Period
from khaos_assets.close.sheets import Sheet
from khaos_assets.config import Settings
from khaos_assets.config.close import Nominal


@dataclass(frozen=True)
class JournalLine:
    """One line of a proposal. GBP, either debit or credit."""

    journal: int
    text: str
    account: Nominal
    nominal: str
    """Its code; empty where `[close.nominals]` does not name it."""
    debit: Decimal | None
    credit: Decimal | None
    reverses_on: date | None
    """Of timing differences: the day on which the opposite is to be posted."""


def propose(settings: Settings, period: Period, sheets: Mapping[str, Sheet]) -> list[JournalLine]:
    """The proposals that follow from the sheets' totals. A total of nil proposes nothing."""
    found: list[JournalLine] = []
    reverses = period.last + timedelta(days=1)
    for number, (text, timing, parts) in enumerate(_journals(sheets), start=1):
        for account, amount in parts:
            if amount:
                nominal = settings.close.nominals.get(account, "")
                debit, credit = (amount, None) if amount > 0 else (None, -amount)
                found.append(
                    JournalLine(number, text, account, nominal, debit, credit, reverses if timing else None)
                )  # fmt: skip
    return found


def balanced(lines: list[JournalLine]) -> bool:
    """Whether the debits of every journal are its credits."""
    sums: dict[int, Decimal] = {}
    for line in lines:
        sums[line.journal] = sums.get(line.journal, Decimal(0)) + (line.debit or 0) - (line.credit or 0)
    return not any(sums.values())


Parts = list[tuple[Nominal, Decimal]]
"""Accounts with their amounts, debit positive."""


def _journals(sheets: Mapping[str, Sheet]) -> Iterator[tuple[str, bool, Parts]]:
    def total(sheet: str, column: str) -> Decimal:
        return Decimal(sheets[sheet].sum(column))

    def told(*names: str) -> bool:
        """What a sheet cannot tell is in no journal."""
        return not any(sheets[name].not_tested for name in names)

    gone, billed = "dispatched_open", "invoiced_not_dispatched"
    if told(gone):
        net, cost = total(gone, "net_gbp"), total(gone, "cost_gbp")
        yield "Goods dispatched, not invoiced: income", True, [("accrued_income", net), ("sales", -net)]
        yield "Goods dispatched, not invoiced: cost", True, [("cost_of_sales", cost), ("stock", -cost)]
    if told(billed):
        net, cost = total(billed, "net_gbp"), total(billed, "cost_gbp")
        yield "Invoiced, goods not dispatched: income", True, [("sales", net), ("deferred_income", -net)]
        yield "Invoiced, goods not dispatched: cost", True, [("stock", cost), ("cost_of_sales", -cost)]
    if told("refunds"):
        short = total("refunds", "difference_gbp")
        yield "Refunds beyond credit notes, gross", False, [("sales_returns", -short), ("refunds_payable", short)]
    if told("valuation", gone, billed):
        # Goods that left and are not invoiced are still in Khaos's stock: their cost is in the second journal already
        apart = total("valuation", "difference_gbp") - total(gone, "cost_gbp") + total(billed, "cost_gbp")
        yield (
            "Stock in Khaos beyond WAIR, goods between them aside",
            False,
            [("stock_variance", apart), ("stock", -apart)],
        )
