"""Schedules: when jobs start.

Here: 02:00 London time, which exists once on every day of the year: clocks go from 01:00 to 02:00 in spring and from
02:00 to 01:00 in autumn. Off until a person switches it on. Not here: what is run (`jobs.py`).
See https://docs.dagster.io/guides/automate/schedules.
"""

from dagster import (
    RunRequest,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    schedule,
)

from khaos_assets.config import Night
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

    return [nightly_at_two]
