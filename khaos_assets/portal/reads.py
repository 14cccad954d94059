"""What the store keeps of a night's reads: certificates, what was set aside, what was asked by name.

Read from the snapshots' folder; a system, an entity or a night that it does not list is none. Never a raw body.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

import msgspec
import pyarrow.parquet as pq

from khaos_assets.config import Store
from khaos_assets.portal.published import NothingPublished, Published, Row
from khaos_assets.rules.catalogue import load_catalogue
from khaos_assets.snapshots.certificate import Certificate, Verdict
from khaos_assets.snapshots.parquet import QUARANTINE, table_file
from khaos_assets.snapshots.stored import CERTIFICATE, read_certificate
from khaos_assets.systems.read import Proof, Reason

ASKED = "_asked"
"""How the table of a read is called that holds what was asked by name."""
VERDICTS = {
    Verdict.COMPLETE: "Complete",
    Verdict.COMPLETE_WITH_QUARANTINE: "Complete, some set aside",
    Verdict.INCOMPLETE: "Not complete",
}
WHOLE = "Every record of the system is in this snapshot."
LISTED = "All that the system listed is in this snapshot. It has no way to prove that it listed everything."
SET_ASIDE = "Some could not be read and are set aside: no rule looks at them, and none of them is taken for missing."
NOT_WHOLE = (
    "It is not proven that every record of the system is here. Nothing is concluded from what may be missing, and no "
    "case is closed by it."
)
PROOFS = {
    Proof.KEYSET: ("Key set", "every key of a complete list of keys was read"),
    Proof.COUNTED: ("Counted", "as many records came as the system had named"),
    Proof.TWO_PASS: ("Two passes", "the list was read twice and was the same"),
    Proof.OVERLAP_ONLY: ("Overlap only", "the weakest: what is not here is not proven absent"),
}


class ReadOf(msgspec.Struct, frozen=True):
    """One read of one night, as its certificate concludes: without its pages."""

    system: str
    entity: str
    verdict: Verdict
    proof: Proof
    reasons: tuple[Reason, ...]
    rows: int
    quarantined: int

    @property
    def extracted(self) -> int:
        """Records that came, those set aside among them."""
        return self.rows + self.quarantined


@dataclass(frozen=True)
class Health:
    """The reads of one system."""

    system: str
    reads: tuple[ReadOf, ...]

    @property
    def broken(self) -> tuple[ReadOf, ...]:
        return tuple(r for r in self.reads if r.verdict is Verdict.INCOMPLETE)

    @property
    def quarantined(self) -> int:
        return sum(r.quarantined for r in self.reads)

    @property
    def verdict(self) -> Verdict:
        """The worst of its reads."""
        return max((r.verdict for r in self.reads), key=list(Verdict).index)


def reads_of(store: Store, night: date) -> list[ReadOf]:
    """The reads of a night by name; empty where it has none."""
    found = sorted((store.root / "snapshots").glob(f"*/*/date={night.isoformat()}/{CERTIFICATE}"))
    return [msgspec.json.decode(path.read_bytes(), type=ReadOf) for path in found]


def health(store: Store, night: date) -> list[Health]:
    """Each system's reads of a night."""
    return [Health(s, tuple(group)) for s, group in groupby(reads_of(store, night), key=lambda r: r.system)]


def certificate_of(store: Store, night: date, system: str, entity: str) -> Certificate | None:
    """One certificate with its pages; None where the night has no such read."""
    known = any((r.system, r.entity) == (system, entity) for r in reads_of(store, night))
    return read_certificate(store, system, entity, night) if known else None


def conclusion(certificate: Certificate) -> str:
    """What may be concluded from a snapshot, in words."""
    if not certificate.complete:
        return NOT_WHOLE
    listed = LISTED if certificate.proof is Proof.OVERLAP_ONLY else WHOLE
    return f"{listed} {SET_ASIDE}" if certificate.quarantined else listed


def set_aside(store: Store, certificate: Certificate) -> list[Row]:
    """Records that could not be read: `key` (None where that could not be read either), `page`, `row`, `field`,
    `reason`. Their bodies stay where they are."""
    path = table_file(_folder(store, certificate), QUARANTINE)
    if not certificate.quarantined or not path.exists():
        return []
    rows = pq.read_table(path, columns=["key", "key_readable", "page", "row", "field", "reason"]).to_pylist()
    return [{**row, "key": row["key"] if row["key_readable"] else None} for row in rows]


def asked_by_name(store: Store, certificate: Certificate) -> list[tuple[str, bool]]:
    """References that were asked one by one, and whether the system knew them: those it did not know first."""
    path = table_file(_folder(store, certificate), f"{certificate.entity}{ASKED}")
    if not path.exists():
        return []
    columns = pq.read_schema(path).names
    table = pq.read_table(path, columns=[columns[0], "found"])
    return sorted(zip(*table.to_pydict().values(), strict=True), key=lambda row: (row[1], row[0]))


def not_tested(published: Published, certificate: Certificate) -> list[Row] | None:
    """Rules that the night did not test because of this read: `code`, `systems`, `not_tested_reason`.

    None where the night was not run to its end: then no rule was tested.
    """
    read = f"{certificate.system}/{certificate.entity} "
    try:
        rows = published.rows(
            """
            SELECT code, systems, not_tested_reason, NOT tested AND (starts_with(not_tested_reason, $read)
                OR contains(not_tested_reason, ': ' || $read)) AS for_it
            FROM control_code WHERE night = $night ORDER BY ALL
            """,
            night=date.fromisoformat(certificate.night), read=read,
        )  # fmt: skip
    except NothingPublished:
        return None
    return [row for row in rows if row["for_it"]] if rows else None


def codes_that_need(system: str, entity: str) -> list[str]:
    """Codes that look at this read."""
    named = {f"{system}.{entity}", f"<system>.{entity}"}
    return [c.code for c in load_catalogue().values() if any(n.read in named for p in c.pairs.values() for n in p)]


def _folder(store: Store, certificate: Certificate) -> Path:
    return store.snapshot(certificate.system, certificate.entity, date.fromisoformat(certificate.night))
