"""FEED-04 on channels and in PIMs: records that break the wire contract, where nothing else depends on them.

Decided: in a PIM it is the draft of something new, which nobody misses; on a channel a stock row, whose sum is then not
tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from khaos_assets.sandbox.worlds.listing import Listing
from khaos_assets.sandbox.worlds.listings import DRAFT
from khaos_assets.sandbox.worlds.model import PIMS
from khaos_assets.sandbox.worlds.plant.field import Field
from khaos_assets.sandbox.worlds.plant.listed import alone_on, new_listing
from khaos_assets.sandbox.worlds.plant.registry import plants, plants_in
from khaos_assets.sandbox.worlds.render import orocommerce, pimberly, plytix, scayle
from khaos_assets.sandbox.worlds.units import units_of

_FAULTS: dict[str, tuple[tuple[str, Any, str], ...]] = {
    "plytix": (
        ("gtin", 5012345678900, "a barcode that is a number"),
        ("num_variations", "none", "a count in words"),
    ),
    "pimberly": (
        ("dateCreated", "2026-02-30T09:00:00.000Z", "a day that does not exist"),
        ("dateCreated", 1764000000, "an instant that is a number"),
    ),
}


def _during(field: Field, i: int, listing: Listing, entity: str, fields: Mapping[str, Any]) -> None:
    def spoil(_: datetime) -> None:
        listing.broken = {entity: fields}

    def mend(_: datetime) -> None:
        listing.broken = {}

    field.during(field.span(i), spoil, mend)


def _report(field: Field, i: int, key: str, name: str, note: str) -> None:
    field.truth.exception(field.span(i), "FEED-04", key.split("/", 1)[0], key, field=name, note=note)


@plants_in("FEED-04", PIMS, usual=2, order=1)
def quarantined_product(field: Field, pim: str, n: int) -> None:
    """A draft with an impossible field."""
    make_id = plytix.product_id if pim == "plytix" else pimberly.product_id
    for i in range(n):
        name, value, note = _FAULTS[pim][i % 2]
        listing = new_listing(field, pim, f"DRAFT-{field.world.number('draft', 3501)}", state=DRAFT[pim])
        _during(field, i, listing, "products", {name: value})
        _report(field, i, f"{pim}/products/{make_id(listing.number)}", name, note)


@plants("FEED-04", usual=2, needs=["scayle"], order=1)
def quarantined_scayle_stock(field: Field, n: int) -> None:
    """A quantity that is a text, or half a unit."""
    for i in range(n):
        listing = field.item(alone_on("scayle")).listings["scayle"]
        warehouse = field.warehouse("scayle", i)
        value, note = (("12", "a quantity that is a text"), (2.5, "half a unit"))[i % 2]
        _during(field, i, listing, f"stocks/{warehouse}", {"quantity": value})
        _report(field, i, f"scayle/stocks/{listing.number}/{warehouse}/{scayle.MERCHANT}", "quantity", note)


@plants("FEED-04", usual=2, needs=["orocommerce"], order=1)
def quarantined_oro_stock(field: Field, n: int) -> None:
    """A quantity with a comma, or none."""
    for i in range(n):
        item = field.item(alone_on("orocommerce"))
        while len(units_of(item)) > 1:
            item = field.item(alone_on("orocommerce"))
        listing = item.listings["orocommerce"]
        value, note = (("12,5", "a decimal comma"), ("a dozen", "a quantity in words"))[i % 2]
        _during(field, i, listing, "inventorylevels", {"attributes": {"quantity": value}})
        key = next(iter(orocommerce.precision_ids(listing).values()))
        _report(field, i, f"orocommerce/inventory_levels/{key}", "quantity", note)
