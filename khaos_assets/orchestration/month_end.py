"""The month's end as assets: the count just after midnight, and the pack when the night after the period is done.

Here: the two assets, one partition per period of the merchant's calendar, and their jobs. Not here: what a pack is
(`khaos_assets.close`), who signs it (the command line), when the jobs start (`schedules.py`).
See https://docs.dagster.io/guides/build/partitions-and-backfills.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from dagster import (
    AllPartitionMapping,
    AssetDep,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSelection,
    MaterializeResult,
    MetadataValue,
    PartitionsDefinition,
    StaticPartitionsDefinition,
    asset,
    define_asset_job,
    in_process_executor,
)
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from khaos_assets.close import periods
from khaos_assets.close.periods import Period
from khaos_assets.config import Night
from khaos_assets.config.close import Calendar
from khaos_assets.orchestration.assets import CASES, TEAM
from khaos_assets.orchestration.links import in_portal
from khaos_assets.orchestration.metadata import files, markdown_table, pounds
from khaos_assets.orchestration.resources import MerchantResource

COUNT = AssetKey("month_end_count")
PACK = AssetKey("month_end_pack")
GROUP = "month_end"
ACTOR = "dagster"
COUNT_STOCK = "count_stock"
CLOSE_MONTH = "close_month"


def months(calendar: Calendar, known: Iterable[date], today: date) -> StaticPartitionsDefinition:
    """Every period from that of the first known day to that of the last, or of today."""
    days = sorted({*known, today})
    period, last = periods.holding(calendar, days[0]), periods.holding(calendar, days[-1])
    found: list[Period] = [period]
    while found[-1] < last:
        found.append(periods.after(calendar, found[-1]))
    return StaticPartitionsDefinition([p.key for p in found])


def build_month_end(calendar: PartitionsDefinition[Any]) -> list[AssetsDefinition]:
    """The two assets of a period."""

    @asset(
        key=COUNT,
        partitions_def=calendar,
        group_name=GROUP,
        owners=[TEAM],
        kinds={"http", "parquet"},
        description=(
            "Stock of Khaos and WAIR read just after midnight of the period's last day, with all it is derived from. "
            "Used as a whole or not at all."
        ),
    )
    def month_end_count(context: AssetExecutionContext, merchant: MerchantResource) -> MaterializeResult[Any]:
        from khaos_assets.close.counting import count

        settings, store = merchant.settings(), merchant.store()
        period = periods.named(settings.close.calendar, context.partition_key)
        stands = merchant.simulated_night()
        at = Night.of(stands).as_of if stands else datetime.now(UTC)
        taken = count(settings, merchant.credentials(), store, period, at=at)
        rows = [[name, c.verdict.value, c.proof.value, c.rows] for name, c in taken.items()]
        whole = all(c.complete for c in taken.values())
        if not whole:
            context.log.warning("the count is not complete: the pack takes the stock of the night")
        return MaterializeResult(
            metadata={
                "period": period.key,
                "used": whole,
                "snapshots": MetadataValue.md(markdown_table(["snapshot", "verdict", "proof", "records"], rows)),
            }
        )

    @asset(
        key=PACK,
        deps=[COUNT, AssetDep(CASES, partition_mapping=AllPartitionMapping())],
        partitions_def=calendar,
        group_name=GROUP,
        owners=["team:finance"],
        kinds={"excel", "parquet"},
        description=(
            "The month-end pack: what is owed an explanation, control totals, every sheet as Parquet, a manifest of "
            "hashes. Made again it is a new version only where a figure moved; a sealed month is never overwritten."
        ),
    )
    def month_end_pack(context: AssetExecutionContext, merchant: MerchantResource) -> MaterializeResult[Any]:
        from khaos_assets.close.preparing import prepare

        settings, store = merchant.settings(), merchant.store()
        period = periods.named(settings.close.calendar, context.partition_key)
        prepared = prepare(settings, store, period, by=ACTOR, at=datetime.now(UTC))
        pack = prepared.pack
        for line in pack.checks:
            context.log.warning("CHECK %s", line.what)
        asked = [
            [a.question.asks, a.question.basis, pounds(a.over.gbp), pounds(a.under.gbp), a.unknown]
            for a in pack.answers
            if not a.quiet
        ]
        heads = ["what is owed an explanation", "basis", "over", "under", "without a value"]
        return MaterializeResult(
            metadata={
                "period": period.key,
                "version": "preview" if prepared.version is None else str(prepared.version),
                "new version": prepared.new,
                "closed by the night": str(pack.night),
                "control totals": "OK" if pack.ties else f"CHECK: {len(pack.checks)} of {len(pack.control)} lines",
                "summary": MetadataValue.md(markdown_table(heads, asked)),
                **in_portal(settings, "month-end", period.key),
                **files({"workbook": prepared.workbook}),
            }
        )

    return [month_end_count, month_end_pack]


def build_month_jobs(calendar: PartitionsDefinition[Any]) -> list[UnresolvedAssetJobDefinition]:
    """A job for each, for they start at different hours."""
    return [
        define_asset_job(
            COUNT_STOCK,
            selection=AssetSelection.assets(COUNT),
            partitions_def=calendar,
            executor_def=in_process_executor,
            description="Reads the stock of both sides for a month's end.",
        ),
        define_asset_job(
            CLOSE_MONTH,
            selection=AssetSelection.assets(PACK),
            partitions_def=calendar,
            executor_def=in_process_executor,
            description="Makes the pack of a month. The night after its last day has to be done.",
        ),
    ]
