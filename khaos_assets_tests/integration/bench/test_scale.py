"""The bare joins that a night's work is measured against."""

from __future__ import annotations

from pathlib import Path

import duckdb

from bench import scale
from khaos_assets.systems.read import installed_systems
from khaos_assets.systems.wire import arrow_schema

JOINS = scale.named_statements(Path(scale.__file__).with_name("bare_joins.sql"))


def test_the_bare_joins_fit_what_snapshots_hold() -> None:
    """Over empty tables each can be run, and is one full join with the rows of both sides."""
    with duckdb.connect() as db:
        db.execute("CREATE TABLE site_of (location VARCHAR, site VARCHAR)")
        for name, system in installed_systems().items():
            db.execute(f"CREATE SCHEMA {name}")
            for table, record in ((t, r) for read in system.reads for t, r in read.tables.items()):
                db.register("empty", arrow_schema(record).empty_table())
                db.execute(f"CREATE TABLE {name}.{table} AS FROM empty")
        for name, join in JOINS.items():
            assert db.execute(join).fetchall() == [], name
            assert join.count("FULL JOIN") == 1, name


def test_every_pair_of_systems_has_its_bare_joins() -> None:
    others = set(installed_systems()) - {"khaos"}
    pairs = {name.split(" ")[0] for name in JOINS}
    assert pairs == {f"khaos>{other}" for other in others} | {"scayle>wair", "orocommerce>wair"}
