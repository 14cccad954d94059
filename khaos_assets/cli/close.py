"""`run month-end`, `report month-end` and `close …`: the pack of a month, and who signs, reviews and seals it."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    say,
    world_nights,
)

if TYPE_CHECKING:
    from khaos_assets.close.periods import Period
    from khaos_assets.close.preparing import Prepared
    from khaos_assets.close.states import Close

Month = Annotated[str, typer.Option("--month", help="YYYY-MM; of a 4-4-5 calendar the year and the period's number.")]
OneMonth = Annotated[str | None, typer.Option("--month", help="YYYY-MM; without it: all.")]
Note = Annotated[str, typer.Option("--note", help="Why lines that say CHECK may stand, and what else is to be known.")]


def add_to(app: typer.Typer, run: typer.Typer, report: typer.Typer) -> None:
    """Register the commands."""
    command(run, "month-end")(run_month_end)
    command(report, "month-end")(report_month_end)
    command(app, "status")(status)
    command(app, "count")(count)
    command(app, "ledger")(ledger)
    command(app, "sign")(sign)
    command(app, "review")(review)
    command(app, "seal")(seal)
    command(app, "verify")(verify)
    command(app, "reopen")(reopen)


def run_month_end(session: Session, month: Month, json: JsonFlag = False) -> None:
    """Make the pack of a month: as a new version where a figure has moved."""
    prepared = _prepared(session, month)
    if json:
        emit(_document(prepared))
    else:
        _show(prepared)
    finish(INCOMPLETE if prepared.pack.figures.incomplete else 0)


def report_month_end(
    session: Session,
    month: Month,
    out: Annotated[Path | None, typer.Option("--out", help="A folder to copy the pack to.")] = None,
    json: JsonFlag = False,
) -> None:
    """Make the pack of a month and say where its files are."""
    prepared = _prepared(session, month)
    folder = prepared.folder
    if out is not None:
        shutil.copytree(folder, out, dirs_exist_ok=True)
        folder = out
    files = sorted(p for p in folder.iterdir() if p.is_file())
    if json:
        emit({"month": month, "files": {p.name: str(p) for p in files}})
        return
    for path in files:
        say(str(path))


def status(session: Session, month: OneMonth = None, json: JsonFlag = False) -> None:
    """Where each month stands: prepared, signed, reviewed, sealed; by whom and when."""
    from khaos_assets.close.preparing import known_closes

    known = known_closes(session.store)
    if month is not None:
        period = _period(session, month)
        known = {key: close for key, close in known.items() if key == period.key}
    if json:
        emit([_close_document(c) for c in known.values()])
        return
    if not known:
        say("No month was prepared yet: `khaos-assets run month-end --month 2026-10` makes a pack.")
    for close in known.values():
        say(_line(close))


def count(session: Session, month: Month, json: JsonFlag = False) -> None:
    """Read the stock of both sides for a month's end: just after midnight, before the night."""
    from khaos_assets.cli import certificates
    from khaos_assets.cli.progress import quiet_logs, working
    from khaos_assets.close.counting import count as take

    period = _period(session, month)
    quiet_logs(session.debug)
    # Simulators stand at the instants of their world, whatever the clock says.
    day = (period.last + timedelta(days=1)).isoformat()
    at = world_nights(session.config.parent).get(day) or datetime.now(UTC)
    with working(f"Count of {period}"):
        taken = take(session.settings, session.credentials, session.store, period, at=at)
    if json:
        emit([certificates.document(c) for c in taken.values()])
    else:
        certificates.show(taken.values())
    finish(0 if all(c.complete for c in taken.values()) else INCOMPLETE)


def ledger(
    session: Session,
    file: Annotated[Path, typer.Argument(help="CSV: account, name, debit, credit (or balance).")],
    month: Month,
) -> None:
    """Bring the month's trial balance, to be compared with the pack."""
    from khaos_assets.close import steps
    from khaos_assets.close.trial_balance import TrialBalanceError

    period = _period(session, month)
    try:
        with _refusals():
            accounts = steps.bring_trial_balance(session.store, period, file.read_bytes(), file.name)
    except FileNotFoundError as e:
        raise UsageError(f"{file}: there is no such file") from e
    except TrialBalanceError as e:
        raise UsageError(str(e)) from e
    known = {a.code for a in accounts}
    say(f"{len(accounts)} accounts kept for {period}; `khaos-assets run month-end --month {period}` compares them.")
    for what, codes in session.settings.close.control_accounts.items():
        missing = [c for c in codes if c not in known]
        if missing:
            say(f"  close.control_accounts.{what}: {', '.join(missing)} is not in the file")


def sign(session: Session, month: Month, note: Note = "", json: JsonFlag = False) -> None:
    """Stand for the newest version of the pack."""
    from khaos_assets.close import steps

    period = _period(session, month)
    with _refusals():
        close = steps.sign(session.store, period, by=session.actor, note=note, at=datetime.now(UTC))
    _told(close, json)


def review(session: Session, month: Month, note: Note = "", json: JsonFlag = False) -> None:
    """Agree, as another person, with what was signed."""
    from khaos_assets.close import steps

    period = _period(session, month)
    with _refusals():
        close = steps.review(session.store, period, by=session.actor, note=note, at=datetime.now(UTC))
    _told(close, json)


