"""Stock coverage: each active item has a stock row at each location expected to hold it (contract wair, section 4)."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from khaos_assets.systems.aside import database_aside
from khaos_assets.systems.read import Decoded, ReadContext, ReadFailed, Reason
from khaos_assets.systems.wair.passes import Pass
from khaos_assets.systems.wair.records import Item
from khaos_assets.systems.wair.settings import Wair

SAMPLE = 5


async def stock_coverage(context: ReadContext, passes: list[Pass]) -> list[Reason]:
    """What speaks against complete stock, as remarks; empty where every expected row is there.

    Stock of a SKU that the items do not list is normal for a while and no remark here.
    """
    if not context.settings.of(Wair).stock_for_every_active_item:
        return []
    try:
        items = await context.result("items")
    except ReadFailed as e:
        return [
            Reason(fault="coverage_not_tested", detail=f"stock cannot be held against the items: {e.reason.detail}")
        ]
    locations = sorted(context.settings.mapping.locations)
    missing = _missing(active_skus(items), locations, passes)
    if not missing:
        return []
    names = ", ".join(missing[:SAMPLE])
    return [
        Reason(
            fault="stock_coverage", detail=f"{len(missing)} active item(s) without a row at a mapped location: {names}"
        )
    ]


def active_skus(items: Decoded) -> pa.Array:
    """SKU ids of items that are not withdrawn."""
    rows = items.tables["items"]
    if isinstance(rows, Sequence):
        return pa.array([i.sku_id for i in rows if isinstance(i, Item) and i.active], pa.string())
    return rows.filter(rows["active"])["sku_id"].combine_chunks()


def _missing(skus: pa.Array, locations: list[str], passes: list[Pass]) -> list[str]:
    with database_aside() as connection:
        connection.register("item", pa.table({"sku_id": skus}))
        connection.register("location", pa.table({"location_id": pa.array(locations, pa.string())}))
        connection.register("seen", pa.concat_tables(p.rows.select(["location_id", "sku_id"]) for p in passes))
        rows = connection.execute(
            """
            SELECT location_id || '/' || sku_id AS key
            FROM (SELECT location_id, sku_id FROM item CROSS JOIN location) ANTI JOIN seen USING (location_id, sku_id)
            ORDER BY key
            """
        ).fetchall()
    return [key for (key,) in rows]
