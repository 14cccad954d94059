"""Decoys of goods on channels and in PIMs that the consistent world holds anyway: they are only named."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from khaos_assets.sandbox.worlds.listing import Listing
from khaos_assets.sandbox.worlds.listings import CARRIES, LIVE, WITHDRAWN
from khaos_assets.sandbox.worlds.markets import HOME, SHOP
from khaos_assets.sandbox.worlds.model import CHANNELS, PIMS, Item, Kind
from khaos_assets.sandbox.worlds.plant.field import Field
from khaos_assets.sandbox.worlds.positions import PACKED
from khaos_assets.sandbox.worlds.product_data import facts
from khaos_assets.sandbox.worlds.render.pimberly import AS_TEXT as PIMBERLY_AS_TEXT
from khaos_assets.sandbox.worlds.render.plytix import AS_TEXT as PLYTIX_AS_TEXT
from khaos_assets.sandbox.worlds.render.scayle import PROMOTED
from khaos_assets.sandbox.worlds.units import units_of

Is = Callable[[Field, Item, Listing], bool]
_AS_TEXT = {"plytix": PLYTIX_AS_TEXT, "pimberly": PIMBERLY_AS_TEXT}


def name_goods(field: Field, system: str, n: int) -> None:
    """Up to `n` of each kind; items that a planter has used are left out."""
    for where, name, code, wanted in _KINDS:
        if system in where:
            rows = (i for i in field.world.items if field.is_unused(i) and i.first_night == 0)
            listed = (i for i in rows if (x := i.listings.get(system)) is not None and wanted(field, i, x))
            for item in islice(listed, n):
                _name(field, system, item, code, name)
    absent = (i for i in field.world.items if field.is_unused(i) and system not in i.listings)
    for item in islice((i for i in absent if i.kind in CARRIES[system] and i.first_night == 0), n):
        note = "discontinued, never there" if item.discontinued else "not for the web, never there"
        field.truth.decoy(field.always(), "SKU-03", f"khaos>{system}", item.code, note=note)


def _name(field: Field, system: str, item: Item, code: str, name: str) -> None:
    pair = f"{system}>khaos" if code in ("PIM-01", "PIM-02", "PIM-07") else f"khaos>{system}"
    scopes = [""]
    if code.startswith("STK"):
        scopes = list(field.world.warehouses[system])
    elif code == "FIN-08":
        scopes = [f"scayle/{SHOP}/{HOME}/GBP" if system == "scayle" else f"{HOME}/GBP"]
    for scope in scopes:
        field.truth.decoy(field.always(), code, pair, item.code, scope=scope, note=name)


def _is_live(listing: Listing) -> bool:
    return listing.state == LIVE[listing.system]


def _awkward(field: Field, item: Item, listing: Listing) -> bool:
    del field
    code = item.code
    odd = " " in code or "/" in code or code.startswith("0") or not code.isascii()
    return odd and _is_live(listing) and listing.sku == code


def _kind(kind: Kind) -> Is:
    return lambda _, item, listing: item.kind is kind and _is_live(listing)


def _in_cases(field: Field, item: Item, listing: Listing) -> bool:
    return len(units_of(item)) > 1 and _is_live(listing) and field.figures[0].sellable(item) >= 12


def _as_text(field: Field, item: Item, listing: Listing) -> bool:
    del field, item
    return _is_live(listing) and listing.number % _AS_TEXT[listing.system] == 0


def _empty(field: Field, item: Item, listing: Listing) -> bool:
    del field
    return _is_live(listing) and facts(item)["country_of_origin"] is None


def _cross_sold(field: Field, item: Item, listing: Listing) -> bool:
    del field
    return _is_live(listing) and bool(item.links) and all(kind != PACKED for _, kind, _ in item.links)


def _several_of_each(field: Field, item: Item, listing: Listing) -> bool:
    del field
    return item.kind is Kind.PACK and _is_live(listing) and any(units > 1 for _, _, units in item.links)


def _promoted(field: Field, item: Item, listing: Listing) -> bool:
    del field, item
    return listing.number % PROMOTED == 0 and _is_live(listing)


def _withdrawn(field: Field, item: Item, listing: Listing) -> bool:
    del field
    return item.discontinued and listing.state == WITHDRAWN[listing.system]


_KINDS: tuple[tuple[tuple[str, ...], str, str, Is], ...] = (
    (CHANNELS, "3: a pack with the quantity its parts allow", "STK-03", _kind(Kind.PACK)),
    (CHANNELS, "3: a pack with the quantity its parts allow", "STK-04", _kind(Kind.PACK)),
    (CHANNELS, "4: a build with its own level", "STK-03", _kind(Kind.BUILD)),
    (("orocommerce",), "5: a style parent without stock", "STK-03", _kind(Kind.STYLE_PARENT)),
    (("orocommerce",), "24: stock in cases and pieces", "STK-04", _in_cases),
    (("orocommerce",), "24: stock in cases and pieces", "STK-05", _in_cases),
    (PIMS, "12: empty on both sides, one leaves it out", "PIM-02", _empty),
    (PIMS, "13: numbers as text, in another unit", "PIM-02", _as_text),
    ((*CHANNELS, *PIMS), "20: an awkward code that matches exactly", "SKU-01", _awkward),
    ((*CHANNELS, *PIMS), "20: an awkward code that matches exactly", "SKU-02", _awkward),
    (
        ("scayle",),
        "21: a promotion inside its window",
        "FIN-08",
        _promoted,
    ),
    (PIMS, "linked without a quantity meaning", "PIM-06", _cross_sold),
    (("pimberly",), "a set that says no quantities", "PIM-06", _several_of_each),
    (PIMS, "archived, and discontinued in Khaos", "PIM-07", _withdrawn),
)
