"""Nights as partitions: one per London date of the 02:00 start.

Here: which nights there are. Not here: what a night means (`config/night.py`).
See https://docs.dagster.io/guides/build/partitions-and-backfills.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from dagster import AssetExecutionContext, DailyPartitionsDefinition

from khaos_assets.config import Night

AS_OF_TAG = "khaos_assets/as_of"
"""Run tag: the night's as-of where it is not 02:00 London time (ISO 8601 with a zone)."""
PARTITION_TAG = "dagster/partition"


def nights(
    known: Iterable[date] = (), now: datetime | None = None, *, simulated: date | None = None
) -> DailyPartitionsDefinition:
    """From the first known night (else today) to the latest that has started or is known.

    The night that begins at 02:00 is a partition of its own date, so the last one is today's (`end_offset` 1). Of
    simulators that stand at the night `simulated` no later one can be run, so the calendar ends there whatever the
    wall clock says: the partition the UI proposes is one that works, and no asset looks as if years were missing.
    """
    today = Night.latest(datetime.now(UTC) if now is None else now).date
    stored = sorted({*known, simulated or today})
    ahead = (stored[-1] - today).days
    # Between midnight and 02:00 the calendar is a day ahead of the latest night: one partition more does no harm.
    return DailyPartitionsDefinition(
        start_date=stored[0].isoformat(),
        end_date=(stored[-1] + timedelta(days=1)).isoformat() if simulated else None,
        timezone="Europe/London",
        end_offset=1 + max(0, ahead),
    )


def night_of(context: AssetExecutionContext) -> Night:
    """The night of a run: its partition, with the as-of of its tag where it has one."""
    return Night.of(context.partition_key, context.run.tags.get(AS_OF_TAG))
