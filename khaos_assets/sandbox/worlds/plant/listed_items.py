"""SKU-01 to SKU-04 on channels and in PIMs.

Decided: what is new on the last night does not come about by deletion in a PIM (that is PIM-07); a PIM has no two
records of one SKU, so there the two spellings are unknown to Khaos as well (SKU-01 twice).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from khaos_assets.sandbox.worlds.listing import Listing
from khaos_assets.sandbox.worlds.listings import unlist
from khaos_assets.sandbox.worlds.model import CHANNELS, PIMS, Item
from khaos_assets.sandbox.worlds.near import STEPS
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError
from khaos_assets.sandbox.worlds.plant.items import ZERO_POUNDS
from khaos_assets.sandbox.worlds.plant.listed import (
    alone_on,
    is_live,
    live_on,
    new_listing,
    second_listing,
    withdraw,
)
from khaos_assets.sandbox.worlds.plant.near_items import is_clear, spelled_otherwise, tell_near
from khaos_assets.sandbox.worlds.plant.registry import plants_in
from khaos_assets.sandbox.worlds.plant.stock import at_price

READY = {"scayle": "live", "orocommerce": "enabled", "plytix": "Completed", "pimberly": "Released"}
"""Active and ready for the ERP, though in a PIM not live."""
SYSTEMS = (*CHANNELS, *PIMS)


@plants_in("SKU-01", SYSTEMS, usual=2, order=3)
def unknown_listing(field: Field, system: str, n: int) -> None:
    """Active SKUs that equal and resemble nothing; on channels some have stock."""
    for i in range(n):
        sku = f"NEU-{field.world.number('unknown', 7001)}{'ÄÖÜ'[i % 3]}"
        listing = new_listing(field, system, sku, state=READY[system])
        if system in CHANNELS and i % 2:
            listing.units = dict.fromkeys(field.world.warehouses[system], Decimal(4))
        span = field.span(i)
        listing.first_night = span.first
        if span.first:
            listing.created_at = listing.updated_at = field.moment(span.first)
        if span.end is not None:
            field.world.on_night(span.end, _withdrawing(listing, field.moment(span.end)))
        _unknown(field, listing, list(span), "resembles no stock code")


def _unknown(field: Field, listing: Listing, nights: list[int], note: str) -> None:
    pair = f"khaos>{listing.system}"
    field.truth.exception(nights, "SKU-01", pair, listing.sku, amount=ZERO_POUNDS, note=note)


def _withdrawing(listing: Listing, at: datetime) -> Callable[[], None]:
    return lambda: withdraw(listing, at)


@plants_in("SKU-02", SYSTEMS, usual=4, order=3)
def near_listing(field: Field, system: str, n: int) -> None:
    """Each step in turn, beginning elsewhere in each system; one in eight beside the exact SKU."""
    steps = (*STEPS, "other_ref", "barcode", "beside")
    for i in range(n):
        step = steps[(i + 3 * SYSTEMS.index(system)) % len(steps)]
        item, sku = _spelled(field, system, step)
        if step == "beside":
            second_listing(field, item.listings[system], sku)
            field.truth.decoy(
                field.always(), "SKU-04", system, item.code.strip().casefold(), note="SKU-02 explains the pair"
            )
        else:
            item.listings[system].sku = sku
            field.truth.decoy(field.always(), "SKU-03", f"khaos>{system}", item.code, note="SKU-02 explains it")
            code = "PIM-08" if system in PIMS else "SKU-01"
            field.truth.decoy(field.always(), code, f"khaos>{system}", sku, note="SKU-02 explains that it is unknown")
        field.codes.add(sku)
        note = f"means {item.code}: {step}"
        if step == "beside":
            note = f"means {item.code}: case, beside the exact SKU"
            field.truth.exception(field.always(), "SKU-02", f"khaos>{system}", sku, amount=ZERO_POUNDS, note=note)
        else:
            tell_near(field, system, item, sku, note)


def _spelled(field: Field, system: str, step: str) -> tuple[Item, str]:
    wanted = {"other_ref": _referenced, "barcode": _barcoded}.get(step, _lettered)(system)
    for _ in range(200):
        item = field.item(wanted)
        sku = spelled_otherwise(item, step)
        if is_clear(field, item, sku, step):
            return item, sku
    raise NotEnoughError(f"no item that could be spelled otherwise ({step})")


def _cached(test: Callable[[Field, Item], bool], words: str) -> Callable[[str], Callable[[Field, Item], bool]]:
    made: dict[str, Callable[[Field, Item], bool]] = {}

    def of(system: str) -> Callable[[Field, Item], bool]:
        if system not in made:

            def wanted(field: Field, item: Item) -> bool:
                return is_live(item, system) and item.stocked and not item.links and test(field, item)

            wanted.__doc__ = f"{words} that is live in {system}"
            made[system] = wanted
        return made[system]

    return of


_lettered = _cached(
    lambda _, i: i.code.isascii() and i.code.swapcase() != i.code, "an item with an ASCII letter in its code"
)
_referenced = _cached(lambda _, i: bool(i.other_ref), "an item with an other reference")
_barcoded = _cached(lambda _, i: bool(i.barcode) and not i.barcode.startswith("0"), "an item with a barcode")


@plants_in("SKU-03", SYSTEMS, usual=3, order=3)
def missing_listing(field: Field, system: str, n: int) -> None:
    """Web items never heard of there, most with stock; some arrive by the last night."""
    for i in range(n):
        item = field.item(alone_on(system))
        if i % 4 != 3:
            field.stock_up(item, field.place(field.site(i)), 6)
        span = field.span(i)
        nights = range(len(field.nights))
        if span.end is not None and system != "orocommerce":
            item.listings[system].first_night = span.end
            item.listings[system].created_at = item.listings[system].updated_at = field.moment(span.end)
            nights = range(span.end)
        else:
            unlist(field.world, item, system)
        for night in nights:
            field.truth.exception(
                [night],
                "SKU-03",
                f"khaos>{system}",
                item.code,
                amount=at_price(item, field.figures[night].sellable(item)),
                note="never heard of there",
                again=night > 0,
            )


@plants_in("SKU-04", CHANNELS, usual=2, order=3)
def listed_twice(field: Field, system: str, n: int) -> None:
    """Two active records of one SKU that Khaos knows."""
    for _ in range(n):
        item = field.item(live_on(system))
        second_listing(field, item.listings[system], item.code)
        _report_twice(field, system, item.code)


@plants_in("SKU-04", PIMS, usual=2, order=3)
def spelled_twice(field: Field, system: str, n: int) -> None:
    """Two spellings of one SKU, both ready, both unknown to Khaos."""
    for i in range(n):
        sku = f"DUP-{field.world.number('duplicate', 6001)}-{'XY'[i % 2]}"
        for spelling in (sku, sku.lower()):
            listing = new_listing(field, system, spelling, state=READY[system])
            _unknown(field, listing, list(field.always()), "one of two spellings, unknown to Khaos")
        _report_twice(field, system, sku)


def _report_twice(field: Field, system: str, sku: str) -> None:
    key = sku.strip().casefold()
    field.truth.exception(field.always(), "SKU-04", system, key, note="one SKU on two active records")
    if system in CHANNELS:
        field.truth.decoy(field.always(), "STK-04", f"khaos>{system}", sku, note="SKU-04 explains it")
