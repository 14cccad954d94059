"""The figures behind the pictures of a night: the course of what stands, ages, match rates, how long things take."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from khaos_assets.cases.trend import Point
from khaos_assets.config import Night
from khaos_assets.reports.case_list import Course
from khaos_assets.reports.figures import Figures

FLOWS = {
    "order": "order confirmed → in Khaos",
    "dispatch": "dispatch → sent in Khaos",
    "tracking": "sent in Khaos → tracking shown",
}
DAYS_ONLY = (
    "Khaos keeps days and no times: what it shows is taken to have come with the first minute of that day.",
    "So a figure may be too small by part of a day, never too large. What has not arrived has taken until the night.",
)


@dataclass(frozen=True)
class FlowLatency:
    """How long things took from one system to the next. Minutes, whole."""

    flow: str
    systems: str
    things: int
    median: int
    p95: int
    target: int
    late: int
    waiting: int
    """Of `things`, those that have not arrived; they count with the time until the night."""

    @property
    def name(self) -> str:
        """ "scayle: order confirmed → in Khaos"."""
        other = next((s for s in self.systems.split(">") if s != "khaos"), self.systems)
        return f"{other}: {FLOWS.get(self.flow, self.flow)}"


@dataclass(frozen=True)
class MatchRate:
    """Of all comparisons with one system, how many matched."""

    system: str
    compared: int
    matched: int

    @property
    def share(self) -> float:
        """0 to 1; for a picture."""
        return self.matched / self.compared


@dataclass(frozen=True)
class Pictures:
    """All of them. Without a ledger there is neither course nor age."""

    trend: tuple[Point, ...]
    ages: dict[str, dict[str, int]]
    matching: list[MatchRate]
    latency: list[FlowLatency]


def read_pictures(con: duckdb.DuckDBPyConnection, figures: Figures, course: Course | None) -> Pictures:
    """The figures of a night's pictures."""
    trend, ages = (course.trend, course.ages) if course else ((), {})
    return Pictures(trend, ages, match_rates(figures), read_latency(con, figures.night))


def read_latency(con: duckdb.DuckDBPyConnection, night: Night) -> list[FlowLatency]:
    """The night's lines of `flow_latency`, by flow and pair."""
    rows = con.execute(
        """
        SELECT flow, systems, things, median_minutes, p95_minutes, target_minutes, late, waiting
        FROM flow_latency WHERE night = $night ORDER BY flow, systems
        """,
        {"night": night.date},
    ).fetchall()
    return [FlowLatency(*row) for row in rows]


def match_rates(figures: Figures) -> list[MatchRate]:
    """By the system that is compared with Khaos (Khaos itself where there is no other), of all codes tested."""
    found: dict[str, tuple[int, int]] = {}
    for line in figures.codes:
        if line.tested and line.compared:
            system = next((s for s in line.systems.split(">") if s != "khaos"), "khaos")
            compared, matched = found.get(system, (0, 0))
            found[system] = (compared + line.compared, matched + line.matched)
    return [MatchRate(system, *found[system]) for system in sorted(found)]


def with_pounds(points: list[Point]) -> list[Point]:
    """The points of bases that have any pounds at all."""
    bases = {p.basis for p in points if p.gbp}
    return [p for p in points if p.basis in bases]
