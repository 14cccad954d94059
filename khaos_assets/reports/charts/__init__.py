"""The charts of one night as SVG text: what is open, how it went, how long things take.

Here: drawing figures that were made elsewhere (`figures.py`, `pictures.py`).
"""

from khaos_assets.reports.charts.course import ageing, latency, matching, trends
from khaos_assets.reports.charts.drawing import SEVERITIES, Chart
from khaos_assets.reports.charts.exceptions import open_by_family, worth_by_code

__all__ = [
    "SEVERITIES", "Chart", "ageing", "latency", "matching", "open_by_family", "trends", "worth_by_code",
]  # fmt: skip
