"""`certificates` and `exceptions`: what is known, without asking any system."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khaos_assets.cli.session import CommandFailed, JsonFlag, NightOption, Session, UsageError, command, emit, say

if TYPE_CHECKING:
    from khaos_assets.config import Night, Store

STATES = ("open", "expected", "suppressed")
SHOWN = 200
"""Rows of a table on a screen; the rest is for --out."""


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    command(app, "certificates")(certificates)
    command(app, "exceptions")(exceptions)


def certificates(session: Session, night: NightOption = None, json: JsonFlag = False) -> None:
    """The completeness certificates of a night's snapshots."""
    from khaos_assets.cli import certificates as layout
    from khaos_assets.snapshots import read_certificates

    found = read_certificates(session.store, session.stored_night(night))
    if json:
        emit([layout.document(c) for c in found.values()])
    else:
        layout.show(found.values())


def exceptions(
    session: Session,
    *,
    night: NightOption = None,
    all_nights: Annotated[bool, typer.Option("--all-nights", help="Every night instead of the newest.")] = False,
    code: Annotated[str | None, typer.Option("--code", help="One code, for example STK-01.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="One owner, for example finance.")] = None,
    state: Annotated[str | None, typer.Option("--state", help="open, expected or suppressed.")] = None,
    format: Annotated[
        str | None, typer.Option("--format", help="table, csv, csv-safe, json or parquet.", show_default="table")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="The file to write (else standard output).")] = None,
) -> None:
    """The exceptions of a night: on the screen, or as a file for others."""
    from khaos_assets.reports import FORMATS, export_exceptions

    if state is not None and state not in STATES:
        raise UsageError(f"--state {state} is not a state: choose one of {', '.join(STATES)}")
    format = format or _format_of(out)
    if format not in (*FORMATS, "table"):
        raise UsageError(f"--format {format} is not a format: choose one of table, {', '.join(FORMATS)}")
    if not session.store.warehouse.exists():
        raise CommandFailed(f"{session.store.root}: no night was run here yet; `khaos-assets run nightly` runs one")
    chosen = None if all_nights else session.stored_night(night)
    only = {"code": code, "owner": owner, "state": state}
    if format == "table":
        if out is not None:
            raise UsageError("--format table goes to the screen: give --format csv, json or parquet with --out")
        _show(session.store, chosen, only)
    elif out is not None:
        rows = export_exceptions(session.store, chosen, out=out, format=format, **only)
        say(f"{rows:,} rows → {out}")
    else:
        _to_standard_output(session.store, chosen, format, only)


def _format_of(out: Path | None) -> str:
    """Where a file is named, its ending says the format."""
    return (out.suffix.removeprefix(".") or "csv") if out is not None else "table"


def _to_standard_output(store: Store, night: Night | None, format: str, only: dict[str, str | None]) -> None:
    from tempfile import TemporaryDirectory

    from khaos_assets.reports import export_exceptions

    if format == "parquet" and sys.stdout.isatty():
        raise UsageError("--format parquet is not for a screen: give --out FILE")
    with TemporaryDirectory() as folder:
        file = Path(folder) / "exceptions"
        export_exceptions(store, night, out=file, format=format, **only)
        sys.stdout.buffer.write(file.read_bytes())
        sys.stdout.buffer.flush()


def _show(store: Store, night: Night | None, only: dict[str, str | None]) -> None:
    from khaos_assets.cli.tables import print_table
    from khaos_assets.reports.export import condition
    from khaos_assets.reports.rows import READING_ORDER
    from khaos_assets.warehouse import open_warehouse

    where, values = condition({"night": str(night) if night else None, **only})
    names = """state, code, severity, owner, systems, record_key, scope, field, expected_value, actual_value, units,
        amount_gbp"""
    with store.writing(), open_warehouse(store, read_only=True) as con:
        rows = con.execute(
            f"SELECT {names} FROM exception WHERE {where} ORDER BY {READING_ORDER} LIMIT {SHOWN}", values
        ).fetchall()
        (total,) = con.execute(f"SELECT count(*) FROM exception WHERE {where}", values).fetchall()[0]
    headings = ("State", "Code", "Severity", "Owner", "Systems", "Record", "Scope", "Field", "Expected", "Actual",
                ">Units", ">GBP")  # fmt: skip
    print_table(headings, [tuple(_cell(v) for v in row) for row in rows])
    print(f"{total:,} rows" + (f", the first {SHOWN} shown; --out FILE writes all" if total > SHOWN else ""))


def _cell(value: Any) -> str:
    from decimal import Decimal

    if value is None:
        return ""
    if isinstance(value, Decimal) and value.as_tuple().exponent == -5:
        return f"{value.normalize():f}"
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"
