"""The list of a day: the night's open cases of the time-critical codes, and those that a moment since has found open.

A case that a moment no longer sees stays listed as it was last seen. `found.parquet` keeps what moments found.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from khaos_assets.config import Night
from khaos_assets.config.store import DayStore, replacing
from khaos_assets.reports.export import write as write_export

FORMS = {"csv": "exceptions.csv", "csv-safe": "exceptions-safe.csv", "parquet": "exceptions.parquet"}


@dataclass(frozen=True)
class Case:
    """One listed case. Instants UTC; units and pounds exact, None where unknown."""

    case_key: str
    code: str
    severity: str
    owner: str
    systems: str
    record_key: str
    scope: str
    field: str
    expected_value: str | None
    actual_value: str | None
    reason: str | None
    units: Decimal | None
    amount_gbp: Decimal | None
    observed_at: datetime | None
    first_seen: datetime
    last_seen: datetime
    """The last moment, or night, that saw it."""

    def document(self) -> dict[str, Any]:
        """For machines: decimals as text, instants ISO 8601 UTC."""
        return {name: _plain(value) for name, value in self.__dict__.items()}


def update(
    db: duckdb.DuckDBPyConnection, day: DayStore, moment: Night, codes: Sequence[str]
) -> tuple[list[Case], list[str]]:
    """The list with this moment's findings (table `listed`), and the keys that it did not have before."""
    kept = day.root / "found.parquet"
    found = "read_parquet(?)" if kept.exists() else "exception WHERE false"
    db.execute(f"CREATE OR REPLACE TEMP TABLE found_earlier AS FROM {found}", [str(kept)] if kept.exists() else [])
    for table, night in (("left_open", day.night), ("found_now", moment.date)):
        db.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE {table} AS
            FROM exception WHERE night = ? AND state = 'open' AND list_contains(?::VARCHAR[], code)
            """,
            [night, list(codes)],
        )
    db.execute(
        """
        CREATE OR REPLACE TEMP TABLE listed AS
        SELECT * REPLACE (min(first_seen) OVER (PARTITION BY case_key) AS first_seen)
        FROM (FROM left_open UNION ALL BY NAME FROM found_earlier UNION ALL BY NAME FROM found_now)
        QUALIFY row_number() OVER (PARTITION BY case_key ORDER BY as_of DESC, night DESC) = 1
        """
    )
    with replacing(kept) as temporary:
        path = str(temporary).replace("'", "''")
        of_day = "SELECT case_key FROM found_earlier UNION SELECT case_key FROM found_now"
        rows = f"FROM listed SEMI JOIN ({of_day}) USING (case_key) ORDER BY case_key"
        db.execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet)")
    opened = db.execute(
        """
        FROM (SELECT case_key FROM found_now
              EXCEPT SELECT case_key FROM left_open EXCEPT SELECT case_key FROM found_earlier)
        ORDER BY ALL
        """
    ).fetchall()
    columns = ", ".join("as_of" if name == "last_seen" else name for name in Case.__dataclass_fields__)
    rows = db.execute(f"SELECT {columns} FROM listed ORDER BY code, systems, record_key, scope, field").fetchall()
    return [Case(*row) for row in rows], [key for (key,) in opened]


def write(db: duckdb.DuckDBPyConnection, day: DayStore) -> dict[str, Path]:
    """The list as files, in the columns of a night's export."""
    files = {name: day.root / "reports" / name for name in FORMS.values()}
    with closing(duckdb.connect()) as apart:
        apart.execute("SET TimeZone = 'UTC'")
        apart.register("listed", db.sql("FROM listed").to_arrow_table())
        apart.execute("CREATE TABLE exception AS FROM listed")
        for form, name in FORMS.items():
            write_export(apart, form, files[name])
    return files


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if value.as_tuple().exponent == -5 else text
    return value
