"""The DuckDB file: opening it, exact arithmetic, views over snapshots, conformed tables, the published copy.

DuckDB is an index that can be deleted: `rebuild` makes it again from the raw pages.
Not here: rules, reports.
"""

from khaos_assets.warehouse.building import WarehouseResult, build
from khaos_assets.warehouse.database import open_warehouse
from khaos_assets.warehouse.publishing import publish

__all__ = ["WarehouseResult", "build", "open_warehouse", "publish"]
