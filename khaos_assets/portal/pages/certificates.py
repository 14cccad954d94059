"""Certificates: why each snapshot of a night is, or is not, complete; page by page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from fastapi import APIRouter

from khaos_assets.portal.site import Site

router = APIRouter()


@dataclass(frozen=True)
class ReadOf:
    """One read of one night, as its certificate concludes."""

    system: str
    entity: str
    extracted: int
    loaded: int
    quarantined: int
    verdict: str
    proof: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Health:
    """The reads of one system."""

    system: str
    reads: tuple[ReadOf, ...]

    @property
    def broken(self) -> tuple[ReadOf, ...]:
        return tuple(r for r in self.reads if r.verdict == "INCOMPLETE")

    @property
    def quarantined(self) -> int:
        return sum(r.quarantined for r in self.reads)

    @property
    def verdict(self) -> str:
        """The worst of its reads."""
        verdicts = {r.verdict for r in self.reads}
        return next(v for v in ("INCOMPLETE", "COMPLETE_WITH_QUARANTINE", "COMPLETE") if v in verdicts)


def health(here: Site, night: date) -> list[Health]:
    """Each system's reads of a night, by name."""
    rows = here.published.rows(
        """
        SELECT system, entity, extracted, loaded, quarantined, verdict, proof, reasons
        FROM control_read WHERE night = $night ORDER BY system, entity
        """,
        night=night,
    )
    reads = [ReadOf(**{**row, "reasons": tuple(map(str, json.loads(row["reasons"] or "[]")))}) for row in rows]
    return [Health(system, tuple(group)) for system, group in groupby(reads, key=lambda r: r.system)]
