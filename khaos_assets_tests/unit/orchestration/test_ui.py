"""The processes of the UI start together, so what both would make is made before them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from khaos_assets.orchestration import ui_commands


def test_the_tables_that_both_processes_want_are_made_before_either_starts(tmp_path: Path) -> None:
    ui_commands(tmp_path, 3000)
    databases = sorted((tmp_path / "dagster").rglob("*.db"))
    assert {"runs.db", "index.db", "schedules.db"} <= {d.name for d in databases}
    for database in databases:
        with closing(sqlite3.connect(database)) as connection:
            assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,), database
