"""SKU-01, 03, 04, 05 and PIM-10: items that the two sides know differently, or only one knows. SKU-02: `near_items`.

Decided: a Khaos item without any WAIR row is no stock difference (SKU-03 alone); SKU-02 suppresses SKU-04, so SKU-04
stands open only for SKUs that Khaos does not know at all (two SKU-01 with it); renames happen on the last night.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from khaos_assets.sandbox.worlds.amounts import price, to_penny
from khaos_assets.sandbox.worlds.catalogue_items import barcode, put_in_wair
from khaos_assets.sandbox.worlds.channel_amounts import channel_line_net
from khaos_assets.sandbox.worlds.listings import list_everywhere
from khaos_assets.sandbox.worlds.model import Foreign, Item, Kind, WairItem
from khaos_assets.sandbox.worlds.near import near, nearest
from khaos_assets.sandbox.worlds.plant.choices import idle_item, idle_simple_item, live_item, steady_item
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError
from khaos_assets.sandbox.worlds.plant.registry import plants

ZERO_POUNDS = Decimal("0.00")


@plants("SKU-01", usual=5, order=3)
def unknown_to_khaos(field: Field, n: int) -> None:
    """Active WAIR SKUs that equal and resemble nothing; one resembles two stock codes."""
    for i in range(n):
        if i % 4 == 3 and _resembling_two(field, i):
            continue
        foreign = foreign_item(field, f"NEU-{field.world.number('unknown', 7001)}{'ÄÖÜ'[i % 3]}", on_hand=i % 3 * 4)
        span = field.span(i)
        foreign.first_night = span.first
        if span.first:
            foreign.wair.updated_at = field.moment(span.first)
        if span.end is not None:
            field.world.on_night(span.end, _withdraw(foreign, field.moment(span.end)))
        _unknown(field, foreign.wair.sku, list(span), "resembles no stock code")


def _unknown(field: Field, sku: str, nights: list[int], note: str) -> None:
    field.truth.exception(nights, "SKU-01", "khaos>wair", sku, amount=ZERO_POUNDS, note=note)


def _withdraw(foreign: Foreign, at: datetime) -> Callable[[], None]:
    def change() -> None:
        foreign.wair = replace(foreign.wair, active=False, updated_at=at)
        foreign.on_hand.clear()

    return change


def _resembling_two(field: Field, i: int) -> bool:
    """A SKU that, without punctuation, is like two stock codes."""
    try:
        item = field.item(_punctuated_item)
    except NotEnoughError:
        return False
    letters = nearest(item.code)
    twin = replace(
        item,
        stock_id=str(field.world.number("stock_id", 10001)),
        code=f"{letters[:2]}-{letters[2:]}".upper(),
        other_ref="",
        barcode=barcode(900000 + i),
        description=f"{item.description} (second)",
        opening={},
        wair=None,
        listings={},
    )
    if twin.code in field.codes or near(twin.code, "leading_zeros") == near(item.code, "leading_zeros"):
        return False
    put_in_wair(twin)
    list_everywhere(field.world, twin)
    field.world.items.append(twin)
    field.use(twin)
    sku = f"{letters[:1]}.{letters[1:]}".upper()
    foreign = foreign_item(field, sku)
    _unknown(field, foreign.wair.sku, list(field.always()), f"resembles both {item.code} and {twin.code}")
    return True


def _punctuated_item(field: Field, item: Item) -> bool:
    """A simple item, on no order, with punctuation in an ASCII code."""
    return idle_simple_item(field, item) and item.code.isascii() and "-" in item.code and len(nearest(item.code)) > 4


def foreign_item(field: Field, sku: str, *, on_hand: int = 0, active: bool = True) -> Foreign:
    """A SKU that only WAIR has, with stock at the default site's first location."""
    serial = field.world.number("foreign", 800001)
    wair = WairItem(
        sku=sku,
        style_id=f"ST-X{serial}",
        updated_at=field.nights[0] - timedelta(days=12, minutes=serial % 500),
        barcode=barcode(serial * 7),
        active=active,
    )
    foreign = Foreign(wair, {field.place(field.site(0)): Decimal(on_hand)} if on_hand else {})
    field.world.foreign.append(foreign)
    field.codes.add(sku)
    return foreign


@plants("SKU-03", usual=5, order=3)
def missing_from_wair(field: Field, n: int) -> None:
    """Web items that WAIR never heard of, most with stock in Khaos; some arrive by the last night."""
    for i in range(n):
        item = field.item(idle_item)
        if i % 4 != 3:
            field.stock_up(item, field.place(field.site(i)), 6)
        arrives = item.wair
        item.wair = None
        span = field.span(i)
        if span.end is not None:
            field.world.on_night(span.end, _arrive(item, arrives, field.moment(span.end)))
        nights = range(span.end) if span.end is not None else range(len(field.nights))
        _per_night(field, "SKU-03", item, nights, note="never heard of there")


