"""`sandbox make-world | serve | advance | score`."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from khaos_assets.cli.session import JsonFlag, Session, UsageError, command, emit, say

WorldOption = Annotated[Path, typer.Option("--world", help="The folder of the world.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    command(app, "make-world")(make_world)
    command(app, "serve")(serve)
    command(app, "advance")(advance)
    command(app, "score")(score)


USUAL_SYSTEMS = "khaos,wair,scayle,orocommerce,plytix,pimberly"
"""Of a world nobody asked less of: all there are."""
SystemsOption = Annotated[str, typer.Option("--systems", help="Systems the merchant has: khaos and others.")]


def make_world(
    session: Session,  # noqa: ARG001
    *,
    out: Annotated[Path, typer.Option("--out", help="The folder to make.")],
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same world.")] = 1,
    skus: Annotated[int, typer.Option("--skus", min=1)] = 2000,
    orders: Annotated[int, typer.Option("--orders", min=1)] = 5000,
    orders_csv: Annotated[
        Path | None, typer.Option("--orders-csv", help="Grow it from a real order history instead.")
    ] = None,
    night: Annotated[str | None, typer.Option("--night", help="The last night: 2026-11-20.")] = None,
    nights: Annotated[int, typer.Option("--nights", min=1)] = 2,
    systems: SystemsOption = USUAL_SYSTEMS,
    plant: Annotated[list[str] | None, typer.Option("--plant", help="CODE=N [CODE=N …]: how many of a code.")] = None,
    more: Annotated[list[str] | None, typer.Argument(hidden=True, metavar="CODE=N")] = None,
    json: JsonFlag = False,
) -> None:
    """Make a world: consistent systems, with known differences planted in them."""
    from datetime import date

    from khaos_assets.cli.progress import working
    from khaos_assets.sandbox import worlds

    try:
        last = date.fromisoformat(night) if night else None
    except ValueError as e:
        raise UsageError(f"--night {night}: a date is wanted, for example 2026-11-20") from e
    with working(f"Making {out}"), refused():
        worlds.make_world(
            out,
            seed=seed,
            skus=skus,
            orders=orders,
            orders_csv=orders_csv,
            night=last,
            nights=nights,
            systems=systems.split(","),
            plant=planted([*(plant or []), *(more or [])]),
        )
    if json:
        emit({"world": str(out), "nights": sorted(p.name for p in (out / "nights").iterdir())})
    else:
        say(f"{out}: a world; `khaos-assets sandbox serve --world {out}` serves it")


@contextmanager
def refused() -> Generator[None]:
    """What the world maker will not do is a wrong call or a wrong file: exit status 2."""
    from khaos_assets.sandbox import worlds

    try:
        yield
    except (worlds.HistoryError, worlds.PlantError, worlds.SystemsError, worlds.WorldExistsError) as e:
        raise UsageError(str(e)) from e


def planted(texts: list[str]) -> dict[str, int]:
    """`["STK-01=5"]` → `{"STK-01": 5}`."""
    found: dict[str, int] = {}
    for text in texts:
        code, sign, number = text.partition("=")
        if not sign or not code or not number.isdecimal():
            raise UsageError(f"--plant {text}: CODE=N is wanted, for example STK-01=5")
        found[code] = int(number)
    return found


def serve(
    session: Session,
    world: WorldOption,
    faults: Annotated[Path | None, typer.Option("--faults", help="Fault switches (else the world's own).")] = None,
    rate_clock: Annotated[
        float, typer.Option("--rate-clock", help="How many times as fast rate limits pass; 1 is as in life.", min=1)
    ] = 60,
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True)] = False,
) -> None:
    """Serve a world on loopback until Ctrl-C or SIGTERM, beginning with its first night."""
    from khaos_assets.sandbox.serve import run

    if faults is None and (world / "faults.toml").is_file():
        faults = world / "faults.toml"
    if with_parent:
        _stop_with_parent()

    def ready(told: dict[str, object]) -> None:
        for name, system in told["systems"].items():  # type: ignore[attr-defined]
            say(f"{name:12} {system['base_url']}")
        say(f"Night of {told['night']}. Ctrl-C stops.")

    run(world, faults, session.ready_file, rate_clock=rate_clock, on_ready=None if with_parent else ready)


def _stop_with_parent() -> None:
    """End when standard input ends: a parent that dies, however it dies, leaves no simulators behind."""
    import os
    import signal
    import sys
    import threading

    def wait() -> None:
        sys.stdin.buffer.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def advance(session: Session, json: JsonFlag = False) -> None:
    """The running simulators (--ready-file) go on to the world's next night."""
    from khaos_assets.sandbox.serve import advance as go_on

    if session.ready_file is None:
        raise UsageError("--ready-file is wanted: the one that `khaos-assets sandbox serve` wrote")
    night = go_on(session.ready_file)
    emit({"night": night}) if json else print(night)


def score(
    session: Session,  # noqa: ARG001
    world: WorldOption,
    exceptions: Annotated[Path, typer.Option("--exceptions", help="An export: .csv, .json or .parquet.")],
    json: JsonFlag = False,
) -> None:
    """Compare what was reported with what the world planted."""
    from khaos_assets.sandbox.score import score as scored

    result = scored(world, exceptions)
    if json:
        emit(result)
        return
    from khaos_assets.cli.tables import print_table

    lines = [(c, f"{n['planted']}", f"{n['found']}", f"{n['false']}") for c, n in result["per_code"].items()]
    print_table(("Code", ">Planted", ">Found", ">False"), lines)
    decoys = result["decoys_reported"]
    print(f"Recall {result['recall']:.4f}, precision {result['precision']:.4f}, {decoys} decoys reported")
