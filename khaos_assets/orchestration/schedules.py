"""Schedules: when jobs start.

Here: every 15 minutes for the day. For the night 02:00 London time, which exists once on every day of the year: clocks
go from 01:00 to 02:00 in spring and from 02:00 to 01:00 in autumn. Off until a person switches them on.
Not here: what is run (`jobs.py`, `intraday.py`).
See https://docs.dagster.io/guides/automate/schedules.
"""

from dagster import (
    DagsterRunStatus,
    RunRequest,
    RunsFilter,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    SkipReason,
    schedule,
)

from khaos_assets.config import Night
from khaos_assets.orchestration.intraday import INTRADAY
from khaos_assets.orchestration.jobs import NIGHTLY


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

    return [nightly_at_two, intraday_every_quarter]
