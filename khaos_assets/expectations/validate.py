"""The stage: every snapshot against its contract, every code against its population, one list of results."""

from __future__ import annotations

from collections.abc import Mapping

from khaos_assets.config import Night, Settings, Store
from khaos_assets.expectations.code_checks import check_codes
from khaos_assets.expectations.evidence import Evidence
from khaos_assets.expectations.read_checks import check_read
from khaos_assets.expectations.result import CheckResult, write_results
from khaos_assets.rules.catalogue import load_catalogue
from khaos_assets.systems.read import System, installed_systems
from khaos_assets.warehouse.database import open_warehouse


def validate(
    settings: Settings, store: Store, night: Night, systems: Mapping[str, System] | None = None
) -> list[CheckResult]:
    """Check one night. Leaves Data Docs and `checks/<night>.json`; raises TieOutError where two counts disagree.

    Checks never raise for what they find: a snapshot that is INCOMPLETE, a code with open exceptions and one that could
    not be tested are results. `systems` are the installed ones that the settings enable, unless given.
    """
    if systems is None:
        systems = {n: s for n, s in installed_systems().items() if n in settings.enabled_systems()}
    # Results of an earlier attempt must not outlive a tie-out that fails now.
    store.check_results(night.date).unlink(missing_ok=True)
    with Evidence(store, night) as evidence:
        results = [check_read(store, night, evidence, s, read) for s in systems.values() for read in s.reads]
        # The lock keeps writers away: DuckDB lets no reader in beside one.
        with store.writing(), open_warehouse(store, read_only=True) as db:
            results += check_codes(db, night, evidence, load_catalogue(), list(systems))
    write_results(store, night, results)
    return results
