"""Preparing a period: its pack is made, compared with the version before, and kept as a new one where a figure moved.

A version's folder is `reports/month-end/<period>/v<N>/`: the workbook, every sheet as Parquet, `manifest.json`. The
same figures again are no new version; files that were lost are put back. A preview stands in `preview/`, in no ledger.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from khaos_assets.cases.events import Happening, Kind
from khaos_assets.cases.ledger import open_ledger
from khaos_assets.close import manifest as manifests
from khaos_assets.close import pack as packs
from khaos_assets.close.changes import Changes, compare
from khaos_assets.close.ground import CloseError, Opening
from khaos_assets.close.manifest import Manifest
from khaos_assets.close.pack import Pack
from khaos_assets.close.periods import Period, before
from khaos_assets.close.states import Close, closes_in
from khaos_assets.close.workbook import write_pack
from khaos_assets.config import Settings, Store
from khaos_assets.config.filed import FILE, file_all, withdraw
from khaos_assets.config.store import write_bytes


@dataclass(frozen=True)
class Prepared:
    """What came of it."""

    pack: Pack
    folder: Path
    version: int | None
    """None: a preview."""
    new: bool
    changes: Changes | None
    """Since the version before; None where there is none."""

    @property
    def workbook(self) -> Path:
        return self.folder / f"month-end-{self.pack.period}.xlsx"


def folder_of(store: Store, period: str, version: int) -> Path:
    """Where the files of a version stand."""
    return store.packs(period) / f"v{version}"


def known_closes(store: Store) -> dict[str, Close]:
    """Every period that the ledger knows. Raises LedgerError."""
    with open_ledger(store) as ledger:
        return closes_in(ledger)


def prepare(settings: Settings, store: Store, period: Period, *, by: str, at: datetime) -> Prepared:
    """Make the pack of a period. Raises CloseError, SheetError, LedgerError, WorkbookError."""
    known = known_closes(store)
    made = packs.make(settings, store, period, opening_of(settings, store, period, known))
    if made.preview:
        folder = store.packs(period.key) / "preview"
        manifests.write_sheets(made, folder)
        _write(made, manifests.describe(settings, store, made, folder), folder, None, None)
        return Prepared(made, folder, None, new=False, changes=None)
    close = known.get(period.key, Close(period.key))
    newest = close.newest
    number = newest.number if newest else 1
    draft = store.packs(period.key) / ".draft"
    shutil.rmtree(draft, ignore_errors=True)
    manifests.write_sheets(made, draft)
    manifest = manifests.describe(settings, store, made, draft)
    figures = manifests.figures_hash(manifest)
    new = newest is None or newest.figures != figures
    number = number + 1 if new and newest else number
    earlier = _earlier(store, close, number)
    changes = compare(earlier, manifest, draft) if earlier is not None else None
    folder = folder_of(store, period.key, number)
    _write(made, manifest, draft, changes, None if new else close)
    if new:
        with open_ledger(store) as ledger, ledger.deed(at) as deed:
            body = {"period": period.key, "version": number, "figures": figures}
            deed.append([Happening(Kind.PERIOD_PREPARED, None, by, body)], made.night.date)
    _replace(draft, folder)
    return Prepared(made, folder, number, new, changes)


def opening_of(settings: Settings, store: Store, period: Period, known: dict[str, Close]) -> Opening | None:
    """The stock of the pack before: of its sealed version, else of its newest. None for the first period."""
    earlier = known.get(before(settings.close.calendar, period).key)
    if earlier is None or earlier.newest is None:
        return None
    number = earlier.sealed.version if earlier.sealed else earlier.newest.number
    folder = folder_of(store, earlier.key, number)
    if not (folder / manifests.FILE).exists():
        raise CloseError(
            f"{folder}: the pack of {earlier.key} is not there any more: `khaos-assets run month-end --month "
            f"{earlier.key}` makes it again"
        )
    counted_at = datetime.fromisoformat(manifests.read(folder)["night"]["stock_as_of"])
    return Opening(folder / "roll_forward.parquet", counted_at)


def _earlier(store: Store, close: Close, number: int) -> Path | None:
    """The version that changes are told against: what was signed or sealed last, else the one before."""
    settled = close.sealed or close.signed
    candidates = [settled.version] if settled and settled.version < number else []
    candidates += [v.number for v in reversed(close.versions) if v.number < number]
    folders = (folder_of(store, close.key, n) for n in candidates)
    return next((f for f in folders if (f / manifests.FILE).exists()), None)


def _write(made: Pack, manifest: Manifest, folder: Path, changes: Changes | None, close: Close | None) -> None:
    """The workbook and the manifest, beside the sheets."""
    withdraw(folder)
    write_pack(made, folder / f"month-end-{made.period}.xlsx", changes, close)
    write_bytes(folder / manifests.FILE, manifests.text(manifest))
    file_pack(folder)


def file_pack(folder: Path) -> None:
    """Write down every file of a version, so that it can be proven whole when somebody takes it."""
    file_all(
        folder, (p.name for p in folder.iterdir() if p.is_file() and not p.name.startswith(".") and p.name != FILE)
    )


def _replace(draft: Path, folder: Path) -> None:
    """The draft takes the folder's place; a seal that stands there goes over."""
    seal = folder / "seal.json"
    if seal.exists():
        shutil.copy2(seal, draft / seal.name)
        file_pack(draft)
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft.rename(folder)
