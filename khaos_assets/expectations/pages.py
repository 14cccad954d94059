"""Data Docs that need nobody else: a page kept as evidence must read the same in a year, without the network.

Great Expectations' pages load style and scripts from public addresses; these are taken out and a small sheet put in.
Its index is drawn by such a script, so the index is written here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

EXTERNAL = re.compile(
    r"""<link\b[^>]*href=["']https?://[^>]*>|<script\b[^>]*src=["']https?://[^>]*>\s*</script>"""
    r"""|<img\b[^>]*src=["']https?://[^>]*>""",
    re.IGNORECASE,
)
STYLE = (Path(__file__).parent / "pages.css").read_text(encoding="utf-8")


def make_self_contained(site: Path) -> None:
    """Rewrite each page below `site` so that it loads nothing from another place."""
    for page in site.rglob("*.html"):
        text = EXTERNAL.sub("", page.read_text(encoding="utf-8"))
        page.write_text(text.replace("</head>", f"<style>\n{STYLE}</style>\n</head>", 1), encoding="utf-8")


@dataclass(frozen=True)
class SuitePage:
    """One validated suite, for the index."""

    name: str
    held: int
    broken: int


def write_index(site: Path, title: str, suites: Sequence[SuitePage]) -> None:
    """`index.html`: every suite of the night with its result and links to both of its pages."""
    rows = "".join(
        f"<tr><td>{_link(site, f'validations/{s.name}', s.name)}</td>"
        f'<td class="{"text-danger" if s.broken else "text-success"}">{"FAILED" if s.broken else "passed"}</td>'
        f"<td>{s.held}</td><td>{s.broken}</td>"
        f"<td>{_link(site, f'expectations/{s.name}', 'what is expected')}</td></tr>\n"
        for s in suites
    )
    (site / "index.html").write_text(
        f'<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        f'<style>\n{STYLE}</style></head>\n<body><div class="container"><h1>{escape(title)}</h1>\n'
        "<p>One suite per snapshot, from its wire contract, and one per family of exceptions.</p>\n"
        "<table><thead><tr><th>Suite</th><th>Result</th><th>Expectations that hold</th><th>broken</th>"
        f"<th></th></tr></thead><tbody>\n{rows}</tbody></table></div></body></html>\n",
        encoding="utf-8",
    )


def _link(site: Path, stem: str, words: str) -> str:
    """A link to the page of that name: `<stem>.html`, or the one page below the folder `<stem>`."""
    page = next((site / stem).rglob("*.html"), None) if (site / stem).is_dir() else site / f"{stem}.html"
    if page is None or not page.exists():
        return escape(words)
    return f'<a href="{quote(page.relative_to(site).as_posix())}">{escape(words)}</a>'
