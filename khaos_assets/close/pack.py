"""The pack of one period: every sheet, its control totals, its journals, in memory.

Made from the ground alone: the same snapshots, rules, configuration and ledger give the same pack, whenever it is made
and wherever. Not here: files (`writing.py`), who signs it (`steps.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

import pyarrow.parquet as pq

from khaos_assets.cases.accepted import accepted_at
from khaos_assets.cases.ledger import LedgerError, RecordedNight, open_ledger
from khaos_assets.cases.movement import between
from khaos_assets.cases.worklist import work_list
from khaos_assets.close import trial_balance
from khaos_assets.close.case_sheets import case_sheets
from khaos_assets.close.control import Evidence, Line, control_lines
from khaos_assets.close.ground import CloseError, Opening, lay
from khaos_assets.close.journals import JournalLine, propose
from khaos_assets.close.periods import Period
from khaos_assets.close.sheets import Sheet, read_sheets
from khaos_assets.close.summary import Answer, answers
from khaos_assets.close.trial_balance import Agreement
from khaos_assets.config import Night, Settings, Store
from khaos_assets.config.close import ControlAccount
from khaos_assets.reports.figures import Figures, read_figures
from khaos_assets.warehouse import open_warehouse


@dataclass(frozen=True)
class Pack:
    """Everything that a period's close says."""

    merchant: str
    period: Period
    night: Night
    """The night that closes it."""
    preview: bool
    """The period has not ended, or the night after it was not run: nothing to sign."""
    stock_as_of: datetime
    opening_source: str
    counted: tuple[str, ...]
    figures: Figures
    sheets: Mapping[str, Sheet]
    journals: tuple[JournalLine, ...]
    ledger: tuple[Agreement, ...]
    control: tuple[Line, ...]
    answers: tuple[Answer, ...]
    materiality: Decimal
    ledger_events: int
    """How many events of the ledger it rests on, and the hash of the last."""
    ledger_hash: str

    @property
    def ties(self) -> bool:
        return all(line.ok for line in self.control)

    @property
    def checks(self) -> list[Line]:
        """Lines that somebody has to look at."""
        return [line for line in self.control if not line.ok]


def make(settings: Settings, store: Store, period: Period, opening: Opening | None) -> Pack:
    """The pack of a period as it is now. `opening`: the stock of the pack before. Raises CloseError."""
    with lay(settings, store, period, opening) as ground:
        reads = read_figures(ground.db, settings.merchant.name, ground.night).reads
        sheets = read_sheets(ground.db, {f"{r.system}/{r.entity}" for r in reads if not r.complete})
    with store.writing(), open_warehouse(store, read_only=True) as results:
        figures = replace(read_figures(results, settings.merchant.name, ground.night), reads=reads)
    with open_ledger(store) as ledger:
        first = _first_night(ledger.nights(), period)
        try:
            movement = between(ledger, first, ground.night.date)
        except LedgerError as e:
            raise CloseError(f"{period}: {e}") from e
        work, accepted = work_list(ledger, ground.night.date), accepted_at(ledger, ground.night.date)
        last = next(r for r in reversed(ledger.nights()) if r.night == ground.night.date)
        head = ledger.hash_at(last.last_seq)
    sheets |= case_sheets(work, movement, accepted)
    journals = propose(settings, period, sheets)
    accounts = trial_balance.kept(store.month(period.key))
    agreed = trial_balance.agreements(settings, accounts, _figures_for_ledger(sheets)) if accounts else []
    distance = None if ground.preview else abs(ground.stock_as_of - period.cut_off)
    evidence = Evidence(settings, period, figures, sheets, journals, agreed, distance, _closing_before(opening))
    return Pack(
        merchant=settings.merchant.name, period=period, night=ground.night, preview=ground.preview,
        stock_as_of=ground.stock_as_of, opening_source=ground.opening_source, counted=ground.counted, figures=figures,
        sheets=sheets, journals=tuple(journals), ledger=tuple(agreed), control=tuple(control_lines(evidence)),
        answers=tuple(answers(sheets, settings.close.materiality_gbp)), materiality=settings.close.materiality_gbp,
        ledger_events=last.last_seq, ledger_hash=head,
    )  # fmt: skip


def _first_night(nights: list[RecordedNight], period: Period) -> date:
    """The night after the one that closed the period before; where none did, the first there is."""
    before = [n for n in nights if n.as_of < period.opens]
    closing = [n.night for n in nights if n.as_of >= period.opens]
    if not before:
        return nights[0].night
    later = [n.night for n in nights if n.night > min(closing)]
    return min(later, default=min(closing))


def _figures_for_ledger(sheets: Mapping[str, Sheet]) -> dict[ControlAccount, tuple[Decimal | None, str]]:
    """What each control account of the trial balance is compared with. GBP, debit positive; None: cannot be told."""

    def figure(words: str, *columns: tuple[str, str]) -> tuple[Decimal | None, str]:
        told = not any(sheets[sheet].not_tested for sheet, _ in columns)
        return sum((Decimal(sheets[s].sum(c)) for s, c in columns), Decimal(0)) if told else None, words

    def owed(words: str, *columns: tuple[str, str]) -> tuple[Decimal | None, str]:
        found, _ = figure(words, *columns)
        return None if found is None else -found, words

    goods = (("invoiced_not_dispatched", "net_gbp"), ("paid_not_dispatched", "net_gbp"))
    return {
        "stock": figure("stock in Khaos at indicative cost (Valuation)", ("valuation", "khaos_gbp")),
        "vat": owed("VAT of the period (VAT), owed", ("vat", "vat_gbp")),
        "deferred_income": owed("paid or invoiced, goods not gone, net, owed", *goods),
        "debtors": (None, "what customers owe: payments cannot be read"),
    }


def _closing_before(opening: Opening | None) -> dict[str, Decimal] | None:
    """Closing units of the pack before, by system."""
    if opening is None:
        return None
    table = pq.read_table(opening.roll_forward, columns=["system", "closing_units"])
    found: dict[str, Decimal] = {}
    for row in table.to_pylist():
        if row["closing_units"] is not None:
            found[row["system"]] = found.get(row["system"], Decimal(0)) + row["closing_units"]
    return found
