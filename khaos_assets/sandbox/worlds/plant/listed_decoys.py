"""Legal differences of goods on channels and in PIMs that are made here; those that are there anyway: `listed_named`.

Numbers are those of the catalogue's list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from khaos_assets.sandbox.worlds.listing import Listing
from khaos_assets.sandbox.worlds.listings import DRAFT, LIVE, WITHDRAWN
from khaos_assets.sandbox.worlds.markets import HOME
from khaos_assets.sandbox.worlds.model import CHANNELS, PIMS
from khaos_assets.sandbox.worlds.plant.channel_figures import held_back_on, right_figure, show, stock_up
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError, Span
from khaos_assets.sandbox.worlds.plant.listed import (
    alone_on,
    is_style,
    listed_in,
    new_listing,
    steady_alone_on,
    variants_in,
)
from khaos_assets.sandbox.worlds.plant.listed_named import name_goods
from khaos_assets.sandbox.worlds.plant.product_data import other_value
from khaos_assets.sandbox.worlds.plant.registry import plants_in
from khaos_assets.sandbox.worlds.product_data import shown

Maker = Callable[[Field, str, int], None]


def _make(field: Field, system: str, n: int, makers: tuple[Maker, ...]) -> None:
    for make in makers:
        for i in range(n):
            try:
                make(field, system, i)
            except NotEnoughError:
                break


@plants_in("decoys", CHANNELS, usual=2, order=9)
def decoys_of_stock(field: Field, channel: str, n: int) -> None:
    """`n` of each kind, as far as there are subjects."""
    _make(field, channel, n, (run_to_zero, at_most_displayed, draft_on_channel))
    if channel == "scayle":
        _make(field, channel, n, (reserved, changed_just_now))
    name_goods(field, channel, n)


@plants_in("decoys", PIMS, usual=2, order=9)
def decoys_of_product_data(field: Field, pim: str, n: int) -> None:
    """`n` of each kind, as far as there are subjects."""
    _make(field, pim, n, (changed_today, archived_today, unfinished_draft, other_cost, written_with_blanks))
    _make(field, pim, n, (gone_while_read,))
    if pim == "pimberly":
        _make(field, pim, n, (second_parent,))
    name_goods(field, pim, n)


def reserved(field: Field, channel: str, i: int) -> None:
    """26: held for orders at the till since yesterday; shown again before two days are over."""
    warehouse = field.warehouse(channel, i)
    item = field.item(held_back_on(channel))
    stock_up(field, item, channel, warehouse, 20 + 2 * i)
    right = right_figure(field, item, channel, warehouse)
    units = (right / 2).to_integral_value() - 3 - i
    count = len(field.nights)
    span = Span(0, 2 if count > 2 else None, count)
    listing = item.listings[channel]
    show(field, listing, warehouse, units, span)
    since = field.nights[0] - timedelta(hours=20 - i % 4)
    field.world.on_night(0, lambda: listing.touch(warehouse, since))
    pair = f"khaos>{channel}"
    field.truth.decoy(span, "STK-05", pair, item.code, scope=warehouse, note="26: reserved less than two days ago")


def changed_just_now(field: Field, channel: str, i: int) -> None:
    """More than is sellable since ten minutes ago; Khaos's own change is on its way."""
    night = i % len(field.nights)
    warehouse, item = field.warehouse(channel, i), field.item(held_back_on(channel))
    units = right_figure(field, item, channel, warehouse) + 7 + i
    listing = item.listings[channel]
    count = len(field.nights)
    show(field, listing, warehouse, units, Span(night, night + 1 if night + 1 < count else None, count))
    since = field.nights[night] - timedelta(minutes=10)
    field.world.on_night(night, lambda: listing.touch(warehouse, since))
    pair = f"khaos>{channel}"
    field.truth.decoy([night], "STK-04", pair, item.code, scope=warehouse, note="changed ten minutes ago")


def run_to_zero(field: Field, channel: str, i: int) -> None:
    """Discontinued, and what is left is being sold."""
    item = field.item(steady_alone_on(channel))
    field.stock_up(item, field.place(field.site(i)), 4)
    item.discontinued = item.run_to_zero = True
    for system in (c for c in CHANNELS if c in item.listings):
        pair = f"khaos>{system}"
        field.truth.decoy(field.always(), "PIM-09", pair, item.code, note="run to zero, and some are left")


def at_most_displayed(field: Field, channel: str, i: int) -> None:
    """Khaos lets channels show four at most, however many there are."""
    item = field.item(held_back_on(channel))
    item.max_display = Decimal(4)
    places = [(c, w) for c in CHANNELS if c in item.listings for w in field.world.warehouses[c]]
    for place in places:
        stock_up(field, item, *place, 18 + i)
    for system, warehouse in places:
        listing = item.listings[system]
        units = min(right_figure(field, item, system, warehouse), item.max_display)
        show(field, listing, warehouse, units, field.always())
        field.world.on_night(0, lambda x=listing, w=warehouse: x.touch(w, field.world.origin))
        pair = f"khaos>{system}"
        field.truth.decoy(field.always(), "STK-05", pair, item.code, scope=warehouse, note="MAX_DISPLAY_QTY is 4")


