"""The stage: the checks of one night, kept as `checks/<night>.json` for the UI, the command line and the alerts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from khaos_assets.config import Night, Settings, Store
from khaos_assets.expectations.code_checks import check_codes
from khaos_assets.expectations.evidence import Evidence
from khaos_assets.expectations.pages import SuitePage
from khaos_assets.expectations.read_checks import check_read
from khaos_assets.expectations.result import CheckResult, write_results
from khaos_assets.rules.catalogue import load_catalogue
from khaos_assets.snapshots.stored import CERTIFICATE
from khaos_assets.systems.read import System, installed_systems
from khaos_assets.warehouse.database import open_warehouse


@dataclass(frozen=True)
class SnapshotChecks:
    """What the contract suites of a night's snapshots said; their pages stand in the site that is being drafted."""

    results: list[CheckResult]
    pages: list[SuitePage]
    certified: str
    """A hash of the certificates of all snapshots that were looked at."""


def validate(
    settings: Settings, store: Store, night: Night, systems: Mapping[str, System] | None = None
) -> list[CheckResult]:
    """Check one night. Leaves Data Docs and `checks/<night>.json`; raises TieOutError where two counts disagree.

    Checks never raise for what they find: a snapshot that is INCOMPLETE, a code with open exceptions and one that could
    not be tested are results. `systems` are the installed ones that the settings enable, unless given.
    """
    if systems is None:
        systems = enabled(settings.enabled_systems())
    return conclude(store, night, systems, None)


def enabled(names: list[str]) -> dict[str, System]:
    """The installed systems of these names."""
    return {name: system for name, system in installed_systems().items() if name in names}


def check_snapshots(store: Store, night: Night, systems: Mapping[str, System]) -> SnapshotChecks:
    """The first half of `validate`: it needs the snapshots alone, and may run while the warehouse is built."""
    certified = _certified(store, night, systems)
    evidence = Evidence(store, night)
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        results = [check_read(store, night, evidence, s, read, db=db) for s in systems.values() for read in s.reads]
    return SnapshotChecks(results, evidence.pages, certified)


def conclude(
    store: Store, night: Night, systems: Mapping[str, System], before: SnapshotChecks | None
) -> list[CheckResult]:
    """The second half, and the first where it was not run `before`, or snapshots were taken again since."""
    # Results of an earlier attempt must not outlive a tie-out that fails now.
    store.check_results(night.date).unlink(missing_ok=True)
    if before is None or before.certified != _certified(store, night, systems):
        before = check_snapshots(store, night, systems)
    with (
        Evidence(store, night, before.pages) as evidence,
        # The lock keeps writers away: DuckDB lets no reader in beside one.
        store.writing(),
        open_warehouse(store, read_only=True) as db,
    ):
        results = before.results + check_codes(db, night, evidence, load_catalogue(), list(systems))
    write_results(store, night, results)
    return results


def _certified(store: Store, night: Night, systems: Mapping[str, System]) -> str:
    digest = hashlib.sha256()
    for name, system in systems.items():
        for read in system.reads:
            certificate = store.snapshot(name, read.entity, night.date) / CERTIFICATE
            digest.update(certificate.read_bytes() if certificate.exists() else b"none")
    return digest.hexdigest()
