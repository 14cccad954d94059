"""The trial balance that somebody exports from the ledger and brings: read strictly, kept as it came.

A CSV with a header: `account`, `name`, and either `debit` and `credit` or `balance` (debit positive), in pounds with at
most two places. Any delimiter of `,` `;` tab; UTF-8. What cannot be read is told by line and column, and not taken.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from khaos_assets.config import Settings
from khaos_assets.config.close import ControlAccount
from khaos_assets.config.store import MonthStore, write_bytes

AMOUNT = re.compile(r"-?([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})(\.[0-9]{1,2})?")
"""With or without a comma between thousands."""
WANTED = "account and debit and credit (or balance) are wanted"
LONGEST = 200
"""Letters of a code or a name."""
ZERO = Decimal("0.00")
Wrong = Callable[[str, str], "TrialBalanceError"]


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


def bring(month: MonthStore, body: bytes, name: str) -> list[Account]:
    """Keep a trial balance for a period, in place of an earlier one. Raises TrialBalanceError."""
    accounts = read(body, name)
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
    rows = _rows(text, name)
    _, header = next(rows, (0, []))
    columns = [c.strip().lower() for c in header]
    if twice := sorted({c for c in columns if c and columns.count(c) > 1}):
        raise TrialBalanceError(f"{name}, line 1: column {twice[0]} stands there twice; {WANTED}")
    if "account" not in columns or not ({"debit", "credit"} <= set(columns) or "balance" in columns):
        raise TrialBalanceError(f"{name}: its header has {', '.join(columns)[:LONGEST] or 'nothing'}; {WANTED}")
    accounts = list(_accounts(rows, columns, name))
    if not accounts:
        raise TrialBalanceError(f"{name}: no account stands below the header")
    total = sum((a.balance for a in accounts), ZERO)
    if total:
        raise TrialBalanceError(f"{name}: debits and credits differ by {total}: a trial balance comes to nil")
    return accounts


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """The line on which each row ends, and its cells; blank lines are passed over. The first is the header."""
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in rows:
            if any(c.strip() for c in cells):
                yield rows.line_num, cells
    except csv.Error as e:
        raise TrialBalanceError(f"{name}, line {rows.line_num}: cannot be read as CSV: {e}") from e


def _accounts(rows: Iterator[tuple[int, list[str]]], columns: list[str], name: str) -> Iterator[Account]:
    seen: dict[str, int] = {}
    for line, cells in rows:
        if len(cells) != len(columns):
            raise TrialBalanceError(f"{name}, line {line}: {len(cells)} columns, where the header has {len(columns)}")
        row = dict(zip(columns, (c.strip() for c in cells), strict=True))

        def wrong(column: str, why: str, line: int = line) -> TrialBalanceError:
            return TrialBalanceError(f"{name}, line {line}, column {columns.index(column) + 1} ({column}): {why}")

        def amount(column: str, row: dict[str, str] = row, wrong: Wrong = wrong) -> Decimal:
            text = row[column]
            if text and not AMOUNT.fullmatch(text):
                raise wrong(column, f'"{text[:40]}" is no amount in pounds and pence')
            return Decimal(text.replace(",", "")) if text else ZERO

        code = row["account"]
        if not code:
            raise wrong("account", "an account without a code")
        if code in seen:
            raise wrong("account", f"account {code} stands in line {seen[code]} already")
        for column in {"account", "name"} & row.keys():
            if len(row[column]) > LONGEST or not row[column].isprintable():
                raise wrong(column, f"is longer than {LONGEST} letters, or has some that cannot be printed")
        seen[code] = line
        balance = amount("balance") if "balance" in row else amount("debit") - amount("credit")
        yield Account(code, row.get("name", ""), balance)


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
