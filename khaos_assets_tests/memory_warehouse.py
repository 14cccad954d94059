"""A warehouse in memory for nights of a few rows: planned plainly, and each statement parsed once per process."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import duckdb

from khaos_assets.warehouse.database import prepare

# They only choose among plans of the same meaning, which takes longer than any plan over a handful of rows. Those that
# move or rewrite expressions stay on, as in the product.
PLAN_CHOICE = (
    "join_order, statistics_propagation, type_pushdown, common_subexpressions, common_subplan, projection_pullup,"
    "join_filter_pushdown, aggregate_function_rewriter, column_lifetime, compressed_materialization"
)


def prepare_memory() -> duckdb.DuckDBPyConnection:
    connection: Any = ParsedOnce(duckdb.connect(":memory:", config={"threads": 1}))
    connection.execute(f"SET disabled_optimizers = '{PLAN_CHOICE}'")
    return prepare(connection)


class ParsedOnce:
    """A connection that parses each text once per process, for every night runs the same hundreds of statements."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *raised: object) -> None:
        self.connection.close()

    def execute(self, sql: str, parameters: Sequence[object] | None = None) -> duckdb.DuckDBPyConnection:
        statements = parsed(sql)
        if parameters:
            (statement,) = statements
            return self.connection.execute(statement, parameters)
        for statement in statements:
            self.connection.execute(statement)
        return self.connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)


@lru_cache(maxsize=2000)
def parsed(sql: str) -> list[duckdb.Statement]:
    return duckdb.extract_statements(sql)
