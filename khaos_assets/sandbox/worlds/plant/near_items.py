"""SKU-02 in WAIR, and what reality spells in two ways in every system; how a SKU is spelled otherwise at each step.

Decided: a second spelling beside the exact one is SKU-02, which suppresses SKU-04.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from khaos_assets.sandbox.worlds.amounts import to_penny
from khaos_assets.sandbox.worlds.channel_amounts import channel_line_net
from khaos_assets.sandbox.worlds.model import Item
from khaos_assets.sandbox.worlds.near import STEPS, near, nearest
from khaos_assets.sandbox.worlds.plant.choices import live_item
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError
from khaos_assets.sandbox.worlds.plant.items import ZERO_POUNDS, foreign_item
from khaos_assets.sandbox.worlds.plant.registry import plants


def name_case_pairs(field: Field) -> None:
    """What reality planted: the other systems spell these items in another case. They are used up."""
    for item in field.world.case_pairs:
        sku = item.wair.sku if item.wair else ""
        field.use(item)
        field.codes.add(sku)
        for system in ("wair", *item.listings):
            if system in field.world.systems:
                tell_near(field, system, item, sku, f"means {item.code}: case")
                note = "SKU-02 explains that it is missing"
                field.truth.decoy(field.always(), "SKU-03", f"khaos>{system}", item.code, note=note)


def tell_near(field: Field, system: str, item: Item, sku: str, note: str) -> None:
    """SKU-02 on every night: open orders that carry the SKU count, and may change from night to night."""
    for night in field.always():
        net = channel_line_net(field.world, system, item, field.nights[night])
        amount, pair = to_penny(net), f"khaos>{system}"
        field.truth.exception([night], "SKU-02", pair, sku, field="sku", amount=amount, note=note, again=night > 0)


@plants("SKU-02", usual=8, order=3)
def near_match(field: Field, n: int) -> None:
    """Each step in turn; every third item's stock differs as well (suppressed); one in eight beside the exact one."""
    for i in range(n):
        step = (*STEPS, "other_ref", "barcode", "beside")[i % 8]
        for _ in range(200):
            item = field.item(_NEAR_ITEMS[step])
            sku = spelled_otherwise(item, step)
            if is_clear(field, item, sku, step):
                break
        else:
            raise NotEnoughError(f"no item that could be spelled otherwise ({step})")
        if step == "beside":
            foreign_item(field, sku, on_hand=3).wair.barcode = item.barcode or None
            field.truth.decoy(
                field.always(), "SKU-04", "wair", item.code.strip().casefold(), note="SKU-02 explains the pair"
            )
        elif item.wair is not None:
            item.wair = replace(item.wair, sku=sku)
            field.truth.decoy(
                field.always(), "SKU-03", "khaos>wair", item.code, note="SKU-02 explains that it is missing"
            )
            field.truth.decoy(field.always(), "SKU-01", "khaos>wair", sku, note="SKU-02 explains that it is unknown")
        if i % 3 == 0:
            field.stock_up(item, field.place(field.site(0)), 5)
            item.wair_off[field.place(field.site(0))] = Decimal(-2)
        field.codes.add(sku)
        note = f"means {item.code}: {'case, beside the exact SKU' if step == 'beside' else step}"
        field.truth.exception(field.always(), "SKU-02", "khaos>wair", sku, field="sku", amount=ZERO_POUNDS, note=note)


def spelled_otherwise(item: Item, step: str) -> str:
    code = item.code
    middle = max(1, len(code) // 2)
    if step in ("case", "beside"):
        return code.swapcase()
    if step == "outer_blanks":
        return f"{code} "
    if step == "inner_blanks":
        return f"{code[:middle]} {code[middle:]}"
    if step == "leading_zeros":
        return f"00{code}"
    if step == "punctuation":
        return f"{code[:middle]}.{code[middle:]}"
    return item.other_ref if step == "other_ref" else item.barcode


def is_clear(field: Field, item: Item, sku: str, step: str) -> bool:
    """The spelling is new, and means this item at this step and at none before."""
    if sku in field.codes or sku == item.code:
        return False
    if step in ("other_ref", "barcode"):
        return nearest(sku) not in {nearest(c) for c in field.codes}
    at = STEPS.index("case" if step == "beside" else step)
    return near(sku, STEPS[at]) == near(item.code, STEPS[at]) and (
        at == 0 or near(sku, STEPS[at - 1]) != near(item.code, STEPS[at - 1])
    )


def _lettered(field: Field, item: Item) -> bool:
    """A live item with an ASCII letter in its code."""
    return live_item(field, item) and item.code.isascii() and item.code.swapcase() != item.code and not item.links


def _referenced(field: Field, item: Item) -> bool:
    """A live item with an other reference."""
    return live_item(field, item) and bool(item.other_ref)


def _barcoded(field: Field, item: Item) -> bool:
    """A live item with a barcode that does not begin with zeros."""
    return live_item(field, item) and bool(item.barcode) and not item.barcode.startswith("0")


_NEAR_ITEMS: dict[str, Callable[[Field, Item], bool]] = {
    **dict.fromkeys((*STEPS, "beside"), _lettered),
    "other_ref": _referenced,
    "barcode": _barcoded,
}
