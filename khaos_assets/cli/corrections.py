"""`corrections …`: what is proposed, who lets it go, what was written, and the switch that stops it all."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from khaos_assets.cli.plans import counted, head, show_plan
from khaos_assets.cli.session import FAILED, JsonFlag, NightOption, Session, UsageError, command, emit, finish, say

if TYPE_CHECKING:
    from khaos_assets.cases.ledger import Ledger

PlanId = Annotated[str, typer.Argument(help="The plan's id, or enough of its beginning.")]
Why = Annotated[str, typer.Option("--why", help="Why, for whoever asks later.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    command(app, "plan")(plan)
    command(app, "show")(show)
    command(app, "approve")(approve)
    command(app, "refuse")(refuse)
    command(app, "apply")(apply)
    command(app, "status")(status)
    command(app, "verify")(verify)
    command(app, "worklists")(worklists)
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
    take_back: Annotated[
        str | None, typer.Option("--take-back", metavar="PLAN", help="Write back what stood there before this plan.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Propose corrections for the cases that stand after a night. Nothing is written to any system."""
    from khaos_assets.cli.progress import working
    from khaos_assets.corrections.approval import approve as decide
    from khaos_assets.corrections.approval import policy_for
    from khaos_assets.corrections.caps import refuse_over
    from khaos_assets.corrections.compensation import taking_back
    from khaos_assets.corrections.planning import make_plan
    from khaos_assets.corrections.register import enter, find

    settings, now = session.settings, datetime.now(UTC)
    with ledger_of(session) as ledger:
        with working("Looking for what can be put right"):
            made = taking_back(ledger, take_back, planner=session.actor, at=now) if take_back else make_plan(
                settings, session.store, ledger, session.stored_night(night), planner=session.actor, at=now,
                codes=code, systems=system,
            )  # fmt: skip
        refuse_over(made, settings.corrections.caps)
        plan_id = enter(ledger, made)
        policy = policy_for(settings, made)
        if policy is not None:
            decide(ledger, settings, plan_id, by=policy, at=now)
        show_plan(session, find(ledger, plan_id), json)


def show(session: Session, plan_id: PlanId, json: JsonFlag = False) -> None:
    """A plan before it is approved: what it would write, what it leaves alone and why, how far its caps are used."""
    from khaos_assets.corrections.register import find

    with ledger_of(session) as ledger:
        show_plan(session, find(ledger, plan_id), json)


def approve(session: Session, plan_id: PlanId, json: JsonFlag = False) -> None:
    """Let a plan go. Whoever made it cannot."""
    from khaos_assets.corrections.approval import approve as decide

    with ledger_of(session) as ledger:
        decided = decide(ledger, session.settings, plan_id, by=session.actor, at=datetime.now(UTC))
    if json:
        emit(head(decided))
    else:
        say(f"Approved by {decided.approved_by}; to be applied before {decided.expires_at:%Y-%m-%d %H:%M} UTC.")


def refuse(
    session: Session, plan_id: PlanId, *, reason: Annotated[str, typer.Option("--reason", help="Why not.")],
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """Take a plan out of use for good. Its cases may be planned anew."""
    from khaos_assets.corrections.approval import refuse as decide

    with ledger_of(session) as ledger:
        decided = decide(ledger, plan_id, by=session.actor, reason=reason, at=datetime.now(UTC))
    if json:
        emit(head(decided))
    else:
        say(f"Refused by {decided.refused_by}: {decided.refused_why}")


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
        print(f"{applied.how}: {counted(applied.states)}")
        if applied.why:
            print(applied.why)
    finish(0 if applied.how == "done" else FAILED)


def status(session: Session, json: JsonFlag = False) -> None:
    """Plans, the newest first, and whether corrections are halted."""
    from khaos_assets.corrections.halt import halted_by
    from khaos_assets.corrections.listing import plans

    now, stopped = datetime.now(UTC), halted_by(session.store)
    with ledger_of(session) as ledger:
        found = plans(ledger)
    if json:
        emit({"halted": stopped, "plans": [head(p.head) | {"states": p.states} for p in found]})
        return
    from khaos_assets.cli.tables import print_table

    print_table(
        ("Plan", "State", "Night", "Made by", "Approved by", "Items"),
        [(p.head.plan_id[:12], p.head.state(now), str(p.head.night), p.head.planner, p.head.approved_by or "",
          counted(p.states)) for p in found],
    )  # fmt: skip
    if stopped:
        print(stopped)


def verify(session: Session, plan_id: PlanId, json: JsonFlag = False) -> None:
    """Read again what a plan wrote, and say what became of its cases. Nothing is written."""
    from khaos_assets.corrections.verifying import verify as look

    with ledger_of(session) as ledger:
        found = look(ledger, session.settings, session.credentials, session.store, plan_id)
    if json:
        looked = [
            {"item": x.place, "write": x.item.write, "record": x.item.record, "stands": x.stands.value, "seen": x.seen,
             "case": x.case}
            for x in found.looked
        ]  # fmt: skip
        emit({"plan_id": found.plan_id, "stands": found.counts, "cases": found.cases, "items": looked})
        return
    print(f"What stands there: {counted(found.counts)}")
    print(f"Their cases: {counted(found.cases)}")
    for x in found.looked:
        if x.stands.value != "ours":
            print(
                f"{x.item.code} {x.item.record} {x.item.field}: {x.seen} ({x.stands.value}), written was {x.item.after}"
            )


def worklists(session: Session, night: NightOption = None, json: JsonFlag = False) -> None:
    """Write a file per code of what a person has to put right: all that stands and no plan of the night writes."""
    from khaos_assets.corrections.listing import plans
    from khaos_assets.corrections.register import find
    from khaos_assets.corrections.worklists import write_worklists

    chosen, now = session.stored_night(night), datetime.now(UTC)
    with ledger_of(session) as ledger:
        mine = (p.head for p in plans(ledger, night=chosen.date) if p.head.state(now) != "refused")
        made = (find(ledger, head.plan_id).plan for head in mine)
        newest = next((plan for plan in made if plan.takes_back is None), None)
        written = write_worklists(ledger, session.store, chosen.date, newest)
    if json:
        emit({"night": str(chosen), "files": {name: str(path) for name, path in written.items()}})
        return
    for path in written.values():
        print(path)


def halt(session: Session, *, why: Why = "no reason given") -> None:
    """Stop all corrections, before their next request."""
    from khaos_assets.corrections.halt import halt as act

    with ledger_of(session) as ledger:
        act(ledger, session.store, by=session.actor, why=why, at=datetime.now(UTC))
    say("Halted. Nothing is sent until `khaos-assets corrections resume`.")


def resume(session: Session, *, why: Why = "no reason given") -> None:
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
