"""The sheets of a pack as tables: what each one's SQL file says, and the totals that a second statement gives.

A file of `sheets/` has a heading comment (title, colon, what it shows) and two statements: `rows`, and `totals`, one
row that adds up the same from the ground by itself. A figure counts as checked where both agree.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa

ZERO = Decimal(0)
HERE = Path(__file__).parent / "sheets"
ORDER = (
    "dispatched_open", "invoiced_not_dispatched", "paid_not_dispatched", "cut_off", "refunds", "vat",
    "sales_by_channel", "sales", "valuation", "roll_forward", "late", "not_tested",
)  # fmt: skip
"""As finance reads them."""
_ORDERS = ("khaos/sales_orders", "khaos/order_lines")
_GOODS = (*_ORDERS, "wair/dispatches")
_CHANNELS = (
    *_ORDERS, "scayle/orders", "orocommerce/orders", "orocommerce/order_line_items", "orocommerce/order_subtotals",
)  # fmt: skip
_STOCK = (*_ORDERS, "khaos/stock_items", "khaos/stock_levels", "wair/stock")
NEEDS: dict[str, tuple[str, ...]] = {
    "dispatched_open": _GOODS, "invoiced_not_dispatched": _GOODS, "cut_off": _GOODS,
    "paid_not_dispatched": (*_CHANNELS, "wair/dispatches"), "refunds": _CHANNELS, "vat": _ORDERS,
    "sales_by_channel": _CHANNELS, "sales": _CHANNELS, "valuation": _STOCK,
    "roll_forward": (*_STOCK, "wair/dispatches", "wair/transfers"),
}  # fmt: skip
"""Reads from which a sheet concludes what is missing or adds up: without one of them nothing is said."""
APART = ("_each_gbp", "_percent", "days")
"""Endings of columns that are no sum's parts: prices of one, rates, ages."""


class SheetError(RuntimeError):
    """A sheet's SQL failed: the file, the statement, DuckDB's words."""


@dataclass(frozen=True)
class Sheet:
    """One table of the pack. Money in GBP, units as they stand, days as London dates, instants in UTC."""

    name: str
    title: str
    about: str
    table: pa.Table
    totals: Mapping[str, Decimal | int] = field(default_factory=dict[str, Decimal | int])
    """Of its summed columns, counted apart from its rows; empty where nothing is added up."""
    not_tested: str = ""
    """Why nothing is said here: a read that it needs is INCOMPLETE."""

    @property
    def summed(self) -> list[str]:
        """Columns whose figures are added up: units, pounds, counts."""
        return [f.name for f in self.table.schema if _is_figure(f)]

    def sum(self, column: str) -> Decimal | int:
        """The sum of a column's rows, exact; 0 where it has none."""
        found = (v for v in self.table[column].to_pylist() if v is not None)
        return sum(found, ZERO if self.table[column].type != pa.int64() else 0)


def _is_figure(column: pa.Field) -> bool:
    number = pa.types.is_decimal(column.type) or pa.types.is_integer(column.type)
    return number and not column.name.endswith(APART)


def read_sheets(db: duckdb.DuckDBPyConnection, incomplete: Collection[str]) -> dict[str, Sheet]:
    """Every sheet of `sheets/` from a ground that is laid; `incomplete` names reads (`system/entity`) that are so.

    A sheet that needs one of them has no rows and says why. Raises SheetError.
    """
    found: dict[str, Sheet] = {}
    for name in ORDER:
        sheet = read_sheet(db, name)
        missing = [read for read in NEEDS.get(name, ()) if read in incomplete]
        if missing:
            why = f"{', '.join(missing)} INCOMPLETE"
            nothing = {c: 0 if isinstance(v, int) else ZERO for c, v in sheet.totals.items()}
            sheet = replace(sheet, table=sheet.table.slice(0, 0), totals=nothing, not_tested=why)
        found[name] = sheet
    silent = [s for s in found.values() if s.not_tested]
    if silent:
        told = found["not_tested"]
        columns = {
            "code": [s.title for s in silent],
            "systems": ["pack"] * len(silent),
            "why": [s.not_tested for s in silent],
        }
        rows = pa.table({n: pa.array(v, told.table.schema.field(n).type) for n, v in columns.items()})
        found["not_tested"] = replace(told, table=pa.concat_tables([rows, told.table]))
    return found


def read_sheet(db: duckdb.DuckDBPyConnection, name: str) -> Sheet:
    """One sheet by the name of its file. Raises SheetError."""
    heading, statements = _parts((HERE / f"{name}.sql").read_text(encoding="utf-8"))
    title, _, about = heading.partition(": ")
    table = _ask(db, name, "rows", statements["rows"])
    totals: dict[str, Decimal | int] = {}
    if "totals" in statements:
        (row,) = _ask(db, name, "totals", statements["totals"]).to_pylist()
        totals = {column: value if value is not None else 0 for column, value in row.items()}
    sheet = Sheet(name, title, about, table, totals)
    if set(sheet.totals) != set(sheet.summed):
        raise SheetError(f"sheets/{name}.sql: totals gives {sorted(totals)}, the rows have {sorted(sheet.summed)}")
    return sheet


def _ask(db: duckdb.DuckDBPyConnection, name: str, statement: str, sql: str) -> pa.Table:
    try:
        return _plain(db.sql(sql).to_arrow_table())
    except duckdb.Error as e:
        raise SheetError(f"sheets/{name}.sql ({statement}): {e}") from e


def _plain(table: pa.Table) -> pa.Table:
    """Sums come with 38 digits: pounds have two places, units five, whatever they were added up from."""
    columns = [_as_kept(name, column) for name, column in zip(table.column_names, table.columns, strict=True)]
    return pa.table(dict(zip(table.column_names, columns, strict=True)))


def _as_kept(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    decimal = pa.types.is_decimal(column.type)
    if decimal and (name.endswith("gbp") or "units" in name):
        return column.cast(pa.decimal128(38, 2 if name.endswith("gbp") else 5))
    counted = pa.types.is_integer(column.type) or (decimal and column.type.scale == 0)
    return column.cast(pa.int64()) if counted else column


def _parts(text: str) -> tuple[str, dict[str, str]]:
    heading, *parts = text.split("-- name: ")
    words = " ".join(line.removeprefix("--").strip() for line in heading.splitlines() if line.startswith("--"))
    return words, {name.strip(): sql.strip() for name, _, sql in (p.partition("\n") for p in parts)}