def draft_on_channel(field: Field, channel: str, i: int) -> None:
    """Being prepared, with stock: not on sale, so Khaos need not know it yet."""
    listing = new_listing(field, channel, f"PREP-{field.world.number('prepared', 4501)}", state=DRAFT[channel])
    listing.units = dict.fromkeys(field.world.warehouses[channel], Decimal(2 + i))
    field.truth.decoy(field.always(), "SKU-01", f"khaos>{channel}", listing.sku, note="not active on the channel")


def changed_today(field: Field, pim: str, i: int) -> None:
    """Changed in the PIM five hours before the night; put right next morning."""
    night = i % len(field.nights)
    listing = field.item(listed_in(pim)).listings[pim]
    assert listing.item is not None
    values, since = {"description": other_value(listing.item, "description")}, field.nights[night] - timedelta(hours=5)
    later = since + timedelta(hours=13)
    _for_a_night(field, night, lambda: _set(listing, values, since), lambda: _set(listing, {}, later))
    field.truth.decoy([night], "PIM-02", f"{pim}>khaos", listing.sku, note="changed five hours ago")


def archived_today(field: Field, pim: str, i: int) -> None:
    """Archived by mistake five hours before the night, restored next morning."""
    night = i % len(field.nights)
    item = field.item(alone_on(pim))
    listing, since = item.listings[pim], field.nights[night] - timedelta(hours=5)

    def archive() -> None:
        listing.state, listing.is_live, listing.updated_at = WITHDRAWN[pim], False, since

    def restore() -> None:
        listing.state, listing.is_live, listing.updated_at = LIVE[pim], True, since + timedelta(hours=13)

    _for_a_night(field, night, archive, restore)
    field.truth.decoy([night], "PIM-07", f"{pim}>khaos", item.code, note="archived five hours ago")


def _for_a_night(field: Field, night: int, change: Callable[[], None], undo: Callable[[], None]) -> None:
    field.world.on_night(night, change)
    field.world.on_night(night + 1, undo)


def _set(listing: Listing, values: Mapping[str, object], at: datetime) -> None:
    listing.shows, listing.updated_at = values, at


def unfinished_draft(field: Field, pim: str, i: int) -> None:
    """A draft without weight and commodity code, of something that Khaos does not know."""
    listing = new_listing(field, pim, f"WIP-{field.world.number('unfinished', 4001)}", state=DRAFT[pim])
    listing.shows = {"weight": None, "commodity_code": None}
    note = f"a draft ({i})"
    field.truth.decoy(field.always(), "PIM-01", f"{pim}>khaos", listing.sku, note=note)
    field.truth.decoy(field.always(), "SKU-01", f"khaos>{pim}", listing.sku, note=note)


def other_cost(field: Field, pim: str, i: int) -> None:
    """The cost is Khaos's: another one in the PIM is nobody's difference."""
    listing = field.item(listed_in(pim)).listings[pim]
    listing.shows = {"cost": shown(listing)["cost"] + Decimal("0.77") + i}
    field.truth.decoy(field.always(), "PIM-02", f"{pim}>khaos", listing.sku, note="a cost that Khaos owns")
    home = f"{HOME}/GBP"
    for code, scope in (("FIN-08", home), ("PIM-03", "")):
        field.truth.decoy(field.always(), code, f"khaos>{pim}", listing.sku, scope=scope, note="a cost in the PIM")


def written_with_blanks(field: Field, pim: str, i: int) -> None:
    """Blanks around and within a text mean nothing."""
    listing = field.item(listed_in(pim)).listings[pim]
    assert listing.item is not None
    words = listing.item.description.split()
    listing.shows = {"description": f" {'  '.join(words)} "}
    field.truth.decoy(field.always(), "PIM-02", f"{pim}>khaos", listing.sku, note=f"other blanks only ({i})")


def gone_while_read(field: Field, pim: str, i: int) -> None:
    """17: a draft that somebody deletes on the first night, between two pages of the listing."""
    if i:
        raise NotEnoughError("another read to disturb")
    listing = new_listing(field, pim, f"GONE-{field.world.number('gone', 5001)}", state=DRAFT[pim])
    listing.last_night = 0
    field.world.faults.append(
        {
            "system": pim,
            "switch": "deleted_between_pages",
            "page": 2,
            "count": 1,
            "skus" if pim == "plytix" else "keys": [listing.sku],
            "nights": [field.world.nights[0].date.isoformat()],
        }
    )
    field.truth.decoy([0], "FEED-01", pim, f"{pim}/products", note="17: deleted between two pages, and truly gone")


def second_parent(field: Field, pim: str, i: int) -> None:
    """Below its own style and another one as well."""
    item = field.item(variants_in(pim))
    others = [x for x in field.world.items if is_style(x, pim) and x is not item.parent and field.is_unused(x)]
    if not others:
        raise NotEnoughError("another style")
    listing, other = item.listings[pim], others[i % len(others)].listings[pim]
    listing.parents = (other, *listing.parents)
    for code in ("PIM-04", "PIM-05"):
        field.truth.decoy(field.always(), code, f"khaos>{pim}", item.code, note="its own parent is among several")
