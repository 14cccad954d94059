"""From prepared to sealed: sign, review by another person, seal; verify a seal; reopen with a reason.

Each step is an event of the ledger that names the version and the figures it speaks of. What the close's state does not
allow raises RefusedStep and says what is missing.
"""

from __future__ import annotations

import json
import os
from datetime import date, datetime
from pathlib import Path

from khaos_assets.cases.database import PATIENCE
from khaos_assets.cases.events import Happening, Kind, same_person
from khaos_assets.cases.ledger import Ledger, open_ledger
from khaos_assets.close import manifest as manifests
from khaos_assets.close import trial_balance
from khaos_assets.close.ground import CloseError
from khaos_assets.close.periods import Period, before
from khaos_assets.close.preparing import file_pack, folder_of, prepare
from khaos_assets.close.states import Close, closes_in
from khaos_assets.close.trial_balance import Account
from khaos_assets.close.workbook import write_pack
from khaos_assets.config import Settings, Store
from khaos_assets.config.filed import withdraw
from khaos_assets.config.store import write_bytes
from khaos_assets.snapshots.stored import read_certificate

SEAL = "seal.json"


class RefusedStep(CloseError):
    """The close is not where this step begins, or this person may not take it; the text says what is missing."""


def sign(store: Store, period: Period, *, by: str, note: str, at: datetime, patience: float = PATIENCE) -> Close:
    """The preparer stands for the newest version. CHECK lines want a note that says why they may stand."""
    with open_ledger(store, patience=patience) as ledger:
        close = _known(ledger, period)
        _open(close)
        _unchanged(store, close)
        checks = _manifest(store, close)["control"]["checks"]
        if checks and not note.strip():
            shown = "; ".join(checks[:3]) + (f" and {len(checks) - 3} more" if len(checks) > 3 else "")
            raise RefusedStep(
                f"{period}: {len(checks)} control lines say CHECK ({shown}): --note says why they may stand"
            )
        _append(ledger, Kind.PERIOD_SIGNED, close, by, at, note=note)
        return _known(ledger, period)


def review(store: Store, period: Period, *, by: str, note: str, at: datetime, patience: float = PATIENCE) -> Close:
    """Another person agrees with what was signed."""
    with open_ledger(store, patience=patience) as ledger:
        close = _known(ledger, period)
        _open(close)
        if close.signed is None:
            raise RefusedStep(f"{period}: version {_number(close)} is not signed: the preparer signs before the review")
        if same_person(close.signed.by, by):
            raise RefusedStep(f"{period}: {close.signed.by} signed it: another person reviews")
        _unchanged(store, close)
        _append(ledger, Kind.PERIOD_REVIEWED, close, by, at, note=note)
        return _known(ledger, period)


def seal(settings: Settings, store: Store, period: Period, *, by: str, at: datetime) -> Close:
    """Close the period: its manifest's hash goes into the ledger, its workbook names who signed and reviewed.

    The pack is made once more first: where a figure has moved since the review, that is a new version, and unsigned.
    """
    with open_ledger(store) as ledger:
        close = _known(ledger, period)
        _open(close)
        if close.reviewed is None:
            raise RefusedStep(
                f"{period}: version {_number(close)} is not reviewed: another person reviews before the seal"
            )
        _in_order(settings, ledger, period)
    prepared = prepare(settings, store, period, by=by, at=at)
    if prepared.new:
        raise RefusedStep(
            f"{period}: figures have moved since the review; version {prepared.version} shows how, and is to be signed"
        )
    with open_ledger(store) as ledger:
        manifest = manifests.describe(settings, store, prepared.pack, prepared.folder)
        digest = manifests.manifest_hash(manifest)
        signature = manifests.sign(digest, os.environ.get(manifests.KEY))
        write_bytes(prepared.folder / manifests.FILE, manifests.text(manifest))
        told = {"manifest": digest, "signature": signature, "first": str(period.first), "last": str(period.last)}
        _append(ledger, Kind.PERIOD_SEALED, close, by, at, **told)
        close = _known(ledger, period)
    withdraw(prepared.folder)
    write_pack(prepared.pack, prepared.workbook, prepared.changes, close)
    _write_seal(close, prepared.folder)
    file_pack(prepared.folder)
    return close


def reopen(store: Store, period: Period, *, by: str, reason: str, at: datetime, patience: float = PATIENCE) -> Close:
    """Open a sealed period again. The sealed periods after it are marked: they rest on it."""
    if not reason.strip():
        raise RefusedStep("--reason says why a sealed month is opened again")
    with open_ledger(store, patience=patience) as ledger:
        close = _known(ledger, period)
        if close.sealed is None:
            raise RefusedStep(f"{period}: it is not sealed, but {close.status}: there is nothing to open")
        _append(ledger, Kind.PERIOD_REOPENED, close, by, at, note=reason)
        return _known(ledger, period)


def bring_trial_balance(
    store: Store, period: Period, body: bytes, name: str, *, patience: float = PATIENCE
) -> list[Account]:
    """Keep a month's trial balance, in place of an earlier one; the next pack is compared with it.

    Raises RefusedStep where the month is sealed, TrialBalanceError where the file is none.
    """
    with open_ledger(store, patience=patience) as ledger:
        _open(closes_in(ledger).get(period.key, Close(period.key)))
    return trial_balance.bring(store.month(period.key), body, name)


