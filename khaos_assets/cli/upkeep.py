"""`rebuild`, `purge` and `doctor`: keeping an installation right."""

from __future__ import annotations

from typing import Annotated

import typer

from khaos_assets.cli.session import CommandFailed, JsonFlag, Session, command, emit, finish, say


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    command(app, "doctor")(doctor)
    command(app, "rebuild")(rebuild)
    command(app, "purge")(purge)


def rebuild(session: Session, json: JsonFlag = False) -> None:
    """Make everything derived again from the raw pages: snapshots, warehouse, exceptions, checks, reports.

    The ledger of cases stays as it is; nights that it does not know yet are recorded.
    """
    from khaos_assets import snapshots, warehouse
    from khaos_assets.cases.recording import record_night
    from khaos_assets.cli.progress import quiet_logs, working
    from khaos_assets.expectations import validate
    from khaos_assets.reports import write_nightly
    from khaos_assets.rules import evaluate
    from khaos_assets.snapshots.rebuilding import landed_nights

    settings, store = session.settings, session.store
    quiet_logs(session.debug)
    nights = landed_nights(store)
    if not nights:
        raise CommandFailed(f"{store.root}: no raw pages to rebuild from; `khaos-assets run nightly` lands some")
    done: list[dict[str, object]] = []
    with working("Rebuilding") as tell:
        # In order: a night is compared with the complete one before it.
        for night in nights:
            tell(f"Rebuilding {night}")
            certificates = snapshots.rebuild(settings, store, night)
            warehouse.build(settings, store, night)
            result = evaluate(settings, store, night)
            validate(settings, store, night)
            record_night(settings, store, night)
            write_nightly(settings, store, night)
            published = warehouse.publish(store, night)
            rows = {s: sum(n.get(s, 0) for n in result.states.values()) for s in ("open", "expected", "suppressed")}
            done.append({"night": str(night), "snapshots": len(certificates), **rows, "published": published.name})
            if not json:
                say(f"{night}: {len(certificates)} snapshots, {rows['open']} open, published as {published.name}")
    if json:
        emit(done)


def purge(
    session: Session,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="The day from which ages are counted (else the last night)."),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Remove raw pages, unreadable bodies and what days wrote, once older than the settings of retention allow."""
    from khaos_assets.close.steps import sealed_pages
    from khaos_assets.snapshots.retention import purge as remove

    spared = sealed_pages(session.store)
    removed = remove(session.settings.retention, session.store, session.night(as_of).date, sealed=spared)
    if json:
        emit([{"kind": r.kind, "path": str(r.path), "files": r.files, "bytes": r.bytes} for r in removed])
        return
    for kind in ("raw", "restricted", "intraday"):
        of_kind = [r for r in removed if r.kind == kind]
        say(f"{kind}: {len(of_kind)} folders, {sum(r.files for r in of_kind):,} files, "
            f"{sum(r.bytes for r in of_kind) / 1024**2:,.1f} MiB removed")  # fmt: skip


def doctor(session: Session, json: JsonFlag = False) -> None:
    """Check configuration, credentials, mappings, stores and locks, and say what to do."""
    from khaos_assets.cli.examination import examine

    findings = examine(session)
    if json:
        emit([f.document() for f in findings])
    else:
        from khaos_assets.cli.tables import print_table

        colours = {"ok": "green", "warning": "yellow", "failed": "red"}
        rows = [(f.what, f.verdict, f.detail, f.remedy) for f in findings]
        print_table(("Checked", "Result", "Found", "What to do"), rows, styles=[colours[f.verdict] for f in findings])
    finish(2 if any(f.verdict == "failed" for f in findings) else 0)
