"""Data Docs that need nobody else: a page kept as evidence must read the same in a year, without the network.

Great Expectations renders a page for each suite and each result. Its own site builder reads both back from its stores
first and copies pictures that no page shows; here they are rendered as they come. What a page would load from public
addresses is taken out and a small sheet put in, and the index, which a script would draw, is written here.
"""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

EXTERNAL = re.compile(
    r"""<link\b[^>]*href=["']https?://[^>]*>|<script\b[^>]*src=["']https?://[^>]*>\s*</script>"""
    r"""|<img\b[^>]*src=["']https?://[^>]*>|<link\b[^>]*href=["'][./]*static/[^>]*>""",
    re.IGNORECASE,
)
STYLE = (Path(__file__).parent / "pages.css").read_text(encoding="utf-8")
EXPECTED, FOUND = "expectations", "validations"


@dataclass(frozen=True)
class SuitePage:
    """One validated suite, for the index."""

    name: str
    held: int
    broken: int


class Site:
    """The pages of one night. They are drafted beside those of an earlier run, and replace them when all are there."""

    def __init__(self, library: Any, folder: Path, title: str, before: Sequence[SuitePage] = ()) -> None:
        self._view = library.DefaultJinjaPageView()
        self._view.env.auto_reload = False  # else each block of a page asks the disk whether its template has changed
        self._suite = library.ExpectationSuitePageRenderer()
        self._result = library.ValidationResultsPageRenderer()
        self._folder, self._title = folder, title
        self._draft = folder.with_name(f".{folder.name}.new")
        if not before:
            shutil.rmtree(self._draft, ignore_errors=True)
        for section in (EXPECTED, FOUND):
            (self._draft / section).mkdir(parents=True, exist_ok=True)
        self.pages = list(before)

    def add(self, suite: Any, result: Any) -> None:
        """The two pages of a suite and of what it said. One that cannot be rendered is missing, and that is logged."""
        held = sum(bool(r.success) for r in result.results)
        self.pages.append(SuitePage(suite.name, held, len(result.results) - held))
        for section, renderer, content in ((EXPECTED, self._suite, suite), (FOUND, self._result, result)):
            try:
                page = self._view.render(renderer.render(content), show_how_to_buttons=False)
            except Exception:
                logging.getLogger(__name__).exception("The page %s/%s could not be rendered", section, suite.name)
            else:
                # Great Expectations would lay results four folders deep.
                page = self_contained(page.replace("../../../../", "../"))
                (self._draft / section / f"{suite.name}.html").write_text(page, encoding="utf-8")

    def finish(self) -> None:
        """Write the index and put the site in its place."""
        (self._draft / "index.html").write_text(index(self._draft, self._title, self.pages), encoding="utf-8")
        shutil.rmtree(self._folder, ignore_errors=True)
        self._draft.rename(self._folder)


def self_contained(page: str) -> str:
    """The page, so that it loads nothing from another place."""
    return EXTERNAL.sub("", page).replace("</head>", f"<style>\n{STYLE}</style>\n</head>", 1)


def index(site: Path, title: str, suites: list[SuitePage]) -> str:
    """Every suite of the night with its result and links to both of its pages."""
    rows = "".join(
        f"<tr><td>{_link(site, FOUND, s.name, s.name)}</td>"
        f'<td class="{"text-danger" if s.broken else "text-success"}">{"FAILED" if s.broken else "passed"}</td>'
        f"<td>{s.held}</td><td>{s.broken}</td>"
        f"<td>{_link(site, EXPECTED, s.name, 'what is expected')}</td></tr>\n"
        for s in suites
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        f'<style>\n{STYLE}</style></head>\n<body><div class="container"><h1>{escape(title)}</h1>\n'
        "<p>One suite per snapshot, from its wire contract, and one per family of exceptions.</p>\n"
        "<table><thead><tr><th>Suite</th><th>Result</th><th>Expectations that hold</th><th>broken</th>"
        f"<th></th></tr></thead><tbody>\n{rows}</tbody></table></div></body></html>\n"
    )


def _link(site: Path, section: str, name: str, words: str) -> str:
    """A link to a page, or the words alone where it could not be rendered."""
    if not (site / section / f"{name}.html").exists():
        return escape(words)
    return f'<a href="{quote(f"{section}/{name}.html")}">{escape(words)}</a>'