def verify(settings: Settings, store: Store, period: Period) -> list[str]:
    """What of a sealed period is not as it was sealed: snapshots, rules, configuration, ledger, sheets, by name.

    Nothing is made anew: what rests on the same and reads the same is the same. Empty where everything is. Raises
    RefusedStep where the period is not sealed, BrokenChain where the ledger is.
    """
    with open_ledger(store) as ledger:
        ledger.verify()
        close = _known(ledger, period)
    if close.sealed is None:
        raise RefusedStep(f"{period}: it is not sealed, but {close.status}")
    folder = folder_of(store, period.key, close.sealed.version)
    if not (folder / manifests.FILE).exists():
        return [f"{folder / manifests.FILE}: is gone"]
    kept = manifests.read(folder)
    found: list[str] = []
    if manifests.manifest_hash(kept) != close.manifest:
        found.append(f"{folder / manifests.FILE}: it is not the manifest that was sealed")
    key = os.environ.get(manifests.KEY)
    if close.signature and key and manifests.sign(close.manifest, key) != close.signature:
        found.append(f"the seal's signature does not fit {manifests.KEY}")
    for name, sheet in kept["sheets"].items():
        file = folder / f"{name}.parquet"
        if not file.exists() or manifests.hash_of(file) != sheet["sha256"]:
            found.append(f"{file}: {'is not what was sealed' if file.exists() else 'is gone'}")
    with open_ledger(store) as ledger:
        if ledger.hash_at(kept["ledger"]["events"]) != kept["ledger"]["hash"]:
            found.append(f"ledger: event {kept['ledger']['events']} is not the one that was sealed")
    for name, digest in kept["files"].items():
        if not (folder / name).exists() or manifests.hash_of(folder / name) != digest:
            found.append(f"{folder / name}: {'is not what was sealed' if (folder / name).exists() else 'is gone'}")
    today = manifests.basis(settings, store, kept)
    return found + manifests.differences({part: kept[part] for part in today}, today)


def sealed_pages(store: Store) -> set[Path]:
    """Folders of the raw pages that sealed months rest on. Raises LedgerError where the ledger cannot be opened."""
    with open_ledger(store) as ledger:
        sealed = [c for c in closes_in(ledger).values() if c.sealed is not None]
    found: set[Path] = set()
    for close in sealed:
        assert close.sealed is not None
        manifest = manifests.read(folder_of(store, close.key, close.sealed.version))
        night = date.fromisoformat(manifest["night"]["date"])
        for name in manifest["snapshots"]:
            system, entity = name.split("/")
            certificate = read_certificate(store, system, entity, night)
            if certificate is not None:
                found.add(store.raw_attempt(system, entity, night, certificate.attempt))
    return found


def _known(ledger: Ledger, period: Period) -> Close:
    found = closes_in(ledger).get(period.key)
    if found is None:
        raise RefusedStep(f"{period}: no pack was made; `khaos-assets run month-end --month {period}` makes one")
    return found


def _open(close: Close) -> None:
    if close.sealed is not None and not close.marked_by:
        raise RefusedStep(f"{close.key}: it is sealed; `khaos-assets close reopen --month {close.key}` opens it again")


def _number(close: Close) -> int:
    assert close.newest is not None
    return close.newest.number


def _in_order(settings: Settings, ledger: Ledger, period: Period) -> None:
    """Months are sealed one after the other, the first one anywhere."""
    known = closes_in(ledger)
    earlier = [c for key, c in known.items() if key < period.key]
    previous = known.get(before(settings.close.calendar, period).key)
    if not earlier:
        return
    if previous is None or previous.sealed is None or previous.marked_by:
        name = before(settings.close.calendar, period).key
        status = previous.status if previous else "not prepared"
        raise RefusedStep(f"{period}: {name} comes first, and is {status}")


def _manifest(store: Store, close: Close) -> manifests.Manifest:
    folder = folder_of(store, close.key, _number(close))
    if not (folder / manifests.FILE).exists():
        raise RefusedStep(f"{folder}: is gone; `khaos-assets run month-end --month {close.key}` makes it again")
    return manifests.read(folder)


def _unchanged(store: Store, close: Close) -> None:
    """The files in hand are those of the version that the ledger knows."""
    assert close.newest is not None
    if manifests.figures_hash(_manifest(store, close)) != close.newest.figures:
        folder = folder_of(store, close.key, close.newest.number)
        raise RefusedStep(
            f"{folder}: it is not the version that was prepared; `khaos-assets run month-end --month {close.key}` "
            "makes it again"
        )


def _append(ledger: Ledger, kind: Kind, close: Close, by: str, at: datetime, **more: str) -> None:
    if not by.strip():
        raise RefusedStep("who acts? Give a name with --as, or in KHAOS_USER")
    assert close.newest is not None
    body = {"period": close.key, "version": close.newest.number, "figures": close.newest.figures, **more}
    with ledger.deed(at) as deed:
        nights = ledger.nights()
        deed.append([Happening(kind, None, by, body)], nights[-1].night if nights else None)


def _write_seal(close: Close, folder: Path) -> None:
    """`seal.json` beside the pack: for people and for who keeps copies. What counts is the ledger."""
    assert close.sealed and close.signed and close.reviewed
    told = {
        "period": close.key, "version": close.sealed.version, "manifest_sha256": close.manifest,
        "signature_hmac_sha256": close.signature, "prepared_by": close.signed.by, "reviewed_by": close.reviewed.by,
        "sealed_by": close.sealed.by, "sealed_at": close.sealed.at.isoformat(),
        "workbook_sha256": manifests.hash_of(folder / f"month-end-{close.key}.xlsx"),
    }  # fmt: skip
    write_bytes(folder / SEAL, json.dumps(told, indent=1).encode() + b"\n")
