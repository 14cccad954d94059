"""The contract suite of one snapshot: what its wire contract and its certificate promise of its Parquet.

Most of it follows from the record type and the key of the read. What the contract says beyond types stands in
`systems/<name>/contract.toml`, one table per Parquet table:

    [sales_orders]
    not_negative = ["qty_sold"]
    [sales_orders.values]                     # column = the values it may have
    order_type = ["S", "C"]
    [sales_orders.conditions]                 # words for a person = a DuckDB expression, NULL where it does not apply
    "a cancelled order has a date" = "cancelled_on IS NOT NULL OR NOT is_cancelled"
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from khaos_assets.expectations.evidence import library
from khaos_assets.systems.read import Read, system_folder
from khaos_assets.systems.wire import arrow_schema

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation


class TableRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a contract says of one table beyond its types."""

    not_negative: list[str] = []
    values: dict[str, list[str | int]] = {}
    conditions: dict[str, str] = {}
    quarantine_percent: float = 1.0
    """More than this share of a read's records set aside breaks its contract."""


NO_RULES = TableRules()


@cache
def table_rules(system: str) -> dict[str, TableRules]:
    """`systems/<system>/contract.toml` by table; empty where there is none. A wrong key raises with file and key."""
    path = system_folder(system) / "contract.toml"
    if not path.exists():
        return {}
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), dict[str, TableRules])
    except (msgspec.ValidationError, tomllib.TOMLDecodeError) as e:
        raise ValueError(f"systems/{system}/contract.toml: {e}") from e


@dataclass(frozen=True)
class TableContract:
    """The contract of one Parquet table: its required columns, its key, and the rest."""

    record: type[msgspec.Struct]
    key: tuple[str, ...] = ()
    """Empty for a table beside the entity's own."""
    rows: int | None = None
    """What the certificate says; None for a table beside the entity's own."""
    rules: TableRules = field(default=NO_RULES)

    def expectations(self) -> list[Expectation]:
        """Ready to be run on the frame of `load`."""
        gxe = library().gxe

        expected: list[Expectation] = [
            gxe.ExpectTableColumnsToMatchSet(column_set=list(arrow_schema(self.record).names), exact_match=False)
        ]
        if self.rows is not None:
            expected.append(gxe.ExpectTableRowCountToEqual(value=self.rows))
        if len(self.key) == 1:
            expected.append(gxe.ExpectColumnValuesToBeUnique(column=self.key[0]))
        elif self.key:
            # A key part may be empty (a price list's owner): two rows that both leave it empty still share a key.
            expected.append(gxe.ExpectCompoundColumnsToBeUnique(column_list=list(self.key), ignore_row_if="never"))
        expected += [gxe.ExpectColumnValuesToNotBeNull(column=c) for c in required_columns(self.record)]
        expected += [gxe.ExpectColumnValuesToBeInSet(column=c, value_set=list(v)) for c, v in self.rules.values.items()]
        expected += [gxe.ExpectColumnValuesToBeBetween(column=c, min_value=0) for c in self.rules.not_negative]
        expected += [gxe.ExpectColumnValuesToBeInSet(column=c, value_set=[True]) for c in self.rules.conditions]
        return expected

    def load(self, parquet: Path, db: duckdb.DuckDBPyConnection) -> pa.Table:  # pyright: ignore[reportUnknownParameterType]
        """Columns whose values matter as they are, required ones as present or absent, one boolean per condition.

        Of the others only the name matters. Great Expectations takes a fingerprint of every value before it looks at
        any, which for a million decimals or nested lists costs seconds; whether they are there costs nothing.
        Conditions are evaluated by `db`, any connection in UTC.
        """
        looked_at = {*self.key, *self.rules.values, *self.rules.not_negative}
        required = {*required_columns(self.record)}
        names = pq.read_schema(parquet).names
        table = pq.read_table(parquet, columns=[n for n in names if n in looked_at | required])
        for name in (required - looked_at) & {*names}:
            at = table.column_names.index(name)
            present = pc.if_else(pc.is_valid(table.column(at)), True, pa.scalar(None, pa.bool_()))  # pyright: ignore
            table = table.set_column(at, name, present)
        there = pa.repeat(True, table.num_rows)
        for name in names:
            if name not in looked_at | required:
                table = table.append_column(name, there)
        if self.rules.conditions:
            columns = ", ".join(f'({sql})::BOOLEAN AS "{words}"' for words, sql in self.rules.conditions.items())
            held = db.sql(f"SELECT {columns} FROM read_parquet(?)", params=[str(parquet)]).to_arrow_table()
            for words in self.rules.conditions:
                table = table.append_column(words, held.column(words))
        return table


def contracts_of(system: str, read: Read, rows: int) -> dict[str, TableContract]:
    """The contract of each table of a read, the entity's own first."""
    rules = table_rules(system)
    entity = next(iter(read.tables))
    return {
        table: TableContract(
            record,
            key=read.key if table == entity else (),
            rows=rows if table == entity else None,
            rules=rules.get(table, NO_RULES),
        )
        for table, record in read.tables.items()
    }


def required_columns(record: type[msgspec.Struct]) -> list[str]:
    """Columns that the record type never leaves empty."""
    hints: dict[str, Any] = get_type_hints(record)
    return [name for name in record.__struct_fields__ if type(None) not in get_args(hints[name])]
