"""A backup is made while all of it is in use, is refused where it is not what was saved, and overwrites nothing."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from khaos_assets.backup import BackupError, Contents, check, restore, save
from khaos_assets.backup.restoring import restore_config
from khaos_assets.cases.ledger import URL, BrokenChain, open_ledger
from khaos_assets.config import Store
from khaos_assets.corrections.halt import halt

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
FOREIGN = ("../../etc/passwd", "/etc/passwd", "raw/../../x", "warehouse.duckdb", "raw/", "reports/2026-11-20/x.csv")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A data folder with a ledger, two attempts at one read, a month and files that are made again by themselves."""
    store = Store(tmp_path / "data")
    for name in (
        "raw/wair/stock/2026-11-20.1/00001.json", "raw/wair/stock/2026-11-20.1/manifest.json",
        "raw/wair/stock/2026-11-20.2/00001.json", "close/2026-10/trial-balance.csv", "close/2026-10/ground.duckdb",
        "reports/month-end/2026-10/v1/manifest.json", "reports/month-end/2026-10/.draft/half.parquet",
        "reports/2026-11-20/exceptions.csv", "restricted/wair/body", "warehouse.duckdb",
    ):  # fmt: skip
        path = store.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    with open_ledger(store) as ledger:
        halt(ledger, store, by="ann", why="prices look wrong", at=AT)
    (tmp_path / "merchant.toml").write_text('[merchant]\nname = "Bright & Co"\n', encoding="utf-8")
    return store


@pytest.fixture
def saved(store: Store, tmp_path: Path) -> Contents:
    return save(store, tmp_path / "merchant.toml", tmp_path / "backup", at=AT)


def test_it_holds_what_nothing_else_can_make_again_and_nothing_else(saved: Contents) -> None:
    assert sorted(saved.files) == [
        "close/2026-10/trial-balance.csv", "corrections.halt", "ledger.sqlite", "merchant.toml",
        "raw/wair/stock/2026-11-20.1/00001.json", "raw/wair/stock/2026-11-20.1/manifest.json",
        "reports/month-end/2026-10/v1/manifest.json",
    ]  # fmt: skip


def test_nobody_else_on_the_machine_may_read_it(saved: Contents, tmp_path: Path) -> None:
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0
    assert [n for n in saved.files if (tmp_path / "backup" / n).stat().st_mode & 0o077] == []


def test_restored_it_is_the_same_and_the_halt_of_corrections_still_stands(
    saved: Contents, store: Store, tmp_path: Path
) -> None:
    there = Store(tmp_path / "there")
    assert restore(tmp_path / "backup", there, check(tmp_path / "backup")) == saved.ledger_events == 1
    assert there.halt_switch.exists()
    for name in saved.files.keys() - {"ledger.sqlite", "merchant.toml"}:
        assert (there.root / name).read_bytes() == (store.root / name).read_bytes()
    with open_ledger(store) as was, open_ledger(there) as now:
        assert now.hash_at(1) == was.hash_at(1) == saved.ledger_hash


def test_what_somebody_writes_meanwhile_is_in_it_whole_or_not_at_all(store: Store, tmp_path: Path) -> None:
    with open_ledger(store) as ledger, ledger.deed(AT) as deed:
        assert deed is not None  # the transaction of another writer is open all the time
        save(store, tmp_path / "merchant.toml", tmp_path / "backup", at=AT)
    assert check(tmp_path / "backup").ledger_events == 1


def test_a_ledger_that_does_not_prove_whole_is_not_saved_as_if_it_did(store: Store, tmp_path: Path) -> None:
    with sqlite3.connect(store.ledger) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE event SET actor = 'nobody'")
    with pytest.raises(BrokenChain):
        save(store, tmp_path / "merchant.toml", tmp_path / "backup", at=AT)
    with pytest.raises(BackupError, match="no backup stands here"):
        check(tmp_path / "backup")


def test_it_goes_into_an_empty_folder_outside_the_data_only(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="not empty"):
        save(store, tmp_path / "merchant.toml", tmp_path, at=AT)
    with pytest.raises(BackupError, match="another disk"):
        save(store, tmp_path / "merchant.toml", store.root / "backup", at=AT)


@pytest.mark.usefixtures("saved")
@pytest.mark.parametrize("name", ["raw/wair/stock/2026-11-20.1/00001.json", "ledger.sqlite", "merchant.toml"])
def test_a_file_that_was_changed_lost_or_added_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / "backup" / name
    body = path.read_bytes()
    path.write_bytes(bytes([body[0] ^ 1]) + body[1:])
    with pytest.raises(BackupError, match=f"{name}: it is not what was saved"):
        check(tmp_path / "backup")
    path.unlink()
    with pytest.raises(BackupError, match=f"{name}: it is gone"):
        check(tmp_path / "backup")
    path.write_bytes(body)
    path.with_name("another").write_bytes(b"")
    with pytest.raises(BackupError, match="another: it was not saved"):
        check(tmp_path / "backup")


@pytest.mark.usefixtures("saved")
@pytest.mark.parametrize("name", FOREIGN)
def test_a_listing_that_names_a_file_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "backup" / "backup.json"
    told = json.loads(path.read_text())
    told["files"][name] = told["files"].pop("merchant.toml")
    path.write_text(json.dumps(told))
    with pytest.raises(BackupError, match="is no file of a backup"):
        check(tmp_path / "backup")


@pytest.mark.usefixtures("saved")
def test_a_link_is_no_file_of_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "backup" / "merchant.toml"
    path.unlink()
    path.symlink_to(tmp_path / "merchant.toml")
    with pytest.raises(BackupError, match="it is gone"):
        check(tmp_path / "backup")


def test_nothing_is_put_over_what_is_there(saved: Contents, store: Store, tmp_path: Path) -> None:
    before = store.ledger.read_bytes()
    with pytest.raises(BackupError, match="not empty"):
        restore(tmp_path / "backup", store, saved)
    assert store.ledger.read_bytes() == before
    other = tmp_path / "other.toml"
    other.write_text("# mine", encoding="utf-8")
    assert restore_config(tmp_path / "backup", other) is False
    assert other.read_text(encoding="utf-8") == "# mine"


def test_a_ledger_in_postgresql_stays_there_and_is_asked_for(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL, "postgresql://nobody@127.0.0.1:1/none")
    made = save(store, tmp_path / "merchant.toml", tmp_path / "backup", at=AT)
    assert (made.ledger_events, "ledger.sqlite" in made.files) == (None, False)
    monkeypatch.delenv(URL)
    with pytest.raises(BackupError, match="restore its dump there"):
        restore(tmp_path / "backup", Store(tmp_path / "there"), made)
    assert not (tmp_path / "there").exists()
