"""The halt switch: a file that is looked for before every single request. While it stands, nothing is sent.

It stops everything that writes corrections from this data folder, and reading back too: whoever sees it may be sure
that the product leaves the systems alone. Not here: what was under way (it is resumed from the journal).
"""

from __future__ import annotations

import json
from datetime import datetime

import msgspec

from khaos_assets.cases.events import Happening, Kind
from khaos_assets.cases.ledger import Ledger, recorded
from khaos_assets.config import Store
from khaos_assets.config.store import write_bytes
from khaos_assets.systems.transport import Halted


def halt(ledger: Ledger, store: Store, *, by: str, why: str, at: datetime) -> None:
    """Stop all corrections, now. The switch is thrown before the ledger is told, which may have to wait."""
    said = {"by": by, "why": why, "at": at.isoformat()}
    write_bytes(store.halt_switch, json.dumps(said, ensure_ascii=False).encode())
    _tell(ledger, Kind.HALTED, by, why, at)


def resume(ledger: Ledger, store: Store, *, by: str, why: str, at: datetime) -> None:
    """Let corrections go again; what was stopped is begun again by `apply`."""
    _tell(ledger, Kind.RESUMED, by, why, at)
    store.halt_switch.unlink(missing_ok=True)


def refuse_halted(store: Store) -> None:
    """Raises Halted while the switch stands."""
    if store.halt_switch.exists():
        raise Halted(
            "corrections", "apply", f"{halted_by(store)}; `khaos-assets corrections resume` lets them go again"
        )


class Stop(msgspec.Struct, frozen=True):
    """The switch as it was thrown. `at` aware."""

    by: str
    at: datetime
    why: str


def stop_in_force(store: Store) -> Stop | None:
    """Who stopped corrections, when and why; None where nobody did. Raises ValueError where the switch says nothing."""
    try:
        said = store.halt_switch.read_bytes()
    except FileNotFoundError:
        return None
    return msgspec.json.decode(said, type=Stop)


def halted_by(store: Store) -> str | None:
    """The same in words, whatever the switch says."""
    try:
        stop = stop_in_force(store)
        return stop and f"halted by {stop.by} at {stop.at.isoformat()}: {stop.why}"
    except (OSError, ValueError):
        return f"halted: {store.halt_switch} is there"


def _tell(ledger: Ledger, kind: Kind, by: str, why: str, at: datetime) -> None:
    with ledger.deed(at) as deed:
        nights = recorded(deed.connection)
        deed.append([Happening(kind, actor=by, body={"why": why})], nights[-1].night if nights else None)
