"""PIM-04, 05 and 06: variants without their parent or under another, bundles of other components."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from khaos_assets.sandbox.worlds.listing import Listing
from khaos_assets.sandbox.worlds.listings import WITHDRAWN
from khaos_assets.sandbox.worlds.model import PIMS, Item, Kind
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError
from khaos_assets.sandbox.worlds.plant.listed import bundles_in, is_style, new_listing, simple_in, variants_in
from khaos_assets.sandbox.worlds.plant.registry import plants_in
from khaos_assets.sandbox.worlds.relations import Rows, components


def _hang(listing: Listing, parents: tuple[Listing, ...]) -> Callable[[datetime], None]:
    def change(at: datetime) -> None:
        listing.parents, listing.updated_at = parents, at

    return change


@plants_in("PIM-04", PIMS, usual=4, order=2)
def orphan(field: Field, pim: str, n: int) -> None:
    """In turn: below a parent that is not there, below one that Khaos does not know, below an archived one."""
    makers = (_absent, _unknown, _archived)
    for i in range(n):
        listing = field.item(variants_in(pim)).listings[pim]
        parent, reason = makers[i % 3](field, pim), ("parent_missing_in_pim", "parent_missing_in_khaos")[i % 3 == 1]
        span = field.span(i)
        field.during(span, _hang(listing, (parent,)), _hang(listing, listing.parents))
        pair = f"khaos>{pim}"
        field.truth.exception(span, "PIM-04", pair, listing.sku, note=f"{reason}: {parent.sku}")
        field.truth.decoy(span, "PIM-05", pair, listing.sku, note="PIM-04 explains it")
        if i % 3 == 1:
            parent.first_night, parent.last_night = span.first, None if span.end is None else span.end - 1
            field.truth.decoy(span, "SKU-01", pair, parent.sku, note="PIM-04 explains it")


def _new_parent(field: Field, pim: str) -> Listing:
    return new_listing(field, pim, f"STY-{field.world.number('strange_parent', 1501)}", kind=Kind.STYLE_PARENT)


def _absent(field: Field, pim: str) -> Listing:
    """Nobody ever sees it."""
    parent = _new_parent(field, pim)
    field.world.listings[pim].remove(parent)
    return parent


def _unknown(field: Field, pim: str) -> Listing:
    parent = _new_parent(field, pim)
    parent.is_live = True
    return parent


def _archived(field: Field, pim: str) -> Listing:
    parent = _new_parent(field, pim)
    parent.state, parent.updated_at = WITHDRAWN[pim], field.nights[0] - timedelta(days=20)
    return parent


@plants_in("PIM-05", PIMS, usual=3, order=2)
def wrong_parent(field: Field, pim: str, n: int) -> None:
    """Below another style."""
    for i in range(n):
        item = field.item(variants_in(pim))
        other = _another_style(field, pim, item)
        span, listing = field.span(i), item.listings[pim]
        field.during(span, _hang(listing, (other.listings[pim],)), _hang(listing, listing.parents))
        note = f"below {other.code}, in Khaos below {item.parent.code if item.parent else ''}"
        field.truth.exception(span, "PIM-05", f"khaos>{pim}", item.code, field="parent", note=note)


def _another_style(field: Field, pim: str, item: Item) -> Item:
    """Any style but its own; nothing about that style changes."""
    others = [i for i in field.world.items if is_style(i, pim) and i is not item.parent and field.is_unused(i)]
    if not others:
        raise NotEnoughError("another style")
    return field.rng.choice(others)


@plants_in("PIM-06", PIMS, usual=4, order=2)
def bundle_differs(field: Field, pim: str, n: int) -> None:
    """In turn: a component too few, one too many, a bundle where Khaos has a simple item, another quantity (Plytix)."""
    makers = (_one_less, _one_more, _no_pack, _other_quantity if pim == "plytix" else _one_more)
    for i in range(n):
        item = field.item(simple_in(pim) if i % 4 == 2 else bundles_in(pim))
        listing, span = item.listings[pim], field.span(i)
        shown = makers[i % 4](field, pim, listing)
        field.during(span, _consists(listing, shown), _consists(listing, None))
        field.truth.exception(
            span, "PIM-06", f"khaos>{pim}", item.code, field="components", note=(makers[i % 4].__doc__ or "").strip()
        )


def _consists(listing: Listing, rows: Rows | None) -> Callable[[datetime], None]:
    def change(at: datetime) -> None:
        listing.components, listing.updated_at = rows, at

    return change


def _one_less(field: Field, pim: str, listing: Listing) -> Rows:
    """a component too few"""
    del field, pim
    return components(listing)[:-1]


def _one_more(field: Field, pim: str, listing: Listing) -> Rows:
    """a component too many"""
    return [*components(listing), (field.item(simple_in(pim)).listings[pim], 1)]


def _no_pack(field: Field, pim: str, listing: Listing) -> Rows:
    """a bundle where Khaos has a simple item"""
    del listing
    return [(field.item(simple_in(pim)).listings[pim], 2) for _ in range(2)]


def _other_quantity(field: Field, pim: str, listing: Listing) -> Rows:
    """another quantity"""
    del field, pim
    (first, units), *rest = components(listing)
    return [(first, units + 1), *rest]
