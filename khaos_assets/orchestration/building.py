"""The definitions as a whole: assets, checks, jobs, schedules and sensors for one merchant.

Here: `build_defs`, which `definitions.py` calls for Dagster and `nightly.py` for a run inside a program.
Not here: what any of them does.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from dagster import Definitions, in_process_executor

from khaos_assets.config import ConfigurationError, Night
from khaos_assets.config.close import Calendar
from khaos_assets.orchestration.assets import build_snapshots, build_steps
from khaos_assets.orchestration.checks import build_checks
from khaos_assets.orchestration.corrections import build_correction_jobs, build_corrections
from khaos_assets.orchestration.intraday import build_intraday
from khaos_assets.orchestration.jobs import build_jobs
from khaos_assets.orchestration.month_end import build_month_end, build_month_jobs, months
from khaos_assets.orchestration.partitions import nights
from khaos_assets.orchestration.resources import CheckingResource, MerchantResource
from khaos_assets.orchestration.schedules import build_schedules
from khaos_assets.orchestration.sensors import build_sensors
from khaos_assets.rules.catalogue import load_catalogue
from khaos_assets.rules.evaluation import pairs_of
from khaos_assets.systems.read import installed_systems


def build_defs(*, merchant: MerchantResource | None = None, night: date | None = None) -> Definitions:
    """Definitions for a merchant (by default from the environment), with `night` among the partitions.

    A system that is switched off is not there, nor is a code that needs it. Without a readable configuration all are
    shown, and a run says what to do.
    """
    merchant = merchant or MerchantResource.from_environment()
    systems, codes = installed_systems(), load_catalogue()
    known = [night] if night else []
    simulated = None
    books = Calendar()
    try:
        settings = merchant.settings()
        systems = {name: s for name, s in systems.items() if name in settings.enabled_systems()}
        codes = {name: c for name, c in codes.items() if any(pairs_of(c, settings))}
        known += merchant.store().nights()
        books = settings.close.calendar
        stands = merchant.simulated_night()
        simulated = date.fromisoformat(stands) if stands else None
    except ConfigurationError:
        pass
    calendar = nights(known, simulated=simulated)
    closing = months(books, known, simulated or Night.latest(datetime.now(UTC)).date)
    return Definitions(
        assets=[
            build_snapshots(systems, calendar),
            *build_steps(systems, calendar),
            *build_corrections(calendar),
            *build_month_end(closing),
        ],
        asset_checks=[build_checks(systems, codes)],
        jobs=[
            *build_jobs(calendar),
            build_intraday(),
            *build_correction_jobs(calendar),
            *build_month_jobs(closing),
        ],
        schedules=build_schedules(),
        sensors=build_sensors(),
        resources={"merchant": merchant, "checking": CheckingResource()},
        executor=in_process_executor,
    )
