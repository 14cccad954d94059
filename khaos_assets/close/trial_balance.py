"""The trial balance that somebody exports from the ledger and brings: read strictly, kept as it came.

A CSV with a header: `account`, `name`, and either `debit` and `credit` or `balance` (debit positive), in pounds with at
most two places. Any delimiter of `,` `;` tab; UTF-8. What cannot be read is told by line and nothing is taken.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from khaos_assets.config import Settings
from khaos_assets.config.close import ControlAccount
from khaos_assets.config.store import MonthStore, write_bytes

AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,2})?")
ZERO = Decimal("0.00")


class TrialBalanceError(ValueError):
    """The file is no trial balance; the text names the line, what was found and what is wanted."""


@dataclass(frozen=True)
class Account:
    """One line. GBP, debit positive."""

    code: str
    name: str
    balance: Decimal


@dataclass(frozen=True)
class Agreement:
    """A control account beside the pack. GBP; None: that side does not tell."""

    what: str
    accounts: tuple[str, ...]
    ledger: Decimal | None
    pack: Decimal | None
    pack_is: str
    """Which figure of the pack it is, in words."""

    @property
    def difference(self) -> Decimal | None:
        return None if self.ledger is None or self.pack is None else self.ledger - self.pack


def bring(month: MonthStore, file: Path) -> list[Account]:
    """Keep a trial balance for a period, in place of an earlier one. Raises TrialBalanceError."""
    body = file.read_bytes()
    accounts = read(body, file.name)
    write_bytes(month.trial_balance, body)
    return accounts


def kept(month: MonthStore) -> list[Account]:
    """The trial balance that was brought; empty where none was."""
    path = month.trial_balance
    return read(path.read_bytes(), path.name) if path.exists() else []


def read(body: bytes, name: str) -> list[Account]:
    """The accounts of a file. Raises TrialBalanceError; a total that is not nil is one."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise TrialBalanceError(f"{name}: not UTF-8 text (byte {e.start}): export it as CSV UTF-8") from e
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    columns = {c.strip().lower(): c for c in rows.fieldnames or ()}
    if "account" not in columns or not ({"debit", "credit"} <= columns.keys() or "balance" in columns):
        found = ", ".join(columns) or "nothing"
        raise TrialBalanceError(f"{name}: its header has {found}; account and debit and credit (or balance) are wanted")
    accounts = list(_accounts(rows, columns, name))
    total = sum((a.balance for a in accounts), ZERO)
    if total:
        raise TrialBalanceError(f"{name}: debits and credits differ by {total}: a trial balance comes to nil")
    return accounts


def _accounts(rows: csv.DictReader[str], columns: dict[str, str], name: str) -> Iterator[Account]:
    seen: dict[str, int] = {}
    for row in rows:
        line = rows.line_num
        code = (row[columns["account"]] or "").strip()
        if not code:
            raise TrialBalanceError(f"{name}, line {line}: an account without a code")
        if code in seen:
            raise TrialBalanceError(f"{name}, line {line}: account {code} stands in line {seen[code]} already")
        seen[code] = line

        def amount(column: str, row: dict[str, str] = row, line: int = line) -> Decimal:
            text = (row[columns[column]] or "").strip().replace(",", "")
            if text and not AMOUNT.fullmatch(text):
                raise TrialBalanceError(f'{name}, line {line}, {column}: "{text}" is no amount in pounds and pence')
            return Decimal(text) if text else ZERO

        balance = amount("balance") if "balance" in columns else amount("debit") - amount("credit")
        yield Account(code, (row.get(columns.get("name", ""), "") or "").strip(), balance)


def agreements(
    settings: Settings, accounts: list[Account], figures: dict[ControlAccount, tuple[Decimal | None, str]]
) -> list[Agreement]:
    """Each control account of the configuration beside the pack's figure for it. An account that is missing counts nil
    only where another of its group is there."""
    balances = {a.code: a.balance for a in accounts}
    found: list[Agreement] = []
    for what, codes in settings.close.control_accounts.items():
        known = [balances[c] for c in codes if c in balances]
        pack, words = figures[what]
        found.append(Agreement(what, tuple(codes), sum(known, ZERO) if known else None, pack, words))
    return found
