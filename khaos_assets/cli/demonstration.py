"""`demo` and `ui`: the whole product on simulators, with nothing to configure and nothing left running."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khaos_assets.cli.sandbox import USUAL_SYSTEMS, SystemsOption
from khaos_assets.cli.session import INCOMPLETE, JsonFlag, Session, command, emit, finish, say

if TYPE_CHECKING:
    from khaos_assets.cli.playground import Playground
    from khaos_assets.cli.summary import Summary

ROOT = Path("var/demo")

OrdersCsv = Annotated[Path | None, typer.Option("--orders-csv", help="Grow the world from a real order history.")]
Skus = Annotated[int, typer.Option("--skus", min=1)]
Orders = Annotated[int, typer.Option("--orders", min=1)]
Seed = Annotated[int, typer.Option("--seed")]
Afresh = Annotated[bool, typer.Option("--afresh", help="Run the nights although nothing changed since they were run.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    command(app, "demo")(demo)
    command(app, "ui")(ui)


def demo(
    session: Session,
    *,
    orders_csv: OrdersCsv = None,
    skus: Skus = 2000,
    orders: Orders = 5000,
    seed: Seed = 1,
    systems: SystemsOption = USUAL_SYSTEMS,
    afresh: Afresh = False,
    json: JsonFlag = False,
) -> None:
    """Make a two-night world, run both nights through Dagster, show what was found and how much of it was right."""
    from khaos_assets.cli.children import ending_on_sigterm
    from khaos_assets.cli.playground import Playground
    from khaos_assets.cli.progress import quiet_logs

    quiet_logs(session.debug)
    ground = Playground.of(
        session.data_dir or ROOT, orders_csv=orders_csv, skus=skus, orders=orders, seed=seed, nights=2, systems=systems
    )
    started = time.monotonic()
    _keep_to_itself()
    with ending_on_sigterm(), ground.alone():
        _prepare(ground, meanwhile=_load_what_nights_need)
        if afresh or not ground.was_run():
            _run_nights(session, ground)
        else:
            say("Nothing changed since its nights were run: shown again. `khaos-assets demo --afresh` runs them again.")
        summaries, score = _read_nights(session, ground)
        if not any(s.incomplete for s in summaries):
            ground.note_run()
    _tell(ground, summaries, score, time.monotonic() - started, json=json)
    finish(INCOMPLETE if any(s.incomplete for s in summaries) else 0)


def _prepare(ground: Playground, meanwhile: Callable[[], None] = lambda: None) -> None:
    from khaos_assets.cli.progress import working
    from khaos_assets.cli.summary import shown

    with working("Making a world"):
        made = ground.prepare(meanwhile)
    say(f"{'Made' if made else 'Using'} the world in {shown(ground.world)}, nights {', '.join(ground.nights)}.")


def _load_what_nights_need() -> None:
    """Importing it takes as long as making the world does."""
    from khaos_assets.expectations.beside import load_ahead
    from khaos_assets.systems.read import installed_systems

    load_ahead()
    installed_systems()
    import_module("khaos_assets.orchestration.nightly")


def _run_nights(session: Session, ground: Playground) -> None:
    from khaos_assets.cli import summary
    from khaos_assets.cli.progress import working
    from khaos_assets.cli.simulators import serving
    from khaos_assets.sandbox.serve import advance

    inside = replace(session, config=ground.config, ready_file=ground.ready_file, data_dir=ground.data)
    with serving(ground.world, ground.ready_file):
        for place, day in enumerate(ground.nights):
            night = inside.night(day)
            began = time.monotonic()
            with working(f"Night of {night}: snapshots, rules, checks, reports"):
                if place:
                    advance(ground.ready_file)
                summary.run_night(inside, night)
            say(f"Night of {night} run in {time.monotonic() - began:.1f} s.")


def _read_nights(session: Session, ground: Playground) -> tuple[list[Summary], dict[str, Any]]:
    """What the nights left behind, and how much of it was right."""
    from khaos_assets.cli import summary
    from khaos_assets.reports import export_exceptions
    from khaos_assets.sandbox.score import score

    inside = replace(session, config=ground.config, data_dir=ground.data)
    everything = ground.data / "exceptions.csv"
    export_exceptions(inside.store, None, out=everything)
    summaries = [summary.of_night(inside.settings, inside.store, inside.night(day)) for day in ground.nights]
    return summaries, score(ground.world, everything)


def _tell(ground: Playground, summaries: list[Summary], score: dict[str, Any], seconds: float, *, json: bool) -> None:
    from khaos_assets.cli.summary import shown

    if json:
        document = {"world": str(ground.world), "nights": [s.document() for s in summaries], "score": score}
        emit(document)
        return
    print()
    summaries[-1].show()
    print()
    planted = sum(n["planted"] for n in score["per_code"].values())
    found = sum(n["found"] for n in score["per_code"].values())
    print(
        f"Against what was planted, both nights: {found:,} of {planted:,} found, {len(score['false']):,} false, "
        f"{score['decoys_reported']:,} decoys reported."
    )
    for code, counts in score["per_code"].items():
        if counts["found"] != counts["planted"] or counts["false"]:
            print(f"  {code}: {counts['planted']} planted, {counts['found']} found, {counts['false']} false")
    history = ground.inputs["orders_csv"]
    again = f"make ui ORDERS={shown(Path(history))}" if history else "make ui"
    print(f"All files: {shown(ground.data / 'reports')}. The same in a browser: `{again}`. {seconds:.0f} s, all told.")


def ui(
    session: Session,
    *,
    orders_csv: OrdersCsv = None,
    skus: Skus = 2000,
    orders: Orders = 5000,
    seed: Seed = 1,
    systems: SystemsOption = USUAL_SYSTEMS,
    port: Annotated[int, typer.Option("--port", help="Where the Dagster UI listens.")] = 3000,
    portal_port: Annotated[int, typer.Option("--portal-port", help="Where the portal listens.")] = 8420,
) -> None:
    """Simulators of a world, the Dagster UI and the portal on it, on 127.0.0.1, until Ctrl-C."""
    from khaos_assets.cli.children import ending_on_sigterm, ending_with_us, start, stop
    from khaos_assets.cli.demo_people import ROLES, let_in
    from khaos_assets.cli.playground import Playground
    from khaos_assets.cli.simulators import serving
    from khaos_assets.cli.summary import shown
    from khaos_assets.config.portal import DAGSTER_URL, PORTAL_URL
    from khaos_assets.orchestration.ui import ui_commands, ui_environment

    ground = Playground.of(
        session.data_dir or ROOT, orders_csv=orders_csv, skus=skus, orders=orders, seed=seed, nights=2, systems=systems
    )
    _keep_to_itself()
    with ending_on_sigterm(), ground.alone(), ExitStack() as stack:
        _prepare(ground)
        ready_file = stack.enter_context(serving(ground.world, ground.ready_file))
        night = _go_on_to_the_next_unread(ground, ready_file)
        dagster, portal = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{portal_port}"
        env = ui_environment(ground.data, ground.config, ready_file) | {DAGSTER_URL: dagster, PORTAL_URL: portal}
        inside = replace(session, config=ground.config, data_dir=ground.data)
        passwords = let_in(inside.settings, inside.store)
        portal_log = stack.enter_context((ground.folder / "portal.log").open("w+b"))
        commands = ui_commands(ground.data, port)
        children = [start(arguments, env=env) for arguments in commands]
        children.append(start(_portal_command(ground, portal_port), env=env, log=portal_log.fileno()))
        for child in children:
            stack.callback(stop, child)
        stack.enter_context(ending_with_us(children))
        say(f"Portal     {portal}")
        for name, password in passwords.items():
            say(f"           sign in as {name:<8} {password}  ({ROLES[name]})")
        say(f"Dagster    {dagster}")
        say(f"Reports    {shown(ground.data / 'reports')}")
        say(f"Night      {night}: this partition can be run. `khaos-assets sandbox advance --ready-file")
        say(f"           {shown(ready_file)}` lets the simulators go on to the next;")
        say('           then press "Reload definitions" on the page Catalog.')
        say("Ctrl-C stops everything.")
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
        say("One of the processes ended; stopping the others.")
        portal_log.seek(0)
        say(portal_log.read().decode(errors="replace").strip())
        finish(1)


def _portal_command(ground: Playground, port: int) -> list[str]:
    where = ("--config", str(ground.config), "--data-dir", str(ground.data), "--host", "127.0.0.1", "--port", str(port))
    return [sys.executable, "-m", "khaos_assets.cli", "portal", "serve", *where]


def _keep_to_itself() -> None:
    """A demonstration has a ledger and people of its own, whatever database the environment names."""
    from khaos_assets.cases.ledger import URL

    os.environ.pop(URL, None)


def _go_on_to_the_next_unread(ground: Playground, ready_file: Path) -> str:
    """The simulators go past nights that were run already, to the last at most; returns the night they show."""
    from khaos_assets.config import Store
    from khaos_assets.sandbox.serve import advance

    done = [day.isoformat() for day in Store(ground.data).nights()]
    night, *later = ground.nights
    while night in done and later:
        night, later = advance(ready_file), later[1:]
    return night
