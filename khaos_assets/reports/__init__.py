"""What people download: workbook, CSV, Parquet and HTML of one night, from the warehouse's own tables.

Here: writing figures down, exactly and the same way every time. Not here: how a figure comes about (`rules/`), nor who
may see it. Nothing in this folder reads a clock: two runs on the same snapshots give the same bytes.
"""

from __future__ import annotations

from khaos_assets.reports.export import FORMATS, export_exceptions
from khaos_assets.reports.nightly import write_nightly

__all__ = ["FORMATS", "export_exceptions", "write_nightly"]
