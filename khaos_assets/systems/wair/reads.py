"""The snapshots that WAIR offers: items, stock, dispatches, transfers (contract wair, sections 3.4 to 3.7 and 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from khaos_assets.systems.read import Decoded, Delta, Read, System
from khaos_assets.systems.wair.changes import changes
from khaos_assets.systems.wair.client import open_client, probe
from khaos_assets.systems.wair.coverage import stock_coverage
from khaos_assets.systems.wair.decode import decode
from khaos_assets.systems.wair.feed import Feed
from khaos_assets.systems.wair.records import Dispatch, Item, Stock, Transfer
from khaos_assets.systems.wair.walk import walk

ITEMS = Feed("items", "/Items", "items", Item, ("skuId",))
STOCK = Feed("stock", "/Stock", "stock", Stock, ("locationId", "skuId"))
DISPATCHES = Feed("dispatches", "/Dispatches", "dispatches", Dispatch, ("dispatchId",), of_people=True)
TRANSFERS = Feed("transfers", "/Transfers", "transfers", Transfer, ("transferId", "skuId"))


def order_references(decoded: Decoded) -> Iterable[str]:
    """References of the orders that dispatches name."""
    dispatches = decoded.tables["dispatches"]
    if isinstance(dispatches, Sequence):
        return {d.order_reference for d in dispatches if isinstance(d, Dispatch) and d.order_reference}
    return {r for r in dispatches["order_reference"].unique().to_pylist() if r}


SYSTEM = System(
    name="wair",
    title="WAIR For Retail",
    open_client=open_client,
    probe=probe,
    reads=(
        Read(
            entity="items",
            title="Items with body map",
            tables={"items": Item},
            key=ITEMS.columns,
            walk=partial(walk, ITEMS),
            decode=partial(decode, ITEMS),
            change_column="updated_at",
            never_deleted=True,
        ),
        Read(
            entity="stock",
            title="Stock by location",
            tables={"stock": Stock},
            key=STOCK.columns,
            walk=partial(walk, STOCK, also=stock_coverage),
            decode=partial(decode, STOCK),
            delta=Delta(partial(changes, STOCK)),
            change_column="updated_at",
            units_column="on_hand",
            never_deleted=True,
        ),
        Read(
            entity="dispatches",
            title="Dispatches",
            tables={"dispatches": Dispatch},
            key=DISPATCHES.columns,
            walk=partial(walk, DISPATCHES),
            decode=partial(decode, DISPATCHES),
            delta=Delta(partial(changes, DISPATCHES)),
            change_column="updated_at",
            order_references=order_references,
            never_deleted=True,
        ),
        Read(
            entity="transfers",
            title="Transfers in transit",
            tables={"transfers": Transfer},
            key=TRANSFERS.columns,
            walk=partial(walk, TRANSFERS),
            decode=partial(decode, TRANSFERS),
            delta=Delta(partial(changes, TRANSFERS)),
            change_column="updated_at",
            units_column="quantity_shipped",
        ),
    ),
)
