"""`corrections …`: what is proposed, who lets it go, what was written, and the switch that stops it all."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khaos_assets.cli.session import FAILED, JsonFlag, NightOption, Session, UsageError, command, emit, finish, say

if TYPE_CHECKING:
    from khaos_assets.cases.ledger import Ledger
    from khaos_assets.corrections.plan import Plan
    from khaos_assets.corrections.register import Registered

TOP = 20
PlanId = Annotated[str, typer.Argument(help="The plan's id, or enough of its beginning.")]
Why = Annotated[str, typer.Option("--why", help="Why, for whoever asks later.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    command(app, "plan")(plan)
    command(app, "show")(show)
    command(app, "approve")(approve)
    command(app, "apply")(apply)
    command(app, "status")(status)
    command(app, "halt")(halt)
    command(app, "resume")(resume)


@contextmanager
def ledger_of(session: Session) -> Generator[Ledger]:
    """The installation's ledger. An id that names no plan is a wrong call: exit status 2."""
    from khaos_assets.cases.ledger import open_ledger
    from khaos_assets.corrections.register import NoSuchPlan

    with open_ledger(session.store) as ledger:
        try:
            yield ledger
        except NoSuchPlan as e:
            raise UsageError(str(e)) from e


def plan(
    session: Session,
    night: NightOption = None,
    *,
    code: Annotated[list[str] | None, typer.Option("--code", help="Only cases of this code; may be repeated.")] = None,
    system: Annotated[list[str] | None, typer.Option("--system", help="Only what is written to this system.")] = None,
    json: JsonFlag = False,
) -> None:
    """Propose corrections for the cases that stand after a night. Nothing is written to any system."""
    from khaos_assets.cli.progress import working
    from khaos_assets.corrections.approval import approve as decide
    from khaos_assets.corrections.approval import policy_for
    from khaos_assets.corrections.caps import refuse_over
    from khaos_assets.corrections.planning import make_plan
    from khaos_assets.corrections.register import enter, find

    settings, now = session.settings, datetime.now(UTC)
    with ledger_of(session) as ledger:
        with working("Looking for what can be put right"):
            made = make_plan(
                settings, session.store, ledger, session.stored_night(night), planner=session.actor, at=now,
                codes=code, systems=system,
            )  # fmt: skip
        refuse_over(made, settings.corrections.caps)
        plan_id = enter(ledger, made)
        policy = policy_for(settings, made)
        if policy is not None:
            decide(ledger, settings, plan_id, by=policy, at=now)
        _show(session, find(ledger, plan_id), json)


def show(session: Session, plan_id: PlanId, json: JsonFlag = False) -> None:
    """A plan before it is approved: what it would write, what it leaves alone and why, how far its caps are used."""
    from khaos_assets.corrections.register import find

    with ledger_of(session) as ledger:
        _show(session, find(ledger, plan_id), json)


def approve(session: Session, plan_id: PlanId, json: JsonFlag = False) -> None:
    """Let a plan go. Whoever made it cannot."""
    from khaos_assets.corrections.approval import approve as decide

    with ledger_of(session) as ledger:
        decided = decide(ledger, session.settings, plan_id, by=session.actor, at=datetime.now(UTC))
    if json:
        emit(_head(decided))
    else:
        say(f"Approved by {decided.approved_by}; to be applied before {decided.expires_at:%Y-%m-%d %H:%M} UTC.")


def apply(session: Session, plan_id: PlanId, json: JsonFlag = False) -> None:
    """Write what an approved plan says, or go on with one that was broken off."""
    from khaos_assets.cli.progress import quiet_logs
    from khaos_assets.corrections.applying import apply as act

    quiet_logs(session.debug)
    with ledger_of(session) as ledger, _bar("Corrections") as progress:
        applied = act(
            ledger, session.settings, session.credentials, session.store, plan_id, by=session.actor, progress=progress
        )
    if json:
        emit({"plan_id": applied.plan_id, "how": applied.how, "why": applied.why, "states": applied.states})
    else:
        print(f"{applied.how}: {_counted(applied.states)}")
        if applied.why:
            print(applied.why)
    finish(0 if applied.how == "done" else FAILED)


