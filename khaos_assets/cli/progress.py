"""Progress on a terminal, nothing where there is none; and keeping libraries from talking over it."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def working(what: str) -> Generator[Callable[[str], None]]:
    """A spinner with a text that may change; on leaving it is gone."""
    if not sys.stderr.isatty():
        yield lambda text: None  # noqa: ARG005
        return
    from rich.console import Console

    with Console(stderr=True).status(what) as status:
        yield status.update


@contextmanager
def rows_coming() -> Generator[Callable[[str, int], None] | None]:
    """One line per snapshot with the rows that came so far; None where there is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,} rows"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks: dict[str, int] = {}

        def came(name: str, rows: int) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(name, total=None)
            progress.advance(tasks[name], rows)  # type: ignore[arg-type]

        yield came


def quiet_logs(debug: bool) -> None:
    """Libraries speak up only when something is wrong; with --debug the product itself says everything."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    logging.getLogger("khaos_assets").setLevel(logging.DEBUG if debug else logging.WARNING)
    warnings.simplefilter("ignore")
    for name in ("httpx", "great_expectations", "alembic", "dagster", "py.warnings"):
        logging.getLogger(name).setLevel(logging.ERROR)
