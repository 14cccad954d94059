"""Landing raw pages, certificates, quarantine, Parquet.

Here: what happens to any system's answers between the socket and the warehouse, and the proof that they are complete.
Not here: how a system is asked or what its records mean (`systems/`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from khaos_assets.snapshots.certificate import Certificate, Verdict
    from khaos_assets.snapshots.rebuilding import landed_nights, rebuild
    from khaos_assets.snapshots.stored import read_certificate, read_certificates
    from khaos_assets.snapshots.taking import take

# Loaded when first used: a command that only prints help shall not pay for Arrow and DuckDB.
_HOMES = {
    "Certificate": "certificate",
    "Verdict": "certificate",
    "landed_nights": "rebuilding",
    "read_certificate": "stored",
    "read_certificates": "stored",
    "rebuild": "rebuilding",
    "take": "taking",
}

__all__ = ["Certificate", "Verdict", "landed_nights", "read_certificate", "read_certificates", "rebuild", "take"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