def status(session: Session, json: JsonFlag = False) -> None:
    """Plans, the newest first, and whether corrections are halted."""
    from khaos_assets.corrections.halt import halted_by
    from khaos_assets.corrections.journal import counts
    from khaos_assets.corrections.register import registered

    now, stopped = datetime.now(UTC), halted_by(session.store)
    with ledger_of(session) as ledger:
        found = [(r, counts(ledger, r.plan_id)) for r in registered(ledger)]
    if json:
        emit({"halted": stopped, "plans": [_head(r) | {"states": states} for r, states in found]})
        return
    from khaos_assets.cli.tables import print_table

    print_table(
        ("Plan", "State", "Night", "Made by", "Approved by", "Items"),
        [(r.plan_id[:12], r.state(now), str(r.night), r.planner, r.approved_by or "", _counted(states))
         for r, states in found],
    )  # fmt: skip
    if stopped:
        print(stopped)


def halt(session: Session, *, why: Why) -> None:
    """Stop all corrections, before their next request."""
    from khaos_assets.corrections.halt import halt as act

    with ledger_of(session) as ledger:
        act(ledger, session.store, by=session.actor, why=why, at=datetime.now(UTC))
    say("Halted. Nothing is sent until `khaos-assets corrections resume`.")


def resume(session: Session, *, why: Why) -> None:
    """Let corrections go again; `apply` then goes on with a plan that was stopped."""
    from khaos_assets.corrections.halt import resume as act

    with ledger_of(session) as ledger:
        act(ledger, session.store, by=session.actor, why=why, at=datetime.now(UTC))


@contextmanager
def _bar(what: str) -> Generator[Callable[[int, int], None]]:
    """A bar of items done; nothing where there is no terminal."""
    if not sys.stderr.isatty():
        yield lambda done, of: None  # noqa: ARG005
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)


def _show(session: Session, registered: Registered, json: bool) -> None:
    from khaos_assets.corrections.caps import uses

    plan, caps = registered.plan, uses(registered.plan, session.settings.corrections.caps)
    if json:
        import msgspec

        used = {u.cap: {"used": str(u.used), "limit": str(u.limit)} for u in caps}
        emit(_head(registered) | {"caps": used, "plan": msgspec.json.decode(plan.text)})
        return
    from khaos_assets.cli.cases import pounds
    from khaos_assets.cli.tables import print_table

    state = registered.state(datetime.now(UTC))
    print(f"Plan {registered.plan_id[:12]} of the night {plan.night}, made by {plan.planner}: {state}")
    totals = [(code, write, f"{n:,}", pounds(gbp)) for (code, write), (n, gbp) in _totals(plan).items()]
    print_table(("Code", "Write", ">Items", ">GBP"), totals)
    largest = sorted(plan.items, key=lambda i: abs(i.amount_gbp or Decimal(0)), reverse=True)[:TOP]
    print(f"The {len(largest)} largest of {len(plan.items):,}:")
    print_table(
        ("Code", "Write", "Record", "Field", "From", "To", ">GBP"),
        [(i.code, i.write, i.record, i.field, i.before or "", i.after, pounds(i.amount_gbp)) for i in largest],
    )
    print_table(("Cap", ">Used", ">Allowed"), [(u.cap, f"{u.used:,f}", f"{u.limit:,f}") for u in caps])
    why = Counter((x.code, x.why) for x in plan.left_out)
    if why:
        print("Not touched:")
        print_table(("Code", ">Cases", "Why"), [(c, f"{n:,}", w) for (c, w), n in sorted(why.items())])
    if state == "planned" and plan.items:
        say(f"khaos-assets corrections approve {registered.plan_id[:12]} --as ANOTHER   lets it go")


def _totals(plan: Plan) -> dict[tuple[str, str], tuple[int, Decimal]]:
    totals: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for item in plan.items:
        n, gbp = totals.get((item.code, item.write), (0, Decimal(0)))
        totals[item.code, item.write] = n + 1, gbp + abs(item.amount_gbp or Decimal(0))
    return dict(sorted(totals.items()))


def _head(registered: Registered) -> dict[str, Any]:
    r = registered
    return {
        "plan_id": r.plan_id, "state": r.state(datetime.now(UTC)), "night": str(r.night), "planner": r.planner,
        "made_at": r.made_at, "approved_by": r.approved_by, "expires_at": r.expires_at,
    }  # fmt: skip


def _counted(states: Counter[str]) -> str:
    return ", ".join(f"{n:,} {state}" for state, n in sorted(states.items()))
