"""Readers always see one whole published copy: the newest when they begin, and that one until they end."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from khaos_assets.config import Store
from khaos_assets.portal.published import NothingPublished, Published


def publish(store: Store, name: str, value: int) -> None:
    store.published.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(store.published / name)) as db:
        db.execute(f"CREATE TABLE t AS SELECT {value} AS v, TIMESTAMPTZ '2026-07-01 00:30:00+01' AS at")
    (store.published / "current.json").write_text(json.dumps({"night": name[:10], "file": name}))


def test_before_the_first_night_there_is_nothing_to_read(tmp_path: Path) -> None:
    published = Published(Store(tmp_path))
    assert published.night is None
    with pytest.raises(NothingPublished):
        published.rows("FROM t")


def test_a_reader_keeps_its_copy_while_a_night_publishes_and_the_next_reader_sees_the_new_one(tmp_path: Path) -> None:
    store = Store(tmp_path)
    publish(store, "2026-11-19-a.duckdb", 1)
    published = Published(store)
    with published.cursor() as old:
        publish(store, "2026-11-20-b.duckdb", 2)
        assert published.rows("SELECT v FROM t") == [{"v": 2}]
        (store.published / "2026-11-19-a.duckdb").unlink()
        assert old.execute("SELECT v FROM t").fetchall() == [(1,)]
    published.close()


def test_a_copy_that_nobody_reads_any_more_is_let_go(tmp_path: Path) -> None:
    store = Store(tmp_path)
    publish(store, "2026-11-19-a.duckdb", 1)
    published = Published(store)
    with published.cursor() as old:
        publish(store, "2026-11-20-b.duckdb", 2)
        published.rows("FROM t")
    with pytest.raises(duckdb.ConnectionException):
        old.execute("FROM t")
    duckdb.connect(str(store.published / "2026-11-19-a.duckdb")).close()  # nobody holds the file
    published.close()


def test_nothing_can_be_written_and_no_file_be_read_by_way_of_a_statement(tmp_path: Path) -> None:
    store = Store(tmp_path)
    publish(store, "2026-11-19-a.duckdb", 1)
    published = Published(store)
    with pytest.raises(duckdb.Error):
        published.rows("CREATE TABLE x AS SELECT 1")
    with pytest.raises(duckdb.Error):
        published.rows("SELECT * FROM read_text('/etc/passwd')")
    published.close()
