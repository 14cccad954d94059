"""What is known of a month's close: how far it has come, what each version of its pack says, what is still wanting.

Read from the ledger and from the files of the packs; nothing is worked out anew. Not here: taking a step
(`khaos_assets.close.steps`), nor what takes long (`closing.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from khaos_assets.close import manifest as manifests
from khaos_assets.close.changes import Changes, compare
from khaos_assets.close.ground import COUNTED
from khaos_assets.close.manifest import Manifest
from khaos_assets.close.periods import Period, before, holding, named
from khaos_assets.close.preparing import folder_of
from khaos_assets.close.states import Close, Deed, Version
from khaos_assets.close.summary import QUESTIONS
from khaos_assets.close.trial_balance import TrialBalanceError, kept
from khaos_assets.config import Settings, Store
from khaos_assets.snapshots.stored import read_certificate

WIDTH = 100
"""Of one side of the picture of what is owed an explanation."""


@dataclass(frozen=True)
class Step:
    """One line of the checklist. `state`: done, wanted (it is next), waits (others come first), left out (may be)."""

    name: str
    state: str
    by: str = ""
    at: datetime | None = None
    says: str = ""


@dataclass(frozen=True)
class Owed:
    """One line of what is owed an explanation; GBP without sign, and the widths of its two bars."""

    asks: str
    basis: str
    sheet: str
    rows: int
    over: Decimal
    under: Decimal
    over_width: float
    under_width: float


@dataclass(frozen=True)
class ControlLine:
    """Two figures that have to be equal, as the pack compared them."""

    part: str
    what: str
    left: str | None
    right: str | None
    ok: bool
    why: str


@dataclass(frozen=True)
class VersionMade:
    """One version of the pack, and what moved since the one before; None where that cannot be told, or is the first."""

    version: Version
    changes: Changes | None


def pack_of(store: Store, period: str, version: int) -> Manifest | None:
    """What a version of a pack says it is; None where its files are gone."""
    folder = folder_of(store, period, version)
    return manifests.read(folder) if (folder / manifests.FILE).exists() else None


def preview_of(store: Store, period: str) -> Manifest | None:
    """The preview of a period that has not ended; None where none was made."""
    folder = store.packs(period) / "preview"
    return manifests.read(folder) if (folder / manifests.FILE).exists() else None


def known_periods(settings: Settings, store: Store, closes: Iterable[str], newest: datetime | None) -> list[Period]:
    """Periods that have a pack or could have one, the newest first: those known, the one that holds the newest night
    and the one before it."""
    calendar = settings.close.calendar
    found = {named(calendar, key) for key in {*closes, *store.packed_periods()}}
    if newest is not None:
        current = holding(calendar, newest.date())
        found |= {current, before(calendar, current)}
    return sorted(found, reverse=True)


def checklist(settings: Settings, store: Store, period: Period, close: Close, pack: Manifest | None) -> list[Step]:
    """Every step of a close, with who took it and when, or what is wanting."""
    newest, checks = close.newest, len(pack["control"]["checks"]) if pack else 0
    signing = f"{checks} control total{'s' if checks != 1 else ''} to be explained in its note" if checks else ""
    sealing = "The figures are made once more; one that has moved is told"
    prepared = Step("Pack prepared", "wanted", says="Made at 04:00 on the first day after the month, or by the button")
    if newest is not None:
        prepared = Step(prepared.name, "done", newest.by, newest.at, f"version {newest.number}")
    return [
        _count(store, period, pack),
        _trial_balance(settings, store, period, newest.at if newest else None),
        prepared,
        _deed("Signed by its preparer", close.signed, ready=newest is not None, says=signing),
        _deed("Reviewed by another person", close.reviewed, ready=close.signed is not None),
        _deed("Sealed", close.sealed, ready=close.reviewed is not None, says=sealing),
    ]


def _deed(name: str, deed: Deed | None, *, ready: bool, says: str = "") -> Step:
    if deed is not None:
        return Step(name, "done", deed.by, deed.at, deed.note)
    return Step(name, "wanted" if ready else "waits", says=says if ready else "")


def _count(store: Store, period: Period, pack: Manifest | None) -> Step:
    name, month = "Stock counted at the month's end", store.month(period.key)
    if any(month.counted(system, entity) for system, entities in COUNTED.items() for entity in entities):
        certificate = read_certificate(month.count, "wair", "stock", period.last + timedelta(days=1))
        at = datetime.fromisoformat(certificate.finished_at) if certificate and certificate.finished_at else None
        return Step(name, "done", at=at, says="just after midnight, both sides")
    if pack is not None and pack["night"]["stock_as_of"]:
        return Step(name, "left out", says="Stock is that of the night. A count is only possible just after midnight")
    return Step(name, "wanted", says="The job count_stock reads it at 00:05 on the first day after the month")


def _trial_balance(settings: Settings, store: Store, period: Period, packed_at: datetime | None) -> Step:
    name, month = "Trial balance brought", store.month(period.key)
    if not month.trial_balance.exists():
        return Step(name, "left out", says="Without it the pack is not compared with the accounts. Bring it below")
    at = datetime.fromtimestamp(month.trial_balance.stat().st_mtime, UTC)
    try:
        known = {a.code for a in kept(month)}
    except TrialBalanceError as e:
        return Step(name, "wanted", at=at, says=f"It cannot be read any more: {e}")
    missing = [code for codes in settings.close.control_accounts.values() for code in codes if code not in known]
    says = [f"{len(known)} accounts"]
    says += [f"control accounts that are not in it: {', '.join(missing)}"] if missing else []
    says += ["it came after the pack: prepare again"] if packed_at is not None and at > packed_at else []
    return Step(name, "done", at=at, says="; ".join(says))


def owed(pack: Manifest) -> list[Owed]:
    """What is owed an explanation, in the order of the pack's first sheet; what is quiet is left out."""
    said = pack["unresolved"]
    lines = [(q, said[f"{q.sheet}.{q.column}"]) for q in QUESTIONS if f"{q.sheet}.{q.column}" in said]
    sides = [(Decimal(x["over_gbp"]), Decimal(x["under_gbp"])) for _, x in lines]
    top = max((amount for pair in sides for amount in pair), default=Decimal(0)) or Decimal(1)
    return [
        Owed(q.asks, q.basis, q.sheet, x["rows"], over, under, _width(over, top), _width(under, top))
        for (q, x), (over, under) in zip(lines, sides, strict=True)
        if x["rows"]
    ]


def _width(amount: Decimal, top: Decimal) -> float:
    """A bar that is seen however small the amount is."""
    return max(round(float(WIDTH * amount / top), 1), 0.8) if amount else 0.0


def control(folder: Path) -> list[ControlLine]:
    """Every control total of a version, those that say CHECK first; empty where its file is gone."""
    try:
        lines = json.loads((folder / manifests.CONTROL).read_bytes())
    except FileNotFoundError:
        return []
    return sorted((ControlLine(**line) for line in lines), key=lambda line: line.ok)


def versions(store: Store, close: Close) -> list[VersionMade]:
    """Every version, the newest first, each with what moved since the one before."""
    found: list[VersionMade] = []
    for earlier, version in zip([None, *close.versions], close.versions, strict=False):
        changes, manifest = None, pack_of(store, close.key, version.number)
        if earlier is not None and manifest is not None and pack_of(store, close.key, earlier.number) is not None:
            was = folder_of(store, close.key, earlier.number)
            changes = compare(was, manifest, folder_of(store, close.key, version.number))
        found.append(VersionMade(version, changes))
    return found[::-1]
