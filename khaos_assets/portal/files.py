"""What may be downloaded: the files that were filed when reports and packs were made, each under an address that tells
nothing and cannot be guessed. Nothing else of the data folder has one.

Not here: who may, and how a file is sent (`pages/downloads.py`).
"""

from __future__ import annotations

import hmac
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from pathlib import Path

from khaos_assets.close.workbook import TABS
from khaos_assets.config import Store
from khaos_assets.config.filed import FILE, Filed, listing, measured
from khaos_assets.reports.nightly import DOWNLOADS
from khaos_assets.rules.catalogue import load_catalogue

TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
}
PREVIEW = "preview"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
_VERSION = re.compile(r"v[1-9][0-9]{0,5}")


@dataclass(frozen=True)
class Folder:
    """Files that were made together: the reports of a night, its worklists, a version of a month's pack."""

    kind: str
    """night, worklists, month."""
    of: str
    """The night, or the period."""
    version: str
    """Of a pack: v1, v2 …, preview; else empty."""
    path: Path

    @property
    def key(self) -> str:
        return "/".join(filter(None, (self.kind, self.of, self.version)))


@dataclass(frozen=True)
class Download:
    """One file that may be downloaded, as it was when it was made. `made_at` aware UTC."""

    id: str
    folder: Folder
    file: str
    filed: Filed
    product: str
    made_at: datetime

    @property
    def name(self) -> str:
        """What it is called where it arrives: it tells the night, or the month and version."""
        stem, dot, ending = self.file.rpartition(".")
        folder = self.folder
        if folder.kind == "month":
            stem = stem if stem.startswith("month-end-") else f"month-end-{folder.of}-{stem}"
            return f"{stem}-{folder.version}{dot}{ending}"
        if stem == "worklists":
            return f"{stem}-{folder.of}{dot}{ending}"
        before = "worklist-" if folder.kind == "worklists" else "report-" if stem == "index" else ""
        return f"{before}{'' if stem == 'index' else stem + '-'}{folder.of}{dot}{ending}"

    @property
    def content_type(self) -> str:
        return TYPES.get(Path(self.file).suffix, "application/octet-stream")

    @property
    def about(self) -> str:
        """What it is, for people."""
        stem = self.file.rpartition(".")[0]
        if self.folder.kind == "worklists":
            if stem == "worklists":
                return "All worklists: a sheet per code"
            if self.first:
                return "Workbook: what people put right by hand, a sheet per exception"
            known = load_catalogue().get(stem)
            return f"{stem}: {known.title}" if known else "For Khaos's stock adjustment screen"
        if self.folder.kind == "night":
            return DOWNLOADS.get(self.file, "Report as one page: open it in a browser, print it")
        return _OF_A_PACK.get(self.file) or _sheet(stem)

    @property
    def first(self) -> bool:
        """What most people want of its folder."""
        return self.file.endswith(".xlsx")


_OF_A_PACK = {
    "manifest.json": "What the pack rests on and consists of, as hashes",
    "control.json": "Control totals, each figure beside the same counted another way",
    "seal.json": "The seal: who signed, reviewed and sealed which hashes",
}


def _sheet(stem: str) -> str:
    return f"Sheet {TABS[stem]}, as a table for analysis" if stem in TABS else "Workbook: the whole pack"


def nights(store: Store) -> list[Folder]:
    """Of each night its reports and worklists, the newest first."""
    found: list[Folder] = []
    for night in reversed(store.reported_nights()):
        found.append(Folder("night", str(night), "", store.reports(night)))
        found.append(Folder("worklists", str(night), "", store.worklists(night)))
    return found


def months(store: Store) -> list[Folder]:
    """Of each period the versions of its pack, the newest first, and a preview."""
    found: list[Folder] = []
    for key in reversed(store.packed_periods()):
        names = [p.name for p in store.packs(key).iterdir()]
        versions = sorted((n for n in names if _VERSION.fullmatch(n)), key=lambda n: int(n[1:]), reverse=True)
        found += [Folder("month", key, n, store.packs(key) / n) for n in [*versions, *({PREVIEW} & set(names))]]
    return found


def downloads(folder: Folder, key: bytes) -> list[Download]:
    """What of a folder may be downloaded, workbooks first; nothing while it is being written."""
    try:
        found = listing(folder.path)
    except ValueError:
        return []
    if found is None:
        return []
    said, at = found
    made = (Download(address(key, folder, n), folder, n, f, said.product, at) for n, f in said.files.items())
    return sorted((d for d in made if _PLAIN.fullmatch(d.file)), key=_as_read)


def _as_read(download: Download) -> tuple[int, str]:
    """Workbooks, then pages and lists, then sheets in the order of the pack, last what only machines read."""
    order = list(TABS)
    stem, _, ending = download.file.rpartition(".")
    if download.first or ending == "json":
        return 0 if download.first else 1000, stem
    return 2 + order.index(stem) if stem in order else 1, download.file


def address(key: bytes, folder: Folder, file: str) -> str:
    """The opaque id of a file: nobody without the key can make one, or learn anything from it."""
    return hmac.new(key, f"{folder.key}/{file}".encode(), "sha256").hexdigest()[:32]


def version_of(folders: Iterable[Folder]) -> tuple[tuple[str, int], ...]:
    """Which state of the folders there is: another as soon as one was written anew."""

    def written(folder: Folder) -> int:
        try:
            return (folder.path / FILE).stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    return tuple((folder.key, written(folder)) for folder in folders)


def by_address(folders: Iterable[Folder], key: bytes) -> Mapping[str, Download]:
    """Everything that may be downloaded, by its id."""
    return {d.id: d for folder in folders for d in downloads(folder, key)}


class Changed(Exception):
    """The file is gone, or is not what was made."""


def open_unchanged(download: Download) -> BufferedReader:
    """The file, opened and proven to be what was made, at its beginning; what is read then is what was proven, for
    files are replaced and never rewritten. Raises Changed."""
    try:
        handle = os.open(download.folder.path / download.file, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as e:
        raise Changed from e
    file = os.fdopen(handle, "rb")
    try:
        if measured(file) != download.filed:
            raise Changed
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def chunks(file: BufferedReader, size: int = 256 * 1024) -> Iterator[bytes]:
    """The rest of a file, which is closed then."""
    with file:
        while part := file.read(size):
            yield part