def seal(session: Session, month: Month, json: JsonFlag = False) -> None:
    """Close the month: its hashes go into the ledger, and it is not overwritten any more."""
    from khaos_assets.cli.progress import working
    from khaos_assets.close import steps

    period = _period(session, month)
    with _refusals(), working(f"Sealing {period}"):
        close = steps.seal(session.settings, session.store, period, by=session.actor, at=datetime.now(UTC))
    _told(close, json)


def verify(session: Session, month: Month, json: JsonFlag = False) -> None:
    """Prove that a sealed month is what was sealed; name what is not."""
    from khaos_assets.cli.progress import working
    from khaos_assets.close import steps

    period = _period(session, month)
    with _refusals(), working(f"Verifying {period}"):
        found = steps.verify(session.settings, session.store, period)
    if json:
        emit({"month": period.key, "as_sealed": not found, "changed": found})
    elif found:
        for line in found:
            say(f"  {line}")
    else:
        say(f"{period}: snapshots, rules, configuration, ledger and sheets are what was sealed.")
    if found:
        raise CommandFailed(f"{period}: {len(found)} differences from what was sealed")


def reopen(
    session: Session,
    month: Month,
    reason: Annotated[str, typer.Option("--reason", help="Why a sealed month is opened again.")],
    json: JsonFlag = False,
) -> None:
    """Open a sealed month again; the sealed ones after it are marked."""
    from khaos_assets.close import steps

    period = _period(session, month)
    with _refusals():
        close = steps.reopen(session.store, period, by=session.actor, reason=reason, at=datetime.now(UTC))
    _told(close, json)


@contextmanager
def _refusals() -> Generator[None]:
    """What the close's state does not allow is a wrong call: exit status 2."""
    from khaos_assets.close.steps import RefusedStep

    try:
        yield
    except RefusedStep as e:
        raise UsageError(str(e)) from e


def _period(session: Session, month: str) -> Period:
    from khaos_assets.close.periods import PeriodError, named

    try:
        return named(session.settings.close.calendar, month)
    except PeriodError as e:
        raise UsageError(f"--month {e}") from e


def _prepared(session: Session, month: str) -> Prepared:
    from khaos_assets.cli.progress import working
    from khaos_assets.close.preparing import prepare

    period = _period(session, month)
    with working(f"Month-end {period}"):
        return prepare(session.settings, session.store, period, by=session.actor, at=datetime.now(UTC))


def _show(prepared: Prepared) -> None:
    pack = prepared.pack
    say(f"{pack.merchant}, month-end {pack.period}, closed by the night of {pack.night}")
    if pack.preview:
        say("PREVIEW: the period has not ended, or the night after it was not run.")
    elif not prepared.new:
        say(f"Nothing has moved since version {prepared.version}.")
    else:
        say(f"Version {prepared.version}.")
    for answer in pack.answers:
        if not answer.quiet:
            q = answer.question
            if answer.not_tested:
                say(f"  {q.asks:<42} NOT TESTED: {answer.not_tested}")
                continue
            unknown = f", {answer.unknown} without a value" if answer.unknown else ""
            say(f"  {q.asks:<42} {answer.over.gbp:>14,.2f} over {answer.under.gbp:>12,.2f} under  {q.basis}{unknown}")
    say(f"Control totals: {len(pack.control)} lines, {len(pack.checks) or 'none'} to be looked at.")
    for line in pack.checks[:5]:
        say(f"  CHECK {line.what}")
    if prepared.changes:
        say(f"{len(prepared.changes.totals)} totals moved since {prepared.changes.since}: see the sheet Changes.")
    say(f"  {prepared.workbook}")


def _document(prepared: Prepared) -> dict[str, Any]:
    pack = prepared.pack
    return {
        "month": pack.period.key,
        "version": prepared.version,
        "new": prepared.new,
        "preview": pack.preview,
        "night": str(pack.night),
        "control": {"lines": len(pack.control), "checks": [line.what for line in pack.checks]},
        "answers": [
            {"asks": a.question.asks, "sheet": a.question.sheet, "basis": a.question.basis, "over_gbp": str(a.over.gbp),
             "under_gbp": str(a.under.gbp), "rows": a.over.rows + a.under.rows, "without_value": a.unknown,
             "not_tested": a.not_tested or None}
            for a in pack.answers
        ],
        "files": {p.name: str(p) for p in sorted(prepared.folder.iterdir()) if p.is_file()},
    }  # fmt: skip


def _close_document(close: Close) -> dict[str, Any]:
    deeds = {"signed": close.signed, "reviewed": close.reviewed, "sealed": close.sealed, "reopened": close.reopened}
    return {
        "month": close.key,
        "status": close.status,
        "versions": len(close.versions),
        "manifest": close.manifest,
        **{
            name: {"by": d.by, "at": d.at.isoformat(), "version": d.version, "note": d.note} if d else None
            for name, d in deeds.items()
        },
    }


def _told(close: Close, json: bool) -> None:
    if json:
        emit(_close_document(close))
    else:
        say(_line(close))


def _line(close: Close) -> str:
    deeds = (("signed", close.signed), ("reviewed", close.reviewed), ("sealed", close.sealed))
    by = "; ".join(f"{what} by {d.by} on {d.at:%d/%m/%Y}" for what, d in deeds if d)
    return f"{close.key}: {close.status}, version {len(close.versions)}" + (f"; {by}" if by else "")
