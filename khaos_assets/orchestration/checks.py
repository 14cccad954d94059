"""Asset checks: one per snapshot, one per catalogue code, none blocking.

Here: showing what `expectations` concluded for a night. A check that could not be tested is never green: it did
not pass, with the severity WARN and the status NOT TESTED. Not here: concluding anything; alerting (`sensors.py`).
A check costs 50 to 170 ms in the event log, so their number stays at one per snapshot and one per code.
See https://docs.dagster.io/guides/test/asset-checks.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckKey,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    MetadataValue,
    multi_asset_check,
)

from khaos_assets.config import Night, Store
from khaos_assets.config.settings import SEVERITIES
from khaos_assets.expectations.result import SAMPLE, CheckKind, CheckResult, read_results, share
from khaos_assets.orchestration.assets import EXCEPTIONS, EXPECTATIONS, snapshot_key
from khaos_assets.orchestration.metadata import check_metadata, markdown_table, pounds, status
from khaos_assets.orchestration.partitions import PARTITION_TAG
from khaos_assets.orchestration.resources import MerchantResource
from khaos_assets.rules.catalogue import Code
from khaos_assets.systems.read import System

CONTRACT = "contract"
SERIOUS = {"critical", "high"}


def code_name(code: str, title: str) -> str:
    """The check's name of a code: STK-01 → STK_01_stock_drift (a Dagster name has letters, digits and underscores)."""
    return re.sub(r"\W+", "_", f"{code} {title.lower()}").strip("_")


def check_specs(systems: Mapping[str, System], codes: Mapping[str, Code]) -> list[AssetCheckSpec]:
    """What is checked, before anything ran."""
    contracts = [
        AssetCheckSpec(
            CONTRACT,
            asset=snapshot_key(system.name, read.entity),
            additional_deps=[EXPECTATIONS],
            description=(
                f"{system.title}: {read.title} is proven complete, and its records keep their wire contract (key "
                "unique and not empty, required columns, known values, as many rows as certified, few quarantined)."
            ),
            metadata={"owner": "integration", "severity": "critical"},
        )
        for system in systems.values()
        for read in system.reads
    ]
    return contracts + [
        AssetCheckSpec(
            code_name(code.code, code.title),
            asset=EXCEPTIONS,
            additional_deps=[EXPECTATIONS],
            description=f"{code.code} {code.title}. Fires when {code.fires}. Not: {code.unless or '—'}.",
            metadata={"code": code.code, "owner": code.owner, "severity": code.severity, "correction": code.correction},
        )
        for code in codes.values()
    ]


def build_checks(systems: Mapping[str, System], codes: Mapping[str, Code]) -> AssetChecksDefinition:
    """One step that evaluates the chosen checks of a night."""

    @multi_asset_check(
        name="checks",
        specs=check_specs(systems, codes),
        can_subset=True,
        description="Shows what the expectations of the night concluded: one result per snapshot and per code.",
    )
    def checks(context: AssetCheckExecutionContext, merchant: MerchantResource) -> Iterator[AssetCheckResult]:
        store = merchant.store()
        night = checked_night(store, context.run.tags.get(PARTITION_TAG))
        results = read_results(store, night)
        for key in sorted(context.selected_asset_check_keys):
            mine = [r for r in results if belongs(r, key)]
            yield check_result(key, mine, store, night)

    return checks


def checked_night(store: Store, partition: str | None) -> Night:
    """The run's night; for checks evaluated by themselves the latest that has results."""
    if partition is None:
        known = sorted(p.stem for p in store.check_results(Night.of("2000-01-01").date).parent.glob("*.json"))
        if not known:
            raise FileNotFoundError("no night has check results yet: materialise `expectations` first")
        partition = known[-1]
    return Night.of(partition)


def belongs(result: CheckResult, key: AssetCheckKey) -> bool:
    if result.kind is CheckKind.READ:
        return key.name == CONTRACT and "/".join(key.asset_key.path) == result.subject
    return key.asset_key == EXCEPTIONS and key.name == code_name(result.subject, result.title)


def check_result(key: AssetCheckKey, mine: Sequence[CheckResult], store: Store, night: Night) -> AssetCheckResult:
    """One result of one check; of a code with several pairs the worst, with a table of all."""
    if not mine:
        return AssetCheckResult(
            asset_key=key.asset_key,
            check_name=key.name,
            passed=False,
            severity=AssetCheckSeverity.WARN,
            description="NOT TESTED: neither side of this check is switched on",
            metadata={"status": "NOT TESTED", "night": str(night)},
        )
    worst = together(mine)
    shown: dict[str, Any] = check_metadata(worst, store)
    if len(mine) > 1:
        columns = ["systems", "status", "open", "expected", "suppressed", "compared", "pounds"]
        rows = ([r.systems, status(r), r.count, r.expected, r.suppressed, r.compared, pounds(r.open_gbp)] for r in mine)
        shown["pairs"] = MetadataValue.md(markdown_table(columns, rows))
    if worst.kind is CheckKind.CODE:
        shown["code"] = worst.subject
        shown["list"] = f"khaos-assets exceptions --night {night} --code {worst.subject}"
        shown["runbook"] = MetadataValue.path(str(store.reports(night.date) / "runbook" / f"{worst.subject}.html"))
    failed = worst.passed is False
    serious = failed and any(r.severity in SERIOUS for r in mine if r.passed is False)
    return AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=worst.passed is True,
        severity=AssetCheckSeverity.ERROR if serious else AssetCheckSeverity.WARN,
        description=sentence(worst),
        metadata=shown,
    )


def together(mine: Sequence[CheckResult]) -> CheckResult:
    """The results of all pairs of a code as one: the worst verdict, the sums of all figures."""
    worst = min(
        mine, key=lambda r: (rank(r), SEVERITIES.index(r.severity) if r.severity in SEVERITIES else len(SEVERITIES))
    )
    if len(mine) == 1:
        return worst
    worth = [r.open_gbp for r in mine if r.open_gbp is not None]
    compared = [r.compared for r in mine if r.compared is not None]
    count = sum(r.count for r in mine)
    return replace(
        worst,
        systems=", ".join(r.systems for r in mine),
        count=count,
        expected=sum(r.expected for r in mine),
        suppressed=sum(r.suppressed for r in mine),
        compared=sum(compared) if compared else None,
        percentage=share(count, sum(compared)),
        open_gbp=sum(worth, Decimal()) if worth else None,
        reason="; ".join(f"{r.systems}: {r.reason}" for r in mine if r.reason),
        sample=tuple(key for r in mine for key in r.sample)[:SAMPLE],
    )


def rank(result: CheckResult) -> int:
    """Failed before not tested before passed: one pair that is green must not hide another that is not."""
    return {False: 0, None: 1, True: 2}[result.passed]


def sentence(result: CheckResult) -> str:
    """The result in one line."""
    if result.passed is None:
        return f"NOT TESTED: {result.reason}"
    if result.kind is CheckKind.READ:
        return result.reason
    if not result.count:
        return f"nothing open of {result.compared or 0:,} compared"
    worth = pounds(result.open_gbp) if result.open_gbp is not None else "without an amount"
    return f"{result.count:,} open, {worth}, for {result.owner}"
