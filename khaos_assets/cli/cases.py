"""`cases …`: the list of cases, one case with its history, and what people decide about them."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec.structs import asdict

from khaos_assets.cli.session import JsonFlag, Session, UsageError, command, emit, say

if TYPE_CHECKING:
    from khaos_assets.cases.ledger import Ledger
    from khaos_assets.cases.states import Case

SHOWN = 200
Key = Annotated[str, typer.Argument(help="The case's key, or enough of its beginning.")]
Reason = Annotated[str, typer.Option("--reason", help="One of cases.reasons of merchant.toml.")]
Note = Annotated[str, typer.Option("--note", help="What was found or done, for whoever asks later.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    from khaos_assets.cli.one_case import show

    command(app, "list")(list_cases)
    command(app, "show")(show)
    command(app, "ack")(ack)
    command(app, "assign")(assign)
    command(app, "resolve")(resolve)
    command(app, "accept")(accept)
    command(app, "reopen")(reopen)


@contextmanager
def ledger_of(session: Session) -> Generator[Ledger]:
    """The installation's ledger. What it refuses is a wrong call: exit status 2."""
    from khaos_assets.cases.decisions import RefusedDecision
    from khaos_assets.cases.ledger import NoSuchCase, open_ledger

    with open_ledger(session.store) as ledger:
        try:
            yield ledger
        except (RefusedDecision, NoSuchCase) as e:
            raise UsageError(str(e)) from e


def list_cases(
    session: Session,
    *,
    state: Annotated[
        str | None, typer.Option("--state", help="One state, or all. Without it: what stands open.")
    ] = None,
    code: Annotated[str | None, typer.Option("--code", help="One code, for example STK-01.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="One owner, for example finance.")] = None,
    late: Annotated[bool, typer.Option("--late", help="Only those whose service level has ended.")] = False,
    incidents: Annotated[
        bool, typer.Option("--incidents", help="What stands open and has one cause, as one incident with members.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Cases: the severest first, then the largest."""
    from khaos_assets.cases.states import STANDING, State

    if incidents:
        from khaos_assets.cli.incidents import list_incidents

        if state is not None:
            raise UsageError("--incidents shows what stands open: leave --state away")
        list_incidents(session, code=code, owner=owner, late=late, json=json)
        return
    states = None if state == "all" else sorted(STANDING)
    if state is not None and state != "all":
        try:
            states = [State(state)]
        except ValueError:
            known = ", ".join(s.value for s in State)
            raise UsageError(f"--state {state} is not a state: choose one of {known}, all") from None
    with ledger_of(session) as ledger:
        found = ledger.cases(states=states, code=code, owner=owner)
    found = [c for c in found if c.breached] if late else found
    if json:
        emit([document(c) for c in found])
        return
    from khaos_assets.cli.tables import print_table

    headings = (
        "Case",
        "Severity",
        "Code",
        "State",
        "Owner",
        "Systems",
        "Record",
        "Scope",
        ">GBP",
        "Since",
        "Due (UTC)",
    )
    rows = [
        (c.case_key[:12], c.severity, c.code, c.state.value, c.owner, c.systems, c.record_key, c.scope,
         pounds(c.amount_gbp), str(c.opened_night or ""), due_text(c))
        for c in found[:SHOWN]
    ]  # fmt: skip
    colours = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "dim"}
    print_table(headings, rows, styles=[colours[c.severity] for c in found[:SHOWN]])
    more = f", the first {SHOWN} shown; --json gives all" if len(found) > SHOWN else ""
    print(f"{len(found):,} cases{more}")


def ack(session: Session, key: Key, json: JsonFlag = False) -> None:
    """Say that somebody has it in hand."""
    from khaos_assets.cases.decisions import acknowledge as decide

    with ledger_of(session) as ledger:
        _answer(decide(ledger, key, by=session.actor, at=datetime.now(UTC)), json)


def assign(
    session: Session, key: Key, owner: Annotated[str, typer.Argument(help="Who works it from now on.")],
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """Give it to another owner; routing then leaves it there."""
    from khaos_assets.cases.decisions import assign as decide

    with ledger_of(session) as ledger:
        _answer(decide(ledger, key, owner, by=session.actor, at=datetime.now(UTC)), json)


def resolve(session: Session, key: Key, *, reason: Reason, note: Note, json: JsonFlag = False) -> None:
    """Close it: it was put right, or is no difference. A later night that still shows it opens it again."""
    from khaos_assets.cases.decisions import resolve as decide
    from khaos_assets.cases.evidence import evidence_of

    with ledger_of(session) as ledger:
        case = decide(
            ledger, session.settings, key, reason=reason, note=note, by=session.actor, at=datetime.now(UTC),
            evidence=partial(evidence_of, session.store),
        )  # fmt: skip
        _answer(case, json)


def accept(
    session: Session,
    key: Key,
    *,
    reason: Reason,
    note: Note,
    until: Annotated[str, typer.Option("--until", help="The last night on which it is accepted: 2026-12-31.")],
    json: JsonFlag = False,
) -> None:
    """Live with it until a night, at the value it has now. Much money takes a second person who says the same."""
    from khaos_assets.cases.decisions import accept as decide
    from khaos_assets.cases.evidence import evidence_of

    try:
        last = date.fromisoformat(until)
    except ValueError:
        raise UsageError(f"--until {until}: a date is wanted, for example 2026-12-31") from None
    with ledger_of(session) as ledger:
        case = decide(
            ledger, session.settings, key, reason=reason, note=note, until=last, by=session.actor,
            at=datetime.now(UTC), evidence=partial(evidence_of, session.store),
        )  # fmt: skip
    if case.proposed and not json:
        say("Proposed. It is accepted when another person accepts it until the same night.")
    _answer(case, json)


def reopen(session: Session, key: Key, *, note: Note, json: JsonFlag = False) -> None:
    """Take back the decision by which somebody closed it."""
    from khaos_assets.cases.decisions import reopen as decide

    with ledger_of(session) as ledger:
        _answer(decide(ledger, session.settings, key, note=note, by=session.actor, at=datetime.now(UTC)), json)


def _answer(case: Case, json: bool) -> None:
    if json:
        emit(document(case))
    else:
        say(f"{case.code} {case.record_key} {case.scope}".rstrip() + f": {case.state.value}, {case.owner}")


def document(case: Case) -> dict[str, Any]:
    """A case for machines: money and units as decimal text, instants ISO 8601 UTC."""
    return {name: plain(value) for name, value in asdict(case).items() if name != "proposal"} | {
        "proposed": case.proposed
    }


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return f"{value:f}" if isinstance(value, Decimal) else value


def due_text(case: Case) -> str:
    if case.due_at is None or not case.stands:
        return ""
    return f"{case.due_at:%Y-%m-%d %H:%M}" + (" late" if case.breached else "")


def pounds(value: Decimal | None) -> str:
    """£1,234.50, or nothing."""
    return "" if value is None else f"{'-' if value < 0 else ''}£{abs(value):,.2f}"
