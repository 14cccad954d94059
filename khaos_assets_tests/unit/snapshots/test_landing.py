"""Raw pages are the truth: written once, closed by a manifest, and never believed when they changed."""

from __future__ import annotations

import gzip
import hashlib
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from khaos_assets.config import Night, Store
from khaos_assets.snapshots.landing import Attempt, StoredPages, read_manifest
from khaos_assets.systems.read import ReadFailed, WalkNotes

NIGHT = Night.of("2026-11-20")


def attempt(folder: Path) -> Attempt:
    return Attempt(Store(folder), "khaos", "customers", NIGHT)


def finish(landed: Attempt) -> None:
    landed.finish(
        WalkNotes(), walked=True, started_at="2026-11-20T02:00:00+00:00", finished_at="2026-11-20T02:00:01+00:00"
    )


def test_what_was_received_and_what_is_kept_have_each_their_hash(tmp_path: Path) -> None:
    """Personal fields are removed on landing; both hashes stand in the manifest."""
    landed = attempt(tmp_path)
    page = landed.land(
        b"<COMPANY/>", operation="ExportCompany", selector="codes 1-50", asked={"codes": ["A"]}, suffix="xml",
        received=b"<COMPANY><EMAIL>x</EMAIL></COMPANY>", rows=1, first_key="A", last_key="A",
    )  # fmt: skip
    finish(landed)
    assert page.sha256_stored == hashlib.sha256(b"<COMPANY/>").hexdigest()
    assert page.sha256_received == hashlib.sha256(b"<COMPANY><EMAIL>x</EMAIL></COMPANY>").hexdigest()
    assert page.bytes_received == 35
    manifest = read_manifest(landed.folder)
    assert manifest.pages == [page]
    assert StoredPages(landed.folder, manifest.pages).body(page) == b"<COMPANY/>"
    assert not any(b"EMAIL" in p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())


def test_a_body_that_came_packed_is_kept_packed(tmp_path: Path) -> None:
    """As received, to the byte; read back, it is the body."""
    packed = gzip.compress(b'{"stock": []}' * 100)
    landed = attempt(tmp_path)
    page = landed.land(
        b'{"stock": []}' * 100, packed=packed, operation="x", selector="", asked={}, suffix="json"
    )  # fmt: skip
    assert (page.file, page.bytes_received) == ("00001.json.gz", len(packed))
    assert page.sha256_received == page.sha256_stored == hashlib.sha256(packed).hexdigest()
    assert (landed.folder / page.file).read_bytes() == packed
    assert StoredPages(landed.folder, [page]).body(page) == b'{"stock": []}' * 100


def test_pages_landed_by_many_threads_have_each_their_own_file(tmp_path: Path) -> None:
    landed = attempt(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda n: landed.land(b"%d" % n, operation="x", selector="", asked={"n": n}, suffix=".json"), range(64)
            )
        )
    finish(landed)
    manifest = read_manifest(landed.folder)
    pages = StoredPages(landed.folder, manifest.pages)
    assert [p.number for p in pages.pages] == list(range(1, 65))
    assert {pages.body(p): p.asked["n"] for p in pages.pages} == {b"%d" % n: n for n in range(64)}


def test_a_night_taken_again_is_a_new_attempt_beside_the_old(tmp_path: Path) -> None:
    first, interrupted, second = attempt(tmp_path), attempt(tmp_path), attempt(tmp_path)
    finish(first)
    finish(second)
    assert [a.number for a in (first, interrupted, second)] == [1, 2, 3]
    attempts = Store(tmp_path).raw_attempts("khaos", "customers", NIGHT.date)
    assert attempts == [first.folder, second.folder], "an attempt without a manifest counts for nothing"


@pytest.mark.parametrize("damage", ["changed", "cut", "gone"])
def test_a_page_that_is_not_what_was_landed_is_not_believed(tmp_path: Path, damage: str) -> None:
    landed = attempt(tmp_path)
    page = landed.land(b"body", operation="x", selector="", asked={}, suffix="json")
    file = landed.folder / page.file
    file.chmod(0o644)
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(b"bodY" if damage == "changed" else b"bo")
    with pytest.raises(ReadFailed) as failed:
        StoredPages(landed.folder, [page]).body(page)
    assert failed.value.reason.fault == ("raw_page_missing" if damage == "gone" else "raw_page_damaged")


def test_a_body_that_cannot_be_parsed_goes_where_few_may_look(tmp_path: Path) -> None:
    landed = attempt(tmp_path)
    landed.land_unreadable(b"<half", operation="ExportCompany", selector="codes 1-50", why="cut off")
    finish(landed)
    (body,) = (tmp_path / "restricted").rglob("*.body")
    assert body.read_bytes() == b"<half"
    assert stat.S_IMODE(body.stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE(body.parent.stat().st_mode) == 0o700
    assert read_manifest(landed.folder).pages == []


def test_a_landed_page_cannot_be_written_over(tmp_path: Path) -> None:
    landed = attempt(tmp_path)
    page = landed.land(b"body", operation="x", selector="", asked={}, suffix="json")
    assert stat.S_IMODE((landed.folder / page.file).stat().st_mode) & 0o222 == 0
