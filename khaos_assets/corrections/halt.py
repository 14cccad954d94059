"""The halt switch: a file that is looked for before every single request. While it stands, nothing is sent.

It stops everything that writes corrections from this data folder, and reading back too: whoever sees it may be sure
that the product leaves the systems alone. Not here: what was under way (it is resumed from the journal).
"""

from __future__ import annotations

import json
from datetime import datetime

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


def halted_by(store: Store) -> str | None:
    """Who stopped corrections, when and why; None where nobody did."""
    try:
        said = json.loads(store.halt_switch.read_text(encoding="utf-8"))
        return f"halted by {said['by']} at {said['at']}: {said['why']}"
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError):
        return f"halted: {store.halt_switch} is there"


def _tell(ledger: Ledger, kind: Kind, by: str, why: str, at: datetime) -> None:
    with ledger.deed(at) as deed:
        nights = recorded(deed.connection)
        deed.append([Happening(kind, actor=by, body={"why": why})], nights[-1].night if nights else None)
