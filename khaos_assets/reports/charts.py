"""Charts of one night as SVG text (altair for the picture, vl-convert to draw it; no browser, no network).

Here: how many rows are open by family and severity, and what they are worth, one chart per basis: pounds of different
bases never share an axis.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from khaos_assets.reports.figures import CodeLine, Figures

SEVERITIES = {"critical": "#9B1C1C", "high": "#D97706", "medium": "#2563EB", "low": "#94A3B8"}
FONT = "Helvetica, Arial, sans-serif"
CONFIG: dict[str, Any] = {
    "background": "transparent",
    "view": {"stroke": None},
    "font": FONT,
    "axis": {"labelColor": "#374151", "titleColor": "#6B7280", "labelFontSize": 12, "titleFontSize": 11,
             "titleFontWeight": "normal", "domain": False, "ticks": False, "gridColor": "#E5E7EB"},
    "legend": {"labelFontSize": 12, "title": None, "orient": "bottom"},
}  # fmt: skip


@dataclass(frozen=True)
class Chart:
    """A drawing and what it says in words, for those who do not see it."""

    title: str
    svg: str
    words: str


def open_by_family(figures: Figures, severities: dict[tuple[str, str], int]) -> Chart | None:
    """Open rows by family, split by severity. `severities` counts open rows by (family, severity)."""
    if not severities:
        return None
    rows: list[dict[str, Any]] = [
        {"family": family, "severity": severity, "rows": count, "order": list(SEVERITIES).index(severity)}
        for (family, severity), count in sorted(severities.items())
    ]
    families = sorted({r["family"] for r in rows})
    words = ", ".join(f"{f} {sum(r['rows'] for r in rows if r['family'] == f)}" for f in families)
    names = {f: f"{figures.families.get(f, f)}" for f in families}
    spec = _bars(
        [r | {"name": names[r["family"]]} for r in rows],
        y={"field": "name", "sort": [names[f] for f in families]},
        x={"field": "rows", "title": "open exceptions"},
        color={
            "field": "severity",
            "type": "nominal",
            "scale": {"domain": list(SEVERITIES), "range": list(SEVERITIES.values())},
        },
        order={"field": "order", "type": "quantitative"},
    )
    return Chart("Open exceptions by family", _svg(spec, "families"), words)


def worth_by_code(figures: Figures) -> list[Chart]:
    """What open rows are worth in GBP by code, one chart per basis, over and under apart where a code has both."""
    charts: list[Chart] = []
    for total in figures.totals():
        lines = [c for c in figures.codes if c.basis is total.basis and c.open_gbp]
        if not lines:
            continue
        rows = [row for line in lines for row in _worth(line)]
        spec = _bars(
            rows,
            y={"field": "name", "sort": [_name(c) for c in sorted(lines, key=lambda c: (-abs(c.open_gbp), c.key))]},
            x={"field": "gbp", "title": "GBP, open", "axis": {"format": ",.0f"}},
            color={
                "field": "side",
                "type": "nominal",
                "scale": {"domain": ["over", "under", "value"], "range": ["#B45309", "#1D4ED8", "#475569"]},
                "legend": {"values": sorted({r["side"] for r in rows} - {"value"})},
            },
            order={"field": "side", "type": "nominal"},
        )
        if all(r["side"] == "value" for r in rows):
            spec["encoding"]["color"]["legend"] = None
        words = ", ".join(f"{c.code} £{c.open_gbp:,.2f}" for c in lines)
        charts.append(Chart(f"Worth: {total.basis.value}", _svg(spec, total.basis.name.lower()), words))
    return charts


def _name(line: CodeLine) -> str:
    return f"{line.code} {line.title}"


def _worth(line: CodeLine) -> list[dict[str, Any]]:
    # The length of a bar is a picture, not a figure: here alone a double is good enough.
    if line.signed:
        sides = (("over", line.over.gbp), ("under", line.under.gbp))
        return [{"name": _name(line), "side": side, "gbp": float(gbp)} for side, gbp in sides if gbp]
    return [{"name": _name(line), "side": "value", "gbp": float(line.open_gbp)}]


def _bars(values: list[dict[str, Any]], **encoding: dict[str, Any]) -> dict[str, Any]:
    import altair

    y: dict[str, Any] = {
        "type": "nominal",
        "title": None,
        "axis": {"labelLimit": 260, "labelPadding": 8},
    } | encoding.pop("y")
    x: dict[str, Any] = {"type": "quantitative", "stack": "zero"} | encoding.pop("x")
    x.setdefault("axis", {})
    x["axis"] = {"tickMinStep": 1, "tickCount": 5} | x["axis"]
    spec = {
        "width": 420,
        # Names are measured in one font and shown in the reader's, which may be wider.
        "padding": {"left": 30, "right": 12, "top": 5, "bottom": 5},
        "height": {"step": 26},
        "config": CONFIG,
        "data": {"values": values},
        "mark": {"type": "bar", "cornerRadiusEnd": 2, "height": {"band": 0.7}},
        "encoding": {"y": y, "x": x, **encoding},
    }
    return altair.Chart.from_dict(spec).to_dict()


def _svg(spec: dict[str, Any], name: str) -> str:
    import vl_convert

    # The renderer numbers its clip paths on through the life of the process: numbered again, a second run is the same,
    # and two charts on one page never share a name.
    svg = vl_convert.vegalite_to_svg(spec)
    numbers: dict[str, str] = {}
    return re.sub(r"\bclip(\d+)", lambda m: numbers.setdefault(m[1], f"{name}-clip{len(numbers)}"), svg)
