"""`run nightly`, `snapshot` and `report nightly`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from khaos_assets.cli.session import (
    INCOMPLETE,
    JsonFlag,
    NightOption,
    Session,
    UsageError,
    command,
    emit,
    finish,
    say,
)


def add_to(app: typer.Typer, run: typer.Typer, report: typer.Typer) -> None:
    """Register the commands."""
    command(run, "nightly")(run_nightly)
    command(app, "snapshot")(snapshot)
    command(report, "nightly")(report_nightly)


def run_nightly(
    session: Session,
    night: NightOption = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="The instant it speaks of, with its zone.")] = None,
    json: JsonFlag = False,
) -> None:
    """Take all snapshots of a night, find the exceptions, write the reports."""
    from khaos_assets.cli import summary
    from khaos_assets.cli.progress import quiet_logs, working

    chosen = session.night(night, as_of)
    session.credentials  # noqa: B018 - a wrong ready file is said before anything is started
    quiet_logs(session.debug)
    with working(f"Night of {chosen}"):
        summary.run_night(session, chosen)
    told = summary.of_night(session.settings, session.store, chosen)
    if json:
        emit(told.document())
    else:
        told.show()
    finish(INCOMPLETE if told.incomplete else 0)


def snapshot(
    session: Session,
    reads: Annotated[list[str] | None, typer.Argument(help="SYSTEM or SYSTEM/ENTITY; nothing: all.")] = None,
    night: NightOption = None,
    json: JsonFlag = False,
) -> None:
    """Take one or more snapshots, with their certificates."""
    from khaos_assets import snapshots
    from khaos_assets.cli import certificates
    from khaos_assets.cli.progress import quiet_logs, rows_coming

    chosen = session.night(night)
    quiet_logs(session.debug)
    try:
        with rows_coming() as progress:
            taken = snapshots.take(
                session.settings, session.credentials, session.store, chosen, reads or None, progress=progress
            )
    except ValueError as e:
        raise UsageError(str(e)) from e
    if json:
        emit([certificates.document(c) for c in taken.values()])
    else:
        certificates.show(taken.values())
    finish(0 if all(c.complete for c in taken.values()) else INCOMPLETE)


def report_nightly(
    session: Session,
    night: NightOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="The folder to write to (else reports/<night>).")] = None,
    json: JsonFlag = False,
) -> None:
    """Write a night's workbook, CSV, Parquet and page again."""
    from khaos_assets.cli.progress import working
    from khaos_assets.reports import write_nightly

    chosen = session.stored_night(night)
    with working(f"Reports of {chosen}"):
        files: dict[str, Any] = write_nightly(session.settings, session.store, chosen, out)
    if json:
        emit({"night": str(chosen), "files": {name: str(path) for name, path in files.items()}})
        return
    for path in files.values():
        say(str(path))
