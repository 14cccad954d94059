"""What a pack rests on and consists of, as hashes: snapshots, rules, configuration, ledger, sheets, files.

Two folders hold the same month where their manifests are equal; where they are not, `differences` names what changed.
Nothing in it depends on the clock, the machine or the folder.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

import khaos_assets
from khaos_assets.close.pack import Pack
from khaos_assets.config import Settings, Store
from khaos_assets.config.store import write_bytes
from khaos_assets.config.version import product_version
from khaos_assets.systems.read import installed_systems

FILE = "manifest.json"
CONTROL = "control.json"
"""Every control total: two figures, and whether they agree."""
KEY = "KHAOS_SEAL_KEY"
"""Where set, seals are signed with it (HMAC-SHA-256)."""
SOURCES = ("rules", "warehouse", "close", "systems/*/conform")
"""Folders whose SQL decides what the figures are."""
APART = {"data_dir", "alerts", "retention", "reports"}
"""Settings that no figure depends on."""

Manifest = dict[str, Any]


def describe(settings: Settings, store: Store, pack: Pack, folder: Path) -> Manifest:
    """The manifest of a pack whose sheets stand in `folder` as Parquet."""
    return {
        "product": product_version(),
        "merchant": pack.merchant,
        "period": {
            "key": pack.period.key, "first": str(pack.period.first), "last": str(pack.period.last),
            "cut_off": pack.period.cut_off.isoformat(),
        },
        "night": {
            "date": str(pack.night), "as_of": pack.night.as_of.isoformat(), "stock_as_of": pack.stock_as_of.isoformat()
        },
        "snapshots": snapshots(store, pack.period.key, pack.night.date, _counted(pack)),
        "rules": rules(),
        "configuration": configuration(settings),
        "ledger": {"events": pack.ledger_events, "hash": pack.ledger_hash},
        "sheets": {
            name: {
                "rows": sheet.table.num_rows, "sha256": hash_of(folder / f"{name}.parquet"),
                "totals": {column: str(sheet.sum(column)) for column in sheet.summed},
            }
            for name, sheet in pack.sheets.items()
        },
        "unresolved": {
            f"{a.question.sheet}.{a.question.column}": {
                "rows": a.over.rows + a.under.rows, "over_gbp": str(a.over.gbp), "under_gbp": str(a.under.gbp)
            }
            for a in pack.answers
        },
        "control": {"lines": len(pack.control), "checks": [line.what for line in pack.checks]},
        "files": {CONTROL: hash_of(folder / CONTROL)},
    }  # fmt: skip


def snapshots(store: Store, period: str, night: date, counted: Mapping[str, bool]) -> Manifest:
    """Hashes of every file of every snapshot that a pack was made from. `counted`: reads, and whether of the count."""
    month, found = store.month(period), Manifest()
    for name, of_count in sorted(counted.items()):
        system, entity = name.split("/")
        folder = month.counted(system, entity) if of_count else store.snapshot(system, entity, night)
        files = sorted(p for p in folder.iterdir() if p.is_file()) if folder and folder.exists() else []
        found[name] = {"count": of_count, "files": {p.name: hash_of(p) for p in files}}
    return found


def _counted(pack: Pack) -> dict[str, bool]:
    names = (f"{r.system}/{r.entity}" for r in pack.figures.reads)
    return {name: name in pack.counted for name in names}


def basis(settings: Settings, store: Store, manifest: Manifest) -> Manifest:
    """What a kept manifest rests on, as it is today: snapshots, rules, configuration."""
    night = date.fromisoformat(manifest["night"]["date"])
    counted = {name: s["count"] for name, s in manifest["snapshots"].items()}
    return {
        "snapshots": snapshots(store, manifest["period"]["key"], night, counted),
        "rules": rules(),
        "configuration": configuration(settings),
    }


def rules() -> dict[str, str]:
    """Hashes of every SQL file and catalogue entry, by their place in the package."""
    root = Path(khaos_assets.__file__).parent
    files = sorted(p for source in SOURCES for p in root.glob(f"{source}/**/*") if p.suffix in (".sql", ".toml"))
    own = [p for p in files if p.relative_to(root).parts[0] != "systems" or p.parts[-3] in installed_systems()]
    return {str(p.relative_to(root)): hash_of(p) for p in own}


def configuration(settings: Settings) -> dict[str, str]:
    """A hash per section of merchant.toml, as it is understood; addresses of systems aside."""
    found: dict[str, str] = {}
    for name, value in settings.model_dump(mode="json").items():
        if name not in APART:
            kept = {k: v for k, v in value.items() if not k.endswith("_url")} if isinstance(value, dict) else value
            found[name] = hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()
    return found


def figures_hash(manifest: Manifest) -> str:
    """The hash of what the pack says: its sheets and control totals, whatever they were made from."""
    return _hash({name: manifest[name] for name in ("period", "night", "sheets", "control")})


def text(manifest: Manifest) -> bytes:
    """The manifest as it is kept: sorted, so that equal ones are equal bytes."""
    return json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def manifest_hash(manifest: Manifest) -> str:
    """The hash that a seal holds."""
    return hashlib.sha256(text(manifest)).hexdigest()


def read(folder: Path) -> Manifest:
    """The manifest of a version's folder."""
    return json.loads((folder / FILE).read_bytes())


def sign(digest: str, key: str | None) -> str:
    """HMAC-SHA-256 of a manifest's hash; empty without a key."""
    return hmac.new(key.encode(), digest.encode(), hashlib.sha256).hexdigest() if key else ""


def hash_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def differences(was: Manifest, now: Manifest) -> list[str]:
    """What differs between two manifests, in words a person can act on; empty where they are equal."""
    return sorted(_differences(was, now, ""))


def _differences(was: Any, now: Any, path: str) -> Iterator[str]:
    if isinstance(was, dict) and isinstance(now, dict):
        for name in sorted({*was, *now}):
            yield from _differences(was.get(name), now.get(name), f"{path}/{name}" if path else str(name))
    elif was != now:
        yield f"{path}: " + ("is new" if was is None else "is gone" if now is None else f"was {was}, is {now}")


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def write_sheets(pack: Pack, folder: Path) -> None:
    """Every sheet as Parquet, decimals as decimals, and the control totals: the same pack, the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, sheet in pack.sheets.items():
        pq.write_table(sheet.table, folder / f"{name}.parquet", compression="zstd")
    lines = [
        {"part": c.part, "what": c.what, "left": _figure(c.left), "right": _figure(c.right), "ok": c.ok, "why": c.why}
        for c in pack.control
    ]
    write_bytes(folder / CONTROL, json.dumps(lines, indent=1, ensure_ascii=False).encode() + b"\n")


def _figure(value: Decimal | int | None) -> str | None:
    return None if value is None else str(value)
