"""Not one request leaves that must not: caps, approval, hash, switches, halt."""

from __future__ import annotations

import os
import random
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from khaos_assets.cases import tables
from khaos_assets.cases.ledger import Ledger
from khaos_assets.config import Credentials, Settings, Store
from khaos_assets.corrections import CorrectionError, applying
from khaos_assets.corrections.applying import AlreadyApplying, Applied, apply
from khaos_assets.corrections.approval import RefusedApproval, approve, policy_for, refuse
from khaos_assets.corrections.caps import OverCap
from khaos_assets.corrections.halt import halt, halted_by, resume
from khaos_assets.corrections.journal import Journal
from khaos_assets.corrections.plan import Ground, Plan, PlanItem, Unproven, Unwritable, read_plan
from khaos_assets.corrections.register import NoSuchPlan, enter, find
from khaos_assets.systems.read import installed_systems
from khaos_assets.systems.transport import Halted
from khaos_assets_tests.unit.corrections.target import (
    AT,
    READ,
    AddWrite,
    PriceWrite,
    SetWrite,
    Shop,
    as_system,
    item,
    memory_ledger,
    plan_of,
)

NOBODY = Credentials(values={})


def settings(**section: Any) -> Settings:
    said = {"writes": ["shop.*"], "caps": {"items": 4, "sku_share_percent": 50, "units": 100, "gbp": 1000}} | section
    return Settings.of_merchant({"merchant": {"name": "Bright & Co"}, "corrections": said})


ON, OFF = settings(), settings(writes=[])


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop({f"r{n}": "1" for n in range(10)})
    monkeypatch.setitem(installed_systems(), "shop", as_system(made))
    return made


def counting(shop: Shop) -> list[str]:
    """Every request that leaves from now on."""
    left: list[str] = []
    shop.step = left.append
    return left


def approved(ledger: Ledger, plan: Plan, by: str = "ben", **section: Any) -> str:
    plan_id = enter(ledger, plan)
    approve(ledger, settings(**section), plan_id, by=by, at=AT)
    return plan_id


@dataclass
class Drawn:
    """A plan as chance would have it, and what stands against it."""

    plan: Plan
    against: set[str]


def at_nine() -> datetime:
    return AT


AGAINST = ("cap", "planner", "expired", "changed", "unapproved", "refused", "off", "halted", "in use")


def drawn(rng: random.Random, number: int) -> Drawn:
    against = {word for word in AGAINST if rng.random() < 0.12}
    n = 5 if "cap" in against and rng.random() < 0.5 else rng.randint(1, 4)
    gbp = Decimal(2000 if "cap" in against and n < 5 else 1)
    items = [item(rng.choice((SetWrite, AddWrite)), f"r{k}", amount_gbp=gbp if k == 0 else None) for k in range(n)]
    return Drawn(plan_of(items, made_at=AT + timedelta(microseconds=number)), against)


def let_go(ledger: Ledger, one: Drawn) -> str:
    """Approve it in the way that was drawn, if anybody does."""
    plan_id = enter(ledger, one.plan)
    if "unapproved" in one.against:
        return plan_id
    by = "Anna" if "planner" in one.against else "ben"
    at = AT - timedelta(hours=5) if "expired" in one.against else AT
    try:
        approve(ledger, ON, plan_id, by=by, at=at)
    except (OverCap, RefusedApproval):
        assert one.against & {"cap", "planner"}
    if "refused" in one.against:
        refuse(ledger, plan_id, by="anna", reason="not tonight", at=AT)
    if "changed" in one.against:
        text = one.plan.text.decode().replace('"after":"2"', '"after":"3"')
        with ledger.engine.begin() as connection:
            connection.execute(
                sa.update(tables.correction_plan).where(tables.correction_plan.c.plan_id == plan_id).values(body=text)
            )
    return plan_id


