"""The certificate of one snapshot: its proof, its figures and its verdict. Without one, nothing is concluded.

A certificate is a pure function of what was landed (pages and walk notes), so a rebuild gives the same one.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from khaos_assets.systems.read import LandedPage, Proof, Reason


class Verdict(StrEnum):
    COMPLETE = "COMPLETE"
    COMPLETE_WITH_QUARANTINE = "COMPLETE_WITH_QUARANTINE"
    INCOMPLETE = "INCOMPLETE"


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """See docs/architecture.md. Instants ISO 8601 UTC; units and value as decimal text, None where there are none."""

    system: str
    entity: str
    night: str
    attempt: int
    verdict: Verdict
    proof: Proof
    reasons: list[Reason]
    remarks: list[Reason]
    """Worth knowing, but no reason to call the read incomplete."""
    snapshot: str
    """Content hash over system, entity and the set of records: independent of page and row order."""
    started_at: str
    finished_at: str
    requests: int
    pages: list[LandedPage]
    rows: int
    """Records loaded, quarantined ones not included."""
    distinct_keys: int
    quarantined: int
    quarantined_keys: list[str]
    key_set_hash: str
    """Sum mod 2**128 of a 128-bit hash of each key, as 32 hex digits, a colon and the count."""
    control_units: str | None
    control_value: str | None
    newest_change: str | None
    """Newest change time in the records (ISO 8601 UTC), None where the wire has none."""
    clock_offset_ms: int | None
    end_recognised_by: str
    rereads: int
    account_start: str | None
    account_end: str | None

    @property
    def complete(self) -> bool:
        return self.verdict is not Verdict.INCOMPLETE
