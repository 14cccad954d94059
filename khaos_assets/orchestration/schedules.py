"""Schedules: when jobs start.

Here: every 15 minutes for the day; 00:05 and 04:00 at a period's end. For the night 02:00 London time, which exists
once on every day of the year: clocks go from 01:00 to 02:00 in spring and from 02:00 to 01:00 in autumn. Off until a
person switches them on.
Not here: what is run (`jobs.py`, `intraday.py`).
See https://docs.dagster.io/guides/automate/schedules.
"""

from datetime import timedelta

from dagster import (
    DagsterRunStatus,
    RunRequest,
    RunsFilter,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    SkipReason,
    schedule,
)

from khaos_assets.close.periods import holding
from khaos_assets.config import Night
from khaos_assets.config.night import LONDON
from khaos_assets.orchestration.intraday import INTRADAY
from khaos_assets.orchestration.jobs import NIGHTLY
from khaos_assets.orchestration.month_end import CLOSE_MONTH, COUNT_STOCK
from khaos_assets.orchestration.resources import MerchantResource


def build_schedules() -> list[ScheduleDefinition]:
    @schedule(
        name="nightly_at_two",
        job_name=NIGHTLY,
        cron_schedule="0 2 * * *",
        execution_timezone="Europe/London",
        description="Starts the night at 02:00 London time; the night is named by that date.",
    )
    def nightly_at_two(context: ScheduleEvaluationContext) -> RunRequest:
        night = str(Night.latest(context.scheduled_execution_time))
        return RunRequest(run_key=night, partition_key=night)

    @schedule(
        name="intraday_every_quarter",
        job_name=INTRADAY,
        cron_schedule="*/15 * * * *",
        execution_timezone="Europe/London",
        description="Every 15 minutes, what came up since the last night in the codes that cannot wait.",
    )
    def intraday_every_quarter(context: ScheduleEvaluationContext) -> RunRequest | SkipReason:
        # One that takes longer than a quarter of an hour is not overtaken by the next.
        running = context.instance.get_runs(
            RunsFilter(job_name=INTRADAY, statuses=[DagsterRunStatus.STARTED, DagsterRunStatus.QUEUED]), limit=1
        )
        return SkipReason("the moment before is still running") if running else RunRequest()

    @schedule(
        name="month_end_count_after_midnight",
        job_name=COUNT_STOCK,
        cron_schedule="5 0 * * *",
        execution_timezone="Europe/London",
        description="At 00:05 London time on the first day after a period: the stock of both sides.",
    )
    def month_end_count_after_midnight(
        context: ScheduleEvaluationContext, merchant: MerchantResource
    ) -> RunRequest | SkipReason:
        return _for_ended_period(context, merchant)

    @schedule(
        name="month_end_pack_at_four",
        job_name=CLOSE_MONTH,
        cron_schedule="0 4 * * *",
        execution_timezone="Europe/London",
        description="At 04:00 London time on the first day after a period: its pack, from the night that is done then.",
    )
    def month_end_pack_at_four(
        context: ScheduleEvaluationContext, merchant: MerchantResource
    ) -> RunRequest | SkipReason:
        return _for_ended_period(context, merchant)

    return [nightly_at_two, intraday_every_quarter, month_end_count_after_midnight, month_end_pack_at_four]


def _for_ended_period(context: ScheduleEvaluationContext, merchant: MerchantResource) -> RunRequest | SkipReason:
    """The period that ended yesterday, by the merchant's calendar."""
    yesterday = context.scheduled_execution_time.astimezone(LONDON).date() - timedelta(days=1)
    period = holding(merchant.settings().close.calendar, yesterday)
    if period.last != yesterday:
        return SkipReason(f"the period {period} ends {period.last}")
    return RunRequest(run_key=period.key, partition_key=period.key)
