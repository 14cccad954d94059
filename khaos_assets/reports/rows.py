"""The exception rows of a night in the order people read them: open first, the largest first within a code and pair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from khaos_assets.cases.movement import ZERO, basis_and_side
from khaos_assets.config import Night

READING_ORDER = (
    "CASE state WHEN 'open' THEN 0 WHEN 'expected' THEN 1 ELSE 2 END, code, systems, abs(amount_gbp) DESC NULLS LAST, "
    "abs(units) DESC NULLS LAST, record_key, scope NULLS FIRST, field NULLS FIRST, case_key, "
    "counterpart_key NULLS FIRST, CAST(evidence AS VARCHAR) NULLS FIRST"
)


# A case key means nothing to a person: the code and the record that it stands for do.
EXPLAINED_BY = """coalesce((
    SELECT min(cause.code || ' ' || cause.record_key) FROM exception AS cause
    WHERE cause.night = exception.night AND cause.case_key = exception.suppressed_by
), suppressed_by) AS explained_by"""


def family_rows(
    con: duckdb.DuckDBPyConnection, night: Night, family: str, columns: list[str], batch: int = 20_000
) -> Iterator[tuple[Any, ...]]:
    """All rows of a family; Decimals, dates and aware instants. One at a time in memory, `batch` from DuckDB."""
    wanted = ", ".join(EXPLAINED_BY if c == "explained_by" else c for c in columns)
    cursor = con.execute(
        f"SELECT {wanted} FROM exception WHERE night = $night AND split_part(code, '-', 1) = $family "
        f"ORDER BY {READING_ORDER}",
        {"night": night.date, "family": family},
    )
    while rows := cursor.fetchmany(batch):
        yield from rows


@dataclass(frozen=True)
class NotCounted:
    """Rows of one code and pair that are in no total of what is open. GBP without sign."""

    state: str
    code: str
    systems: str
    side: str
    """over, under, or empty where it means nothing."""
    rows: int
    gbp: Decimal


def not_counted(con: duckdb.DuckDBPyConnection, night: Night) -> list[NotCounted]:
    """What is suppressed, then what is expected, by code, pair and side."""
    rows = con.execute(
        """
        SELECT state, code, systems,
            CASE WHEN amount_gbp < 0 THEN -1 ELSE coalesce(sign(units), sign(amount_gbp), 0) END::INTEGER AS side,
            count(*), coalesce(sum(abs(amount_gbp)), 0)
        FROM exception WHERE night = $night AND state <> 'open'
        GROUP BY ALL ORDER BY state DESC, code, systems, side DESC
        """,
        {"night": night.date},
    ).fetchall()
    found: dict[tuple[str, str, str, str], tuple[int, Decimal]] = {}
    for state, code, systems, side, count, gbp in rows:
        key = (state, code, systems, basis_and_side(code, systems, side)[1])
        n, total = found.get(key, (0, ZERO))
        found[key] = (n + count, total + gbp)
    return [NotCounted(*key, *figures) for key, figures in found.items()]


def largest_open(con: duckdb.DuckDBPyConnection, night: Night, limit: int) -> dict[str, list[dict[str, Any]]]:
    """By code, the `limit` largest open rows of each code, for a page that cannot show all."""
    names = ("code", "systems", "severity", "record_key", "scope", "field", "expected_value", "actual_value",
             "reason", "units", "amount_gbp", "correction", "place")  # fmt: skip
    rows = con.execute(
        f"""
        SELECT code, systems, severity, record_key, scope, field, expected_value, actual_value, reason, units,
               amount_gbp, correction, row_number() OVER (PARTITION BY code ORDER BY {READING_ORDER}) AS place
        FROM exception WHERE night = $night AND state = 'open'
        QUALIFY place <= $top
        ORDER BY code, place
        """,
        {"night": night.date, "top": limit},
    ).fetchall()
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(dict(zip(names, row, strict=True)))
    return found
