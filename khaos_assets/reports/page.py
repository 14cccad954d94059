"""The night's page: one self-contained HTML file that opens from disk, and the runbook pages beside it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from khaos_assets.cases.incidents import cause_in_words
from khaos_assets.config.night import LONDON
from khaos_assets.config.settings import SEVERITIES
from khaos_assets.config.store import write_bytes
from khaos_assets.config.version import product_version
from khaos_assets.reports import charts
from khaos_assets.reports.case_list import HOW, CaseList
from khaos_assets.reports.figures import Figures
from khaos_assets.reports.pictures import DAYS_ONLY, Pictures, read_pictures
from khaos_assets.reports.rows import largest_open
from khaos_assets.rules.basis import Basis
from khaos_assets.rules.catalogue import FAMILIES
from khaos_assets.rules.runbook import Page

INCIDENTS = 20
"""Incidents shown on the page; the workbook has all."""


def write_page(
    con: duckdb.DuckDBPyConnection,
    figures: Figures,
    pages: dict[str, Page],
    downloads: dict[str, str],
    out: Path,
    *,
    preview_rows: int,
    cases: CaseList | None = None,
) -> None:
    """Write `index.html` and `runbook/<CODE>.html` beside it. `downloads`: relative file → what it is; without `cases`
    the page has no list of people's work."""
    severities = _severities(con, figures)
    pictures = read_pictures(con, figures, cases.course if cases else None)
    parts = cases.work.parts() if cases else []
    environment = _environment()
    context: dict[str, Any] = {
        "figures": figures,
        "cases": cases,
        "families": FAMILIES,
        "severities": {s: sum(n for (_, x), n in severities.items() if x == s) for s in SEVERITIES},
        "counts": {
            state: sum(getattr(c, state) for c in figures.codes) for state in ("open", "expected", "suppressed")
        },
        "charts": [c for c in (charts.open_by_family(severities), *charts.worth_by_code(figures)) if c],
        "course": charts_of(pictures),
        "days_only": " ".join(DAYS_ONLY) if pictures.latency else "",
        "parts": parts,
        "ways": [w for w in HOW if any(p.closed.get(w) for p in parts)],
        "how": HOW,
        "bases": list(Basis),
        "incidents_shown": INCIDENTS,
        "largest": largest_open(con, figures.night, preview_rows),
        "titles": {c.code: c for c in figures.codes},
        "runbook": pages,
        "downloads": downloads,
        "version": product_version(),
        "preview_rows": preview_rows,
    }
    write_bytes(out, environment.get_template("index.html").render(context).encode())
    template = environment.get_template("runbook.html")
    for code, page in pages.items():
        # Raw HTML in a page stays text: `html` is off in this preset.
        body = Markup(MarkdownIt("js-default").render(page.markdown))
        write_bytes(out.parent / "runbook" / f"{code}.html", template.render(page=page, body=body).encode())


def charts_of(pictures: Pictures) -> list[charts.Chart]:
    """The charts of how it went and goes: open value by night, ages, match rates, how long things take."""
    found = (charts.ageing(pictures.ages), charts.matching(pictures.matching), charts.latency(pictures.latency))
    return [*charts.trends(pictures.trend), *(c for c in found if c)]


def _severities(con: duckdb.DuckDBPyConnection, figures: Figures) -> dict[tuple[str, str], int]:
    rows = con.execute(
        """
        SELECT split_part(code, '-', 1) AS family, severity, count(*)
        FROM exception WHERE night = $night AND state = 'open' GROUP BY ALL ORDER BY ALL
        """,
        {"night": figures.night.date},
    ).fetchall()
    return {(family, severity): int(count) for family, severity, count in rows if severity in SEVERITIES}


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("khaos_assets.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"money": _money, "count": _count, "units": _units, "london": _london, "utc": _utc}
    environment.filters["cause"] = cause_in_words
    environment.filters["svg"] = Markup
    return environment


def _money(value: Decimal | None) -> str:
    """Pounds with two places and a real minus sign; a dash where the amount is not known."""
    return "–" if value is None else f"{value:,.2f}".replace("-", "−")


def _count(value: int) -> str:
    return f"{value:,}"


def _units(value: Decimal | None) -> str:
    if value is None:
        return ""
    text = f"{value:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def _london(instant: datetime) -> str:
    return instant.astimezone(LONDON).strftime("%A %d %B %Y, %H:%M %Z")


def _utc(instant: datetime | None) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if instant else ""
