"""The tie-out: two statements that agree, to the row, or the run fails.

A rule says for every compared thing whether it holds (`population`), and by a statement of its own writes the
exceptions. Population rows that do not hold = exceptions open + expected + suppressed, and Great
Expectations must count the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from khaos_assets.config import Night

STATES = ("open", "expected", "suppressed")


class TieOutError(Exception):
    """Two counts of the same differences disagree: no figure of this night may be used. Names code and numbers."""


@dataclass(frozen=True)
class Tally:
    """How often one code was looked at and found, for one pair, in one night."""

    compared: int
    flagged: int
    """Compared things for which the rule does not hold."""
    open: int
    expected: int
    suppressed: int
    open_gbp: Decimal | None


def count(db: duckdb.DuckDBPyConnection, night: Night) -> dict[tuple[str, str], Tally]:
    """Tallies by (code, systems) of all that was compared or reported. Raises TieOutError naming each mismatch."""
    rows = db.execute(
        """
        WITH flagged AS (
            SELECT code, systems, count(holds) AS compared, count(*) FILTER (NOT holds) AS flagged
            FROM population
            GROUP BY ALL
        ), reported AS (
            SELECT code, systems,
                   count(*) FILTER (state = 'open')                  AS open,
                   count(*) FILTER (state = 'expected')              AS expected,
                   count(*) FILTER (state = 'suppressed')            AS suppressed,
                   count(*)                                          AS rows,
                   sum(amount_gbp) FILTER (state = 'open')           AS open_gbp
            FROM exception
            WHERE night = ?
            GROUP BY ALL
        )
        SELECT code, systems, coalesce(compared, 0), coalesce(flagged, 0), coalesce(open, 0), coalesce(expected, 0),
               coalesce(suppressed, 0), coalesce(rows, 0), open_gbp::DECIMAL(18, 2)
        FROM flagged FULL JOIN reported USING (code, systems)
        ORDER BY code, systems
        """,
        [night.date],
    ).fetchall()
    wrong = [
        f"{code} {systems}: the population has {flagged} rows that do not hold, the exceptions are {opened} open + "
        f"{expected} expected + {suppressed} suppressed = {opened + expected + suppressed}"
        + (f" ({total} rows in all, some in no known state)" if total != opened + expected + suppressed else "")
        for code, systems, _, flagged, opened, expected, suppressed, total, _ in rows
        if not flagged == opened + expected + suppressed == total
    ]
    refuse(night, wrong)
    return {
        (code, systems): Tally(compared, flagged, opened, expected, suppressed, gbp)
        for code, systems, compared, flagged, opened, expected, suppressed, _, gbp in rows
    }


def refuse(night: Night, mismatches: Iterable[str]) -> None:
    """Raise TieOutError when there is any mismatch."""
    found = list(mismatches)
    if found:
        raise TieOutError(f"night {night}: the tie-out fails, no figure of this night may be used. " + "; ".join(found))
