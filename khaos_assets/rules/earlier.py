"""What earlier nights saw, as temporary tables: the last complete figures of each read, and the cases that stood."""

from __future__ import annotations

import duckdb


def load_reads_before(db: duckdb.DuckDBPyConnection) -> None:
    """`read_before`: the last complete figures of each read on an earlier night."""
    db.execute(
        """
        CREATE OR REPLACE TEMP TABLE read_before AS
        SELECT * FROM control_read
        WHERE night < getvariable('night') AND verdict <> 'INCOMPLETE'
        QUALIFY row_number() OVER (PARTITION BY system, entity ORDER BY night DESC) = 1
        """
    )


def load_cases_before(db: duckdb.DuckDBPyConnection) -> None:
    """`tested_before`: the codes that ever could be tested. `case_before`: the cases that stood, and when each was
    first seen. A night that does not close a code (`control_code.closes`) ends none of its cases: what it does not show
    may only have gone unseen."""
    db.execute(
        """
        CREATE OR REPLACE TEMP TABLE tested_before AS
        SELECT code, systems, max(night) AS night
        FROM control_code WHERE night < getvariable('night') AND tested GROUP BY code, systems;
        CREATE OR REPLACE TEMP TABLE case_before AS
        WITH saw_all AS (
            SELECT code, systems, max(night) FILTER (closes) AS night
            FROM control_code WHERE night < getvariable('night') AND tested
            GROUP BY code, systems
        )
        SELECT e.case_key, e.code, e.systems, e.record_key, e.scope, e.field, min(e.first_seen) AS first_seen
        FROM exception AS e
        JOIN saw_all AS s USING (code, systems)
        WHERE e.night < getvariable('night') AND e.night >= coalesce(s.night, e.night)
        GROUP BY ALL
        """
    )
