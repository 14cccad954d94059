"""What a moment of the day begins from: the snapshots and results of the last night, copied, never written to."""

from __future__ import annotations

import shutil
from pathlib import Path

from khaos_assets.config import Settings
from khaos_assets.config.store import DayStore, replacing
from khaos_assets.snapshots.stored import CERTIFICATE, last_complete
from khaos_assets.systems.read import installed_systems
from khaos_assets.warehouse.publishing import published_copy


def lay(settings: Settings, day: DayStore) -> None:
    """Reads that are not made in the day stand as in the last complete snapshot; the warehouse as published."""
    installed = installed_systems()
    for name in settings.enabled_systems():
        for read in installed[name].reads if name in installed else ():
            before = last_complete(day, name, read.entity, day.today)
            if read.delta is None and before is not None:
                _copy(day.snapshot(name, read.entity, before), day.snapshot(name, read.entity, day.today))
    copy = published_copy(day.nightly)
    if copy is not None:
        with replacing(day.warehouse) as temporary:
            shutil.copyfile(copy, temporary)


def _copy(source: Path, target: Path) -> None:
    """A snapshot's files, the certificate last; nothing where they stand already."""
    certificate = target / CERTIFICATE
    if certificate.exists() and certificate.read_bytes() == (source / CERTIFICATE).read_bytes():
        return
    certificate.unlink(missing_ok=True)
    for file in sorted(source.iterdir(), key=lambda p: p.name == CERTIFICATE):
        with replacing(target / file.name) as temporary:
            shutil.copyfile(file, temporary)
