"""Certificates as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from khaos_assets.cli.tables import print_table

if TYPE_CHECKING:
    from khaos_assets.snapshots import Certificate

COLOURS = {"COMPLETE": "green", "COMPLETE_WITH_QUARANTINE": "yellow", "INCOMPLETE": "red"}


def document(certificate: Certificate) -> dict[str, Any]:
    """A certificate as it is stored."""
    return msgspec.to_builtins(certificate)


def show(certificates: Iterable[Certificate]) -> None:
    """A table of certificates, and under it why some are not complete."""
    certificates = list(certificates)
    print_table(
        ("Snapshot", "Verdict", "Proof", ">Rows", ">Quarantined", ">Pages", ">Requests", "Hash"),
        [
            (
                f"{c.system}/{c.entity}",
                c.verdict.value,
                c.proof.value,
                f"{c.rows:,}",
                f"{c.quarantined:,}",
                f"{len(c.pages):,}",
                f"{c.requests:,}",
                c.snapshot[:12],
            )
            for c in certificates
        ],
        styles=[COLOURS[c.verdict.value] for c in certificates],
    )
    for c in certificates:
        for reason in c.reasons:
            print(f"{c.system}/{c.entity}: {reason.fault}: {reason.detail}")
