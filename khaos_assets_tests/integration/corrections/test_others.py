"""What others do meanwhile is kept, and a yes that is none is found out; over HTTP, for every kind of write."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from khaos_assets.corrections.journal import ItemState
from khaos_assets.corrections.plan import PlanItem
from khaos_assets.systems.khaos.soap import Call
from khaos_assets.systems.write import Write


def more(by: str) -> Callable[[PlanItem], tuple[Mapping[str, str], str]]:
    return lambda item: ({}, f"{Decimal(item.before or '0') + Decimal(by):f}")


def said(value: str, **target: str) -> Callable[[PlanItem], tuple[Mapping[str, str], str]]:
    return lambda _: (target, value)


def one_unit_for_a_pound(item: PlanItem) -> tuple[Mapping[str, str], str]:
    """Another credit note for the same order."""
    line = json.loads(item.target["lines"] or "")[0] | {"quantity": "1", "price": "1.00"}
    return {"lines": json.dumps([line])}, "1.00"


def one_unit_of_it(item: PlanItem) -> tuple[Mapping[str, str], str]:
    """The same order, imported by somebody else with less in it."""
    line = json.loads(item.target["lines"] or "")[0] | {"quantity": "1"}
    otherwise = {"currency": "GBP", "total": "", "delivery_net": "0", "delivery_tax": "0"}
    return otherwise | {"lines": json.dumps([line])}, "1 units"


OTHERWISE = {
    "khaos.consignment": said("BY-HAND-1"),
    "khaos.credit_note": one_unit_for_a_pound,
    "khaos.item": lambda i: more("7")(i) if i.field in ("weight", "height", "width", "depth") else ({}, "by hand"),
    "khaos.order": one_unit_of_it,
    "khaos.shipment": said("13, DPD Next Day, BY-HAND-2, 2026-11-18"),
    "khaos.stock_level": more("7"),
    "orocommerce.customer_name": said("A name given by hand"),
    "orocommerce.price": more("0.07"),
    "orocommerce.product_status": said("disabled"),
    "orocommerce.shipping_status": said("partially_shipped"),
    "orocommerce.stock": more("7"),
    "orocommerce.tracking": said("BY-HAND-3", number="BY-HAND-3"),
    "pimberly.price": more("0.07"),
    "plytix.flag": said("false"),
    "plytix.price": more("0.07"),
    "scayle.price": more("7"),
    "scayle.shipment": said("BY-HAND-4", shipment_key="BY-HAND-4"),
    "scayle.stock": more("7"),
}
"""Write → what somebody else makes of the record between plan and apply."""
TWO_VALUES = {"orocommerce.product_status", "plytix.flag"}
"""There is only one other value: whoever writes it does what was planned."""


def by_another(item: PlanItem) -> tuple[Write, str]:
    target, value = OTHERWISE[item.write](item)
    write = item.open()
    return type(write)(**{f: target.get(f, getattr(write, f)) for f in write.__struct_fields__}), value


def one_of_each(items: tuple[PlanItem, ...]) -> list[PlanItem]:
    return list({item.write: item for item in items}.values())


def test_an_edit_between_plan_and_apply_is_kept_whichever_write_it_meets(ground: Callable[..., Any]) -> None:
    with ground() as g:
        plan_id, plan = g.approved()
        edited = one_of_each(plan.items)
        assert {i.write for i in edited} == set(OTHERWISE)
        g.by_hand(by_another(i) for i in edited)
        theirs = Counter(g.changes())
        g.apply(plan_id)
        for item, line in g.states(plan_id, plan):
            if item in edited:
                kept = ItemState.VERIFIED if item.write in TWO_VALUES else ItemState.CONFLICT
                assert line.state is kept, f"{item.write}: {line}"
            else:
                assert line.state is ItemState.VERIFIED
        ours = Counter(g.changes()) - theirs
        assert ours.total() == len(plan.items) - len(edited)


def test_stock_that_khaos_sold_since_the_night_is_not_pushed_to_a_channel(ground: Callable[..., Any]) -> None:
    with ground() as g:
        plan_id, plan = g.approved(codes=["STK-04", "STK-05"])
        sold = next(i for i in plan.items if i.write == "scayle.stock")
        figure = sold.made_of[0]
        site = next(n for n in g.settings.mapping.warehouses["scayle"][str(sold.evidence["warehouse"])])
        level = f'<STOCK_STATUS SITE="{site}"><STOCK_ITEM CODE="{figure.target["code"]}"><LEVEL>1</LEVEL></STOCK_ITEM>'
        arguments = {"StockStatus": level + "</STOCK_STATUS>", "UpdateStockData": False, "UpdateStockLevels": True}
        g.ask_khaos(Call("ImportStockStatus", arguments))
        g.apply(plan_id)
        ended = {item.record: line for item, line in g.states(plan_id, plan) if item.made_of}
        assert ended[sold.record].state is ItemState.CONFLICT
        assert "khaos.level of" in (ended[sold.record].why or "")
        others = [line for record, line in ended.items() if record != sold.record]
        assert {line.state for line in others} == {ItemState.VERIFIED}
        assert len(g.changes()) == 1 + len(plan.items) - 1


LYING = [
    {"system": "scayle", "switch": "stale_stock_ok"},
    {"system": "plytix", "switch": "patch_not_applied"},
    {"system": "pimberly", "switch": "put_not_applied"},
]


@pytest.mark.parametrize("fault", LYING, ids=lambda f: f["switch"])
def test_a_success_that_changed_nothing_is_a_failure_and_stops_the_plan(
    ground: Callable[..., Any], fault: dict[str, Any]
) -> None:
    with ground([fault]) as g:
        plan_id, _ = g.approved(systems=[fault["system"]])
        applied = g.apply(plan_id)
        assert applied.how == "stopped"
        assert applied.states["diverged"] == 1
        assert not any(system == fault["system"] and "stocks" in operation for system, operation in g.changes())
        assert "stands there" in (applied.why or "")


@pytest.mark.parametrize("system", ["khaos", "orocommerce", "scayle", "plytix"])
def test_an_answer_that_is_lost_after_the_deed_leads_to_no_second_one(ground: Callable[..., Any], system: str) -> None:
    with ground([{"system": system, "switch": "reset_after_commit"}]) as g:
        plan_id, plan = g.approved(systems=[system])
        applied = g.apply(plan_id)
        assert (applied.how, applied.states) == ("done", Counter(verified=len(plan.items)))
        assert len(g.changes()) == len(plan.items)


def test_a_system_that_fails_at_the_canary_is_left_alone_and_tried_again_when_it_is_well(
    ground: Callable[..., Any],
) -> None:
    with ground([{"system": "orocommerce", "switch": "http_403", "method": "PATCH"}]) as g:
        plan_id, plan = g.approved(systems=["orocommerce"])
        first = g.apply(plan_id)
        assert (first.how, first.states["refused"], g.changes()) == ("stopped", 1, [])
        g.sandbox.set_faults([])
        second = g.apply(plan_id)
        assert (second.how, second.states) == ("done", Counter(verified=len(plan.items)))
        again = [line.generation for _, line in g.states(plan_id, plan)]
        assert sorted(again) == [1] * (len(plan.items) - 1) + [2]
