"""What was asked for a month, and how it ended, whenever somebody looks."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from khaos_assets.config import Store
from khaos_assets.config.store import write_bytes
from khaos_assets.portal import closing
from khaos_assets.portal.closing import How, What, Work, last_work


def test_what_ends_between_two_looks_has_ended_and_was_not_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    file = store.month("2026-10").work
    file.parent.mkdir(parents=True)
    work = Work(What.VERIFY, "ann", datetime(2026, 11, 2, tzinfo=UTC), "here:1")
    file.write_bytes(msgspec.json.encode(work))

    def says_so_and_ends(_: str) -> bool:
        file.write_bytes(msgspec.json.encode(msgspec.structs.replace(work, how=How.DONE)))
        return True

    monkeypatch.setattr(closing, "is_gone", says_so_and_ends)
    found = last_work(store, "2026-10")
    assert found is not None and found.how is How.DONE


def test_a_process_that_ends_late_breaks_off_nothing_that_was_begun_since(tmp_path: Path) -> None:
    store, at = Store(tmp_path), datetime(2026, 11, 2, 9, tzinfo=UTC)
    first, second = (Work(w, "ben", at, f"host:{n}") for w, n in ((What.SEAL, 1), (What.VERIFY, 2)))
    for kept, begun, how in ((second, first, How.UNDER_WAY), (first, first, How.FAILED)):
        write_bytes(store.month("2026-10").work, msgspec.json.encode(kept))
        with subprocess.Popen(["true"]) as ended:
            closing._wait(ended, store, "2026-10", begun)
        left = msgspec.json.decode(store.month("2026-10").work.read_bytes(), type=Work)
        assert (left.what, left.how) == (kept.what, how)
