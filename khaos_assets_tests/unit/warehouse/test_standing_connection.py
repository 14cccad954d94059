"""The connection of nights made by hand: what it leaves standing, and that nobody sees what another night left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from khaos_assets_tests.memory_warehouse import prepare_memory

# Each time it is run, it gives another number
DRAWN = "CREATE OR REPLACE TABLE drawn AS SELECT random() AS number, s.* FROM source AS s"
SOURCE = """
    CREATE OR REPLACE MACRO more(n) AS n + getvariable('step');
    CREATE OR REPLACE TEMP VIEW source AS SELECT more(n) AS n FROM given
"""


def drawn(db: Any, *rows: int, step: int = 1, sql: str = DRAWN) -> list[Any]:
    db.execute(f"SET VARIABLE step = {step}; CREATE OR REPLACE TABLE given (n INTEGER); {SOURCE}")
    if rows:
        db.execute("INSERT INTO given SELECT unnest(?)", [list(rows)])
    db.execute(sql)
    return db.execute("FROM drawn ORDER BY ALL").fetchall()


def test_a_table_stands_while_all_it_reads_is_the_same() -> None:
    with prepare_memory() as db:
        first = drawn(db, 1, 2)
        assert drawn(db, 2, 1) == first


@pytest.mark.parametrize(
    "again",
    [
        lambda db: drawn(db, 1, 3),
        lambda db: drawn(db, 1, 2, 2),
        lambda db: drawn(db, 1, 2, step=2),
        lambda db: drawn(db, 1, 2, sql=f"{DRAWN} WHERE n > 0"),
    ],
    ids=["another row", "a row more", "a variable in a macro in a view", "another text"],
)
def test_a_table_is_made_again_where_anything_is_otherwise(again: Callable[[Any], list[Any]]) -> None:
    with prepare_memory() as db:
        first = drawn(db, 1, 2)
        assert not {number for number, _ in again(db)} & {number for number, _ in first}


def test_a_table_that_was_changed_since_is_made_again() -> None:
    with prepare_memory() as db:
        drawn(db, 1, 2)
        db.execute("DELETE FROM drawn WHERE n = 2")
        assert len(drawn(db, 1, 2)) == 2


def test_a_table_is_emptied_again_when_its_rows_go() -> None:
    with prepare_memory() as db:
        assert [len(drawn(db, *rows)) for rows in ((), (1,), (), (1,))] == [0, 1, 0, 1]


def test_an_insert_that_gave_nothing_gives_something_once_there_is_something() -> None:
    with prepare_memory() as db:
        sums: list[Any] = []
        for rows in ((), (1,), (1, 2), ()):
            drawn(db, *rows)
            db.execute("CREATE OR REPLACE TABLE total (n INTEGER); INSERT INTO total SELECT n FROM given WHERE n > 1")
            sums.append(db.execute("FROM total").fetchall())
        assert sums == [[], [], [(2,)], []]


def test_parquet_counts_by_its_bytes(tmp_path: Path) -> None:
    with prepare_memory() as db:
        seen: list[Any] = []
        for night, n in enumerate((1, 1, 2)):
            file = tmp_path / f"{night}.parquet"
            db.connection.execute(f"COPY (SELECT {n} AS n) TO '{file}'")
            db.execute("DROP SCHEMA IF EXISTS wire CASCADE; CREATE SCHEMA wire")
            db.execute(f"CREATE VIEW wire.given AS FROM read_parquet('{file}')")
            db.execute("CREATE OR REPLACE TABLE drawn AS SELECT random() AS number, n FROM wire.given")
            seen.extend(db.execute("FROM drawn").fetchall())
        assert seen[0] == seen[1] != seen[2]
        assert [n for _, n in seen] == [1, 1, 2]


def test_what_an_earlier_night_left_is_not_there() -> None:
    with prepare_memory() as db:
        drawn(db, 1)
        db.execute("CREATE TABLE kept (n INTEGER); INSERT INTO kept VALUES (1)")
        first = db
    with prepare_memory() as db:
        assert db is first
        assert db.execute("SELECT getvariable('step')").fetchone() == (None,)
        db.execute("CREATE TABLE IF NOT EXISTS kept (n INTEGER)")
        assert db.execute("FROM kept").fetchall() == []
        with pytest.raises(duckdb.CatalogException):
            db.execute("FROM drawn")


def test_a_connection_on_which_a_statement_failed_is_not_used_again() -> None:
    with prepare_memory() as db:
        spoiled = db
        with pytest.raises(duckdb.CatalogException):
            db.execute("CREATE OR REPLACE TABLE drawn AS FROM nowhere")
    with prepare_memory() as db:
        assert db is not spoiled


def test_two_nights_at_once_have_a_connection_each() -> None:
    with prepare_memory() as one, prepare_memory() as other:
        assert one is not other
