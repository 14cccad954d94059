"""Corrections as assets: what is proposed, what was written, what became of it.

Here: three assets of a night and the two jobs that make them. Approval is no step: a person gives it in the portal or
on the command line. A step that writes is never retried; started again it goes on from its journal. Not here: what is
written and how (`khaos_assets.corrections`).
See https://docs.dagster.io/guides/build/assets.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSelection,
    Failure,
    MaterializeResult,
    MetadataValue,
    PartitionsDefinition,
    asset,
    define_asset_job,
    in_process_executor,
)
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from khaos_assets.config import Settings
from khaos_assets.corrections.plan import Plan
from khaos_assets.orchestration.assets import CASES
from khaos_assets.orchestration.links import in_portal
from khaos_assets.orchestration.metadata import markdown_table, pounds
from khaos_assets.orchestration.partitions import night_of
from khaos_assets.orchestration.resources import MerchantResource

GROUP = "corrections"
CORRECTION_PLAN = AssetKey("correction_plan")
APPLIED_CORRECTIONS = AssetKey("applied_corrections")
VERIFIED_CORRECTIONS = AssetKey("verified_corrections")
OWNERS = ["team:operations"]
PLANNER = "plan_corrections"
"""Who planned: a job. Any person may approve what it proposes."""


def build_corrections(nights: PartitionsDefinition[Any]) -> list[AssetsDefinition]:
    @asset(
        key=CORRECTION_PLAN, deps=[CASES], partitions_def=nights, group_name=GROUP, owners=OWNERS, kinds={"sql"},
        description=(
            "What could be put right after the night: items, caps, and what is left alone and why. Nothing is written. "
            "`khaos-assets corrections approve PLAN` lets it go."
        ),
    )  # fmt: skip
    def correction_plan(context: AssetExecutionContext, merchant: MerchantResource) -> MaterializeResult[Any]:
        from khaos_assets.cases.ledger import open_ledger
        from khaos_assets.corrections.approval import approve, policy_for
        from khaos_assets.corrections.planning import make_plan
        from khaos_assets.corrections.register import enter

        settings, store, now = merchant.settings(), merchant.store(), datetime.now(UTC)
        with open_ledger(store) as ledger:
            plan = make_plan(settings, store, ledger, night_of(context), planner=PLANNER, at=now)
            plan_id = enter(ledger, plan)
            policy = policy_for(settings, plan)
            if policy is not None:
                approve(ledger, settings, plan_id, by=policy, at=now)
        link = in_portal(settings, "corrections", plan.plan_id)
        figures = {"night": plan.night, "plan": plan.plan_id, **link, **plan_figures(plan, settings)}
        return MaterializeResult(metadata=figures)

    @asset(
        key=APPLIED_CORRECTIONS, deps=[CORRECTION_PLAN], partitions_def=nights, group_name=GROUP, owners=OWNERS,
        kinds={"http"},
        description=(
            "Writes what the approved plans of the night say, each once; one that was broken off goes on from its "
            "journal. Without an approved plan nothing is sent."
        ),
    )  # fmt: skip
    def applied_corrections(context: AssetExecutionContext, merchant: MerchantResource) -> MaterializeResult[Any]:
        from khaos_assets.cases.ledger import open_ledger
        from khaos_assets.corrections.applying import apply
        from khaos_assets.corrections.listing import plans

        settings, store, now = merchant.settings(), merchant.store(), datetime.now(UTC)
        night = night_of(context).date
        with open_ledger(store) as ledger:
            ready = [p.head for p in plans(ledger, night=night) if p.head.state(now) in READY]
            applied = [
                apply(ledger, settings, merchant.credentials(), store, r.plan_id, by=r.approved_by or "")
                for r in reversed(ready)
            ]
        rows = [[a.plan_id[:12], a.how, _counted(a.states), a.why or ""] for a in applied]
        shown = MetadataValue.md(markdown_table(["plan", "ended", "items", "why"], rows))
        broken = [a for a in applied if a.how != "done"]
        if broken:
            raise Failure(f"{broken[0].how}: {broken[0].why}", metadata={"plans": shown}, allow_retries=False)
        return MaterializeResult(metadata={"night": str(night), "plans": shown, "applied": len(applied)})

    @asset(
        key=VERIFIED_CORRECTIONS, deps=[APPLIED_CORRECTIONS], partitions_def=nights, group_name=GROUP, owners=OWNERS,
        kinds={"http"},
        description="Reads every record again that the plans of the night wrote, and says where their cases stand.",
    )  # fmt: skip
    def verified_corrections(context: AssetExecutionContext, merchant: MerchantResource) -> MaterializeResult[Any]:
        from khaos_assets.cases.ledger import open_ledger
        from khaos_assets.corrections.listing import plans
        from khaos_assets.corrections.verifying import verify

        settings, store, night = merchant.settings(), merchant.store(), night_of(context).date
        with open_ledger(store) as ledger:
            mine = [p.head for p in plans(ledger, night=night) if p.head.begun_at is not None]
            found = [verify(ledger, settings, merchant.credentials(), store, r.plan_id) for r in reversed(mine)]
        stands = sum((v.counts for v in found), Counter[str]())
        cases = sum((v.cases for v in found), Counter[str]())
        return MaterializeResult(
            metadata={"night": str(night), "stands": _counted(stands), "cases": _counted(cases), "plans": len(found)}
        )

    return [correction_plan, applied_corrections, verified_corrections]


READY = frozenset({"approved", "begun", "stopped", "halted"})
"""States of a plan that may be applied, or gone on with."""


def build_correction_jobs(nights: PartitionsDefinition[Any]) -> list[UnresolvedAssetJobDefinition]:
    jobs = {
        "plan_corrections": ([CORRECTION_PLAN], "Proposes corrections for the cases of a night. Writes to no system."),
        "apply_corrections": (
            [APPLIED_CORRECTIONS, VERIFIED_CORRECTIONS],
            "Writes what was approved, and reads it back. Never retried by itself; started again it goes on.",
        ),
    }
    return [
        define_asset_job(
            name,
            selection=AssetSelection.assets(*keys),
            partitions_def=nights,
            executor_def=in_process_executor,
            tags={"dagster/max_retries": "0"},
            description=description,
        )
        for name, (keys, description) in jobs.items()
    ]


def plan_figures(plan: Plan, settings: Settings) -> dict[str, Any]:
    """What the UI shows of a plan."""
    from khaos_assets.corrections.caps import uses

    by_write = Counter((i.code, i.write) for i in plan.items)
    left = Counter((x.code, x.why) for x in plan.left_out)
    caps = [
        [u.cap, f"{u.used:f}", f"{u.limit:f}", "over" if u.exceeded else ""]
        for u in uses(plan, settings.corrections.caps)
    ]
    return {
        "items": len(plan.items),
        "amount": pounds(sum((abs(i.amount_gbp or Decimal(0)) for i in plan.items), Decimal(0))),
        "by code": MetadataValue.md(markdown_table(["code", "write", "items"], _rows(by_write))),
        "caps": MetadataValue.md(markdown_table(["cap", "used", "allowed", ""], caps)),
        "not touched": MetadataValue.md(markdown_table(["code", "why", "cases"], _rows(left))),
    }


def _rows(counted: Counter[tuple[str, str]]) -> Iterable[list[Any]]:
    return [[*key, n] for key, n in sorted(counted.items())]


def _counted(states: Counter[str]) -> str:
    return ", ".join(f"{n} {state}" for state, n in sorted(states.items())) or "nothing"
