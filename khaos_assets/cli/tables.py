"""Tables for people, on standard output: coloured on a terminal, plain in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table


def print_table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    styles: Sequence[str] | None = None,
    title: str | None = None,
) -> None:
    """Print rows under headings; ">" marks a column of figures. `styles` are the colours of the second column."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        right = heading.startswith(">")
        table.add_column(
            heading.removeprefix(">"), justify="right" if right else "left", no_wrap=right, overflow="fold"
        )
    for place, row in enumerate(rows):
        cells = [escape(cell) for cell in row]
        if styles and sys.stdout.isatty():
            cells[1] = f"[{styles[place]}]{cells[1]}[/]"
        table.add_row(*cells)
    console().print(table)


def console() -> Console:
    """Standard output; in a pipe wide enough that nothing is cut."""
    return Console() if sys.stdout.isatty() else Console(width=200)