def _arrive(item: Item, wair: WairItem | None, at: datetime) -> Callable[[], None]:
    def change() -> None:
        item.wair = replace(wair, updated_at=at) if wair else None

    return change


def _per_night(
    field: Field, code: str, item: Item, nights: range | list[int], *, name: str | None = None, note: str
) -> None:
    """One difference whose amount is sellable × price of each night."""
    for count, night in enumerate(nights):
        free = field.figures[night].sellable(item)
        field.truth.exception(
            [night],
            code,
            "khaos>wair",
            item.code,
            field=name,
            amount=to_penny(Fraction(free) * price(item)),
            note=note,
            again=count > 0,
        )


@plants("SKU-04", usual=3, order=3)
def duplicate_sku(field: Field, n: int) -> None:
    """Two spellings of one SKU, both active in WAIR, both unknown to Khaos."""
    for i in range(n):
        sku = f"DUP-{field.world.number('duplicate', 6001)}-{'XY'[i % 2]}"
        other = sku.lower() if i % 2 == 0 else f" {sku}"
        for spelling in (sku, other):
            foreign_item(field, spelling, on_hand=i)
            _unknown(field, spelling, list(field.always()), "one of two spellings in WAIR, unknown to Khaos")
        field.truth.exception(field.always(), "SKU-04", "wair", sku.casefold(), note="one SKU on two active records")


@plants("SKU-05", usual=3, nights=2, order=3, needs=())
def renamed(field: Field, n: int) -> None:
    """The stock code changes between the last two nights, STOCK_ID stays; some systems keep the old code."""
    for i in range(n):
        item = field.item(_renamable)
        old, new = item.code, f"{item.code}-R{i + 2}"
        night = field.last().first
        field.codes.add(new)
        # Every second time somebody told the channels and PIMs; nobody ever tells WAIR.
        told = list(item.listings) if i % 2 else []
        field.world.on_night(night, _rename(item, new, told, field.moment(night)))
        for system in ("wair", *item.listings):
            if system not in field.world.systems or system in told:
                continue
            net = channel_line_net(field.world, system, item, field.nights[night])
            pair = f"khaos>{system}"
            field.truth.exception(field.last(), "SKU-05", pair, old, amount=to_penny(net), note=f"now {new}")
            for code, key in (("SKU-01", old), ("SKU-03", new)):
                field.truth.decoy(field.last(), code, pair, key, note="SKU-05 explains it")


def _rename(item: Item, code: str, told: list[str], at: datetime) -> Callable[[], None]:
    def change() -> None:
        item.code, item.updated_at = code, at
        for system in told:
            item.listings[system].sku, item.listings[system].updated_at = code, at

    return change


def _renamable(field: Field, item: Item) -> bool:
    """A simple item whose stock no night moves."""
    return steady_item(field, item) and item.kind is Kind.SIMPLE and item.web


@plants("PIM-10", usual=6, order=4)
def body_map(field: Field, n: int) -> None:
    """Not displayed though it could be sold; another size than Khaos's (only where Khaos nests the children); both."""
    for i in range(n):
        name = ("displayed", "size", "displayed+size")[i % 3]
        item = field.item(_displayed if name == "displayed" else _nested_displayed)
        body = item.wair.body_map if item.wair else None
        if body is None:
            raise NotEnoughError("an item without a body map")
        field.stock_up(item, field.place(field.site(i)), 7)
        was = dict(body)
        if "size" in name:
            body["size"] = next(k for k, v in sorted(field.world.sizes.items()) if v != item.size)
        if "displayed" in name:
            body["displayed"], body["reason"] = False, "no_photograph"
        span = field.span(i if i % 5 != 2 else 0)
        if span.end is not None:
            field.world.on_night(span.end, _show(item, was, field.moment(span.end)))
        note = f"WAIR says {body['size']}, displayed {body['displayed']}"
        _per_night(field, "PIM-10", item, list(span), name=name, note=note)


def _show(item: Item, body: dict[str, object], at: datetime) -> Callable[[], None]:
    def change() -> None:
        if item.wair is not None:
            item.wair = replace(item.wair, body_map=body, updated_at=at)

    return change


def _displayed(field: Field, item: Item) -> bool:
    """A live item with a body map that is displayed."""
    body = item.wair.body_map if item.wair else None
    return live_item(field, item) and body is not None and bool(body["displayed"])


def _nested_displayed(field: Field, item: Item) -> bool:
    """A displayed item whose style Khaos exports nested."""
    return _displayed(field, item) and item.parent is not None and item.parent.nested
