"""A database that nothing else can make again: SQLite in a file, or PostgreSQL; one writer at a time, versioned tables.

Here: opening, one writing transaction, bringing tables to their newest form. What the tables mean stands with each.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.event import listen
from sqlalchemy.exc import ArgumentError, OperationalError

PATIENCE = 60.0
"""Seconds that a writer waits for its turn; people who look at a page wait less."""


class NoDatabase(Exception):
    """The address names no database that this product keeps things in. The text bears no password."""


class Busy(Exception):
    """Another one writes, and has not ended in time: nothing was changed."""

    def __init__(self) -> None:
        super().__init__("something else is writing, most likely a nightly run: nothing was changed; try again later")


def open_engine(url: str | None, path: Path, *, patience: float = PATIENCE) -> Engine:
    """PostgreSQL or a file of SQLite where `url` names one, else the file `path`. Raises NoDatabase.

    A writer waits `patience` seconds for its turn, and then raises Busy (`writing`).
    """
    if url is not None:
        try:
            given = sa.make_url(url)
        except ArgumentError:
            raise NoDatabase("not an address such as postgresql://user:password@host/database") from None
        if given.get_backend_name() == "postgresql":
            engine = sa.create_engine(given.set(drivername="postgresql+psycopg"))

            def be_patient(connection: Any, _record: object) -> None:
                connection.execute(f"SET lock_timeout = {int(patience * 1000)}")
                connection.commit()

            listen(engine, "connect", be_patient)
            return engine
        if given.get_backend_name() != "sqlite" or not given.database:
            raise NoDatabase(f"{given.get_backend_name()} is no ledger; PostgreSQL or a file of SQLite is")
        path = Path(given.database)
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": patience})
    listen(engine, "connect", _prepare)
    listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin as `_begin` says, not when Python's driver thinks so
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine, lock: int) -> Generator[Connection]:
    """One transaction of the only writer there is at a time; `lock` is PostgreSQL's advisory lock of all of them.

    Raises Busy where its turn does not come in time.
    """
    with engine.connect().execution_options(writing=True) as connection:
        try:
            transaction = connection.begin()
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
        except OperationalError as e:
            if _waited_in_vain(e.orig):
                raise Busy from e
            raise
        with transaction:
            yield connection


def _waited_in_vain(error: object) -> bool:
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_BUSY or getattr(error, "sqlstate", "") == "55P03"  # lock_not_available


def bring_up_to_date(engine: Engine, migrations: Path, *, version_table: str, head: str, lock: int) -> None:
    """Make the tables, or change them to their newest form. Alembic is loaded only where they are not."""
    with engine.connect() as connection:
        known = sa.inspect(connection).has_table(version_table)
        if known and connection.scalar(sa.text(f"SELECT version_num FROM {version_table}")) == head:
            return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations))
    with writing(engine, lock) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
