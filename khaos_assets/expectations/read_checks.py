"""One check per snapshot: its certificate, its quarantine and its whole contract suite."""

from __future__ import annotations

from typing import Any

import duckdb
import msgspec

from khaos_assets.config import Night, Store
from khaos_assets.expectations.contract import NO_RULES, contracts_of, table_rules
from khaos_assets.expectations.evidence import Evidence, frame_of
from khaos_assets.expectations.result import SAMPLE, CheckKind, CheckResult
from khaos_assets.snapshots.certificate import Certificate
from khaos_assets.systems.read import Read, System


def check_read(
    store: Store, night: Night, evidence: Evidence, system: System, read: Read, *, db: duckdb.DuckDBPyConnection
) -> CheckResult:
    """NOT TESTED where no snapshot was taken this night; otherwise failed for each thing that does not hold."""
    subject = f"{system.name}/{read.entity}"
    folder = store.snapshot(system.name, read.entity, night.date)
    path = folder / "certificate.json"
    about: dict[str, Any] = {
        "kind": CheckKind.READ,
        "subject": subject,
        "systems": system.name,
        "title": f"{system.title}: {read.title}",
        # The integration team owns every link, and no conclusion rests on a side that is incomplete.
        "owner": "integration",
        "severity": "critical",
        "night": str(night),
    }
    if not path.exists():
        return CheckResult(**about, passed=None, count=0, reason="no snapshot was taken this night")
    certificate = msgspec.json.decode(path.read_bytes(), type=Certificate)
    problems = certificate_problems(certificate)
    extracted = certificate.rows + certificate.quarantined
    limit = table_rules(system.name).get(next(iter(read.tables)), NO_RULES).quarantine_percent
    # One record is never a pattern, however few there are; each is an exception of its own (FEED-04) anyway.
    if certificate.quarantined > 1 and certificate.quarantined * 100 > limit * extracted:
        problems.append(f"{certificate.quarantined} of {extracted} records quarantined, more than {limit:g} %")
    for table, contract in contracts_of(system.name, read, certificate.rows).items():
        parquet = folder / f"{table}.parquet"
        if parquet.exists():
            name = f"{system.name} {table}"  # a file name in Data Docs: no slash
            frame = frame_of(contract.load(parquet, db))
            outcomes = evidence.run(name, frame, contract.expectations(), notes_of(certificate))
            problems += [o.words for o in outcomes if not o.passed]
        else:
            problems.append(f"{table}.parquet is missing")
    return CheckResult(
        **about,
        passed=not problems,
        count=len(problems),
        compared=extracted,
        reason="; ".join(problems) or f"{certificate.verdict}, proof {certificate.proof}",
        link=str(path.relative_to(store.root)),
        sample=tuple(problems[:SAMPLE]),
    )


def certificate_problems(certificate: Certificate) -> list[str]:
    """Why an INCOMPLETE certificate is one; nothing for the others."""
    if certificate.complete:
        return []
    return [f"{r.fault}: {r.detail}" for r in certificate.reasons] or ["the certificate is INCOMPLETE"]


def notes_of(certificate: Certificate) -> list[str]:
    """The certificate in a few lines, for the suite's page."""
    return [
        f"{certificate.verdict}, proof {certificate.proof}, {certificate.rows} rows, "
        f"{certificate.quarantined} quarantined, {certificate.rereads} re-reads",
        f"snapshot `{certificate.snapshot}`",
        *(f"**{r.fault}** {r.detail}" for r in certificate.reasons),
    ]
