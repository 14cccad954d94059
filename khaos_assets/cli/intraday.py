"""`run intraday`: what has come up since the last night, in the codes that cannot wait for the next."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from khaos_assets.cli.session import (
    INCOMPLETE,
    CommandFailed,
    JsonFlag,
    Session,
    UsageError,
    command,
    emit,
    finish,
    world_nights,
)

if TYPE_CHECKING:
    from khaos_assets.intraday import Moment

CLOCK = "%d %b %H:%M"


def add_to(run: typer.Typer) -> None:
    """Register the command."""
    command(run, "intraday")(run_intraday)


def run_intraday(
    session: Session,
    as_of: Annotated[str | None, typer.Option("--as-of", help="The instant it speaks of, with its zone.")] = None,
    json: JsonFlag = False,
) -> None:
    """Read orders and stock that changed since the last night, and list what stands open in the time-critical codes."""
    from khaos_assets.cli.progress import quiet_logs, working
    from khaos_assets.intraday import NoNightYet, run_moment

    moment = instant(session, as_of)
    quiet_logs(session.debug)
    try:
        with working(f"Changes up to {moment:%Y-%m-%d %H:%M} UTC"):
            told = run_moment(session.settings, session.credentials, session.store, moment)
    except NoNightYet as e:
        raise CommandFailed(str(e)) from e
    if json:
        emit(told.document())
    else:
        show(told)
    finish(INCOMPLETE if told.incomplete else 0)


def instant(session: Session, as_of: str | None) -> datetime:
    """The instant meant: the given one, else that at which the running simulators stand, else now."""
    if as_of is not None:
        try:
            given = datetime.fromisoformat(as_of)
        except ValueError as e:
            raise UsageError(f"--as-of {as_of}: an instant is wanted, for example 2026-11-20T10:15:00Z ({e})") from e
        if given.tzinfo is None:
            raise UsageError(f"--as-of {as_of}: it has no zone; write {as_of}Z for UTC")
        return given.astimezone(UTC)
    if session.ready_file is not None or world_nights(session.config.parent):
        return session.night(None).as_of
    return datetime.now(UTC).replace(microsecond=0)


def show(told: Moment) -> None:
    """For people: what stands open, what is new in it, and what could not be looked at."""
    from khaos_assets.cli.summary import pounds, shown
    from khaos_assets.cli.tables import print_table

    new = set(told.opened)
    rows = [
        (c.code, "new" if c.case_key in new else "", c.owner, c.systems, c.record_key, c.scope, c.reason or "",
         "" if c.amount_gbp is None else pounds(c.amount_gbp), f"{c.first_seen:{CLOCK}}", f"{c.last_seen:{CLOCK}}")
        for c in told.listed
    ]  # fmt: skip
    print_table(
        ("Code", "New", "Owner", "Expected > actual", "Record", "Scope", "Why", ">GBP", "First seen", "Last seen"),
        rows,
        title=f"Standing open at {told.as_of:%Y-%m-%d %H:%M} UTC, since the night of {told.night}",
    )
    print(f"{len(told.listed)} open, {len(told.opened)} of them new. The next night closes what is settled.")
    for name in told.incomplete:
        print(f"  INCOMPLETE {name}: {'; '.join(f'{r.fault}: {r.detail}' for r in told.certificates[name].reasons)}")
    for name, why in sorted(told.not_tested.items()):
        print(f"  NOT TESTED {name}: {why}")
    for path in told.files.values():
        print(f"  {shown(path)}")
