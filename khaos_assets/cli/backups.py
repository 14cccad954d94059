"""`backup` and `restore`: a copy of what nothing else can make again, and the way back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from khaos_assets.cli.session import CommandFailed, JsonFlag, Session, command, emit, say

Into = Annotated[Path, typer.Argument(help="An empty folder, on another disk.")]
From = Annotated[Path, typer.Argument(help="The folder of a backup.")]
Check = Annotated[bool, typer.Option("--check", help="Only prove that every file is the one that was saved.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    command(app, "backup")(backup)
    command(app, "restore")(restore)


def backup(session: Session, folder: Into, *, json: JsonFlag = False) -> None:
    """Save ledger, people, raw pages, months and merchant.toml, while all of it is in use, each with its hash."""
    from khaos_assets.backup import save
    from khaos_assets.cases.ledger import URL
    from khaos_assets.cli.progress import working

    store = session.store
    if not store.root.is_dir():
        raise CommandFailed(f"{store.root}: there is nothing to save yet; `khaos-assets run nightly` makes the first")
    with working("Saving"):
        made = save(store, session.config, folder, at=datetime.now(UTC))
    if json:
        emit({"folder": str(folder), "files": len(made.files), "bytes": made.bytes, "events": made.ledger_events,
              "hash": made.ledger_hash})  # fmt: skip
        return
    say(f"{len(made.files):,} files, {made.bytes / 1024**2:,.1f} MiB in {folder}, each with its SHA-256.")
    if made.ledger_events is None:
        say(f"The ledger is not among them: it is where {URL} says. Dump that database before each backup.")
    else:
        say(f"The ledger's chain of {made.ledger_events:,} events is whole and ends with {made.ledger_hash}.")


def restore(session: Session, folder: From, *, check: Check = False, json: JsonFlag = False) -> None:
    """Put a backup into an empty data folder, each file proven. Everything else is then made by `rebuild`."""
    from khaos_assets import backup as stage
    from khaos_assets.backup.restoring import restore_config
    from khaos_assets.cli.progress import working

    with working("Proving the backup"):
        contents = stage.check(folder)
    told = {"files": len(contents.files), "bytes": contents.bytes, "made_at": contents.made_at}
    if check:
        emit(told) if json else say(f"{told['files']:,} files of {contents.made_at}: each is the one that was saved.")
        return
    same = restore_config(folder, session.config)
    with working("Restoring"):
        events = stage.restore(folder, session.store, contents)
        _sign_everybody_out(session)
    if json:
        emit(told | {"data": str(session.store.root), "events": events, "configuration_as_saved": same})
        return
    say(f"{told['files']:,} files of {contents.made_at} put into {session.store.root}.")
    say(f"The ledger's chain of {events:,} events is whole. Everybody is signed out of the portal.")
    if not same:
        say(f"{session.config} is another one than was saved, and was left as it is; that stands in {folder}.")
    say("`khaos-assets rebuild` makes the rest; `khaos-assets close verify` proves each sealed month.")


def _sign_everybody_out(session: Session) -> None:
    """Sessions that ended since the backup must not come back with it."""
    from khaos_assets.portal.access import By, Did, open_access, people
    from khaos_assets.portal.access.sessions import end_all

    with open_access(session.settings, session.store) as access:
        known = people.listed(access)
        with access.writing() as connection:
            for person in known:
                end_all(connection, person.name)
            access.record(connection, Did.ENDED_SESSIONS, By(session.actor), why="restored from a backup")
