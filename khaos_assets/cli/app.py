"""The tree of commands. Each branch stands in its own module."""

from __future__ import annotations

import typer

from khaos_assets.cli import (
    backups,
    cases,
    close,
    corrections,
    demonstration,
    intraday,
    listings,
    nightly,
    portal,
    sandbox,
    upkeep,
)

app = typer.Typer(
    name="khaos-assets",
    help="Reconcile Khaos Control with the systems a retailer runs beside it: snapshots, exceptions, reports.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
run = typer.Typer(help="Run a night from the systems to the reports.", no_args_is_help=True)
report = typer.Typer(help="Write reports again from what was found.", no_args_is_help=True)
month_end = typer.Typer(help="Close a month: sign, review, seal, verify.", no_args_is_help=True)
case_work = typer.Typer(help="Work the list: see cases, take them, close them.", no_args_is_help=True)
putting_right = typer.Typer(help="Propose, approve and apply corrections; stop them all.", no_args_is_help=True)
web = typer.Typer(help="The web application for people: serve it, say who may use it.", no_args_is_help=True)
simulators = typer.Typer(help="Worlds and the simulators that serve them.", no_args_is_help=True)
app.add_typer(run, name="run")
nightly.add_to(app, run, report)
intraday.add_to(run)
listings.add_to(app)
app.add_typer(case_work, name="cases")
cases.add_to(case_work)
app.add_typer(putting_right, name="corrections")
corrections.add_to(putting_right)
app.add_typer(month_end, name="close")
close.add_to(month_end, run, report)
app.add_typer(report, name="report")
app.add_typer(web, name="portal")
portal.add_to(web)
upkeep.add_to(app)
backups.add_to(app)
app.add_typer(simulators, name="sandbox")
sandbox.add_to(simulators)
demonstration.add_to(app)
