"""How many rows are open by family and severity, and what they are worth, one chart per basis: pounds of different
bases never share an axis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from khaos_assets.reports.charts.drawing import SEVERITIES, Chart, bars, svg_of
from khaos_assets.reports.figures import CodeLine, Figures
from khaos_assets.rules.catalogue import FAMILIES


def open_by_family(severities: Mapping[tuple[str, str], int]) -> Chart | None:
    """Open rows by family, split by severity. `severities` counts open rows by (family, severity)."""
    if not severities:
        return None
    rows: list[dict[str, Any]] = [
        {"family": family, "severity": severity, "rows": count, "order": list(SEVERITIES).index(severity)}
        for (family, severity), count in sorted(severities.items())
    ]
    families = sorted({r["family"] for r in rows})
    words = ", ".join(f"{f} {sum(r['rows'] for r in rows if r['family'] == f)}" for f in families)
    names = {f: FAMILIES.get(f, f) for f in families}
    spec = bars(
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
    return Chart("Open exceptions by family", svg_of(spec, "families"), words)


def worth_by_code(figures: Figures) -> list[Chart]:
    """What open rows are worth in GBP by code, one chart per basis, over and under apart where a code has both."""
    charts: list[Chart] = []
    for total in figures.totals():
        lines = [c for c in figures.codes if c.basis is total.basis and c.open_gbp]
        if not lines:
            continue
        rows = [row for line in lines for row in _worth(line)]
        spec = bars(
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
        charts.append(Chart(f"Worth: {total.basis.value}", svg_of(spec, total.basis.name.lower()), words))
    return charts


def _name(line: CodeLine) -> str:
    return f"{line.code} {line.title}"


def _worth(line: CodeLine) -> list[dict[str, Any]]:
    # The length of a bar is a picture, not a figure: here alone a double is good enough.
    if line.signed:
        sides = (("over", line.over.gbp), ("under", line.under.gbp))
        return [{"name": _name(line), "side": side, "gbp": float(gbp)} for side, gbp in sides if gbp]
    return [{"name": _name(line), "side": "value", "gbp": float(line.open_gbp)}]
