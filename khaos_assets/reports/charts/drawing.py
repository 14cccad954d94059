"""Drawing a chart as SVG text: a Vega-Lite specification, drawn by vl-convert; no browser, no network."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

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


def bars(values: list[dict[str, Any]], **encoding: dict[str, Any]) -> dict[str, Any]:
    """Bars that lie, stacked; the encoding as Vega-Lite has it."""
    y: dict[str, Any] = {
        "type": "nominal",
        "title": None,
        "axis": {"labelLimit": 260, "labelPadding": 8},
    } | encoding.pop("y")
    x: dict[str, Any] = {"type": "quantitative", "stack": "zero"} | encoding.pop("x")
    x.setdefault("axis", {})
    x["axis"] = {"tickMinStep": 1, "tickCount": 5} | x["axis"]
    return framed({
        "height": {"step": 26},
        "data": {"values": values},
        "mark": {"type": "bar", "cornerRadiusEnd": 2, "height": {"band": 0.7}},
        "encoding": {"y": y, "x": x, **encoding},
    })  # fmt: skip


def framed(spec: dict[str, Any]) -> dict[str, Any]:
    """A specification (Vega-Lite) with what all charts have."""
    # Names are measured in one font and shown in the reader's, which may be wider.
    frame = {"width": 420, "padding": {"left": 30, "right": 12, "top": 5, "bottom": 5}, "config": CONFIG}
    return frame | spec


def svg_of(spec: dict[str, Any], name: str) -> str:
    """The drawing. `name` is its own on a page."""
    # The renderer numbers its clip paths on through the life of the process: numbered again, a second run is the same,
    # and two charts on one page never share a name.
    numbers: dict[str, str] = {}
    return re.sub(
        r"\bclip(\d+)", lambda m: numbers.setdefault(m[1], f"{name}-clip{len(numbers)}"), _drawn(json.dumps(spec))
    )


@lru_cache(maxsize=64)
def _drawn(spec: str) -> str:
    """What the page shows, the UI shows again in the same process."""
    import vl_convert

    return vl_convert.vegalite_to_svg(spec)
