"""Exceptions as CSV (exact and spreadsheet-safe), Parquet or JSON. Money and units leave as decimals or decimal text.

CSV: UTF-8, a header, `\\n` line ends, quotes only where needed; an empty text is `""`, a missing value nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow.parquet as pq

from khaos_assets.config import Night, Store
from khaos_assets.config.store import replacing
from khaos_assets.reports.columns import EXPORT, EXPORT_ORDER
from khaos_assets.warehouse import open_warehouse


class UnknownFormat(ValueError):
    """A format that is not offered; the text says which are."""


def export_exceptions(
    store: Store,
    night: Night | None,
    *,
    out: Path,
    format: str = "csv",
    code: str | None = None,
    owner: str | None = None,
    state: str | None = None,
) -> int:
    """Write the exceptions of one night (None: of all nights) to `out` and return how many rows it has.

    `code`, `owner` and `state` narrow the rows (None: all). `format` is one of FORMATS.
    """
    if format not in FORMATS:
        raise UnknownFormat(f"{format} is not an export format: choose one of {', '.join(FORMATS)}")
    with store.writing(), open_warehouse(store, read_only=True) as con:
        return write(con, format, out, night=str(night) if night else None, code=code, owner=owner, state=state)


def write(con: duckdb.DuckDBPyConnection, format: str, out: Path, **equal_to: str | None) -> int:
    """Write the rows whose columns equal the given values (None: any) in one format; returns their number."""
    where, values = condition(equal_to)
    with replacing(out) as temporary:
        FORMATS[format](con, where, values, temporary)
    (count,) = con.execute(f"SELECT count(*) FROM exception WHERE {where}", values).fetchall()[0]
    return int(count)


def condition(equal_to: dict[str, str | None]) -> tuple[str, dict[str, str]]:
    """A WHERE clause with its parameters; column names come from code, values from people."""
    given = {name: value for name, value in equal_to.items() if value is not None}
    return " AND ".join(["true", *(f"exception.{name} = ${name}" for name in sorted(given))]), given


def _copy_csv(con: duckdb.DuckDBPyConnection, where: str, values: dict[str, str], out: Path, *, safe: bool) -> None:
    cells = ", ".join(f"{c.as_safe_text() if safe else c.as_text()} AS {c.name}" for c in EXPORT)
    query = f"SELECT {cells} FROM exception WHERE {where} ORDER BY {EXPORT_ORDER}"
    target = str(out).replace("'", "''")
    con.execute(f"""COPY ({query}) TO '{target}' (FORMAT csv, HEADER, NULLSTR '', QUOTE '"', ESCAPE '"')""", values)


def _csv(con: duckdb.DuckDBPyConnection, where: str, values: dict[str, str], out: Path) -> None:
    _copy_csv(con, where, values, out, safe=False)


def _csv_safe(con: duckdb.DuckDBPyConnection, where: str, values: dict[str, str], out: Path) -> None:
    _copy_csv(con, where, values, out, safe=True)


def _parquet(con: duckdb.DuckDBPyConnection, where: str, values: dict[str, str], out: Path) -> None:
    # Through Arrow, so that money and units arrive as DECIMAL.
    names = ", ".join(c.name for c in EXPORT)
    query = f"SELECT {names} FROM exception WHERE {where} ORDER BY {EXPORT_ORDER}"
    pq.write_table(con.sql(query, params=values).to_arrow_table(), out, compression="zstd")


def _json(con: duckdb.DuckDBPyConnection, where: str, values: dict[str, str], out: Path) -> None:
    cells = ", ".join(f"{c.as_text()} AS {c.name}" for c in EXPORT)
    cursor = con.execute(f"SELECT {cells} FROM exception WHERE {where} ORDER BY {EXPORT_ORDER}", values)
    names = [c.name for c in EXPORT]
    with out.open("wb") as f:
        f.write(b"[")
        separator = b"\n"
        while batch := cursor.fetchmany(10_000):
            for row in batch:
                f.write(separator + msgspec.json.encode(_json_row(dict(zip(names, row, strict=True)))))
                separator = b",\n"
        f.write(b"\n]\n")


def _json_row(row: dict[str, Any]) -> dict[str, Any]:
    # Evidence is JSON already: spliced in as it stands, so that its numbers never pass through a float.
    evidence = row["evidence"]
    return row | {"evidence": msgspec.Raw(evidence.encode()) if evidence else None}


Writer = Callable[[duckdb.DuckDBPyConnection, str, dict[str, str], Path], None]
FORMATS: dict[str, Writer] = {"csv": _csv, "csv-safe": _csv_safe, "json": _json, "parquet": _parquet}
