"""Everything of a night's snapshots again, from its raw pages: the same tables, byte for byte."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path

from khaos_assets.config import Night, Settings, Store
from khaos_assets.snapshots.certificate import Certificate
from khaos_assets.snapshots.certify import Certified, certify
from khaos_assets.snapshots.landing import Manifest, StoredPages, read_manifest
from khaos_assets.snapshots.memory import keep_freed_memory
from khaos_assets.snapshots.parquet import write_tables
from khaos_assets.snapshots.stored import earlier_file, write_certificate
from khaos_assets.systems.read import Decoded, Read, ReadFailed, Reason, System, installed_systems

log = logging.getLogger(__name__)


def landed_nights(store: Store) -> list[Night]:
    """The nights that have raw pages, oldest first, each with its as-of."""
    found: dict[date, Night] = {}
    for path in sorted((store.root / "raw").glob("*/*/*/manifest.json")):
        manifest = read_manifest(path.parent)
        night = Night.of(manifest.night, manifest.as_of)
        found[night.date] = max(found.get(night.date, night), night)
    return sorted(found.values())


def rebuild(
    settings: Settings, store: Store, night: Night, reads: Collection[str] | None = None
) -> dict[str, Certificate]:
    """Decode, certify and write again the newest finished attempt of each read of a night.

    `reads` limits it to some `system/entity`. Nothing is asked of any system. Rebuild nights from the oldest on:
    a night is compared with the complete one before it.
    """
    keep_freed_memory()
    certificates: dict[str, Certificate] = {}
    for system, read in every_read(installed_systems().values(), reads):
        attempts = store.raw_attempts(system.name, read.entity, night.date)
        if attempts:
            certified = from_pages(settings, store, read, attempts[-1])
            certificates[f"{system.name}/{read.entity}"] = certified.certificate
    return dict(sorted(certificates.items()))


def every_read(systems: Iterable[System], names: Collection[str] | None = None) -> list[tuple[System, Read]]:
    """The reads of these systems; with `names`, those called `system/entity` or `system`."""
    return [
        (system, read)
        for system in systems
        for read in system.reads
        if names is None or system.name in names or f"{system.name}/{read.entity}" in names
    ]


def from_pages(settings: Settings, store: Store, read: Read, folder: Path) -> Certified:
    """The tables and the certificate of one finished attempt, written to the store."""
    manifest = read_manifest(folder)
    decoded = decode_pages(read, manifest, StoredPages(folder, manifest.pages))
    return certify_and_write(store, read, manifest, decoded, confirmed=is_confirmed(settings, manifest))


def decode_pages(read: Read, manifest: Manifest, pages: StoredPages) -> Decoded:
    """The records of an attempt; none, and why, when its walk broke off or its pages cannot be decoded."""
    if not manifest.walked:
        return Decoded(tables={})
    try:
        return read.decode(pages, manifest.notes)
    except ReadFailed as e:
        return Decoded(tables={}, faults=[e.reason])
    except Exception as e:
        log.exception("%s/%s: decoding failed", manifest.system, manifest.entity)
        return Decoded(tables={}, faults=[Reason(fault="decode_failed", detail=type(e).__name__)])


def is_confirmed(settings: Settings, manifest: Manifest) -> bool:
    """Whether a person has confirmed that records went away this night."""
    feed = settings.feeds.get(f"{manifest.system}.{manifest.entity}")
    return feed is not None and manifest.night in feed.confirmed_drops


def certify_and_write(store: Store, read: Read, manifest: Manifest, decoded: Decoded, *, confirmed: bool) -> Certified:
    """Certificate and Parquet of an attempt, replacing those of the night. The certificate is written last."""
    day = date.fromisoformat(manifest.night)
    # A delta holds no keys but those that changed: that others stand no more, it cannot show.
    earlier = None if manifest.since else earlier_file(store, manifest.system, read, day)
    certified = certify(read, manifest, decoded, earlier, confirmed=confirmed)
    folder = store.snapshot(manifest.system, read.entity, day)
    write_tables(folder, certified.tables, certified.quarantined)
    write_certificate(folder, certified.certificate)
    return certified
