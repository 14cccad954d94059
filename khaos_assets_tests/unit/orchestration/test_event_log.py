"""What a run writes to its log is seen by others at once, although its connections stay open."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest
from dagster import DagsterInstance, DagsterRun
from sqlalchemy import event
from sqlalchemy.pool import Pool

from khaos_assets.orchestration.instance import dagster_home, open_instance

RUN = DagsterRun(job_name="nightly", run_id="00000000-0000-4000-8000-000000000001")
EVENTS = 40


@dataclass(frozen=True)
class Written:
    """A log of forty events."""

    folder: Path
    seen_meanwhile: int
    """By another instance, before the first was closed."""
    connections: int
    """To the database of the run."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Generator[Written]:
    """Written over connections that are counted."""
    data = tmp_path_factory.mktemp("data")
    connected: list[str] = []

    def note(connection: sqlite3.Connection, _record: object) -> None:
        ((_, _, path),) = connection.execute("PRAGMA database_list").fetchall()
        connected.append(Path(path).stem)

    event.listen(Pool, "connect", note)
    try:
        with open_instance(data) as instance:
            for number in range(EVENTS):
                instance.report_engine_event(f"event {number}", RUN)
            connections = connected.count(RUN.run_id)
            with DagsterInstance.from_config(str(dagster_home(data))) as another:
                seen = len(another.all_logs(RUN.run_id))
    finally:
        event.remove(Pool, "connect", note)
    yield Written(dagster_home(data) / "history" / "runs", seen, connections)


def test_events_are_seen_by_another_instance_while_the_run_goes_on(written: Written) -> None:
    assert written.seen_meanwhile == EVENTS


def test_all_events_take_one_connection_beside_the_one_that_makes_the_tables(written: Written) -> None:
    assert written.connections <= 2


def test_all_of_them_stand_in_the_database_itself_once_the_run_has_ended(written: Written) -> None:
    assert [p.name for p in written.folder.glob(f"{RUN.run_id}*")] == [f"{RUN.run_id}.db"]
