"""Landing: each answer is written once to `raw/<system>/<entity>/<night>.<attempt>/`; a manifest closes the attempt.

Pages are not fsynced one by one: the manifest, fsynced and renamed last, holds the hash of each, and whoever reads a
page checks it. An attempt without a manifest was interrupted and counts for nothing.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from isal import igzip

from khaos_assets.config import Night, Store
from khaos_assets.config.store import write_bytes
from khaos_assets.systems.read import LandedPage, ReadFailed, WalkNotes

MANIFEST = "manifest.json"
PACKED = ".gz"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one attempt learned; with its pages it suffices to decode and certify again."""

    system: str
    entity: str
    night: str
    as_of: str
    attempt: int
    started_at: str
    finished_at: str
    walked: bool
    """False: the walk broke off; no records are taken from its pages."""
    notes: WalkNotes
    pages: list[LandedPage]
    since: str | None = None
    """Of a delta: the instant of the complete snapshot from which it reaches on (ISO 8601 UTC)."""


class StoredPages:
    """The landed pages of one finished attempt."""

    def __init__(self, folder: Path, pages: Sequence[LandedPage]) -> None:
        self._folder = folder
        self._pages = tuple(pages)

    @property
    def pages(self) -> Sequence[LandedPage]:
        return self._pages

    def body(self, page: LandedPage) -> bytes:
        """The body, unpacked. Raises ReadFailed when the stored bytes are not those that were landed."""
        try:
            kept = (self._folder / page.file).read_bytes()
        except OSError as e:
            raise ReadFailed("raw_page_missing", f"{page.file}: {e.strerror}") from e
        if hashlib.sha256(kept).hexdigest() != page.sha256_stored:
            raise ReadFailed("raw_page_damaged", f"{page.file} is not what was landed (SHA-256 differs)")
        return igzip.decompress(kept) if page.file.endswith(PACKED) else kept


class Attempt:
    """One attempt at one read: where its walk lands answers. `land` may be called from any thread."""

    def __init__(self, store: Store, system: str, entity: str, night: Night) -> None:
        self.system, self.entity, self.night = system, entity, night
        self.folder, self.number = _new_folder(store.raw_entity(system, entity), str(night))
        self._restricted = store.restricted / system / entity / self.folder.name
        self._lock = threading.Lock()
        self._taken = 0
        self._unreadable = 0
        self._pages: list[LandedPage] = []

    def land(
        self,
        body: bytes,
        *,
        operation: str,
        selector: str,
        asked: Mapping[str, Any],
        suffix: str,
        received: bytes | None = None,
        packed: bytes | None = None,
        rows: int = 0,
        first_key: str | None = None,
        last_key: str | None = None,
        total: int | None = None,
    ) -> LandedPage:
        """Store one answer (see `systems.read.Landing`)."""
        with self._lock:
            self._taken += 1
            number = self._taken
        file = f"{number:05d}.{suffix.lstrip('.')}" + (PACKED if packed is not None else "")
        kept = body if packed is None else packed
        stored = hashlib.sha256(kept).hexdigest()
        page = LandedPage(
            number=number,
            file=file,
            operation=operation,
            selector=selector,
            asked=dict(asked),
            sha256_received=stored if received is None else hashlib.sha256(received).hexdigest(),
            sha256_stored=stored,
            bytes_received=len(kept if received is None else received),
            rows=rows,
            first_key=first_key,
            last_key=last_key,
            total=total,
        )
        _write_once(self.folder / file, kept)
        with self._lock:
            self._pages.append(page)
        return page

    def land_unreadable(self, received: bytes, *, operation: str, selector: str, why: str) -> None:
        """Keep a body that could not be parsed in the restricted folder, with what was asked and why beside it."""
        with self._lock:
            self._unreadable += 1
            number = self._unreadable
        self._restricted.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._restricted.chmod(0o700)
        _write_once(self._restricted / f"{number:05d}.body", received, mode=0o600)
        about = msgspec.json.encode({"operation": operation, "selector": selector, "why": why})
        _write_once(self._restricted / f"{number:05d}.json", about, mode=0o600)

    def finish(
        self, notes: WalkNotes, *, walked: bool, started_at: str, finished_at: str, since: str | None = None
    ) -> Manifest:
        """Close the attempt: its manifest is written last, atomically."""
        manifest = Manifest(
            system=self.system,
            entity=self.entity,
            night=str(self.night),
            as_of=self.night.as_of.isoformat(),
            attempt=self.number,
            started_at=started_at,
            finished_at=finished_at,
            walked=walked,
            notes=notes,
            pages=sorted(self._pages, key=lambda p: p.number),
            since=since,
        )
        write_bytes(
            self.folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest, order="sorted"), indent=1)
        )
        return manifest


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a finished attempt."""
    return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)


def _new_folder(parent: Path, night: str) -> tuple[Path, int]:
    """A folder of its own for each attempt, also when two processes begin one at the same moment."""
    parent.mkdir(parents=True, exist_ok=True)
    while True:
        taken = [int(p.suffix[1:]) for p in parent.glob(f"{night}.*") if p.suffix[1:].isdigit()]
        number = max(taken, default=0) + 1
        folder = parent / f"{night}.{number}"
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder, number


def _write_once(path: Path, body: bytes, mode: int = 0o644) -> None:
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as f:
        f.write(body)
    path.chmod(mode & ~0o222)
