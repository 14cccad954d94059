"""Jobs: what is started together.

Here: selections with a sentence each. All in one process: a process of its own for each step would cost three to four
seconds a step. Not here: when they start (`schedules.py`).
See https://docs.dagster.io/guides/build/jobs.
"""

from __future__ import annotations

from typing import Any

from dagster import AssetSelection, PartitionsDefinition, define_asset_job, in_process_executor
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from khaos_assets.orchestration.assets import WAREHOUSE
from khaos_assets.orchestration.corrections import GROUP as CORRECTIONS
from khaos_assets.orchestration.month_end import GROUP as MONTH_END

NIGHTLY = "nightly"
RECONCILE = "reconcile"


def build_jobs(nights: PartitionsDefinition[Any]) -> list[UnresolvedAssetJobDefinition]:
    return [
        define_asset_job(
            NIGHTLY,
            selection=AssetSelection.all() - AssetSelection.groups(MONTH_END, CORRECTIONS),
            partitions_def=nights,
            executor_def=in_process_executor,
            description="The whole night: every snapshot, the comparison, the checks, the reports. Safe to run again.",
        ),
        define_asset_job(
            RECONCILE,
            selection=AssetSelection.assets(WAREHOUSE).downstream() - AssetSelection.groups(MONTH_END, CORRECTIONS),
            partitions_def=nights,
            executor_def=in_process_executor,
            description="A night again from the snapshots it has: nobody is asked, everything is concluded anew.",
        ),
    ]
