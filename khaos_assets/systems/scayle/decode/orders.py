"""Orders, from their details, and the references that were asked for (contract scayle, 3.6 to 3.8)."""
# pyright: reportAttributeAccessIssue=false
# (pyarrow makes its compute functions when imported, out of sight of a type checker)

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import pyarrow as pa

from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.read import Decoded, Pages, Quarantined, WalkNotes
from khaos_assets.systems.scayle.bundles import bundled
from khaos_assets.systems.scayle.countries import alpha_2
from khaos_assets.systems.scayle.decode.rows import LONGEST_RAW, Row, believed_rows, decode_rows
from khaos_assets.systems.scayle.records import Order, OrderAsked

_LISTED = msgspec.json.Decoder(msgspec.defstruct("Listed", [("id", int)]))


def order_references(decoded: Decoded) -> set[str]:
    """References of the orders that were read: the reference key, else the id."""
    orders = decoded.tables["orders"]
    if isinstance(orders, Sequence):
        return {o.reference_key or str(o.id) for o in orders if isinstance(o, Order)}
    pairs = zip(orders["id"].to_pylist(), orders["reference_key"].to_pylist(), strict=True)
    return {reference or str(order) for order, reference in pairs}


def decode_orders(pages: Pages, notes: WalkNotes) -> Decoded:
    """Orders of all markets; countries in one spelling."""
    decoded = decode_rows(_details(pages), "orders", Order, ("id",))
    orders = decoded.tables["orders"]
    assert isinstance(orders, pa.Table)
    decoded.tables["orders"] = _in_one_spelling(orders)
    asked: dict[str, bool] = notes.facts.get("asked", {})
    decoded.tables["orders_asked"] = [OrderAsked(full_reference=r, found=f) for r, f in sorted(asked.items())]
    decoded.quarantined += _without_id(pages, notes)
    return decoded


def _details(pages: Pages) -> Iterator[Row]:
    row = 0
    for page, answer in bundled(pages):
        if answer.counts and bytes(answer.body) != b"null":
            yield page.number, row, bytes(answer.body)
            row += 1


def _in_one_spelling(orders: pa.Table) -> pa.Table:
    column = orders["shop_country"].combine_chunks()
    codes = column.field("country_code").dictionary_encode()
    spelled = pa.array([alpha_2(c) for c in codes.dictionary.to_pylist()], pa.string())
    parts = [column.field("shop_key"), spelled.take(codes.indices)]
    rebuilt = pa.StructArray.from_arrays(parts, fields=list(column.type), mask=column.is_null())
    at = orders.schema.get_field_index("shop_country")
    return orders.set_column(at, orders.schema.field(at), rebuilt)


def _without_id(pages: Pages, notes: WalkNotes) -> Iterator[Quarantined]:
    """Rows of the lists whose order could not be asked for."""
    for page, row, raw in believed_rows(pages, notes):
        try:
            _LISTED.decode(raw)
        except NOT_JSON as e:
            yield Quarantined(
                key=f"{page}:{row}",
                key_readable=False,
                page=page,
                row=row,
                field="id",
                reason=f"a listed order without a readable id: {e}",
                raw=raw.decode(errors="replace")[:LONGEST_RAW],
            )
