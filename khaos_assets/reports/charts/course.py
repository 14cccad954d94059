"""How it went and how it goes: open value night by night, ages, match rates, how long things take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from khaos_assets.cases.trend import Point
from khaos_assets.config.settings import SEVERITIES as BY_SEVERITY
from khaos_assets.reports.charts.drawing import SEVERITIES, Chart, bars, framed, svg_of
from khaos_assets.reports.pictures import FlowLatency, MatchRate, with_pounds

FAMILY_COLOURS = {
    "FEED": "#7C3AED", "MAP": "#DB2777", "SKU": "#2563EB", "PIM": "#059669", "STK": "#D97706", "ORD": "#1F4E79",
    "FIN": "#9B1C1C", "CUS": "#64748B",
}  # fmt: skip


def trends(points: Sequence[Point]) -> list[Chart]:
    """What stood open night by night, by family: one panel per basis that has pounds."""
    charts: list[Chart] = []
    shown = with_pounds(list(points))
    for basis in dict.fromkeys(p.basis for p in shown):
        mine = [p for p in shown if p.basis is basis]
        families = sorted({p.family for p in mine if p.gbp})
        # A line is a picture, not a figure: here alone a double is good enough.
        values: list[dict[str, Any]] = [
            {"night": p.night.isoformat(), "family": p.family, "gbp": float(p.gbp)}
            for p in mine
            if p.family in families
        ]
        nights = list(dict.fromkeys(v["night"] for v in values))
        spec = framed({
            "height": 150,
            "data": {"values": values},
            "mark": {"type": "line", "point": {"size": 40}, "strokeWidth": 2},
            "encoding": {
                "x": {"field": "night", "type": "ordinal", "title": None, "axis": {
                    "labelAngle": 0, "labelOverlap": True,
                    "labelExpr": "slice(datum.label, 8) + '/' + slice(datum.label, 5, 7)"}},
                "y": {"field": "gbp", "type": "quantitative", "title": None, "axis": {
                    "format": ",.0f", "tickCount": 4}},
                "color": {"field": "family", "type": "nominal", "scale": {
                    "domain": families, "range": [FAMILY_COLOURS.get(f, "#475569") for f in families]}},
            },
        })  # fmt: skip
        last = {p.family: p.gbp for p in mine if p.night.isoformat() == nights[-1]}
        words = f"{nights[0]} to {nights[-1]}; at the end " + ", ".join(f"{f} £{last[f]:,.2f}" for f in families)
        charts.append(
            Chart(f"Open value by night, GBP: {basis.value}", svg_of(spec, f"trend-{basis.name.lower()}"), words)
        )
    return charts


def ageing(buckets: Mapping[str, Mapping[str, int]]) -> Chart | None:
    """Cases that stand by how long they have stood, split by severity."""
    values: list[dict[str, Any]] = [
        {"bucket": bucket, "severity": s, "cases": counts[s], "order": BY_SEVERITY.index(s)}
        for bucket, counts in buckets.items()
        for s in BY_SEVERITY
        if counts.get(s)
    ]
    if not values:
        return None
    spec = bars(
        values,
        y={"field": "bucket", "sort": list(buckets), "scale": {"domain": list(buckets)}},
        x={"field": "cases", "title": "cases that stand open"},
        color={
            "field": "severity",
            "type": "nominal",
            "scale": {"domain": list(SEVERITIES), "range": list(SEVERITIES.values())},
        },
        order={"field": "order", "type": "quantitative"},
    )
    words = ", ".join(f"{bucket} {sum(counts.values())}" for bucket, counts in buckets.items())
    return Chart("How long cases have stood", svg_of(spec, "ageing"), words)


def matching(rates: Sequence[MatchRate]) -> Chart | None:
    """The share of comparisons that matched, by system."""
    if not rates:
        return None
    values = [{"system": r.system, "share": r.share, "told": f"{r.share:.2%}"} for r in rates]
    axis = {"format": ".0%", "tickMinStep": 0.1}
    spec = bars(
        values,
        y={"field": "system"},
        x={"field": "share", "title": "comparisons that matched", "scale": {"domain": [0, 1]}, "axis": axis},
        color={"value": "#1F4E79"},
    )
    bar = {name: spec.pop(name) for name in ("mark", "encoding")}
    label = {
        "mark": {"type": "text", "align": "right", "dx": -6, "color": "#FFFFFF", "fontSize": 12},
        "encoding": {k: v for k, v in bar["encoding"].items() if k in "xy"} | {"text": {"field": "told"}},
    }
    spec = framed(spec | {"layer": [bar, label]})
    words = ", ".join(f"{r.system} {r.share:.2%} of {r.compared:,}" for r in rates)
    return Chart("Match rate by system", svg_of(spec, "matching"), words)


def latency(flows: Sequence[FlowLatency]) -> Chart | None:
    """Median and 95th percentile of each flow, and its target as a line."""
    if not flows:
        return None
    values: list[dict[str, Any]] = [
        {"flow": f.name, "what": what, "minutes": minutes, "target": f.target}
        for f in flows
        for what, minutes in (("median", f.median), ("95th percentile", f.p95))
    ]
    y: dict[str, Any] = {
        "field": "flow", "type": "nominal", "title": None, "axis": {"labelLimit": 260, "labelPadding": 8},
    }  # fmt: skip
    scale = {"type": "symlog", "constant": 10}
    spec = framed({
        "width": 300,
        "height": {"step": 34},
        "data": {"values": values},
        "layer": [
            {"mark": {"type": "rule", "strokeWidth": 3, "color": "#CBD5E1"}, "encoding": {
                "y": y, "x": {"field": "minutes", "aggregate": "min", "type": "quantitative"},
                "x2": {"field": "minutes", "aggregate": "max"}}},
            {"mark": {"type": "point", "filled": True, "size": 90, "opacity": 1}, "encoding": {
                "y": y,
                "x": {"field": "minutes", "type": "quantitative", "title": "minutes at least (scale grows)",
                      "scale": scale, "axis": {"values": [0, 10, 60, 240, 1440, 10080], "format": ",d"}},
                "color": {"field": "what", "type": "nominal", "scale": {
                    "domain": ["median", "95th percentile"], "range": ["#2563EB", "#D97706"]}}}},
            {"mark": {"type": "tick", "color": "#9B1C1C", "thickness": 3, "size": 24}, "encoding": {
                "y": y, "x": {"field": "target", "type": "quantitative"}}},
        ],
    })  # fmt: skip
    words = ", ".join(f"{f.name}: median {f.median}, 95th percentile {f.p95}, target {f.target} minutes" for f in flows)
    return Chart("How long things take (red: the target)", svg_of(spec, "latency"), words)
