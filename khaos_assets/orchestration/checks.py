"""Asset checks: one per snapshot, one per catalogue code, none blocking.

Here: showing what `expectations` concluded for a night. A check that could not be tested is never green: it did
not pass, with the severity WARN and the status NOT TESTED. Not here: concluding anything; alerting (`sensors.py`).
A check costs 50 to 170 ms in the event log, so their number stays at one per snapshot and one per code.
See https://docs.dagster.io/guides/test/asset-checks.
"""

from collections.abc import Iterator, Mapping, Sequence
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
from khaos_assets.expectations.result import CheckKind, CheckResult, read_results
from khaos_assets.orchestration.assets import EXCEPTIONS, EXPECTATIONS, snapshot_key
from khaos_assets.orchestration.metadata import check_metadata, markdown_table, pounds, status
from khaos_assets.orchestration.partitions import PARTITION_TAG
from khaos_assets.orchestration.resources import MerchantResource
from khaos_assets.rules.catalogue import Code
from khaos_assets.systems.read import System

CONTRACT = "contract"
SERIOUS = {"critical", "high"}
ORDER = ("critical", "high", "medium", "low")


def code_name(code: str) -> str:
    """The check's name of a code: STK-01 → STK_01 (Dagster names have no dash)."""
    return code.replace("-", "_")


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
            code_name(code.code),
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
    return key.asset_key == EXCEPTIONS and key.name == code_name(result.subject)


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
    worst = min(mine, key=lambda r: (rank(r), ORDER.index(r.severity) if r.severity in ORDER else len(ORDER)))
    shown: dict[str, Any] = check_metadata(worst, store)
    if len(mine) > 1:
        shown["pairs"] = MetadataValue.md(
            markdown_table(
                ["systems", "status", "open", "expected", "suppressed", "compared", "pounds"],
                (
                    [r.systems, status(r), r.count, r.expected, r.suppressed, r.compared, pounds(r.open_gbp)]
                    for r in mine
                ),
            )
        )
    if worst.kind is CheckKind.CODE:
        shown["code"] = worst.subject
        shown["list"] = f"khaos-assets exceptions --night {night} --code {worst.subject}"
        shown["runbook"] = f"docs/runbook/{worst.subject}.md"
    failed = worst.passed is False
    serious = failed and any(r.severity in SERIOUS for r in mine if r.passed is False)
    return AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=worst.passed is True,
        severity=AssetCheckSeverity.ERROR if serious else AssetCheckSeverity.WARN,
        description=sentence(worst, mine),
        metadata=shown,
    )


def rank(result: CheckResult) -> int:
    """Failed before not tested before passed: one pair that is green must not hide another that is not."""
    return {False: 0, None: 1, True: 2}[result.passed]


def sentence(worst: CheckResult, mine: Sequence[CheckResult]) -> str:
    """The result in one line."""
    if worst.passed is None:
        return f"NOT TESTED {worst.systems}: {worst.reason}"
    if worst.kind is CheckKind.READ:
        return worst.reason
    opened = sum(r.count for r in mine)
    if not opened:
        return f"nothing open of {sum(r.compared or 0 for r in mine)} compared"
    worth = [r.open_gbp for r in mine if r.open_gbp is not None]
    return f"{opened} open, {pounds(sum(worth, Decimal())) if worth else 'without an amount'}, for {worst.owner}"
