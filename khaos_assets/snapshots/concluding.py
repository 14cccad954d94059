"""What the pages of an attempt say, worked out in another process where there is much of it.

The interpreter of the process that asks is busy with asking; decoding and certifying took a third of its time.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from pathlib import Path

from khaos_assets.config import Settings, Store
from khaos_assets.snapshots.certificate import Certificate
from khaos_assets.snapshots.landing import Manifest, StoredPages, read_manifest
from khaos_assets.snapshots.memory import keep_freed_memory
from khaos_assets.snapshots.rebuilding import certify_and_write, decode_pages, is_confirmed
from khaos_assets.systems.read import Decoded, installed_systems

LARGE = 1_000_000
"""Bytes as received. Of less, handing over costs more than it saves, and others of the system may be waiting for it."""


def is_large(manifest: Manifest) -> bool:
    return sum(page.bytes_received for page in manifest.pages) >= LARGE


async def concluded_in(
    beside: Executor, settings: Settings, store: Store, manifest: Manifest, folder: Path
) -> tuple[Decoded, Certificate]:
    """The records of a finished attempt and its certificate; both, and its tables, are written by then."""
    confirmed = is_confirmed(settings, manifest)
    return await asyncio.get_running_loop().run_in_executor(beside, conclude, store, folder, confirmed)


def conclude(store: Store, folder: Path, confirmed: bool) -> tuple[Decoded, Certificate]:
    """As it is done where it is little, in a process that knows of the attempt what stands on the disk."""
    keep_freed_memory()
    manifest = read_manifest(folder)
    read = installed_systems()[manifest.system].read(manifest.entity)
    decoded = decode_pages(read, manifest, StoredPages(folder, manifest.pages))
    return decoded, certify_and_write(store, read, manifest, decoded, confirmed=confirmed).certificate
