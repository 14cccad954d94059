"""The published copy: its name is its content, so a night that concludes the same again replaces nothing."""

from __future__ import annotations

from pathlib import Path

import duckdb

from khaos_assets.config import Night, Store
from khaos_assets.warehouse.database import HERE, open_warehouse
from khaos_assets.warehouse.publishing import publish

NIGHT = Night.of("2026-11-20")


def store_with(folder: Path, *keys: str) -> Store:
    store = Store(folder)
    with open_warehouse(store) as db:
        for made in ("kept.sql", "tables.sql"):
            db.execute((HERE / made).read_text(encoding="utf-8"))
        for key in keys:
            db.execute(
                "INSERT INTO exception (night, code, case_key, state, severity, owner, systems, entity, record_key,"
                " scope, field, as_of, evidence, first_seen) VALUES ('2026-11-20', 'ORD-06', ?, 'open', 'high', 'o',"
                " 'w', 'd', ?, '', '', now(), '{}', '2026-11-20')",
                [key, key],
            )
        db.execute("UPDATE exception SET as_of = '2026-11-20T02:00:00Z'")
    return store


def test_the_same_rows_have_the_same_name_in_whatever_order_they_were_written(tmp_path: Path) -> None:
    one = publish(store_with(tmp_path / "one", "A", "B", "C"), NIGHT)
    other = publish(store_with(tmp_path / "other", "C", "A", "B"), NIGHT)
    assert one.name == other.name


def test_another_row_gives_another_name_and_the_pointer_names_it(tmp_path: Path) -> None:
    first = publish(store_with(tmp_path / "one", "A"), NIGHT)
    second = publish(store_with(tmp_path / "one", "B"), NIGHT)
    assert first.name != second.name
    assert first.exists(), "a reader still has the old copy open"
    assert second.name in (tmp_path / "one" / "published" / "current.json").read_text()


def test_the_records_of_the_night_go_with_its_results(tmp_path: Path) -> None:
    store = store_with(tmp_path, "A")
    before = publish(store, NIGHT)
    with open_warehouse(store) as db:
        db.execute(
            "INSERT INTO dispatch VALUES ('wair', 'D1', 's', 'W1', 'W1', 'LDS-01', '', NULL, now(), false, now())"
        )
    after = publish(store, NIGHT)
    assert before.name != after.name
    with duckdb.connect(str(after), read_only=True) as copy:
        assert copy.execute("SELECT source_key, reference FROM dispatch").fetchall() == [("D1", "W1")]
