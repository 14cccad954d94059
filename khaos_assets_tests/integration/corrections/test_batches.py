"""Batches of the vendors, over HTTP: many items in one call, and each of them ends as it really ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from khaos_assets.corrections.journal import ItemState
from khaos_assets.corrections.plan import Plan
from khaos_assets.systems.orocommerce import batch
from khaos_assets_tests.integration.corrections.conftest import Ground

ORO, SCAYLE = "PATCH /inventorylevels", "POST /variants/stocks/bulk-requests"
CODES = ["STK-02", "STK-03", "STK-04", "STK-05", "FIN-08"]


def approved(g: Ground) -> tuple[str, Plan]:
    """Stock and prices of both channels; one of each write goes first, the others in batches."""
    own = g.settings.corrections.model_copy(update={"batches": ["*"], "canary": [1]})
    g.settings = g.settings.model_copy(update={"corrections": own})
    return g.approved(codes=CODES, systems=["orocommerce", "scayle"])


def test_after_the_canary_the_others_go_in_one_call_and_all_of_them_stand_there(ground: Callable[..., Any]) -> None:
    with ground() as g:
        plan_id, plan = approved(g)
        applied = g.apply(plan_id)
        assert (applied.how, applied.states) == ("done", Counter(verified=len(plan.items)))
        calls, rows = Counter(g.changes()), Counter(i.write for i in plan.items)
        assert rows["orocommerce.stock"] > 3
        assert calls["orocommerce", ORO] == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"system": "orocommerce", "switch": "batch_partial"},
        {"system": "scayle", "switch": "bulk_partial"},
        {"system": "orocommerce", "switch": "batch_stuck"},
    ],
    ids=lambda f: f["switch"],
)
def test_rows_that_a_batch_left_undone_are_told_and_done_by_the_next_apply(
    ground: Callable[..., Any], fault: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "LOOKS", (0, 0.01, 0.01))
    with ground([fault]) as g:
        plan_id, plan = approved(g)
        applied = g.apply(plan_id)
        assert applied.how == "stopped"
        ended = {item.record: line.state for item, line in g.states(plan_id, plan) if item.system == fault["system"]}
        assert ItemState.INDETERMINATE in ended.values()
        assert ItemState.INTENT not in ended.values()
        g.sandbox.set_faults([])
        again = g.apply(plan_id)
        assert (again.how, again.states) == ("done", Counter(verified=len(plan.items)))


def test_the_answer_to_a_batch_that_is_lost_after_the_deed_leads_to_no_second_one(ground: Callable[..., Any]) -> None:
    with ground([{"system": "orocommerce", "switch": "reset_after_commit"}]) as g:
        plan_id, plan = approved(g)
        applied = g.apply(plan_id)
        assert (applied.how, applied.states) == ("done", Counter(verified=len(plan.items)))
        assert Counter(g.changes())["orocommerce", ORO] == 2


def test_where_scayle_takes_no_bulk_of_stock_its_items_are_refused_and_the_rest_of_the_plan_goes_on(
    ground: Callable[..., Any],
) -> None:
    with ground([{"system": "scayle", "switch": "bulk_stock_off"}]) as g:
        plan_id, plan = approved(g)
        applied = g.apply(plan_id)
        refused = [item.write for item, line in g.states(plan_id, plan) if line.state is ItemState.REFUSED]
        assert set(refused) == {"scayle.stock"}
        assert (applied.how, applied.states["verified"]) == ("done", len(plan.items) - len(refused))
