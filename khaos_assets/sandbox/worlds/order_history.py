"""Reading a real order history: one CSV line per order line. Wrong input is told with file, line, column and what was
expected. Columns: InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from khaos_assets.sandbox.worlds.clock import LONDON

COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")


class HistoryError(Exception):
    """The order history cannot be read: the text names file, line, column and what was expected."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line as it stands. `at` is London time as an aware instant; quantity may be negative; customer may be ''."""

    invoice: str
    code: str
    description: str
    quantity: Decimal
    at: datetime
    price: Decimal
    customer: str
    country: str


def read_history(path: Path) -> list[HistoryLine]:
    """All lines, in the order of the file. UTF-8 (with or without a mark) or Latin-1."""
    try:
        body = path.read_bytes()
    except OSError as e:
        raise HistoryError(f"{path}: cannot be read: {e.strerror or e}") from e
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("latin-1")
    rows = csv.reader(text.splitlines(keepends=True), strict=True)
    lines = list(_lines(path, rows))
    if not lines:
        raise HistoryError(f"{path}: it has no order lines below its header")
    return lines


def _lines(path: Path, rows: Iterator[list[str]]) -> Iterator[HistoryLine]:
    reader = rows
    try:
        header = [h.strip() for h in next(reader, [])]
        missing = [c for c in COLUMNS if c not in header]
        if missing:
            raise HistoryError(f"{path}: line 1: no column {', '.join(missing)}; expected {', '.join(COLUMNS)}")
        at = {c: header.index(c) for c in COLUMNS}
        for row in reader:
            number = getattr(reader, "line_num", 0)
            if row:
                if len(row) != len(header):
                    raise HistoryError(f"{path}: line {number}: {len(row)} fields; expected {len(header)}")
                yield _line(path, number, {c: row[i] for c, i in at.items()})
    except csv.Error as e:
        raise HistoryError(f"{path}: line {getattr(reader, 'line_num', 0)}: not CSV: {e}") from e


def _line(path: Path, number: int, row: dict[str, str]) -> HistoryLine:
    def wrong(column: str, expected: str) -> HistoryError:
        return HistoryError(f"{path}: line {number}: {column}: {row[column][:60]!r}; expected {expected}")

    code, invoice = row["StockCode"].strip(), row["InvoiceNo"].strip()
    if not invoice or len(invoice) > 15:
        raise wrong("InvoiceNo", "an invoice number of at most 15 characters, C in front of a credit note")
    if not code or len(code) > 50 or "," in code or "#" in code:
        raise wrong("StockCode", "a stock code of at most 50 characters, without comma or #")
    quantity = _decimal(row["Quantity"])
    if quantity is None or quantity != quantity.to_integral_value() or quantity == 0:
        raise wrong("Quantity", "a whole number other than 0")
    price = _decimal(row["UnitPrice"])
    if price is None or price != price.quantize(Decimal("0.0001")):
        raise wrong("UnitPrice", "an amount in pounds with at most 4 decimals, such as 2.55")
    moment = _moment(row["InvoiceDate"].strip())
    if moment is None:
        raise wrong("InvoiceDate", "a date and time such as 2011-10-06 16:20:00 or 10/6/2011 16:20")
    customer = row["CustomerID"].strip().removesuffix(".0")
    if len(customer) > 10:
        raise wrong("CustomerID", "an account code of at most 10 characters, or nothing")
    return HistoryLine(invoice, code, row["Description"], quantity, moment, price, customer, row["Country"].strip())


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < Decimal(10) ** 12 else None


def _moment(text: str) -> datetime | None:
    """ISO, or the American spelling that the original spreadsheet uses; London time."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=LONDON)
    except ValueError:
        pass
    try:
        return datetime.strptime(text, "%m/%d/%Y %H:%M").replace(tzinfo=LONDON)
    except ValueError:
        return None


def last_day(lines: Sequence[HistoryLine]) -> date:
    return max(x.at for x in lines).astimezone(LONDON).date()
