"""The day as a job: one moment, what it found beside its run, and telling owners what is new.

Here: the job and what the UI shows of it. No asset: what a moment writes stands apart from the nights, and the next one
replaces it. Not here: when it starts (`schedules.py`), what it does (`khaos_assets.intraday`).
See https://docs.dagster.io/guides/build/ops.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dagster import JobDefinition, MetadataValue, OpExecutionContext, in_process_executor, job, op

from khaos_assets.config import Night
from khaos_assets.orchestration.alerts import tell, text
from khaos_assets.orchestration.metadata import files, markdown_table, pounds
from khaos_assets.orchestration.resources import MerchantResource

if TYPE_CHECKING:
    from khaos_assets.intraday import Moment

INTRADAY = "intraday"


def build_intraday() -> JobDefinition:
    @op(description="Reads orders and stock that changed since the last night and lists what stands open.")
    def moment(context: OpExecutionContext, merchant: MerchantResource) -> None:
        from khaos_assets.intraday import run_moment

        settings, store = merchant.settings(), merchant.store()
        told = run_moment(settings, merchant.credentials(), store, instant(merchant))
        for name in told.incomplete:
            context.log.warning("%s is INCOMPLETE: %s", name, told.certificates[name].reasons)
        for digest in tell(settings, merchant.credentials(), store):
            context.log.info(text(settings, digest))
        context.add_output_metadata(figures(told))

    @job(
        name=INTRADAY,
        executor_def=in_process_executor,
        description="Time-critical differences between two nights: opens cases, closes none.",
    )
    def intraday() -> None:
        moment()

    return intraday


def instant(merchant: MerchantResource) -> datetime:
    """Now; with simulators, the as-of of the night at which they stand."""
    stands = merchant.simulated_night()
    return datetime.now(UTC).replace(microsecond=0) if stands is None else Night.of(stands).as_of


def figures(told: "Moment") -> dict[str, Any]:
    """What the UI shows of one moment."""
    cases = [
        [
            c.code,
            "new" if c.case_key in told.opened else "",
            c.owner,
            c.record_key,
            c.reason or "",
            pounds(c.amount_gbp),
        ]
        for c in told.listed
    ]
    shown: dict[str, Any] = {
        "as of": told.as_of.isoformat(),
        "last night": told.night.isoformat(),
        "open": len(told.listed),
        "new": len(told.opened),
        "cases": MetadataValue.md(markdown_table(["code", "", "owner", "record", "why", "pounds"], cases)),
        **files(told.files),
    }
    if told.not_tested:
        rows = sorted(told.not_tested.items())
        shown["not tested"] = MetadataValue.md(markdown_table(["code and systems", "reason"], rows))
    return shown
