"""Dagster's event log in SQLite, over connections that stay open while a run writes to it.

Dagster opens an engine and a connection for each of the thousand statements of a night, and whoever is the last to
close a database with a write-ahead log writes the log back and waits for the disk. That, and waiting for the disk after
each event, was a third of the time of a small night.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Any

from dagster._core.storage.event_log import EventLogStorage, SqliteEventLogStorage
from sqlalchemy import Connection, Engine, create_engine, event


@contextmanager
def kept_open(storage: EventLogStorage) -> Generator[None]:
    """Inside, each database of this log keeps its one connection. A log that is not in SQLite is left as it is."""
    if not isinstance(storage, SqliteEventLogStorage):
        yield
        return
    dagsters: Any = storage
    with ExitStack() as closing:
        engines: dict[str, Engine] = {}

        @contextmanager
        def connect(shard: str) -> Generator[Connection]:
            with dagsters._db_lock:  # one thread at a time, as in Dagster's own
                if shard not in engines:
                    engine = _engine(storage.conn_string_for_shard(shard))
                    closing.callback(engine.dispose)
                    dagsters._initdb(engine)
                    engines[shard] = engine
                with engines[shard].begin() as connection:
                    yield connection

        dagsters._connect = connect
        closing.callback(delattr, dagsters, "_connect")
        yield


def _engine(address: str) -> Engine:
    engine = create_engine(address, pool_size=1, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        # With a write-ahead log a power cut may cost the last events, but never breaks the database.
        connection.execute("PRAGMA synchronous = NORMAL")

    return engine
