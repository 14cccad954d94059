"""A warehouse in memory for nights of a few rows. One connection serves a whole process, and does not repeat itself.

A statement is run only where what it reads has changed since it was run last (`standing_connection`); everything else
is as on a connection that has just been opened.
"""

from __future__ import annotations

from typing import Any

import duckdb

from khaos_assets.warehouse.database import prepare
from khaos_assets_tests.standing_connection import StandingConnection

# They only choose among plans of the same meaning, which takes longer than any plan over a handful of rows. Those that
# move or rewrite expressions stay on, as in the product.
PLAN_CHOICE = (
    "join_order, statistics_propagation, type_pushdown, common_subexpressions, common_subplan, projection_pullup,"
    "join_filter_pushdown, aggregate_function_rewriter, column_lifetime, compressed_materialization"
)
_free: list[StandingConnection] = []


def prepare_memory() -> Any:
    """An empty warehouse with macros. Once left as a context it serves again, unless a statement failed on it."""
    if _free:
        connection = _free.pop()
        connection.begin()
    else:
        # No threads at all: the mutation run forks, and a fork has none of them
        connection = StandingConnection(duckdb.connect(":memory:", config={"threads": 1, "async_threads": 0}), _free)
    connection.execute(f"SET disabled_optimizers = '{PLAN_CHOICE}'")
    return prepare(connection)  # type: ignore[arg-type]
