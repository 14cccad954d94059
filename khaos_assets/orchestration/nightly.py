"""Running a night from a program: the same job as in the UI, in this process, kept in the same instance.

Here: `run_night`, which the command line calls. Not here: printing, exit statuses.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster import AssetKey, DagsterInstance, DagsterRunStatus, RunsFilter
from dagster._core.storage.tags import REPOSITORY_LABEL_TAG

from khaos_assets.config import Night
from khaos_assets.config.processes import is_gone, this_process
from khaos_assets.expectations.result import CheckResult, read_results
from khaos_assets.orchestration.assets import PUBLISHED_COPY, snapshot_key
from khaos_assets.orchestration.building import build_defs
from khaos_assets.orchestration.instance import open_instance
from khaos_assets.orchestration.jobs import NIGHTLY
from khaos_assets.orchestration.partitions import AS_OF_TAG
from khaos_assets.orchestration.resources import MerchantResource
from khaos_assets.snapshots import Certificate, read_certificates

LOCATION = "__repository__@khaos_assets"
"""The code location of `workspace.yaml`. Without it the UI does not show the run below its job."""

PROCESS_TAG = "process"
"""Where a run of `run_night` is at work."""


@dataclass(frozen=True)
class NightOutcome:
    """What a finished night left behind."""

    night: Night
    run_id: str
    certificates: dict[str, Certificate]
    """By `system/entity`."""
    checks: list[CheckResult]
    reports: dict[str, Path]
    """By file name."""
    data_docs: Path
    published: Path

    @property
    def incomplete(self) -> list[str]:
        """Reads without a complete certificate."""
        return [name for name, c in self.certificates.items() if not c.complete]


def run_night(
    settings_path: Path,
    night: Night,
    ready_file: Path | None = None,
    data_dir: Path | None = None,
    *,
    instance: DagsterInstance | None = None,
    reads: Collection[str] | None = None,
) -> NightOutcome:
    """Execute the nightly job for one night and return what it left. Safe to repeat.

    `reads` ("wair/stock", "wair") limits the snapshots; everything that follows is run. `instance` is the one of the
    data folder unless given. A stage that fails (TieOutError, ConfigurationError …) fails the run, and is raised here;
    checks that fail, and snapshots that are INCOMPLETE, do not.
    """
    merchant = MerchantResource(
        config_file=str(settings_path.resolve()),
        ready_file=str(ready_file.resolve()) if ready_file else "",
        data_dir=str(data_dir.resolve()) if data_dir else "",
    )
    store = merchant.store()
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    job = build_defs(merchant=merchant, night=night.date).resolve_job_def(NIGHTLY)
    with nullcontext(instance) if instance is not None else open_instance(store.root) as used:
        end_runs_that_were_killed(used)
        result = job.execute_in_process(
            instance=used,
            partition_key=str(night),
            tags={REPOSITORY_LABEL_TAG: LOCATION, PROCESS_TAG: this_process()}
            | ({AS_OF_TAG: night.as_of.isoformat()} if night != Night.of(night.date) else {}),
            asset_selection=_selection(job.asset_layer.executable_asset_keys, reads),
            # Events go to the instance and errors are raised; on the terminal a person wants the product's own words.
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    published = result.asset_materializations_for_node(PUBLISHED_COPY.path[0])[0].metadata["copy"].value
    folder = store.reports(night.date)
    return NightOutcome(
        night=night,
        run_id=result.run_id,
        certificates=read_certificates(store, night),
        checks=read_results(store, night),
        reports={p.name: p for p in sorted(folder.iterdir()) if p.is_file()},
        data_docs=store.data_docs(night.date) / "index.html",
        published=Path(str(published)),
    )


def end_runs_that_were_killed(instance: DagsterInstance) -> None:
    """Runs whose process was killed would count as running, and keep those of the UI waiting: they have failed."""
    for run in instance.get_runs(RunsFilter(statuses=[DagsterRunStatus.STARTING, DagsterRunStatus.STARTED])):
        if is_gone(run.tags.get(PROCESS_TAG, "")):
            instance.report_run_failed(run, "Its process was killed.")


def _selection(keys: Iterable[AssetKey], reads: Collection[str] | None) -> list[AssetKey] | None:
    """The assets to make: all, or the named snapshots with every step behind them. Unknown names raise ValueError."""
    if reads is None:
        return None
    keys = list(keys)
    snapshots: list[Any] = sorted(k for k in keys if len(k.path) == 2)
    unknown = [r for r in reads if not any(r in (k.path[0], "/".join(k.path)) for k in snapshots)]
    if unknown:
        known = ", ".join("/".join(k.path) for k in snapshots)
        raise ValueError(f"no such read: {', '.join(unknown)} (there are: {known})")
    chosen = {snapshot_key(*k.path) for k in snapshots if k.path[0] in reads or "/".join(k.path) in reads}
    return sorted(chosen | {k for k in keys if len(k.path) == 1})
