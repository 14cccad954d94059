"""Stock levels, prices and subtotals, whose SKU, unit or order stands in the rows that come along with them. Pure."""
# pyright: reportAttributeAccessIssue=false
# (pyarrow makes its compute functions when imported, out of sight of a type checker)

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.orocommerce.decode import (
    SEQUENCE,
    as_record,
    finish,
    gather,
    incomplete,
    newest,
    set_aside,
)
from khaos_assets.systems.orocommerce.records import InventoryLevel, OrderSubtotal, ProductPrice
from khaos_assets.systems.orocommerce.resources import Page, Resource
from khaos_assets.systems.orocommerce.shapes import Shape
from khaos_assets.systems.read import Decoded, Pages, Quarantined, Reason, WalkNotes

SAMPLE = 5


class _Named(msgspec.Struct, gc=False):
    type: str
    id: str


_NAMED = msgspec.json.Decoder(_Named)


@dataclass(frozen=True)
class Along:
    """The related rows of one shape that came with a walk: the readable ones, and the ids of all."""

    rows: pa.Table
    ids: pa.Array

    def value(self, keys: pa.ChunkedArray, column: str) -> pa.ChunkedArray:
        """The column's value for each id; null where its row is missing or unreadable."""
        return self.rows[column].take(pc.index_in(keys, self.rows["id"]))

    def lacks(self, keys: pa.ChunkedArray) -> pa.ChunkedArray:
        """Which of the ids have no row at all."""
        return pc.invert(pc.is_in(keys, self.ids))


def decode_levels(resource: Resource, pages: Pages, notes: WalkNotes) -> Decoded:
    """Stock levels with SKU, unit and (Enterprise edition) warehouse."""
    gathered = gather(resource, pages, notes)
    rows, aside = gathered.rows, gathered.aside
    for field, relationship, column, name in (
        ("product_id", "product", "sku", "sku"),
        ("unit_precision_id", "productUnitPrecision", "unit", "unit"),
        ("warehouse_id", "warehouse", "name", "warehouse"),
    ):
        if relationship not in resource.included:
            rows = rows.append_column(name, pa.nulls(rows.num_rows, pa.string()))
            continue
        along = came_along(gathered.pages, resource.included[relationship])
        rows, lacking = _looked_up(rows, along, field, column, name)
        aside += incomplete(lacking, relationship, "its row did not come along")
    unitless = pc.is_null(rows["unit"])
    aside += incomplete(rows.filter(unitless), "productUnitPrecision", "its unit cannot be read")
    rows = rows.filter(pc.invert(unitless))
    return finish("inventory_levels", as_record(newest(rows), InventoryLevel), aside)


def decode_prices(resource: Resource, pages: Pages, notes: WalkNotes) -> Decoded:
    """Prices with the SKU of their product."""
    gathered = gather(resource, pages, notes, by_number=False)
    along = came_along(gathered.pages, resource.included["product"])
    rows, lacking = _looked_up(gathered.rows, along, "product_id", "sku", "sku")
    aside = [*gathered.aside, *incomplete(lacking, "product", "its row did not come along")]
    return finish("product_prices", as_record(newest(rows), ProductPrice), aside)


def _looked_up(rows: pa.Table, along: Along, field: str, column: str, name: str) -> tuple[pa.Table, pa.Table]:
    """The rows with one more column, and those whose related row is missing."""
    missing = along.lacks(rows[field])
    present = rows.filter(pc.invert(missing))
    return present.append_column(name, along.value(present[field], column)), rows.filter(missing)


def decode_subtotals(resource: Resource, pages: Pages, notes: WalkNotes) -> Decoded:
    """The subtotals of every order, as they came with the newest version of it."""
    gathered = gather(resource, pages, notes)
    shape = resource.included["orderSubtotals"]
    # An order with an unreadable change time is set aside, and told, by the read of orders.
    aside = [q for q in gathered.aside if q.field != "updatedAt"]
    orders = newest(gathered.rows)
    tables: list[pa.Table] = []
    lost: list[str] = []
    for sequence, page in enumerate(gathered.pages, start=1):
        mine = orders.filter(pc.equal(orders[SEQUENCE], sequence)).combine_chunks()
        came, broken = _along(page, shape, sequence)
        aside += broken
        table, missing = _of_orders(mine, came)
        tables.append(table)
        lost += missing
    rows = pa.concat_tables(tables) if tables else _of_orders(orders, came_along([], shape))[0]
    decoded = finish("order_subtotals", as_record(rows, OrderSubtotal), aside)
    if lost:
        detail = f"{len(lost)} subtotals are named by their order and did not come: {', '.join(sorted(lost)[:SAMPLE])}"
        decoded.faults.append(Reason(fault="subtotals_missing", detail=detail))
    return decoded


def _of_orders(orders: pa.Table, came: Along) -> tuple[pa.Table, list[str]]:
    """The subtotals that these orders name, with their order; and the ids of those that did not come."""
    ids = orders["subtotal_ids"].combine_chunks()
    named = pc.list_flatten(ids)
    parents = pc.list_parent_indices(ids)
    links = pa.table(
        {
            "subtotal_id": named,
            "order_id": orders["id"].take(parents),
            "order_updated_at": orders["updated_at"].take(parents),
        }
    )
    lacking = came.lacks(links["subtotal_id"])
    links = links.filter(pc.is_in(links["subtotal_id"], came.rows["id"].combine_chunks()))
    rows = came.rows.take(pc.index_in(links["subtotal_id"], came.rows["id"].combine_chunks()))
    for name in ("order_id", "order_updated_at"):
        rows = rows.append_column(name, links[name])
    return rows, named.filter(lacking.combine_chunks()).to_pylist()


def came_along(pages: list[Page], shape: Shape) -> Along:
    """The related rows of one shape in all pages; of a row that came several times, one."""
    parts = [_along(page, shape, n)[0] for n, page in enumerate(pages, start=1)]
    rows = pa.concat_tables([shape.decode([])[0], *(p.rows for p in parts)])
    ordered = rows.append_column(SEQUENCE, pa.array(range(rows.num_rows), pa.int64()))
    ids = pa.concat_arrays([pa.array([], pa.string()), *(p.ids for p in parts)])
    return Along(newest(ordered).drop_columns([SEQUENCE]), ids)


def _along(page: Page, shape: Shape, sequence: int) -> tuple[Along, list[Quarantined]]:
    """The related rows of one shape in one page, and those of them that break its record."""
    raws: list[bytes] = []
    ids: list[str] = []
    for raw in page.included:
        try:
            named = _NAMED.decode(raw)
        except NOT_JSON:
            continue
        if named.type == shape.type:
            raws.append(raw)
            ids.append(named.id)
    table, broken = shape.decode(raws)
    return Along(table, pa.array(ids, pa.string())), [set_aside(b, sequence, b.row) for b in broken]