@pytest.mark.parametrize("part", range(4))
def test_of_a_thousand_plans_only_those_go_against_which_nothing_stands(
    part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PLANS says how many are drawn in each part, and 1250 makes five thousand."""
    plans = int(os.environ.get("PLANS", "300"))
    rng, store, went = random.Random(part), Store(tmp_path), Counter[str]()
    left: list[str] = []

    async def going(journal: Journal, *_: object) -> Applied:
        left.append(journal.registered.plan_id)
        return Applied(journal.registered.plan_id, "done", None, Counter())

    monkeypatch.setattr(applying, "_apply", going)  # the only way to any request
    ledger = memory_ledger()
    for number in range(plans):
        if number % 100 == 0:
            ledger = memory_ledger()
        one = drawn(rng, number)
        plan_id = let_go(ledger, one)
        left.clear()
        if "halted" in one.against:
            halt(ledger, store, by="carol", why="something smells", at=AT)
        other = store.correcting("shop") if "in use" in one.against else nullcontext()
        try:
            with other:
                apply(
                    ledger, OFF if "off" in one.against else ON, NOBODY, Store(tmp_path), plan_id, by="ben", now=at_nine
                )
        except (CorrectionError, Halted):
            assert one.against, "nothing stood against it"
            assert left == []
        else:
            assert not one.against, f"it went in spite of {one.against}"
            assert left == [plan_id]
        if "halted" in one.against:
            resume(ledger, store, by="carol", why="it was the drains", at=AT)
        went.update(one.against if len(one.against) == 1 else ())  # each alone is enough
        went["nothing"] += not one.against
    assert min(went[word] for word in AGAINST) > plans / 100
    assert went["nothing"] > plans / 4


@pytest.mark.parametrize("allowed", range(12))
def test_after_halt_not_one_more_request_leaves_and_apply_goes_on_where_it_stopped(
    shop: Shop, tmp_path: Path, allowed: int
) -> None:
    ledger, store = memory_ledger(), Store(tmp_path)
    plan_id = approved(ledger, plan_of([item(SetWrite, f"r{k}") for k in range(4)]))
    left: list[str] = []

    def step(where: str) -> None:
        if where.startswith("before"):
            left.append(where)
            if len(left) == allowed:
                halt(ledger, store, by="carol", why="something smells", at=AT)

    shop.step = step
    if allowed == 0:
        halt(ledger, store, by="carol", why="something smells", at=AT)
        with pytest.raises(Halted, match="something smells"):
            apply(ledger, settings(), NOBODY, store, plan_id, by="ben", now=lambda: AT)
    else:
        assert apply(ledger, settings(), NOBODY, store, plan_id, by="ben", now=lambda: AT).how == "halted"
    assert len(left) == allowed
    resume(ledger, store, by="carol", why="it was the drains", at=AT)
    assert halted_by(store) is None
    later = AT + timedelta(days=1 if allowed else 0)  # an approval that was never used runs out
    again = apply(ledger, settings(), NOBODY, store, plan_id, by="ben", now=lambda: later)
    assert (again.how, again.states) == ("done", Counter(verified=4))
    assert shop.done == [(f"r{k}", "2") for k in range(4)]


def test_a_plan_is_used_once(shop: Shop, tmp_path: Path) -> None:
    ledger, store = memory_ledger(), Store(tmp_path)
    plan_id = approved(ledger, plan_of([item(SetWrite, "r0")]))
    apply(ledger, settings(), NOBODY, store, plan_id, by="ben", now=lambda: AT)
    left = counting(shop)
    with pytest.raises(CorrectionError, match="used once"):
        apply(ledger, settings(), NOBODY, store, plan_id, by="ben", now=lambda: AT)
    with pytest.raises(RefusedApproval, match="was used"):
        approve(ledger, settings(), plan_id, by="ben", at=AT)
    assert left == []


def test_two_processes_do_not_write_to_one_system_at_a_time(shop: Shop, tmp_path: Path) -> None:
    ledger, store = memory_ledger(), Store(tmp_path)
    plan_id = approved(ledger, plan_of([item(SetWrite, "r0")]))
    left = counting(shop)
    with store.correcting("shop"), pytest.raises(AlreadyApplying, match="shop"):
        apply(ledger, settings(), NOBODY, Store(tmp_path), plan_id, by="ben", now=lambda: AT)
    assert left == []


def test_a_plan_that_is_too_old_is_not_approved() -> None:
    ledger = memory_ledger()
    plan_id = enter(ledger, plan_of([item(SetWrite, "r0")]))
    with pytest.raises(RefusedApproval, match="older than 12 hours"):
        approve(ledger, settings(), plan_id, by="ben", at=AT + timedelta(hours=12))


def test_policy_approves_only_what_it_names_below_its_value() -> None:
    policy = settings(policy=[{"codes": ["STK-*"], "below_gbp": 50}])

    def approves(*items: PlanItem) -> bool:
        return policy_for(policy, plan_of(items)) is not None

    small = item(SetWrite, "r0", amount_gbp=Decimal(49))
    assert approves(small)
    assert not approves(small, item(SetWrite, "r1", amount_gbp=Decimal(50)))
    assert not approves(small, item(SetWrite, "r1", amount_gbp=None))
    assert not approves(small, item(SetWrite, "r1", amount_gbp=Decimal(1), code="FIN-07"))
    assert not approves()


@pytest.mark.parametrize(
    "shaky",
    [{"verdict": "INCOMPLETE"}, {"feed": ("FEED-01",)}, {"feed": ("FEED-02",)}, {"feed": ("FEED-03",)},
     {"snapshot": ""}, {"read": "khaos/stock_items"}],
    ids=str,
)  # fmt: skip
def test_no_plan_can_rest_on_a_side_that_is_not_proven(shaky: dict[str, Any]) -> None:
    firm = Ground(read=READ, snapshot="5f", verdict="COMPLETE_WITH_QUARANTINE")
    good = plan_of([item(SetWrite, "r0")], ground=(firm,))
    with pytest.raises(Unproven, match="stock_levels"):
        plan_of([item(SetWrite, "r0")], ground=(replace(firm, **shaky),))
    text = good.text.replace(b"COMPLETE_WITH_QUARANTINE", b"INCOMPLETE")
    with pytest.raises(Unproven, match="stock_levels"):
        read_plan(text, good.plan_id)


@pytest.mark.parametrize(
    ("write", "said", "why"),
    [
        (SetWrite, {"after": ""}, "empty"),
        (SetWrite, {"after": "  "}, "empty"),
        (PriceWrite, {"after": "0"}, "a price of 0"),
        (PriceWrite, {"after": "-1.00"}, "a price of -1.00"),
        (PriceWrite, {"after": "9.99", "floor": Decimal(10)}, "below its cost"),
        (type("Nothing", (), {"name": "shop.nothing"}), {}, "no system has such a write"),
    ],
)
def test_what_is_never_written_cannot_be_said(write: Any, said: dict[str, Any], why: str) -> None:
    with pytest.raises(Unwritable, match=why):
        item(write, "r0", **said)


def test_a_price_at_its_cost_may_be_written() -> None:
    assert item(PriceWrite, "r0", after="10.00", floor=Decimal(10)).after == "10.00"


def test_a_plan_keeps_its_id_through_the_ledger_and_is_found_by_its_beginning() -> None:
    ledger, plan = memory_ledger(), plan_of([item(SetWrite, "r0", amount_gbp=Decimal("5.10"))])
    plan_id = enter(ledger, plan)
    assert enter(ledger, plan) == plan_id
    assert find(ledger, plan_id[:10]).plan == plan
    with pytest.raises(NoSuchPlan, match="no plan ffff"):
        find(ledger, "ffff")


@pytest.mark.parametrize(
    ("number", "said", "cap"),
    [
        (5, {}, "items: 5 where 4"),
        (1, {"units": Decimal(-101)}, "units: 101 where 100"),
        (1, {"amount_gbp": Decimal("-1000.01")}, "gbp: 1000.01 where 1000"),
    ],
)
def test_each_cap_refuses_the_whole_plan(number: int, said: dict[str, Any], cap: str) -> None:
    listed = [item(SetWrite, f"r{k}", **said) for k in range(number)]
    ledger = memory_ledger()
    with pytest.raises(OverCap, match=cap):
        approved(ledger, plan_of(listed))
    assert find(ledger, plan_of(listed).plan_id).approved_by is None


def test_a_price_may_not_move_further_than_its_cap_nor_out_of_nothing() -> None:
    ledger = memory_ledger()
    approved(ledger, plan_of([item(PriceWrite, "r0", before="8.00", after="10.00")]))
    for before, after in (("8.00", "10.01"), ("0", "1.00"), ("10.00", "7.49")):
        with pytest.raises(OverCap, match="price_move_percent"):
            approved(ledger, plan_of([item(PriceWrite, "r0", before=before, after=after)]))


def test_a_share_is_of_all_stock_codes() -> None:
    ledger = memory_ledger()
    with pytest.raises(OverCap, match=r"sku_share_percent: 66\.67 where 50"):
        approved(ledger, plan_of([item(SetWrite, f"r{k}") for k in range(2)], skus=3))
